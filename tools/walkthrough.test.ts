/**
 * Steps of a document, and the output that it shows beside the output that there was.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { firstMissing, stepsOf } from './walkthrough.ts'

const page = `# A page

\`\`\`sh
mkdir a && cd a
\`\`\`

Prose, and a program:

\`\`\`ts
// a.ts
console.log('hello')
\`\`\`

<!-- Node 24 -->

\`\`\`
$ node a.ts
hello
$ printf \\
    x
\`\`\`

\`\`\`sh
npm start
\`\`\`

\`\`\`
converged…
\`\`\`

\`\`\`
neither a command nor its output
\`\`\`
`

test('a document is commands and programs, each with the output that is shown', () => {
  assert.deepEqual(stepsOf(page), [
    { type: 'command', line: 3, note: '', command: 'mkdir a && cd a', shown: undefined },
    { type: 'file', line: 9, name: 'a.ts', text: "// a.ts\nconsole.log('hello')\n" },
    { type: 'command', line: 14, note: 'Node 24', command: 'node a.ts', shown: 'hello\n' },
    { type: 'command', line: 14, note: 'Node 24', command: 'printf \\\n    x', shown: '' },
    { type: 'command', line: 23, note: '', command: 'npm start', shown: 'converged…\n' },
  ])
})

test('output may have other hashes, dates and sizes, and nothing else', () => {
  const shown = 'made 0123456789\n=== 2026-03-02 ===\n40 B in, 2 kB out\n'
  assert.equal(
    firstMissing(shown, 'made 9876543210\n=== 2027-01-01 ===\n7 kB in, 1 B out\n'),
    undefined,
  )
  assert.equal(firstMissing('hello 6 bytes\n', 'hello 7 bytes\n'), undefined)
  assert.equal(firstMissing('1 artifact\n', '2 artifacts\n'), '1 artifact')
})

test('lines are whole and in order, but for those that are left out', () => {
  assert.equal(firstMissing('a\nc\n', 'a\nb\nc\n'), undefined)
  assert.equal(firstMissing('c\na\n', 'a\nb\nc\n'), 'a')
  assert.equal(firstMissing('a\n', 'abc\n'), 'a')
  assert.equal(firstMissing('a…\n', 'abc\n'), undefined)
  assert.equal(firstMissing('…\nb\n', 'a\nb\n'), undefined)
})

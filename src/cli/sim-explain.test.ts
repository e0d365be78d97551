/**
 * `trilobite sim explain` as a command: what it asks for, prints, and refuses.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { simulate } from '../dst/index.ts'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()
const lines: string[] = []
await simulate({
  seed: 1,
  plan: 'normal,leaves=1,operations=2,durationMs=10000,mix=checkin,topology=star',
  config: {
    onTraceLine: (line) => void lines.push(line),
    describesMessages: true,
    describesHoldings: true,
  },
})
writeFileSync(join(scratch.folder, 'trace.jsonl'), `${lines.join('\n')}\n`)
const { hash }: { hash: string } = JSON.parse(
  lines.find((line) => line.includes('"op":"begin"')) ?? '{}',
)
const ofLeaf = ['sim', 'explain', 'trace.jsonl', '--node', 'leaf-0']

suite('sim explain', { concurrency: true }, () => {
  test('tells how an artifact came to a node, by the beginning of its hash', async () => {
    const { code, stdout } = await scratch.run([...ofLeaf, '--artifact', hash.slice(0, 12)])
    assert.equal(code, 0)
    const [headline = '', ...steps] = stdout.trimEnd().split('\n')
    assert.equal(headline, `leaf-0: artifact ${hash} is here`)
    assert.ok(steps.some((step) => step.endsWith(' master has it: operation master#1, begin')))
    assert.match(steps.at(-1) ?? '', /^ {2}→ leaf-0 has it, since /)
  })

  test('prints one object with --json, of a derived row as of an artifact', async () => {
    const answer = await scratch.json([...ofLeaf, '--row', `event:${hash}`])
    assert.deepEqual([answer.node, answer.verdict, answer.unseen], ['leaf-0', 'held', []])
  })

  test('exits 2 for a question that makes no sense, and for what the run has not', async () => {
    for (const [args, reason] of [
      [[], /one of --artifact, --file and --row says what is to be explained/],
      [['--artifact', hash, '--file', 'a'], /one of --artifact, --file and --row/],
      [['--row', 'event'], /with a colon between them/],
      [['--artifact', 'ffff'], /no line of the trace has an artifact of that name/],
      [['--file', 'nowhere'], /no line of the trace says that a node holds such a file/],
    ] as const) {
      const { code, stdout, stderr } = await scratch.run([...ofLeaf, ...args])
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, reason)
    }
  })
})

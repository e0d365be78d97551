/**
 * `npm run nightly -- properties`: the same seed draws the same values, another one others.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'

import { propertyTests, runWithSeed } from './nightly/properties.ts'

const root = join(import.meta.dirname, '..')

test('the files with properties are found', () => {
  const paths = propertyTests()
  assert.ok(paths.length > 40, `${paths.length}`)
  assert.ok(paths.includes('src/delta/apply.test.ts') && !paths.includes('src/index.test.ts'))
})

test('a property draws by its seed and the one of the night, and a failure is told', async (t) => {
  const cache = join(root, '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'properties-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const path = join(folder, 'a.test.ts')
  writeFileSync(
    path,
    `import { test } from 'node:test'
import * as fc from 'fast-check'
test('draws', () => {
  const sampled = fc.sample(fc.nat(), { seed: 1, numRuns: 2 })
  fc.assert(fc.property(fc.nat(), (n) => { throw new Error(\`\${sampled} \${n}\`) }), {
    seed: 1, numRuns: 1, endOnFailure: true,
  })
})
`,
  )
  const told: string[] = []
  for (const seed of [0, 5, 5]) {
    const { tests, failures } = await runWithSeed([relative(root, path)], seed)
    assert.deepEqual([tests, failures.length], [1, 1])
    const [failure = ''] = failures
    assert.match(failure, /^ {2}draws \(/)
    told.push(/Error: (\d+,\d+ \d+)\n/.exec(failure)?.[1] ?? '')
  }
  const [own, other, again] = told
  assert.match(own ?? '', /^\d/)
  assert.equal(other, again)
  assert.notEqual(own, other)
})

/**
 * Stock Fossil as the master of a simulation: our leaves, its server, faults between them.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'

import { requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import { run } from '../tools/run.ts'

const launcher = join(import.meta.dirname, '..', 'bin', 'trilobite.mjs')

for (const flags of [
  ['--seed', '1'],
  ['--seed', '4', '--private'],
  ['--seed', '2', '--level', 'normal'],
]) {
  test(`a network with a stock master converges (${flags.join(' ')})`, async (t) => {
    if (requireFossilOrSkip(t) === undefined) return
    const options = ['--upstream', 'stock', '--leaves', '3', '--duration', '1m', '--json']
    const { code, stdout, stderr } = await run(process.execPath, [
      launcher,
      'sim',
      'run',
      ...options,
      ...flags,
    ])
    assert.equal(stderr, '')
    const { verdict, nodes, syncs } = JSON.parse(stdout)
    assert.equal(verdict, 'converged')
    assert.equal(code, 0)
    assert.equal(nodes.length, 4)
    assert.ok(syncs > 10)
  })
}

test('a stock binary that is not there is said in one sentence', async () => {
  const env = { ...process.env, FOSSIL_BIN: '/nonexistent/fossil' }
  const { code, stderr } = await run(
    process.execPath,
    [launcher, 'sim', 'run', '--upstream', 'stock'],
    { env },
  )
  assert.equal(code, 2)
  assert.match(stderr, /^trilobite: .*nonexistent.*\n$/)
})

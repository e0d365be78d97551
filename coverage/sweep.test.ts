/**
 * A sweep in processes of its own: what runs enter is told from what they do not.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { allFunctions, sweepCoverage } from './sweep.ts'

const quick = 'normal,topology=star,leaves=1,durationMs=10000,operations=6,late=0,private=no'

test('a sweep tells what its runs entered, of all processes together', async () => {
  const seen: number[] = []
  const { functions, missed, strays } = await sweepCoverage({
    seeds: { first: 1, last: 2 },
    plan: `${quick},mix=checkin`,
    jobs: 2,
    onRun: (seed) => seen.push(seed),
  })
  assert.deepEqual(new Set(seen), new Set([1, 2]))
  assert.deepEqual(strays, [])
  const names = new Set(missed.map(({ file, name }) => `${file} ${name}`))
  assert.equal(names.size, missed.length)
  for (const entered of [
    'src/write/checkin.ts checkin',
    'src/sync/session.ts SyncSession.request',
    'src/sync/session.ts SyncSession.constructor',
    'src/xfer/codec.ts cards.file.parse',
    'src/delta/create.ts createDelta',
  ]) {
    assert.ok(!names.has(entered), entered)
    const isThere = functions.some(({ file, name }) => `${file} ${name}` === entered)
    assert.ok(isThere, `${entered} is a function`)
  }
  for (const left of ['src/write/wiki.ts writeWiki', 'src/admin/purge.ts purge']) {
    assert.ok(names.has(left), left)
  }
})

test('a sweep whose processes say nothing ends with an error', async () => {
  const options = { seeds: { first: 1, last: 1 }, plan: quick, silenceMs: 1 }
  await assert.rejects(sweepCoverage(options), /ended with SIGKILL: it said nothing for 0.001 s/)
})

test('a sweep with a plan that makes no sense ends with the error of its processes', async () => {
  const options = { seeds: { first: 1, last: 1 }, plan: 'leaves=many' }
  await assert.rejects(sweepCoverage(options), /option\.invalid/)
})

test('functions are counted of the engine alone, not of its tests', async () => {
  const functions = await allFunctions()
  assert.ok(functions.length > 900, `${functions.length}`)
  for (const { file } of functions) assert.doesNotMatch(file, /\.(?:test|suite|vectors)\.ts$/)
})

/**
 * Planting a bug: the simulator finds it in a process of its own, and does not without it.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { type Mutation, mutated, PlantingError } from './mutation.ts'
import { type CanaryResult, runCanary, type SweepOptions } from './sweep.ts'

/** A bug that shows in the first seconds of the smallest run. */
const bug: Mutation = {
  name: 'stays-listed',
  bug: 'goes on listing as missing what has come',
  file: 'src/repo/store.ts',
  find: "  db.prepare('DELETE FROM phantom WHERE rid = ?').run(known)\n",
  replace: '',
  needs: ['op:checkin', 'plan:leaves=1'],
  caughtBy: ['phantoms'],
  plan: 'normal,topology=star,leaves=1,durationMs=10000,operations=6,mix=checkin,private=no',
}

function run(
  change: Partial<Mutation>,
  options: Partial<SweepOptions> = {},
): Promise<CanaryResult> {
  const seeds = { first: 1, last: 3 }
  return runCanary({ ...bug, ...change }, { seeds, silenceMs: 60_000, ...options })
}

suite('a canary', { concurrency: true }, () => {
  test('is found by the invariant that it names', async () => {
    const { status, runs, finding } = await run({})
    assert.deepEqual(
      [status, runs, finding?.seed, finding?.invariant],
      ['caught', 1, 1, 'phantoms'],
    )
  })

  test('is not found where the change is none: every seed converges', async () => {
    const { status, runs, led } = await run({ replace: bug.find })
    assert.deepEqual([status, runs, led], ['missed', 3, 3])
  })

  test('is found by another invariant that sees it, where the first is switched off', async () => {
    const { status, finding, second } = await run({}, { goesOn: true })
    assert.deepEqual([status, finding?.invariant], ['caught', 'phantoms'])
    const other = second?.finding?.invariant
    assert.ok(other !== undefined && other !== 'phantoms')
    const without = await run({ caughtBy: [other] }, { without: ['phantoms'] })
    assert.deepEqual([without.status, without.finding?.invariant], ['caught', other])
  })

  test('says where another sees it, though one alone was to', async () => {
    const { status } = await run({ onlyBy: 'phantoms' }, { goesOn: true })
    assert.equal(status, 'shared')
  })

  test('is not planted where its text is not in the file once', async () => {
    const { status, reason } = await run({ find: 'import' })
    assert.equal(status, 'unplanted')
    assert.match(reason ?? '', /^the canary stays-listed cannot .* occurs \d+ times in src\/repo/)
  })

  test('is not planted in a file that the simulator does not load', async () => {
    const { status, reason } = await run({
      file: 'src/transport/serve.ts',
      find: "import type { AddressInfo } from 'node:net'\n",
    })
    assert.equal(status, 'unplanted')
    assert.equal(reason, 'the simulator does not load src/transport/serve.ts')
  })

  test('is a finding where the process dies', async () => {
    const { status, finding } = await run({ replace: '  throw process.exit(3)\n' })
    assert.deepEqual([status, finding?.verdict, finding?.seed], ['other', 'died', 1])
    assert.match(finding?.detail ?? '', /^exit code 3/)
  })

  test('is a finding where the process says nothing any more', async () => {
    const { status, finding } = await run(
      { replace: '  while (known !== undefined);\n' },
      { silenceMs: 1 },
    )
    assert.deepEqual([status, finding?.verdict, finding?.seed], ['other', 'hung', 1])
  })
})

test('text that is in its file twice or never is not replaced', () => {
  assert.equal(mutated('a b c', { ...bug, find: 'b', replace: '$&' }), 'a $& c')
  for (const text of ['a c', 'b a b']) {
    assert.throws(() => mutated(text, { ...bug, find: 'b' }), PlantingError)
  }
})

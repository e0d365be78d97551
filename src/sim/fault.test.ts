/**
 * The fault log: counting, logging, and replays that differ in exactly what they list.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FossilError } from '../base/error.ts'
import { type Decision, formatDecisions, parseDecisions } from './decision.ts'
import { FaultLog, type FaultLogOptions } from './fault.ts'
import { RandomSource } from './random.ts'

function faultLog(options: FaultLogOptions = {}, seed = 11): FaultLog {
  return new FaultLog(new RandomSource(seed), options)
}

/** Asks three sites of three types, a hundred times each; returns what they decided. */
function run(faults: FaultLog): (boolean | number | string)[] {
  return Array.from({ length: 100 }, () => [
    faults.decide('flag', (draw) => draw.chance(0.2), false),
    faults.decide('amount', (draw) => (draw.chance(0.1) ? draw.int(1, 900) : 0), 0),
    faults.decide('word', (draw) => (draw.chance(0.1) ? draw.pick(['a', 'b']) : ''), ''),
  ]).flat()
}

test('a decision is drawn from the use of its own stream', () => {
  const source = new RandomSource(11)
  const faults = new FaultLog(source)
  for (let use = 0; use < 20; use++) {
    const outcome = faults.decide('site', (draw) => draw.int(1, 1_000_000), 0)
    assert.equal(outcome, source.stream('fault/site').at(use).int(1, 1_000_000))
  }
})

test('what is not benign is logged, what is benign is counted', () => {
  const heard: Decision[] = []
  const faults = faultLog({ onDecision: (decision) => heard.push(decision) })
  const outcomes = run(faults)
  const hurt = outcomes.filter((outcome) => outcome !== false && outcome !== 0 && outcome !== '')
  assert.ok(hurt.length > 10 && hurt.length < 100)
  assert.deepEqual(
    faults.decisions.map(({ outcome }) => outcome),
    hurt,
  )
  assert.deepEqual(heard, faults.decisions)
  const counts = faults.counts()
  assert.deepEqual(
    counts.map(({ site, uses }) => [site, uses]),
    [
      ['amount', 100],
      ['flag', 100],
      ['word', 100],
    ],
  )
  assert.equal(
    counts.reduce((sum, { fired }) => sum + fired, 0),
    hurt.length,
  )
})

test('a site that is never asked shifts no other', () => {
  const faults = faultLog()
  const outcomes: boolean[] = []
  for (let use = 0; use < 100; use++) {
    faults.decide('newcomer', (draw) => draw.chance(0.5), false)
    outcomes.push(faults.decide('flag', (draw) => draw.chance(0.2), false))
  }
  assert.deepEqual(
    outcomes,
    run(faultLog()).filter((outcome) => typeof outcome === 'boolean'),
  )
})

test('a recorded log replays the run, with its seed or under another', () => {
  const recorded = faultLog()
  const outcomes = run(recorded)
  const overrides = parseDecisions(formatDecisions(recorded.decisions))
  for (const replay of [
    faultLog({ overrides }),
    faultLog({ overrides, unlisted: 'benign' }),
    faultLog({ overrides, unlisted: 'benign' }, 12),
  ]) {
    assert.deepEqual(run(replay), outcomes)
    assert.deepEqual(replay.decisions, recorded.decisions)
    assert.deepEqual(replay.unusedOverrides(), [])
  }
})

test('a replay suffers exactly the decisions it lists', () => {
  const all = faultLog()
  run(all)
  fc.assert(
    fc.property(fc.subarray([...all.decisions]), (overrides) => {
      const replay = faultLog({ overrides, unlisted: 'benign' })
      run(replay)
      assert.deepEqual(replay.decisions, overrides)
    }),
    { seed: 1 },
  )
})

test('an override changes one decision and no other', () => {
  const outcomes = run(faultLog())
  const changed = [
    { site: 'flag', use: 0, outcome: !outcomes[0] },
    { site: 'amount', use: 3, outcome: 77 },
    { site: 'word', use: 99, outcome: 'c' },
  ]
  outcomes[0] = !outcomes[0]
  outcomes[3 * 3 + 1] = 77
  outcomes[3 * 99 + 2] = 'c'
  assert.deepEqual(run(faultLog({ overrides: changed })), outcomes)
})

test('null makes a decision benign, and the last override of a use wins', () => {
  const original = faultLog()
  run(original)
  const [first, ...others] = original.decisions
  assert.ok(first)
  const overrides = [...original.decisions, { ...first, outcome: null }]
  const replay = faultLog({ overrides })
  run(replay)
  assert.deepEqual(replay.decisions, others)
})

test('a use numbered by its caller is the same whenever it is asked', () => {
  const faults = faultLog()
  const [nine, four, again] = [9, 4, 9].map((use) =>
    faults.decideAt({ site: 'late', use }, (draw) => draw.int(1, 1_000_000), 0),
  )
  assert.equal(nine, again)
  assert.equal(four, new RandomSource(11).stream('fault/late').at(4).int(1, 1_000_000))
  assert.deepEqual(faults.counts(), [{ site: 'late', uses: 3, fired: 3 }])
})

test('a disabled log is benign, overrides included, and its uses still count', () => {
  const overrides = [{ site: 'flag', use: 1, outcome: true }]
  const faults = faultLog({ overrides })
  const ask = (): boolean => faults.decide('flag', () => true, false)
  assert.equal(faults.enabled, true)
  faults.disable()
  assert.equal(faults.enabled, false)
  assert.deepEqual([ask(), ask()], [false, false])
  faults.enable()
  assert.equal(ask(), true)
  assert.deepEqual(faults.decisions, [{ site: 'flag', use: 2, outcome: true }])
  assert.deepEqual(faults.unusedOverrides(), overrides)
})

test('overrides that never came up are told', () => {
  const misspelt = { site: 'flga', use: 0, outcome: true }
  const tooLate = { site: 'flag', use: 100, outcome: null }
  const faults = faultLog({ overrides: [misspelt, tooLate, { ...tooLate, use: 5 }] })
  run(faults)
  assert.deepEqual(faults.unusedOverrides(), [misspelt, tooLate])
  assert.ok(faults.counts().every(({ site }) => site !== 'flga'))
})

test('an override of the wrong type is refused', () => {
  const faults = faultLog({ overrides: [{ site: 'flag', use: 0, outcome: 1 }] })
  assert.throws(
    () => run(faults),
    (error) => FossilError.is(error, 'option.invalid') && error.detail.option === 'flag',
  )
})

test('an outcome that JSON cannot carry back is a bug of its site', () => {
  assert.throws(() => faultLog().decide('site', () => 0.5, 0), { name: 'AssertionError' })
})

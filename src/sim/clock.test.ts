/**
 * Virtual time and the clocks that nodes read.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FossilError } from '../base/error.ts'
import { NodeClock, SimClock } from './clock.ts'

const yearMs = 365 * 24 * 3600 * 1000

test('time starts at the beginning of 2026 unless told otherwise', () => {
  const [years, leapDays] = [2026 - 1970, 14]
  assert.equal(new SimClock().nowMs(), (years * 365 + leapDays) * 24 * 3600 * 1000)
  assert.equal(new SimClock({ startMs: -5 }).nowMs(), -5)
})

test('time moves only when it is moved', () => {
  const clock = new SimClock({ startMs: 1000 })
  clock.advance(250)
  clock.advanceTo(1250)
  clock.advanceTo(2000)
  assert.equal(clock.nowMs(), 2000)
  assert.equal(clock.elapsedMs, 1000)
})

test('time never runs backwards or by fractions', () => {
  const clock = new SimClock()
  for (const ms of [-1, 0.5, Number.NaN]) {
    assert.throws(() => clock.advance(ms), { name: 'AssertionError' })
  }
  assert.equal(clock.elapsedMs, 0)
})

test('a node clock is off by its skew and gains its drift', () => {
  const clock = new SimClock({ startMs: 0 })
  const exact = clock.nodeClock({})
  const skewed = clock.nodeClock({ skewMs: -90_000 })
  const fast = clock.nodeClock({ skewMs: 7, driftPpm: 100 })
  const slow = clock.nodeClock({ driftPpm: -100 })
  clock.advance(1)
  assert.deepEqual([fast.nowMs(), slow.nowMs()], [1 + 7, 1 - 1])
  clock.advance(24 * 3600 * 1000 - 1)
  assert.equal(exact.nowMs(), 86_400_000)
  assert.equal(skewed.nowMs(), 86_310_000)
  assert.equal(fast.nowMs(), 86_400_000 + 8_640 + 7)
  assert.equal(slow.nowMs(), 86_400_000 - 8_640)
})

test('drift is exact where the product outgrows a double', () => {
  const clock = new SimClock({ startMs: 0 })
  const node = clock.nodeClock({ driftPpm: 999_999 })
  clock.advance(1000 * yearMs + 1)
  const elapsed = BigInt(clock.elapsedMs)
  assert.equal(BigInt(node.nowMs()), elapsed + (elapsed * 999_999n) / 1_000_000n)
})

test('a node clock never runs backwards', () => {
  const drift = fc.integer({ min: -1_000_000, max: 1_000_000 })
  const steps = fc.array(fc.integer({ min: 0, max: yearMs }), { minLength: 1 })
  fc.assert(
    fc.property(drift, fc.integer(), steps, (driftPpm, skewMs, stepsMs) => {
      const clock = new SimClock()
      const node = clock.nodeClock({ skewMs, driftPpm })
      for (const stepMs of stepsMs) {
        const beforeMs = node.nowMs()
        clock.advance(stepMs)
        assert.ok(Number.isSafeInteger(node.nowMs()) && node.nowMs() >= beforeMs)
      }
    }),
    { seed: 1 },
  )
})

test('a node clock that is shifted goes on from where it was set', () => {
  const clock = new SimClock({ startMs: 0 })
  const node = new NodeClock(clock, { driftPpm: 1_000 })
  clock.advance(10_000)
  assert.equal(node.nowMs(), 10_010)
  node.shift({ byMs: -3_600_000 })
  assert.equal(node.nowMs(), 10_010 - 3_600_000)
  clock.advance(10_000)
  assert.equal(node.nowMs(), 20_020 - 3_600_000)
  node.shift({ byMs: 3_600_000, driftPpm: -2_000 })
  clock.advance(10_000)
  assert.equal(node.nowMs(), 20_020 + 10_000 - 20)
})

test('a shift that sets no drift leaves it, and one of nothing changes nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: -5_000, max: 5_000 }), fc.nat(1_000_000), (driftPpm, ms) => {
      const clock = new SimClock()
      const plain = clock.nodeClock({ driftPpm })
      const shifted = new NodeClock(clock, { driftPpm })
      // Whole seconds, so that nothing is rounded away where the drift begins anew.
      clock.advance(1_000 * ms)
      shifted.shift({})
      clock.advance(1_000 * ms)
      assert.ok(Math.abs(shifted.nowMs() - plain.nowMs()) <= 1)
    }),
    { seed: 1 },
  )
})

test('a clock that cannot be built is refused', () => {
  const clock = new SimClock()
  const attempts = [
    () => new SimClock({ startMs: 0.5 }),
    () => clock.nodeClock({ skewMs: Number.NaN }),
    () => clock.nodeClock({ driftPpm: 1_000_001 }),
    () => clock.nodeClock({ driftPpm: -1_000_001 }),
    () => new NodeClock(clock, {}).shift({ byMs: 0.5 }),
    () => new NodeClock(clock, {}).shift({ driftPpm: 1_000_001 }),
  ]
  for (const attempt of attempts) {
    assert.throws(attempt, (error) => FossilError.is(error, 'option.invalid'))
  }
})

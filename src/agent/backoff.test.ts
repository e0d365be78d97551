/**
 * Delays: their growth, their bounds, and the same jitter from the same randomness.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { fails, testEnv } from '../sync/pair.suite.ts'
import { Backoff, jittered, requireDelayBounds, requireJitter } from './backoff.ts'

test('a delay doubles between its bounds, and begins again after a reset', () => {
  const backoff = new Backoff({ minMs: 100, maxMs: 1000 })
  const delays = (count: number) => Array.from({ length: count }, () => backoff.nextMs())
  assert.deepEqual(delays(6), [100, 200, 400, 800, 1000, 1000])
  assert.equal(backoff.attempts, 6)
  backoff.reset()
  assert.deepEqual(delays(2), [100, 200])
})

test('a delay stays finite after any number of attempts', () => {
  const backoff = new Backoff({ minMs: 1, maxMs: 5 })
  for (let i = 0; i < 2000; i++) backoff.nextMs()
  assert.equal(backoff.nextMs(), 5)
})

test('jitter shortens a delay by its share at most, to an integer', () => {
  const ms = fc.nat(0x7fff_ffff)
  const jitter = fc.double({ min: 0, max: 1, noNaN: true })
  const drawn = fc.uint8Array({ minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(ms, jitter, drawn, (mostMs, share, bytes) => {
      const delayMs = jittered(mostMs, share, { bytes: () => bytes })
      assert.ok(Number.isInteger(delayMs))
      assert.ok(delayMs <= mostMs && delayMs >= Math.floor(mostMs * (1 - share)), `${delayMs}`)
    }),
    { seed: 1 },
  )
})

/** 200 delays of at most a second. */
function draw(name: string): number[] {
  const { random } = testEnv(name)
  return Array.from({ length: 200 }, () => jittered(1000, 0.5, random))
}

test('jitter covers its whole range, and is the same for the same randomness', () => {
  const delays = draw('one')
  assert.deepEqual(draw('one'), delays)
  assert.notDeepEqual(draw('other'), delays)
  assert.ok(Math.min(...delays) < 520 && Math.max(...delays) > 980)
})

test('bounds that make no sense are refused', () => {
  for (const bounds of [
    { minMs: 0, maxMs: 1 },
    { minMs: 2, maxMs: 1 },
    { minMs: 1, maxMs: 2 ** 31 },
    { minMs: 1.5, maxMs: 2 },
  ]) {
    fails('option.invalid', () => requireDelayBounds('backoff', bounds))
  }
  for (const jitter of [-0.1, 1.1, Number.NaN]) {
    fails('option.invalid', () => requireJitter(jitter))
  }
})

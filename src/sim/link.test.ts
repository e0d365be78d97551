/**
 * Damage to bytes, delays, and the settings of a link.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { calmLink, checkLink, corrupt, cut, drawLatency, noFaults } from './link.ts'
import { RandomSource } from './random.ts'

const bytes = fc.uint8Array({ maxLength: 300 })
const position = fc.nat(999_999)

test('a cut keeps the beginning', () => {
  assert.deepEqual(cut(utf8('0123456789'), 450_000), utf8('0123'))
  assert.deepEqual(cut(utf8('0123456789'), 0), utf8(''))
  assert.deepEqual(cut(utf8('0123456789'), 1_000_000), utf8('0123456789'))
})

test('a cut before the end always loses something, and copies', () => {
  fc.assert(
    fc.property(bytes, position, (whole, ppm) => {
      const kept = cut(whole, ppm)
      assert.ok(kept.length < whole.length || whole.length === 0)
      assert.deepEqual(kept, whole.slice(0, kept.length))
      assert.notEqual(kept.buffer, whole.buffer)
    }),
    { seed: 1 },
  )
})

test('a corruption changes one byte of a copy, and undoes itself', () => {
  assert.deepEqual(corrupt(utf8('abc'), { atPpm: 999_999, xorMask: 1 }), utf8('abb'))
  fc.assert(
    fc.property(bytes, position, fc.integer({ min: 1, max: 255 }), (whole, atPpm, xorMask) => {
      const before = whole.slice()
      const changed = corrupt(whole, { atPpm, xorMask })
      const differing = changed.filter((byte, i) => byte !== whole[i])
      assert.equal(changed.length, whole.length)
      assert.equal(differing.length, Math.min(whole.length, 1))
      assert.deepEqual(corrupt(changed, { atPpm, xorMask }), before)
      assert.deepEqual(whole, before)
    }),
    { seed: 1 },
  )
})

test('a delay keeps its bounds and its mean', () => {
  const stream = new RandomSource(1).stream('latency')
  const latency = { minMs: 100, meanMs: 300, maxMs: 2_000 }
  const delays = Array.from({ length: 10_000 }, () => drawLatency(stream.next(), latency))
  assert.ok(delays.every((ms) => Number.isSafeInteger(ms) && ms >= 100 && ms <= 2_000))
  const meanMs = delays.reduce((sum, ms) => sum + ms, 0) / delays.length
  assert.ok(Math.abs(meanMs - 300) < 10, `${meanMs} ms on average`)
  assert.equal(drawLatency(stream.next(), { minMs: 5, meanMs: 5, maxMs: 5 }), 5)
})

test('a link that makes no sense is refused', () => {
  const nonsense = [
    { ...calmLink, timeoutMs: 0 },
    { ...calmLink, timeoutMs: 0.5 },
    { ...calmLink, rates: { ...noFaults, refused: -1 } },
    { ...calmLink, rates: { ...noFaults, delayed: 1_000_001 } },
    { ...calmLink, rates: { ...noFaults, replyCut: 0.1 } },
    { ...calmLink, latency: { minMs: -1, meanMs: 2, maxMs: 3 } },
    { ...calmLink, latency: { minMs: 3, meanMs: 2, maxMs: 3 } },
    { ...calmLink, latency: { minMs: 1, meanMs: 4, maxMs: 3 } },
    { ...calmLink, latency: { minMs: 1, meanMs: Number.NaN, maxMs: 3 } },
    { ...calmLink, latency: { minMs: 1, meanMs: 2, maxMs: 10 ** 13 } },
    { ...calmLink, spike: { minMs: 0, meanMs: 2, maxMs: 3 } },
  ]
  for (const link of nonsense) {
    assert.throws(
      () => checkLink(link),
      (error) => FossilError.is(error, 'option.invalid'),
      JSON.stringify(link),
    )
  }
  checkLink({ ...calmLink, latency: { minMs: 0, meanMs: 0, maxMs: 0 } })
})

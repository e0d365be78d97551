/**
 * Applying deltas that do not fit, lie, or were damaged on the way.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { bytesEqual, fromUtf8, noBytes, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { applyDelta } from './apply.ts'
import { checksum } from './checksum.ts'
import { createDelta } from './create.ts'
import { deltaCommands } from './parse.ts'
import { arbitraryPair, type Pair } from './pairs.suite.ts'

const source = utf8('0123456789')

test('copies and inserts are joined in order', () => {
  const delta = utf8('E\n3@7,2:ab2@0,7@3,0;')
  assert.equal(fromUtf8(applyDelta(source, delta, { verifyChecksum: false })), '789ab013456789')
})

test('a copy of no bytes is allowed up to the end of the source and not after it', () => {
  assert.deepEqual(applyDelta(source, utf8('0\n0@A,0;')), noBytes)
  assert.throws(
    () => applyDelta(source, utf8('0\n0@B,0;')),
    corrupt(2, 'a copy passes the end of the source'),
  )
})

test('a copy length of 0 is 0 bytes, not the rest of the source', () => {
  assert.throws(
    () => applyDelta(source, utf8('A\n0@0,0;')),
    corrupt(6, 'yields 0 of the 10 bytes promised'),
  )
})

test('a delta for another source is refused', () => {
  assert.throws(
    () => applyDelta(source, utf8('4\n4@7,0;')),
    corrupt(2, 'a copy passes the end of the source'),
  )
  assert.throws(
    () => applyDelta(source, utf8('1\n1@3~~~~~,0;')),
    corrupt(2, 'a copy passes the end of the source'),
  )
})

test('a delta that yields more or less than it promises is refused', () => {
  assert.throws(
    () => applyDelta(source, utf8('5\n4@0,2:ab0;')),
    corrupt(6, 'yields more than the 5 bytes promised'),
  )
  assert.throws(
    () => applyDelta(source, utf8('5\n4@0,0;')),
    corrupt(6, 'yields 4 of the 5 bytes promised'),
  )
})

test('output whose checksum differs is refused, unless the caller checks it otherwise', () => {
  const delta = utf8('1\n1:a1X0001;')
  const reason = 'the output does not have the checksum that ends the delta'
  assert.throws(() => applyDelta(source, delta), corrupt(5, reason))
  assert.equal(fromUtf8(applyDelta(source, delta, { verifyChecksum: false })), 'a')
})

test('a delta that promises more than the caller allows is refused', () => {
  const delta = utf8('5\n5:five!3t6Tuv;')
  const allow = (maxBytes: number) => (): Uint8Array =>
    applyDelta(source, delta, { maxBytes, verifyChecksum: false })
  assert.equal(allow(5)().length, 5)
  assert.throws(allow(4), corrupt(0, 'promises 5 bytes, more than the 4 allowed'))
})

test('a short delta that promises 2 GiB is refused for its commands, before any output', () => {
  assert.throws(
    () => applyDelta(source, utf8('1~~~~~\nA@0,0;')),
    corrupt(11, 'yields 10 of the 2147483647 bytes promised'),
  )
})

test('output never shares memory with its source or its delta', () => {
  const content = utf8('a stone'.repeat(20))
  const delta = createDelta(content, content)
  const output = applyDelta(content, delta)
  content.fill(0)
  delta.fill(0)
  assert.equal(fromUtf8(output), 'a stone'.repeat(20))
})

const damage = fc.record({
  kind: fc.constantFrom('set', 'insert', 'remove'),
  at: fc.nat(),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...utf8('0123Aa~@,:;\n'))),
})

test('a damaged delta gives the right output, or one of its checksum, or delta.corrupt', () => {
  const outcomes = { right: 0, corrupt: 0 }
  fc.assert(
    fc.property(arbitraryPair, fc.array(damage, { minLength: 1, maxLength: 4 }), (pair, hits) => {
      let delta = [...createDelta(pair.from, pair.to)]
      for (const { kind, at, byte } of hits) {
        const place = at % (delta.length + 1)
        const bytes = kind === 'remove' ? [] : [byte]
        delta = delta.toSpliced(place, kind === 'insert' ? 0 : 1, ...bytes)
      }
      outcomes[outcome(pair, Uint8Array.from(delta))]++
    }),
    { seed: 2, numRuns: 2000 },
  )
  // Damage behind the checksum, or one hit that undoes another, does no harm.
  assert.ok(outcomes.right > 20 && outcomes.corrupt > 1000, JSON.stringify(outcomes))
})

test('bytes that were never a delta give delta.corrupt, and nothing else', () => {
  const scraps = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .array(fc.constantFrom(...utf8('01A~@,:;\n')), { maxLength: 40 })
      .map((all) => Uint8Array.from(all)),
  )
  fc.assert(
    fc.property(scraps, (delta) => {
      outcome({ from: source, to: noBytes }, delta)
    }),
    { seed: 3, numRuns: 3000 },
  )
})

/**
 * Applies what may be a delta. Anything but the pair's target must be `delta.corrupt`, or have the
 * checksum that the delta tells: words in another order have the same, and damage may change both.
 */
function outcome({ from, to }: Pair, delta: Uint8Array): 'right' | 'corrupt' {
  try {
    const made = applyDelta(from, delta, { maxBytes: 100_000 })
    const [end] = [...deltaCommands(delta)].slice(-1)
    const isAsTold = end?.kind === 'end' && end.checksum === checksum(made)
    assert.ok(bytesEqual(made, to) || isAsTold)
    return 'right'
  } catch (error) {
    if (FossilError.is(error, 'delta.corrupt')) return 'corrupt'
    throw error
  }
}

function corrupt(offset: number, reason: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(FossilError.is(error, 'delta.corrupt'), String(error))
    assert.deepEqual(error.detail, { offset, reason })
    return true
  }
}

/**
 * The checksum: how it wraps, how it pads, and agreement with a plain definition.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { noBytes, utf8 } from '../base/bytes.ts'
import { checksum } from './checksum.ts'

test('the sum wraps at 2^32, not at the 2^32-1 of the wiki', () => {
  const twoWords = new Uint8Array(8).fill(0xff)
  assert.equal(checksum(twoWords), (2 * 0xffffffff) % 2 ** 32)
  assert.notEqual(checksum(twoWords), (2 * 0xffffffff) % (2 ** 32 - 1))
})

test('the sum of nothing is 0', () => {
  assert.equal(checksum(noBytes), 0)
})

test('a last word that is short is padded with zeros at its end', () => {
  assert.equal(checksum(utf8('a')), 0x61000000)
  assert.equal(checksum(utf8('ab')), 0x61620000)
  assert.equal(checksum(utf8('abc')), 0x61626300)
  assert.equal(checksum(utf8('abcd')), 0x61626364)
  assert.equal(checksum(utf8('abcde')), 0x61626364 + 0x65000000)
})

test('the sum is that of its definition, at any alignment', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 9 }), (bytes, start) => {
      const view = bytes.subarray(start)
      let sum = 0n
      for (const [i, byte] of view.entries()) sum += BigInt(byte) << BigInt(24 - 8 * (i % 4))
      assert.equal(checksum(view), Number(sum % 2n ** 32n))
    }),
    { seed: 1, numRuns: 300 },
  )
})

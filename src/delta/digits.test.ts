/**
 * Base-64 integers: the wiki's examples, the edges of each length, and reading back.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { digitCount, digitValue, writeDigits } from './digits.ts'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~'

test('integers are written as in the examples of delta_format.wiki §4.1', () => {
  assert.equal(written(0), '0')
  assert.equal(written(6246), '1Xb')
  assert.equal(written(-1101438770 >>> 0), '2zMM3E')
})

test('each power of 64 takes one digit more than the number below it', () => {
  for (let digits = 1, power = 64; digits <= 5; digits++, power *= 64) {
    assert.equal(written(power - 1), '~'.repeat(digits))
    assert.equal(written(power), `1${'0'.repeat(digits)}`)
    assert.equal(digitCount(power - 1), digits)
    assert.equal(digitCount(power), digits + 1)
  }
  assert.equal(written(0xffffffff), '3~~~~~')
})

test('the 64 digits have the values 0 to 63 and no other byte is a digit', () => {
  const found = new Map<number, number>()
  for (let byte = -1; byte <= 256; byte++) {
    const value = digitValue(byte)
    if (value >= 0) found.set(byte, value)
  }
  assert.deepEqual(found, new Map([...utf8(alphabet)].map((byte, value) => [byte, value])))
})

test('digits are written at an index and nothing else changes', () => {
  const bytes = utf8('......')
  assert.equal(writeDigits(6246, bytes, 2), 5)
  assert.equal(fromUtf8(bytes), '..1Xb.')
})

function written(value: number): string {
  const bytes = new Uint8Array(6)
  return fromUtf8(bytes.subarray(0, writeDigits(value, bytes, 0)))
}

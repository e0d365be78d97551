/**
 * Text of artifacts: nothing is lost, and the order is that of bytes.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { bytesEqual, utf8 } from './bytes.ts'
import { compareAsBytes, decodeText, encodeText, isLossless } from './text.ts'

const seed = 2

/** Bytes in which valid, cut, overlong and surrogate sequences are frequent. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.string({ unit: 'binary', maxLength: 3 }).map(utf8),
      fc.constantFrom(
        Uint8Array.of(0xed, 0xa0, 0x80),
        Uint8Array.of(0xed, 0xb2, 0x80),
        Uint8Array.of(0xc0, 0x80),
        Uint8Array.of(0xe0, 0x80, 0x80),
        Uint8Array.of(0xf0, 0x9f, 0x98),
        Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
        Uint8Array.of(0xef, 0xbb, 0xbf),
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])))

test('valid UTF-8 decodes to the same text as ever, byte order mark included', () => {
  assert.equal(decodeText(utf8('\ufeffcafé 😀')), '\ufeffcafé 😀')
  assert.deepEqual(encodeText('\ufeffcafé 😀'), utf8('\ufeffcafé 😀'))
})

test('a byte that is not UTF-8 becomes one lone surrogate', () => {
  const latin1 = Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x21)
  assert.equal(decodeText(latin1), 'caf\udce9!')
  assert.deepEqual(encodeText('caf\udce9!'), latin1)
  assert.equal(decodeText(Uint8Array.of(0xed, 0xb2, 0x80)), '\udced\udcb2\udc80')
})

test('any bytes come back as they were', () => {
  const property = fc.property(bytes, (given) => {
    const text = decodeText(given)
    assert.ok(bytesEqual(encodeText(text), given))
    assert.ok(isLossless(text))
  })
  fc.assert(property, { seed, numRuns: 1000 })
})

test('isLossless tells text that would not come back', () => {
  assert.equal(isLossless('caf\udce9'), true)
  assert.equal(isLossless('a\ud800b'), false, 'a high surrogate stands for nothing')
  assert.equal(isLossless('a\udc7fb'), false, 'ASCII is never escaped')
  assert.equal(isLossless('\udcc3\udca9'), false, 'two bytes that are é together')
  assert.deepEqual(encodeText('a\ud800b'), utf8('a\ufffdb'))
})

test('compareAsBytes orders as the bytes of both texts do', () => {
  const text = fc.oneof(
    bytes.map(decodeText),
    fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\ue000', '\uffff', '😀', '\udcff') }),
  )
  const property = fc.property(text, text, (a, b) => {
    const expected = Buffer.compare(encodeText(a), encodeText(b))
    assert.equal(Math.sign(compareAsBytes(a, b)), expected)
  })
  fc.assert(property, { seed, numRuns: 2000 })
})

/**
 * The compressed form, against what stock wrote and against hostile bytes.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { concat, fromUtf8, hex, utf8 } from './bytes.ts'
import { FossilError } from './error.ts'
import { adler32, compressContent, declaredSize, expandContent, peekContent } from './zlib.ts'

const seed = 20240102
const maxBytes = 1 << 20
const stored = { deflateOverBytes: Number.POSITIVE_INFINITY }

/** The bytes that stock 2.21 wrote for these contents: `fossil test-compress IN OUT`. */
const stock = [
  { content: '', framed: '00000000789c030000000001' },
  { content: 'hello\n', framed: '00000006789ccb48cdc9c9e70200084b021f' },
]

function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

function frame(sizeBytes: number, stream: Uint8Array): Uint8Array {
  const prefix = new Uint8Array(4)
  new DataView(prefix.buffer).setUint32(0, sizeBytes)
  return concat([prefix, stream])
}

function rejects(framed: Uint8Array, reason: RegExp, limit = maxBytes): void {
  assert.throws(
    () => expandContent(framed, { maxBytes: limit }),
    (error) => FossilError.is(error, 'xfer.frame') && reason.test(error.detail.reason),
  )
}

test('content that stock compressed expands', () => {
  for (const { content, framed } of stock) {
    assert.equal(fromUtf8(expandContent(fromHex(framed), { maxBytes })), content)
  }
})

test('short content can be stored as it is', () => {
  const framed = compressContent(utf8('hello\n'), { deflateOverBytes: 6 })
  assert.equal(hex(framed), '000000067801010600f9ff68656c6c6f0a084b021f')
  assert.equal(hex(compressContent(new Uint8Array(0))), '000000007801010000ffff00000001')
})

test('content over the threshold is deflated', () => {
  const content = utf8('abc'.repeat(1000))
  const framed = compressContent(content, { deflateOverBytes: 2999 })
  assert.ok(framed.length < 100)
  assert.deepEqual(expandContent(framed, { maxBytes }), content)
})

test('expanding undoes compressing, stored or deflated', () => {
  const content = fc.uint8Array({ maxLength: 5000 })
  const property = fc.property(content, fc.nat(5000), (bytes, deflateOverBytes) => {
    const framed = compressContent(bytes, { deflateOverBytes })
    assert.deepEqual(expandContent(framed, { maxBytes: bytes.length }), bytes)
  })
  fc.assert(property, { seed })
})

test('stored content spans as many blocks as it needs', () => {
  for (const length of [65_534, 65_535, 65_536, 131_070, 131_071, 200_000]) {
    const content = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff)
    const framed = compressContent(content, stored)
    const blocks = Math.ceil(length / 65_535)
    assert.equal(framed.length, 4 + 2 + blocks * 5 + length + 4)
    assert.deepEqual(expandContent(framed, { maxBytes }), content)
    const unrecognised = framed.slice()
    unrecognised[4 + 1] = 0x9c
    assert.deepEqual(expandContent(unrecognised, { maxBytes }), content, 'zlib reads it the same')
  }
})

test('stored content that ends in an empty block expands', () => {
  const stream = fromHex('7801000300fcff616263010000ffff024d0127')
  assert.equal(fromUtf8(expandContent(frame(3, stream), { maxBytes })), 'abc')
})

test('the checksum is zlib’s', () => {
  assert.equal(adler32(new Uint8Array(0)), 1)
  const lengths = fc.oneof(fc.nat(300), fc.constantFrom(3799, 3800, 3801, 20_000))
  const property = fc.property(lengths, fc.nat(255), fc.nat(255), (length, first, step) => {
    const content = Uint8Array.from({ length }, (_, i) => (first + i * step) & 0xff)
    const stream = deflateSync(content, { level: 0 })
    assert.equal(adler32(content), stream.readUInt32BE(stream.length - 4))
  })
  fc.assert(property, { seed })
  assert.equal(adler32(new Uint8Array(100_000).fill(255)), 0x149a302c)
})

test('a frame without a stream is rejected', () => {
  rejects(new Uint8Array(0), /too few/)
  rejects(new Uint8Array(4), /too few/)
})

test('a length prefix that lies is rejected', () => {
  const content = utf8('what the stream really holds')
  for (const stream of [deflateSync(content), deflateSync(content, { level: 0 })]) {
    rejects(frame(content.length + 1, stream), /prefix says 29 bytes and the stream holds 28/)
    rejects(frame(content.length - 1, stream), /prefix says 27|more than its prefix says/)
    rejects(frame(0, stream), /more than its prefix says/)
  }
})

test('content over the limit is rejected before it is expanded', () => {
  rejects(frame(101, deflateSync(new Uint8Array(101))), /over the limit of 100/, 100)
  rejects(frame(0xffff_ffff, deflateSync(utf8('x'))), /over the limit/)
})

test('a prefix that no stream of that size can keep is rejected before room is made for it', () => {
  const big = 1 << 30
  rejects(frame(big, deflateSync(utf8('x'))), /no stream of \d+ bytes expands/, big)
  const zeros = new Uint8Array(1 << 24)
  const framed = compressContent(zeros)
  assert.equal(expandContent(framed, { maxBytes: zeros.length }).length, zeros.length)
})

test('a bomb that hides behind a small prefix is stopped at the prefix', () => {
  rejects(frame(64, deflateSync(new Uint8Array(1 << 24))), /more than its prefix says/)
})

test('bytes after the stream are rejected, even a second stream', () => {
  for (const options of [{}, stored]) {
    const framed = compressContent(utf8('content'), options)
    rejects(concat([framed, utf8('!')]), /1 bytes follow/)
    rejects(concat([framed, framed.subarray(4)]), /\d+ bytes follow/)
  }
})

test('a stream that is cut anywhere is rejected', () => {
  for (const options of [{}, stored]) {
    const framed = compressContent(utf8('some content that is cut'), options)
    for (let length = 0; length < framed.length; length++) {
      rejects(framed.subarray(0, length), /./)
    }
  }
})

test('a wrong checksum is rejected', () => {
  for (const options of [{}, stored]) {
    const framed = compressContent(utf8('content'), options)
    framed[framed.length - 1] = (framed.at(-1) ?? 0) ^ 1
    rejects(framed, /incorrect data check/)
  }
})

test('any change to any byte is rejected or changes nothing', () => {
  const content = utf8('content of an artifact, '.repeat(4))
  for (const options of [{}, stored]) {
    const framed = compressContent(content, options)
    for (let at = 0; at < framed.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = framed.slice()
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        try {
          assert.deepEqual(expandContent(changed, { maxBytes }), content, `byte ${at}, bit ${bit}`)
        } catch (error) {
          assert.ok(FossilError.is(error, 'xfer.frame'), `byte ${at}, bit ${bit}: ${String(error)}`)
        }
      }
    }
  }
})

test('stored content is a plain view of its frame: nothing is copied', () => {
  const framed = Buffer.concat([utf8('before'), compressContent(utf8('content'), stored)])
  const content = expandContent(framed.subarray(6), { maxBytes })
  assert.deepEqual(content, utf8('content'))
  assert.equal(content.buffer, framed.buffer)
})

test('the beginning of a frame can be looked at, and its size, without expanding it', () => {
  const content = utf8('0123456789'.repeat(1_000_000))
  for (const framed of [compressContent(content), compressContent(content, stored)]) {
    assert.equal(declaredSize(framed), 10_000_000)
    const start = peekContent(framed, 1000)
    assert.ok(start.length > 900 && start.length <= 1_032_000, `${start.length} bytes`)
    assert.equal(fromUtf8(start), fromUtf8(content.subarray(0, start.length)))
  }
})

test('what is no frame shows nothing', () => {
  for (const hexText of ['', '00', '00000005', '00000005ffffffffffff']) {
    assert.equal(peekContent(fromHex(hexText), 1000).length, 0)
  }
  assert.equal(declaredSize(fromHex('0000')), 0)
})

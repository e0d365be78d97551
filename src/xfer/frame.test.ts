/**
 * Bodies: those of stock, ours, and those that are not what they say.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { concat, fromUtf8, hex, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { contentTypes, decodeMessage, encodeMessage } from './frame.ts'
import { cloneReply, compressedReply, compressedRequest, pushRequest } from './stock.vectors.ts'

const seed = 20240105
const maxBytes = 1 << 20

function rejects(body: Uint8Array, reason: RegExp, contentType?: string): void {
  const options = contentType === undefined ? { maxBytes } : { maxBytes, contentType }
  assert.throws(
    () => decodeMessage(body, options),
    (error) => FossilError.is(error, 'xfer.frame') && reason.test(error.detail.reason),
  )
}

test('bodies of stock give the messages in them', () => {
  for (const { body, message } of [compressedRequest, compressedReply]) {
    assert.deepEqual(decodeMessage(body, { maxBytes }), message)
  }
})

test('a short message is stored and a long one deflated', () => {
  const short = utf8('private\n'.repeat(175))
  assert.equal(short.length, 1400)
  assert.equal(hex(encodeMessage(short).subarray(0, 11)), '00000578780101780587fa')
  const long = utf8('private\n'.repeat(176))
  assert.ok(encodeMessage(long).length < 100)
  assert.equal(hex(encodeMessage(long, { deflateOverBytes: 1408 }).subarray(4, 7)), '780101')
  assert.ok(encodeMessage(short, { deflateOverBytes: 0 }).length < 100)
})

test('decoding undoes encoding, for every content type', () => {
  const message = fc.uint8Array({ minLength: 1, maxLength: 3000 })
  const types = fc.constantFrom(...Object.values(contentTypes))
  const property = fc.property(message, types, (bytes, contentType) => {
    const body = encodeMessage(bytes, { contentType })
    assert.deepEqual(decodeMessage(body, { contentType, maxBytes }), bytes)
  })
  fc.assert(property, { seed })
})

test('a content type may have parameters and capitals', () => {
  const contentType = 'Application/X-Fossil; charset=US-ASCII'
  const message = decodeMessage(compressedReply.body, { contentType, maxBytes })
  assert.deepEqual(message, compressedReply.message)
})

test('the answer to a clone goes uncompressed', () => {
  const { uncompressed: contentType } = contentTypes
  assert.equal(decodeMessage(cloneReply, { contentType, maxBytes }), cloneReply)
  assert.equal(encodeMessage(cloneReply, { contentType }), cloneReply)
})

test('another content type is rejected: a proxy’s error page is no message', () => {
  rejects(utf8('<html>'), /content type "text\/html; charset=utf-8"/, 'text/html; charset=utf-8')
  rejects(compressedReply.body, /content type/, 'application/x-fossil-unheard-of')
  rejects(compressedReply.body, /content type ""/, '')
})

test('a message that is not compressed is rejected where it says it is', () => {
  rejects(pushRequest, /./)
  rejects(utf8('error not\\sauthorized\n'), /./)
})

test('a body with nothing in it is rejected', () => {
  rejects(new Uint8Array(0), /too few/)
  rejects(new Uint8Array(0), /empty/, contentTypes.uncompressed)
  rejects(new Uint8Array(0), /empty/, contentTypes.debug)
  rejects(Uint8Array.from(Buffer.from('00000000789c030000000001', 'hex')), /empty/)
})

test('a message over the limit is rejected, compressed or not', () => {
  const message = new Uint8Array(1001).fill(0x23)
  for (const contentType of Object.values(contentTypes)) {
    const body = encodeMessage(message, { contentType })
    const options = { contentType, maxBytes: 1000 }
    assert.throws(() => decodeMessage(body, options), /over the limit of 1000/)
    assert.equal(decodeMessage(body, { ...options, maxBytes: 1001 }).length, 1001)
  }
})

test('a damaged body gives an error, or a message that is the same', () => {
  const bodies = [
    compressedRequest,
    { ...compressedRequest, body: encodeMessage(compressedRequest.message) },
  ]
  const property = fc.property(
    fc.constantFrom(...bodies),
    fc.nat(5000),
    fc.integer({ min: 1, max: 255 }),
    ({ body, message }, at, change) => {
      const from = at % body.length
      const changed = Uint8Array.of((body[from] ?? 0) ^ change)
      const damaged = concat([body.subarray(0, from), changed, body.subarray(from + 1)])
      try {
        assert.equal(fromUtf8(decodeMessage(damaged, { maxBytes })), fromUtf8(message))
      } catch (error) {
        assert.ok(FossilError.is(error, 'xfer.frame'), String(error))
      }
    },
  )
  fc.assert(property, { seed, numRuns: 500 })
})

test('a compressed body that holds nothing is an empty message for who allows it', () => {
  // What go-libfossil 0.9.0 sends when it has nothing to say, and stock's form of the same.
  for (const text of ['00000000789c010000ffff00000001', '00000000789c030000000001']) {
    const body = Uint8Array.from(Buffer.from(text, 'hex'))
    assert.deepEqual(decodeMessage(body, { maxBytes, mayBeEmpty: true }), new Uint8Array(0))
    rejects(body, /empty/)
  }
  for (const contentType of [contentTypes.uncompressed, contentTypes.compressed]) {
    const options = { maxBytes, contentType, mayBeEmpty: true }
    assert.throws(() => decodeMessage(new Uint8Array(0), options), /xfer\.frame/)
  }
})

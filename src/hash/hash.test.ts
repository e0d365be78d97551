/**
 * Digests against published vectors and against stock (`fossil sha1sum`, `sha3sum`, `md5sum`).
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { md5, sha1, sha3 } from './hash.ts'

/** FIPS 180-4 and FIPS 202 example messages, RFC 1321 §A.5; stock prints the same digests. */
const published = [
  {
    content: '',
    sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    sha3: 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a',
    md5: 'd41d8cd98f00b204e9800998ecf8427e',
  },
  {
    content: 'abc',
    sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
    sha3: '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
    md5: '900150983cd24fb0d6963f7d28e17f72',
  },
  {
    content: 'a'.repeat(1_000_000),
    sha1: '34aa973cd4c4daa4f61eeb2bdbad27316534016f',
    sha3: '5c8875ae474a3634ba4fd55ec85bffd661f32aca75c6d699d0cdcb6c115891c1',
    md5: '7707d6ae4e027c70eea2a935c2296f21',
  },
]

/** The colliding prefix of the first SHAttered document (shattered.io), 320 bytes. */
const shattered = Buffer.from(
  'JVBERi0xLjMKJeLjz9MKCgoxIDAgb2JqCjw8L1dpZHRoIDIgMCBSL0hlaWdodCAzIDAgUi9UeXBlIDQgMCBS' +
    'L1N1YnR5cGUgNSAwIFIvRmlsdGVyIDYgMCBSL0NvbG9yU3BhY2UgNyAwIFIvTGVuZ3RoIDggMCBSL0JpdHNQ' +
    'ZXJDb21wb25lbnQgOD4+CnN0cmVhbQr/2P/+ACRTSEEtMSBpcyBkZWFkISEhISGFL+wJIzl1nDmxocY8TJfh' +
    '//4Bc0bckWa2fhGPApq2IbJWD/nKZ8yox/hbqEx5AwwrPeIY+G2zqQkB1d9FwU8m/t+z3DjpasIv571yjw5F' +
    'vOBG0jxXD+sUE5i7VS71oKgr4zH+pIA3uLXXHw4zLt+TrDUA603cDezBqGR5DHgsdiFWYN0wl5HQa9CvP5jN' +
    'pLxGKbE=',
  'base64',
)

test('digests agree with the published vectors', () => {
  for (const { content, ...digests } of published) {
    const bytes = utf8(content)
    assert.deepEqual({ sha1: sha1(bytes), sha3: sha3(bytes), md5: md5(bytes) }, digests)
  }
})

test('digests of the 256 byte values in order agree with stock', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value)
  assert.equal(sha1(bytes), '4916d6bdb7f78e6803698cab32d1586ea457dfc8')
  assert.equal(sha3(bytes), '9b04c091da96b997afb8f2585d608aebe9c4a904f7d52c8f28c7e4d2dd9fba5f')
  assert.equal(md5(bytes), 'e2c865db4162bed963bfaa9ef6ac18f0')
})

test('a digest covers a view, not the buffer beneath it', () => {
  const view = utf8('xxabcxx').subarray(2, 5)
  assert.equal(sha1(view), published[1]?.sha1)
})

test('content built to collide has the standard SHA-1, which stock hardens into another', () => {
  assert.equal(shattered.length, 320)
  assert.equal(sha1(shattered), 'f92d74e3874587aaf443d1db961d4e26dde13e9c')
  const stock = '7117b3cb9225aaf0d8ef1a40e493957b0bf8693d'
  assert.notEqual(sha1(shattered), stock)
})

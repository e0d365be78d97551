/**
 * Fossil's compressed form: the length of the content as 4 bytes, big-endian, then a zlib stream.
 * `blob.content`, `cfile` payloads and `application/x-fossil` bodies all have it.
 *
 * Any valid zlib stream will do, so short content can go as *stored* deflate blocks: the bytes as
 * they are, between a few bytes of framing. Stock reads those like any other stream, and writing
 * them costs a fraction of setting up a compressor.
 *
 * Sources: fossil src/blob.c:1377-1508; RFC 1950 (zlib), RFC 1951 §3.2.4 (stored blocks).
 * @module
 */

import { constants, deflateSync, inflateSync } from 'node:zlib'
import { assert } from './assert.ts'
import { noBytes } from './bytes.ts'
import { FossilError } from './error.ts'

const prefixBytes = 4
const zlibHeader = [0x78, 0x01] as const
const storedHeaderBytes = 5
const storedBlockBytes = 0xffff
const checksumBytes = 4

/** Deflate cannot expand a stream further than this: 258 bytes from 2 bits (RFC 1951 §3.2.5). */
const mostExpansion = 1032

/**
 * Wraps `content`, of at most 2^32-1 bytes, in the length prefix and a zlib stream of level 6,
 * which is what stock's `compress()` uses.
 *
 * @param options.deflateOverBytes content of at most this many bytes is stored rather than
 *   deflated; 0 unless given
 * @returns fresh bytes; they differ between zlib builds, so never compare or hash them
 */
export function compressContent(
  content: Uint8Array,
  options: { deflateOverBytes?: number | undefined } = {},
): Uint8Array {
  assert(content.length <= 0xffff_ffff, 'content fits its 4-byte length prefix')
  if (content.length <= (options.deflateOverBytes ?? 0)) return storeContent(content)
  const stream = deflateSync(content, { level: 6 })
  const framed = new Uint8Array(prefixBytes + stream.length)
  writeUint32(framed, 0, content.length)
  framed.set(stream, prefixBytes)
  return framed
}

/**
 * Unwraps what {@link compressContent} or stock wrapped. Strict where stock is not: the prefix must
 * be the exact length, and nothing may follow the stream.
 *
 * @param limits.maxBytes the longest content to accept; decides before anything is expanded
 * @returns the content: fresh bytes, or a plain view of `framed` where it is one stored block
 * @throws {FossilError} `xfer.frame`: too short, too long, lying about its length, cut off,
 *   corrupted, or followed by other bytes
 */
export function expandContent(framed: Uint8Array, limits: { maxBytes: number }): Uint8Array {
  if (framed.length <= prefixBytes) throw fault(`${framed.length} bytes are too few for a frame`)
  const sizeBytes = readUint32(framed, 0)
  if (sizeBytes > limits.maxBytes) {
    throw fault(`content of ${sizeBytes} bytes is over the limit of ${limits.maxBytes}`)
  }
  if (sizeBytes > framed.length * mostExpansion) {
    throw fault(`no stream of ${framed.length} bytes expands to ${sizeBytes}`)
  }
  return readStored(framed, sizeBytes) ?? inflate(framed, sizeBytes)
}

/** The declared length of the content of `framed`, in bytes; 0 where it is too short. */
export function declaredSize(framed: Uint8Array): number {
  return framed.length < prefixBytes ? 0 : readUint32(framed, 0)
}

/**
 * The beginning of the content, for a look before it is expanded: what the first `inputBytes` bytes
 * of the stream hold, at most 1,032 times as much. Nothing of it was verified; a stream that is
 * damaged there gives nothing.
 */
export function peekContent(framed: Uint8Array, inputBytes: number): Uint8Array {
  const start = framed.subarray(prefixBytes, prefixBytes + inputBytes)
  try {
    return inflateSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return noBytes
    throw cause
  }
}

/** The checksum that ends every zlib stream (RFC 1950 §8.2): an unsigned 32-bit integer. */
export function adler32(bytes: Uint8Array): number {
  // Sums stay below 2^31 for this many bytes, so V8 keeps them as small integers (measured).
  const run = 3800
  let low = 1
  let high = 0
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(at + run, bytes.length)
    for (; at < end; at++) {
      low += bytes[at] ?? 0
      high += low
    }
    low %= 65521
    high %= 65521
  }
  return ((high << 16) | low) >>> 0
}

/** At 1.4 kB a twelfth of the time of level 6, and a third of zlib's own level 0 (measured). */
function storeContent(content: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(content.length / storedBlockBytes))
  const overhead = prefixBytes + zlibHeader.length + blocks * storedHeaderBytes + checksumBytes
  const framed = new Uint8Array(overhead + content.length)
  writeUint32(framed, 0, content.length)
  framed.set(zlibHeader, prefixBytes)
  let to = prefixBytes + zlibHeader.length
  for (let block = 0; block < blocks; block++) {
    const from = block * storedBlockBytes
    const part = blocks === 1 ? content : content.subarray(from, from + storedBlockBytes)
    const { length } = part
    framed[to] = block === blocks - 1 ? 1 : 0
    framed[to + 1] = length & 0xff
    framed[to + 2] = length >>> 8
    framed[to + 3] = ~length & 0xff
    framed[to + 4] = (~length >>> 8) & 0xff
    framed.set(part, to + storedHeaderBytes)
    to += storedHeaderBytes + length
  }
  writeUint32(framed, to, adler32(content))
  return framed
}

/**
 * Reads a frame of stored blocks only. Anything else, and anything wrong, gives undefined:
 * zlib then says what it is.
 */
function readStored(framed: Uint8Array, sizeBytes: number): Uint8Array | undefined {
  const isZlib = framed[prefixBytes] === zlibHeader[0] && framed[prefixBytes + 1] === zlibHeader[1]
  if (!isZlib || sizeBytes >= framed.length) return undefined
  let at = prefixBytes + zlibHeader.length
  let content: Uint8Array | undefined
  let found = 0
  for (let isLast = false; !isLast;) {
    const header = framed[at]
    // Bit 0 marks the last block, bits 1-2 are 0 for a stored one, and the rest is padding.
    if (header === undefined || (header & 0b110) !== 0) return undefined
    isLast = (header & 1) === 1
    const length = readUint16(framed, at + 1)
    if ((length ^ readUint16(framed, at + 3)) !== 0xffff) return undefined
    at += storedHeaderBytes
    if (at + length > framed.length || found + length > sizeBytes) return undefined
    const block = new Uint8Array(framed.buffer, framed.byteOffset + at, length)
    if (found === 0 && isLast) content = block
    else (content ??= new Uint8Array(sizeBytes)).set(block, found)
    at += length
    found += length
  }
  if (found !== sizeBytes || at + checksumBytes !== framed.length) return undefined
  if (content === undefined || adler32(content) !== readUint32(framed, at)) return undefined
  return content
}

function inflate(framed: Uint8Array, sizeBytes: number): Uint8Array {
  const stream = framed.subarray(prefixBytes)
  const { buffer, engine } = inflateWhole(stream, sizeBytes)
  if (buffer.length !== sizeBytes) {
    throw fault(`prefix says ${sizeBytes} bytes and the stream holds ${buffer.length}`)
  }
  const extra = stream.length - engine.bytesWritten
  if (extra !== 0) throw fault(`${extra} bytes follow the zlib stream`)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

function inflateWhole(stream: Uint8Array, sizeBytes: number): Inflated {
  // One chunk for the whole output spares a copy and its page faults: 3x at 5 MB (measured).
  // The spare byte is room for a stream that is longer than it claims to show itself.
  const room = sizeBytes + 1
  try {
    const options = { chunkSize: Math.max(64, room), maxOutputLength: room, info: true }
    const inflated: unknown = inflateSync(stream, options)
    assert(isInflated(inflated), 'zlib says how many bytes it read')
    return inflated
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) throw fault(zlibReason(cause), cause)
    throw cause
  }
}

/** The return type of `inflateSync` when asked for `info`; its declared type leaves that out. */
type Inflated = { buffer: Uint8Array; engine: { bytesWritten: number } }

function isInflated(value: unknown): value is Inflated {
  if (typeof value !== 'object' || value === null) return false
  if (!('buffer' in value && value.buffer instanceof Uint8Array && 'engine' in value)) return false
  const { engine } = value
  return typeof engine === 'object' && engine !== null && 'bytesWritten' in engine
}

function zlibReason(error: Error & { code: unknown }): string {
  return error.code === 'ERR_BUFFER_TOO_LARGE'
    ? 'the stream holds more than its prefix says'
    : `zlib: ${error.message}`
}

function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}

function readUint32(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = 0; i < 4; i++) value = (value << 8) | (bytes[at + i] ?? 0)
  return value >>> 0
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (value >>> (24 - 8 * i)) & 0xff
}

function fault(reason: string, cause?: unknown): FossilError<'xfer.frame'> {
  return new FossilError('xfer.frame', { reason }, cause === undefined ? {} : { cause })
}

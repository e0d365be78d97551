/**
 * Gzip as a stream of chunks. What was compressed so far needs not be in memory: the deflate stream
 * is put together from pieces, each flushed to the end of a byte.
 * Sources: RFC 1952; RFC 1951 §3.2.4; fossil src/gzip.c.
 * @module
 */

import { constants, crc32, deflateRawSync } from 'node:zlib'

import { concat } from '../base/bytes.ts'

/** Long enough that what a piece cannot refer to matters little. */
const pieceBytes = 1 << 20

/**
 * Compresses chunks into one gzip file. The same chunks give the same bytes, under one version of
 * zlib.
 *
 * @param mtimeSec seconds since 1970, an unsigned 32-bit number
 */
export function* gzip(chunks: Iterable<Uint8Array>, mtimeSec: number): Generator<Uint8Array> {
  // No name, the slowest compression, an unknown system: as stock says it.
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255])
  header.writeUInt32LE(mtimeSec, 4)
  yield header
  let [checksum, sizeBytes] = [0, 0]
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  for (const chunk of chunks) {
    checksum = crc32(chunk, checksum)
    sizeBytes += chunk.length
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes < pieceBytes) continue
    yield deflateRawSync(concat(waiting), { level: 9, finishFlush: constants.Z_SYNC_FLUSH })
    waiting = []
    waitingBytes = 0
  }
  yield deflateRawSync(concat(waiting), { level: 9 })
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(checksum, 0)
  trailer.writeUInt32LE(sizeBytes % 0x1_0000_0000, 4)
  yield trailer
}

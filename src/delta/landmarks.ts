/**
 * An index of the 16-byte blocks of a source, by hash, to find each of them again.
 *
 * The table is stock's, collisions included: which blocks share a bucket decides which matches are
 * seen, and so the bytes of the delta. Source: fossil src/delta.c:83-152, 389-400.
 * @module
 */

/** Width of a block and of the rolling window, in bytes. delta.c:81. */
export const windowBytes = 16

/** The blocks of one source, in buckets. Block numbers count from 1; 0 ends a chain. */
export interface Landmarks {
  /** The last block of each bucket. */
  readonly heads: Int32Array
  /** By block: the block before it in the same bucket. */
  readonly previous: Int32Array
}

/** Indexes the blocks of `source`, except one that would reach its very end. delta.c:396. */
export function landmarksOf(source: DataView): Landmarks {
  const buckets = source.byteLength >>> 4
  const heads = new Int32Array(buckets)
  const previous = new Int32Array(buckets + 1)
  const end = source.byteLength - windowBytes
  for (let at = 0, block = 1; at < end; at += windowBytes, block++) {
    const bucket = blockHash(source, at) % buckets
    previous[block] = heads[bucket] ?? 0
    heads[bucket] = block
  }
  return { heads, previous }
}

/**
 * The hash of a window: the sum of its bytes in the low half, and in the high half the sum of its
 * bytes weighted 16 down to 1.
 *
 * Bytes are *signed*, as `char` is where stock is usually built. A stock whose `char` is unsigned
 * finds other matches here and there; either reads the other's deltas.
 *
 * @returns an unsigned 32-bit integer
 */
export function windowHash(sum: number, weighted: number): number {
  return ((sum & 0xffff) | (weighted << 16)) >>> 0
}

/** The hash of the 16 bytes at `at`. Four loads serve as well as sixteen unrolled (measured). */
function blockHash(bytes: DataView, at: number): number {
  let sum = 0
  let weighted = 0
  for (let i = at; i < at + windowBytes; i += 4) {
    const word = bytes.getInt32(i)
    weighted += sum += word >> 24
    weighted += sum += (word << 8) >> 24
    weighted += sum += (word << 16) >> 24
    weighted += sum += (word << 24) >> 24
  }
  return windowHash(sum, weighted)
}

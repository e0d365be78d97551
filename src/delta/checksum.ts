/**
 * The checksum that ends every delta. May know nothing else of this project.
 * @module
 */

/**
 * The sum of `bytes` as big-endian 32-bit words, padded with zeros to whole words, modulo 2^32.
 *
 * Source: fossil src/delta.c:230-292. delta_format.wiki §2.2 says modulo 2^32-1, but the code wraps
 * at 2^32 and the code is what is on disk; `checksum.test.ts` pins it.
 *
 * @returns an unsigned integer below 2^32
 */
export function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const rest = bytes.length & 3
  const end = bytes.length - rest
  let sum = 0
  for (let at = 0; at < end; at += 4) sum = (sum + view.getInt32(at)) | 0
  for (let i = 0; i < rest; i++) sum = (sum + (view.getUint8(end + i) << (24 - 8 * i))) | 0
  return sum >>> 0
}

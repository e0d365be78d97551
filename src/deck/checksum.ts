/**
 * The two checksums inside artifacts, both MD5: the Z card over the deck that it ends, and the R
 * card over all files of a check-in. They find accidents; artifact hashes are the defence.
 * May know digests and text. Specification: fileformat.wiki §2.1 and §4.2.
 * @module
 */

import { createHash } from 'node:crypto'

import { md5 } from '../hash/hash.ts'
import { encodeText } from '../base/text.ts'

/** Length of a Z card: `Z`, a space, 32 hexadecimal digits, a newline. */
export const zCardSize = 35

/** The Z card, with its newline, that ends a deck of `cards`. */
export function zCard(cards: Uint8Array): string {
  return `Z ${md5(cards)}\n`
}

/** Tells whether the Z card at the end of `deck` is right. manifest.c:352-367. */
export function zCardMatches(deck: Uint8Array): boolean {
  const at = deck.length - zCardSize
  if (at < 0) return false
  const written = Buffer.from(deck.buffer, deck.byteOffset + at, zCardSize).toString('latin1')
  return written === zCard(deck.subarray(0, at))
}

/** One file as the R card sees it. */
export interface ChecksumFile {
  /** Its name in the check-in, not fossilized. */
  readonly name: string
  readonly content: Uint8Array
}

/**
 * The R card of a check-in with `files`: for each, its name, a space, its size in decimal, a
 * newline and its content. The caller gives every file of the check-in, for a delta manifest the
 * baseline's too, in the order of their names as bytes. Files are taken one by one, so a large
 * check-in need not be in memory. Reference: vfile.c:917-956.
 *
 * @returns 32 lowercase hexadecimal digits
 */
export function repoChecksum(files: Iterable<ChecksumFile>): string {
  const sum = createHash('md5')
  for (const { name, content } of files) {
    sum.update(encodeText(name))
    sum.update(` ${content.length}\n`)
    sum.update(content)
  }
  return sum.digest('hex')
}

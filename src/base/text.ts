/**
 * Text of artifacts as strings, without losing a byte.
 *
 * Fossil says artifacts are UTF-8 (fileformat.wiki §2.0) and never checks: names, comments and
 * pages in old encodings are in repositories, and an artifact read and written again must keep its
 * hash. So a byte that is not part of valid UTF-8 becomes one lone surrogate, U+DC80 for 0x80 to
 * U+DCFF for 0xFF, as in Python's PEP 383. Valid UTF-8 never decodes to a surrogate, which makes
 * the mapping exact in both directions. A database or a page that cannot hold a lone surrogate
 * must take {@link encodeText}'s bytes instead of the string.
 *
 * May know bytes.
 * @module
 */

import { requireBytes } from './options.ts'
import { strictUtf8, utf8 } from './bytes.ts'

/** The first low surrogate. As the second half of a pair it is no escape. */
const escapeBase = 0xdc00

/**
 * Decodes text of an artifact. {@link encodeText} gives back exactly `bytes`.
 *
 * @example
 * ```ts
 * const text = decodeText(readArtifact(repo, hash))
 * ```
 */
export function decodeText(bytes: Uint8Array): string {
  requireBytes('bytes', bytes)
  return strictUtf8(bytes) ?? decodeEscaping(bytes)
}

/**
 * Encodes text for an artifact: UTF-8, and one byte for each escaped byte.
 * A surrogate that stands for no byte becomes U+FFFD: ask {@link isLossless} about foreign text.
 *
 * @example
 * ```ts
 * writeFileSync(Buffer.from(encodeText(name)), bytes)
 * ```
 */
export function encodeText(text: string): Uint8Array {
  return text.isWellFormed() ? utf8(text) : encodeEscaped(text)
}

/** Tells whether `text` survives {@link encodeText} followed by {@link decodeText}. */
export function isLossless(text: string): boolean {
  return text.isWellFormed() || decodeText(encodeEscaped(text)) === text
}

/**
 * Compares as stock does, byte by byte as unsigned numbers (util.c:419-428). Code units give
 * another order where one side leaves the basic plane or holds an escaped byte.
 *
 * @returns negative, zero or positive, like a `sort()` callback
 */
export function compareAsBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    return x < 0xd800 && y < 0xd800 ? x - y : Buffer.compare(encodeText(a), encodeText(b))
  }
  return a.length - b.length
}

function encodeEscaped(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3)
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= escapeBase + 0x80 && unit <= escapeBase + 0xff) bytes[length++] = unit - escapeBase
    else if (unit < 0x80) bytes[length++] = unit
    else {
      const code = text.codePointAt(i) ?? 0
      // A pair of surrogates is one character; a lone one becomes U+FFFD in utf8().
      if (code > 0xffff) i++
      const encoded = utf8(String.fromCodePoint(code))
      bytes.set(encoded, length)
      length += encoded.length
    }
  }
  return bytes.slice(0, length)
}

/** Every byte gives at most one code unit, so that hostile bytes cost no more than good ones. */
function decodeEscaping(bytes: Uint8Array): string {
  const units = Buffer.alloc(bytes.length * 2)
  let length = 0
  const put = (unit: number): void => {
    length = units.writeUInt16LE(unit, length)
  }
  for (let at = 0; at < bytes.length;) {
    const size = sequenceLength(bytes, at)
    if (size === 0) put(escapeBase + (bytes[at++] ?? 0))
    else {
      const code = codePoint(bytes, at, size)
      at += size
      if (code <= 0xffff) put(code)
      else {
        put(0xd800 + ((code - 0x10000) >> 10))
        put(escapeBase + ((code - 0x10000) & 0x3ff))
      }
    }
  }
  return units.toString('utf16le', 0, length)
}

/** The character that the valid sequence of `size` bytes at `at` encodes. */
function codePoint(bytes: Uint8Array, at: number, size: number): number {
  const first = bytes[at] ?? 0
  let code = size === 1 ? first : first & (0x7f >> size)
  for (let i = 1; i < size; i++) code = (code << 6) | ((bytes[at + i] ?? 0) & 0x3f)
  return code
}

/** Length of the valid UTF-8 sequence at `at`, or 0 where there is none. Unicode table 3-7. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  const second = bytes[at + 1] ?? 0
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < lowest || second > highest) return 0
  for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}

/**
 * One line of a message: its tokens, and the payload that follows it.
 *
 * May know how stock splits lines and reads tokens; which card takes which tokens is codec.ts.
 * Sources: fossil src/blob.c:119 (whitespace), 800-853 (lines, tokens), 1057-1102 (integers),
 * src/xfer.c:40 (six tokens).
 * @module
 */

import { assert } from '../base/assert.ts'
import { fromUtf8, strictUtf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'

/** Stock keeps this many tokens of a line, the card's name included, and ignores the rest. */
export const mostTokens = 6

/** The largest size, count or flag word on the wire. */
export const largestInteger = 0x7fff_ffff

const newline = 0x0a
const longestName = 80

/** Tells whether a byte separates tokens: space, or tab to carriage return. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)
}

/** 1 for the digits of a hash. A table, because digits and letters alternate (measured). */
const isHashDigit = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) ? 1 : 0,
)

/** The artifact hash that `bytes` hold from `start` to `end`, or undefined where there is none. */
export function hashAt(bytes: Buffer, start: number, end: number): ArtifactHash | undefined {
  if (end - start !== 40 && end - start !== 64) return undefined
  const text = bytes.toString('latin1', start, end)
  return isHashIn(bytes, start, text) ? text : undefined
}

/**
 * `isArtifactHash` of a `text` of 40 or 64 bytes, decided by the bytes it was read from: three to
 * five times as fast (measured).
 */
function isHashIn(bytes: Buffer, start: number, text: string): text is ArtifactHash {
  const end = start + text.length
  for (let at = start; at < end; at++) if (isHashDigit[bytes[at] ?? 0] === 0) return false
  return true
}

/**
 * Reads the arguments of one line, counted from 0 after the card's name, and then its payload.
 * Every method throws `xfer.malformed` where the bytes are not what it reads.
 */
export class CardLine {
  /** The first token, '' for a blank line; a long one, which names no card, is cut. */
  readonly name: string
  readonly #message: Buffer
  /** The start and end of each token, in turn. */
  readonly #bounds: number[] = []
  #next: number

  /**
   * @param message kept, and viewed by payloads: do not change it while they are in use
   * @param start the first byte of the line
   * @param end the byte after the line's newline
   */
  constructor(message: Buffer, start: number, end: number) {
    this.#message = message
    this.#next = end
    for (let at = start; this.#bounds.length < 2 * mostTokens;) {
      while (at < end && isSpace(message[at])) at++
      if (at === end) break
      this.#bounds.push(at)
      while (at < end && !isSpace(message[at])) at++
      this.#bounds.push(at)
    }
    this.name = this.#bounds.length === 0 ? '' : this.#latin1(0, longestName)
  }

  /** The first byte after the line and what has been read of its payload. */
  get next(): number {
    return this.#next
  }

  /** The number of arguments that the line has, of those that are kept. */
  get count(): number {
    return Math.max(0, this.#bounds.length / 2 - 1)
  }

  /** Checks that the line has from `least` to `most` arguments. */
  expect(least: number, most: number = least): void {
    if (this.count >= least && this.count <= most) return
    const expected = least === most ? `${least}` : `${least} to ${most}`
    throw this.malformed(`it takes ${expected} arguments and has ${this.count}`)
  }

  /** An artifact's name. Uppercase is refused: see `isArtifactHash`. */
  hash(index: number): ArtifactHash {
    const [start, end] = this.#boundsOf(index + 1)
    const hash = hashAt(this.#message, start, end)
    if (hash !== undefined) return hash
    throw this.malformed(`${quoted(this.#latin1(index + 1))} is not an artifact hash`)
  }

  /** A name of the right length in hexadecimal digits, some of them uppercase; else undefined. */
  oddName(index: number): string | undefined {
    if (this.count <= index) return undefined
    const text = this.#latin1(index + 1)
    const isName = /^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(text)
    return isName && /[A-F]/.test(text) ? text : undefined
  }

  /** An artifact's name, or undefined for the `-` that stands for a deleted file. */
  hashOrDash(index: number): ArtifactHash | undefined {
    return this.#latin1(index + 1) === '-' ? undefined : this.hash(index)
  }

  /** A project code: it has the form of a hash in either case, and is only ever compared. */
  projectCode(index: number): string {
    const text = this.#latin1(index + 1)
    if (/^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(text)) return text
    throw this.malformed(`${quoted(text)} is not a project code`)
  }

  /** Decimal digits, at most {@link largestInteger}. */
  integer(index: number): number {
    return this.#digits(index, largestInteger)
  }

  /** Seconds since 1970. Stock takes 64 bits; beyond 2^53-1 is refused here. */
  seconds(index: number): number {
    return this.#digits(index, Number.MAX_SAFE_INTEGER)
  }

  /** Text that is data: UTF-8 and nothing else. */
  word(index: number): string {
    const text = strictUtf8(this.#token(index + 1))
    if (text === undefined) throw this.malformed('it is not UTF-8')
    return text
  }

  /** Text for a person to read: what is not UTF-8 becomes U+FFFD. */
  shown(index: number): string {
    return fromUtf8(this.#token(index + 1))
  }

  /** The `sizeBytes` bytes that follow, as a plain view of the message. */
  payload(sizeBytes: number): Uint8Array {
    const end = this.#next + sizeBytes
    const left = this.#message.length - this.#next
    if (sizeBytes > left) {
      throw this.malformed(`its payload of ${sizeBytes} bytes is cut off after ${left}`)
    }
    const { buffer, byteOffset } = this.#message
    const view = new Uint8Array(buffer, byteOffset + this.#next, sizeBytes)
    this.#next = end
    return view
  }

  /** The newline that follows a payload. */
  newline(): void {
    if (this.#message[this.#next] !== newline) throw this.malformed('no newline ends its payload')
    this.#next += 1
  }

  /** The error that says what is wrong with this line. */
  malformed(reason: string): FossilError<'xfer.malformed'> {
    return new FossilError('xfer.malformed', { card: this.name, reason })
  }

  #digits(index: number, largest: number): number {
    const text = this.#latin1(index + 1)
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
    if (value <= largest) return value
    throw this.malformed(`${quoted(text)} is not an integer from 0 to ${largest}`)
  }

  #token(token: number): Uint8Array {
    const [start, end] = this.#boundsOf(token)
    return this.#message.subarray(start, end)
  }

  #latin1(token: number, limit = Infinity): string {
    const [start, end] = this.#boundsOf(token)
    return this.#message.toString('latin1', start, Math.min(end, start + limit))
  }

  #boundsOf(token: number): [start: number, end: number] {
    const [start, end] = [this.#bounds[2 * token], this.#bounds[2 * token + 1]]
    assert(start !== undefined && end !== undefined, 'a codec counts arguments before reading them')
    return [start, end]
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

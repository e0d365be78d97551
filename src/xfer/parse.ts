/**
 * Reads a message as cards, in order and one at a time.
 *
 * May know the cards and their codecs. Unwrapping a body into a message is frame.ts.
 * Specification: fossil www/sync.wiki §3.1. Reference: the loops of fossil src/xfer.c:1350, 2491.
 * @module
 */

/// <reference lib="esnext.iterator" preserve="true" />

import { requireBytes } from '../base/options.ts'
import { fromUtf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Card, CommentCard, NamedCard, OddNameCard, UnknownCard } from './card.ts'
import type { CardCodec } from './card-codec.ts'
import { cards } from './codec.ts'
import { CardLine, hashAt } from './line.ts'

/** A map, so that a line that says `constructor` is an unknown card. */
const codecs: ReadonlyMap<string, CardCodec<NamedCard>> = new Map(Object.entries(cards))

const newline = 0x0a
const hashSign = 0x23
const igotPrefix = Buffer.from('igot ')
const gimmePrefix = Buffer.from('gimme ')

/** A longer line is no card: what is in it must fit a string, and the memory of a small device. */
const longestLineBytes = 1 << 20
/** Bytes of an unknown line that are worth showing. */
const longestShownBytes = 1000

/** Limits of the text of a message: lines with their newlines, blank ones too, not payloads. */
export interface CardLimits {
  readonly maxTextBytes: number
}

const unlimited: CardLimits = { maxTextBytes: Infinity }

/**
 * Reads `message` card by card. Each card is checked whole before it is handed out, and nothing
 * after it has been looked at yet. Blank lines are skipped; stock's client does the same, and its
 * server answers them with an error (xfer.c:1889, 2942).
 *
 * @example
 * ```ts
 * for (const card of parseCards(message)) {
 *   if (card.type === 'igot') console.log(card.hash)
 * }
 * ```
 * @param message kept, and viewed by payloads: do not change it while they are in use
 * @param limits beyond which reading ends with `xfer.limit`
 */
export function parseCards(
  message: Uint8Array,
  limits: { readonly maxTextBytes: number } = unlimited,
): CardReader {
  requireBytes('message', message)
  return new CardReader(message, limits)
}

/**
 * The cards of one message.
 *
 * `next` throws `xfer.malformed` where a card is, and again whenever it is called after that.
 */
export class CardReader extends Iterator<Card, undefined> {
  /** The message's own bytes, as a Buffer for its `toString`. */
  readonly #message: Buffer
  readonly #maxTextBytes: number
  #at = 0
  /** Bytes of payloads before `#at`: everything else is text. */
  #payloadBytes = 0

  constructor(message: Uint8Array, { maxTextBytes }: CardLimits) {
    super()
    this.#maxTextBytes = maxTextBytes
    this.#message = Buffer.from(message.buffer, message.byteOffset, message.length)
  }

  /** The bytes after the last card: after a `login` card, those that its nonce covers. */
  get rest(): Uint8Array {
    const { buffer, byteOffset, length } = this.#message
    return new Uint8Array(buffer, byteOffset + this.#at, length - this.#at)
  }

  /** The next card. */
  next(): IteratorResult<Card, undefined> {
    for (;;) {
      this.#skipBlankLines()
      this.#checkText()
      if (this.#at >= this.#message.length) return { done: true, value: undefined }
      const card = this.#readHashCard() ?? this.#readLine()
      if (card !== undefined) return { done: false, value: card }
    }
  }

  /** Ahead of the general way, since a message may be nothing else (measured). */
  #skipBlankLines(): void {
    const end = Math.min(this.#message.length, this.#payloadBytes + this.#maxTextBytes + 1)
    while (this.#at < end && this.#message[this.#at] === newline) this.#at++
  }

  #checkText(): void {
    if (this.#at - this.#payloadBytes <= this.#maxTextBytes) return
    const reason = `the text of its cards is longer than ${this.#maxTextBytes} bytes`
    throw new FossilError('xfer.limit', { reason })
  }

  /**
   * Reads `igot HASH` or `gimme HASH` without arguments besides, which most cards of most messages
   * are: three times as fast as the general way (measured). Anything else gives undefined.
   */
  #readHashCard(): Card | undefined {
    const isIgot = this.#startsWith(igotPrefix)
    if (!isIgot && !this.#startsWith(gimmePrefix)) return undefined
    const start = this.#at + (isIgot ? igotPrefix : gimmePrefix).length
    const isLong = this.#message[start + 64] === newline
    const end = start + (isLong ? 64 : 40)
    if (!isLong && this.#message[end] !== newline) return undefined
    const hash = hashAt(this.#message, start, end)
    if (hash === undefined) return undefined
    this.#at = end + 1
    return isIgot ? { type: 'igot', hash, isPrivate: false } : { type: 'gimme', hash }
  }

  #startsWith(prefix: Uint8Array): boolean {
    for (let i = 0; i < prefix.length; i++) {
      if (this.#message[this.#at + i] !== prefix[i]) return false
    }
    return true
  }

  /** Reads one line and its payload; undefined for a blank line. */
  #readLine(): Card | undefined {
    const start = this.#at
    const newlineAt = this.#message.indexOf(newline, start)
    const end = newlineAt === -1 ? this.#message.length : newlineAt
    const next = newlineAt === -1 ? end : end + 1
    if (this.#message[start] === hashSign) {
      this.#at = next
      return this.#comment(start, end)
    }
    const line = new CardLine(this.#message, start, next)
    const codec = codecs.get(line.name)
    if (codec === undefined) {
      this.#at = next
      return line.name === '' ? undefined : this.#unknown(start, end)
    }
    // A line that lost its end could pass for a shorter one: `clone_seqno 12` of `1234`.
    if (newlineAt === -1) throw line.malformed('the message ends within it')
    if (end - start > longestLineBytes) throw line.malformed('its line is too long')
    const card = oddNameCard(line) ?? codec.parse(line)
    this.#payloadBytes += line.next - next
    this.#at = line.next
    return card
  }

  #comment(start: number, end: number): CommentCard {
    const keptEnd = Math.min(end, start + longestLineBytes)
    const text = fromUtf8(this.#message.subarray(start + 1, keptEnd))
    return { type: 'comment', text: text.startsWith(' ') ? text.slice(1) : text }
  }

  #unknown(start: number, end: number): UnknownCard {
    const shownEnd = Math.min(end, start + longestShownBytes)
    const line = fromUtf8(this.#message.subarray(start, shownEnd))
    const [name = ''] = /[^ \t\n\v\f\r]+/.exec(line) ?? []
    return { type: 'unknown', name, line }
  }
}

function oddNameCard(line: CardLine): OddNameCard | undefined {
  const { name } = line
  if (name !== 'igot' && name !== 'gimme') return undefined
  const hash = line.oddName(0)
  return hash === undefined ? undefined : { type: 'oddname', name, hash }
}

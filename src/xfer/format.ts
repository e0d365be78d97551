/**
 * Writes cards into a message.
 *
 * May know the cards and their codecs. Wrapping a message into a body is frame.ts.
 * Specification: fossil www/sync.wiki §3.1.
 * @module
 */

import { assert } from '../base/assert.ts'
import type { Card, NamedCard } from './card.ts'
import type { CardCodec, CardText } from './card-codec.ts'
import { cards } from './codec.ts'
import { largestInteger, mostTokens } from './line.ts'

const codecs: Readonly<Record<NamedCard['type'], CardCodec<NamedCard>>> = cards

const newline = 0x0a
const space = 0x20
const firstCapacityBytes = 1024
/** `igot `, the longest hash, ` 1` and a newline. */
const longestHashCardBytes = 5 + 64 + 2 + 1

/**
 * Collects one message. Cards come out in the order they were added.
 *
 * @example
 * ```ts
 * const writer = new CardWriter()
 * writer.add({ type: 'gimme', hash })
 * const request = encodeMessage(writer.finish())
 * ```
 */
export class CardWriter {
  #buffer = Buffer.allocUnsafe(firstCapacityBytes)
  #used = 0
  #cards = 0

  /** Length of the message so far. */
  get sizeBytes(): number {
    return this.#used
  }

  /** Cards added so far. */
  get cards(): number {
    return this.#cards
  }

  /** Tells whether nothing has been added. */
  get isEmpty(): boolean {
    return this.#used === 0
  }

  /**
   * Appends a card. Its texts are the caller's to check: a cookie, a code or a pragma's argument is
   * one token, without whitespace.
   */
  add(card: Card): void {
    this.#cards++
    if (card.type === 'igot') this.#addHashCard('igot ', card.hash, card.isPrivate ? ' 1' : '')
    else if (card.type === 'gimme') this.#addHashCard('gimme ', card.hash, '')
    else if (card.type === 'comment') this.#addLine(`# ${card.text}`)
    else if (card.type === 'unknown') this.#addLine(card.line)
    else if (card.type === 'oddname') this.#addLine(`${card.name} ${card.hash}`)
    else this.#addText(card.type, codecs[card.type].format(card))
  }

  /** Appends `count` cards that are already in wire form, payloads and newlines included. */
  addRaw(bytes: Uint8Array, count: number): void {
    this.#cards += count
    this.#addBytes(bytes)
  }

  /** A copy of what was added since the message was `sizeBytes` long. */
  bytesSince(sizeBytes: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, sizeBytes, this.#used)
  }

  /** Forgets what was added. Stock drops what it has written when it turns to an error. */
  reset(): void {
    this.#used = 0
    this.#cards = 0
  }

  /** Hands over the message; the writer is empty afterwards and may be used for the next. */
  finish(): Uint8Array {
    const { buffer, byteOffset } = this.#buffer
    const message = new Uint8Array(buffer, byteOffset, this.#used)
    this.#buffer = Buffer.allocUnsafe(firstCapacityBytes)
    this.reset()
    return message
  }

  #addHashCard(prefix: string, hash: string, suffix: string): void {
    this.#reserve(longestHashCardBytes)
    this.#used += this.#buffer.write(prefix, this.#used, 'latin1')
    this.#used += this.#buffer.write(hash, this.#used, 'latin1')
    if (suffix !== '') this.#used += this.#buffer.write(suffix, this.#used, 'latin1')
    this.#buffer[this.#used++] = newline
  }

  #addText(name: string, { args, payload, newline: ending }: CardText): void {
    assert(args.length < mostTokens, 'a card has no more tokens than receivers keep')
    this.#addUtf8(name)
    for (const arg of args) {
      this.#addByte(space)
      this.#addUtf8(typeof arg === 'number' ? integerToken(arg) : checkedToken(arg))
    }
    this.#addByte(newline)
    if (payload === undefined) return
    assert(payload.length <= largestInteger, 'a payload has a size that fits the wire')
    this.#addBytes(payload)
    const isMissing = ending === 'if-missing' && payload.at(-1) !== newline
    if (ending === 'always' || isMissing) this.#addByte(newline)
  }

  #addLine(line: string): void {
    assert(!line.includes('\n'), 'a line is one line')
    this.#addUtf8(line)
    this.#addByte(newline)
  }

  #addUtf8(text: string): void {
    this.#reserve(text.length * 3)
    this.#used += this.#buffer.write(text, this.#used, 'utf8')
  }

  #addByte(byte: number): void {
    this.#reserve(1)
    this.#buffer[this.#used++] = byte
  }

  #addBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#used)
    this.#used += bytes.length
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#used + sizeBytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length))
    grown.set(this.#buffer.subarray(0, this.#used))
    this.#buffer = grown
  }
}

function checkedToken(text: string): string {
  assert(/^[^ \t\n\v\f\r]+$/.test(text), 'an argument is one token')
  return text
}

function integerToken(value: number): string {
  assert(Number.isSafeInteger(value) && value >= 0, 'numbers on the wire are natural')
  return String(value)
}

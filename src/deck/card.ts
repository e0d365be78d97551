/**
 * Cards as bytes: the line discipline that all kinds of artifact share. A card is a letter and its
 * arguments, each after one space, ended by a newline; the W card alone has content below it.
 *
 * May know text, escaping and artifact hashes; what a card means is the business of `cards.ts`.
 * Specification: fileformat.wiki §2.0. Reference: manifest.c:374-414, 1026-1048.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import type { FileCards } from './file-cards.ts'
import { defossilize, fossilize } from './fossilize.ts'
import type { Span } from './signature.ts'
import { decodeText, encodeText, isLossless } from '../base/text.ts'

const NUL = 0x00
const NEWLINE = 0x0a
const SPACE = 0x20

/**
 * Reads the cards of one deck, in order. The deck ends with a newline, which the caller has
 * checked; `artifact` is neither changed nor kept.
 *
 * Methods that return `undefined` have met the end of the card. Faults are `deck.malformed`, with
 * the line counted from the start of the artifact.
 */
export class CardReader {
  /** F cards that were read before, where the reader of many decks keeps them. */
  readonly fileCards: FileCards | undefined
  readonly #bytes: Buffer
  readonly #end: number
  #at: number
  #cardAt: number
  #isAtEndOfCard = true

  constructor(artifact: Uint8Array, span: Span, fileCards?: FileCards) {
    this.fileCards = fileCards
    this.#bytes = Buffer.from(artifact.buffer, artifact.byteOffset, artifact.length)
    this.#end = span.end
    this.#at = span.start
    this.#cardAt = span.start
  }

  /** Moves to the next card and returns its letter, which may be any byte. */
  nextCard(): string | undefined {
    if (!this.#isAtEndOfCard) this.fail('too many arguments')
    if (this.#at >= this.#end) return undefined
    this.#cardAt = this.#at
    const after = this.#at + 1 < this.#end ? this.#bytes[this.#at + 1] : NUL
    if (after !== SPACE && after !== NEWLINE) this.fail('not a card')
    this.#isAtEndOfCard = after === NEWLINE
    this.#at += 2
    return this.#letter()
  }

  /** The next argument as it stands. A NUL ends it, as it ends a C string in stock. */
  token(): string | undefined {
    if (this.#isAtEndOfCard) return undefined
    const start = this.#at
    let end = start
    let byte = this.#bytes[end] ?? NUL
    let isAscii = true
    while (byte !== SPACE && byte !== NEWLINE && byte !== NUL) {
      if (byte >= 0x80) isAscii = false
      byte = this.#bytes[++end] ?? NUL
    }
    this.#isAtEndOfCard = byte === NEWLINE
    this.#at = end + 1
    if (isAscii) return this.#bytes.toString('latin1', start, end)
    return decodeText(this.#bytes.subarray(start, end))
  }

  /** The next argument, unescaped. An escaped NUL ends it too. */
  text(): string | undefined {
    const token = this.token()
    if (!token?.includes('\\')) return token
    const text = defossilize(token)
    const nul = text.indexOf('\0')
    const visible = nul === -1 ? text : text.slice(0, nul)
    // Dropping a useless backslash can join two stray bytes into one character.
    return isLossless(visible) ? visible : decodeText(encodeText(visible))
  }

  /** The next argument as an artifact hash. */
  hash(): ArtifactHash | undefined {
    const token = this.token()
    return token === undefined ? undefined : this.hashOf(token)
  }

  /**
   * `token` as an artifact hash. Uppercase digits are made lowercase: stock accepts them here
   * (encode.c:781-785) and looks the artifact up in lowercase (vfile.c:54-69).
   */
  hashOf(token: string): ArtifactHash {
    const hash = parseArtifactHash(token) ?? parseArtifactHash(token.toLowerCase())
    return hash ?? this.fail('not an artifact hash')
  }

  /** The content below a W card, whose argument has given `sizeBytes`, and its final newline. */
  content(sizeBytes: number): string {
    if (!this.#isAtEndOfCard) this.fail('too many arguments')
    const start = this.#at
    const end = start + sizeBytes
    if (end + 1 >= this.#end) this.fail('the artifact ends before the content does')
    if (this.#bytes[end] !== NEWLINE) this.fail('no newline after the content')
    this.#at = end + 1
    return decodeText(this.#bytes.subarray(start, end))
  }

  /**
   * The rest of this line, one character a byte, without reading it; nothing of the next line where
   * the card is at its end.
   */
  peekLine(): string {
    if (this.#isAtEndOfCard) return ''
    const newline = this.#bytes.indexOf(NEWLINE, this.#at)
    return this.#bytes.toString('latin1', this.#at, newline)
  }

  /** Reads past a line that {@link peekLine} gave, and past its newline. */
  skipLine(line: string): void {
    this.#at += line.length + 1
    this.#isAtEndOfCard = true
  }

  /** Tells whether exactly `line`, which {@link peekLine} gave, and its newline were read. */
  hasRead(line: string): boolean {
    return this.#isAtEndOfCard && this.#at === this.#cardAt + 2 + line.length + 1
  }

  /** Gives up on the card that was read last. */
  fail(fault: string): never {
    const letter = this.#letter()
    const reason = /[A-Z]/.test(letter) ? `${letter} card: ${fault}` : fault
    throw new FossilError('deck.malformed', { line: lineAt(this.#bytes, this.#cardAt), reason })
  }

  #letter(): string {
    return String.fromCharCode(this.#bytes[this.#cardAt] ?? NUL)
  }
}

/** The line of `bytes`, counted from 1, to which the byte at `at` belongs. */
export function lineAt(bytes: Uint8Array, at: number): number {
  let line = 1
  for (let i = bytes.indexOf(NEWLINE); i !== -1 && i < at; i = bytes.indexOf(NEWLINE, i + 1)) line++
  return line
}

/**
 * Collects the cards of one deck, which the caller writes in order. Refuses what could not be
 * read back as written; whether a card follows its form is for the reader to say.
 */
export class CardWriter {
  #text = ''
  #line = 1

  /** Appends a card. `args` are ready to stand between spaces: see {@link text}, {@link token}. */
  card(letter: string, args: readonly string[]): void {
    this.#text += `${[letter, ...args].join(' ')}\n`
    this.#line++
  }

  /** Appends a W card. */
  content(content: string): void {
    if (!isLossless(content)) this.fail('content with a surrogate that stands for no byte')
    this.card('W', [String(encodeText(content).length)])
    this.#text += `${content}\n`
  }

  /** Escapes `value` as an argument. `what` names it in the error. */
  text(value: string, what: string): string {
    this.#checkReadable(value, what)
    return fossilize(value)
  }

  /** Checks that `value` can be an argument as it stands. `what` names it in the error. */
  token(value: string, what: string): string {
    this.#checkReadable(value, what)
    if (/[ \n]/.test(value)) this.fail(`${what} with a space or newline, which would end it`)
    return value
  }

  /** Refuses to write the next card. */
  fail(reason: string): never {
    throw new FossilError('deck.malformed', { line: this.#line, reason })
  }

  /** The cards so far, as bytes. */
  toBytes(): Uint8Array {
    return encodeText(this.#text)
  }

  #checkReadable(value: string, what: string): void {
    if (value.includes('\0')) this.fail(`${what} with a NUL, at which readers would stop`)
    if (!isLossless(value)) this.fail(`${what} with a surrogate that stands for no byte`)
  }
}

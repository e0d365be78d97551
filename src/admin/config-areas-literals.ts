/**
 * The content of a `config` card: `MTIME KEY (COLUMN VALUE)*`, where KEY and values are literals of
 * SQL. Stock pastes them into a statement once they look harmless (configure.c:303-341, 453-493);
 * here they are read, and nothing that came from a peer is ever part of a statement.
 *
 * Depends on nothing of Fossil. Grammar: what SQLite's `quote()` writes, and no more: strings in
 * single quotes (doubled inside), blobs as `X'…'`, natural numbers, NULL; whitespace between all.
 * @module
 */

/** A literal as a value. Text is bytes, since it need not be UTF-8. */
export type Literal =
  | { readonly type: 'text' | 'blob'; readonly bytes: Uint8Array }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'null' }

/** One row, as a card tells it. */
export interface ConfigRecord {
  /** Seconds since 1970. */
  readonly mtimeSec: number
  /** Not empty. */
  readonly key: Uint8Array
  /** In the order of the card, each column once. */
  readonly values: ReadonlyMap<string, Literal>
}

const quoteMark = 0x27

/** Reads a record, or returns undefined where the bytes are anything else. */
export function parseConfigRecord(content: Uint8Array): ConfigRecord | undefined {
  const reader = new LiteralReader(content)
  const mtimeSec = naturalNumber(reader.word())
  const key = reader.literal()
  if (mtimeSec === undefined || key?.type !== 'text' || key.bytes.length === 0) return undefined
  const values = new Map<string, Literal>()
  while (!reader.isAtEnd) {
    const column = reader.word()
    const value = reader.literal()
    if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(column) || value === undefined) return undefined
    if (values.has(column)) return undefined
    values.set(column, value)
  }
  return { mtimeSec, key: key.bytes, values }
}

/** Reads words and literals that whitespace separates. */
class LiteralReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(content: Uint8Array) {
    this.#bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
    this.#skipSpace()
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** Reads up to the next whitespace; '' at the end. */
  word(): string {
    const start = this.#at
    while (!this.isAtEnd && !this.#isSpace()) this.#at++
    const text = this.#bytes.toString('latin1', start, this.#at)
    this.#skipSpace()
    return text
  }

  /** The next literal, or undefined where there is none. */
  literal(): Literal | undefined {
    const first = this.#bytes[this.#at]
    if (first === quoteMark) return this.#text()
    const word = this.word()
    if (/^null$/i.test(word)) return { type: 'null' }
    const value = naturalNumber(word)
    return value === undefined ? blobOf(word) : { type: 'number', value }
  }

  #text(): Literal | undefined {
    const start = this.#at + 1
    let end = this.#bytes.indexOf(quoteMark, start)
    while (end !== -1 && this.#bytes[end + 1] === quoteMark) {
      end = this.#bytes.indexOf(quoteMark, end + 2)
    }
    if (end === -1) return undefined
    this.#at = end + 1
    if (!this.isAtEnd && !this.#isSpace()) return undefined
    this.#skipSpace()
    const quoted = this.#bytes.subarray(start, end)
    // SQLite's text ends at a NUL for some readers and not for others.
    if (quoted.includes(0)) return undefined
    return { type: 'text', bytes: undoubled(quoted) }
  }

  #skipSpace(): void {
    while (!this.isAtEnd && this.#isSpace()) this.#at++
  }

  #isSpace(): boolean {
    const byte = this.#bytes[this.#at] ?? 0
    return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
  }
}

function undoubled(quoted: Buffer): Uint8Array {
  if (!quoted.includes(quoteMark)) return new Uint8Array(quoted)
  const text = quoted.toString('latin1').replaceAll("''", "'")
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

function naturalNumber(word: string): number | undefined {
  if (!/^[0-9]{1,16}$/.test(word)) return undefined
  const value = Number(word)
  return Number.isSafeInteger(value) ? value : undefined
}

function blobOf(word: string): Literal | undefined {
  if (!/^x'/i.test(word) || !word.endsWith("'") || word.length % 2 === 0) return undefined
  const digits = word.slice(2, -1)
  if (/[^0-9a-f]/i.test(digits)) return undefined
  return { type: 'blob', bytes: new Uint8Array(Buffer.from(digits, 'hex')) }
}

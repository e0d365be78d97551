/**
 * Output of any length, a chunk at a time: text, bytes and JSON; and text that strangers wrote,
 * which must not drive the terminal.
 *
 * Nothing else in this folder writes to standard output or standard error, but for the progress
 * line; `tools/tidy` holds that.
 *
 * May know artifact text. Hostile text: https://cwe.mitre.org/data/definitions/150.html; order of
 * characters: https://trojansource.codes.
 * @module
 */

import { encodeText } from '../base/text.ts'

/** A part of the output: text, or bytes to be written as they are. */
export type Chunk = string | Uint8Array

/** The stream to which output goes. */
export interface Output {
  readonly isTTY?: boolean
  /** Calls back once the chunk is written or lost. */
  write(chunk: Uint8Array, done: (error?: Error | null) => void): boolean
}

/** Chunks are put together until they are this long; long bytes are cut so, too. */
const writeBytes = 65_536

/**
 * Prints chunks in order and never holds more of them than one write. Ends early where nobody reads
 * any longer.
 *
 * On a terminal everything but newlines and tabs is made {@link visible}; elsewhere every byte is
 * written as it is.
 */
export async function printChunks(
  chunks: Iterable<Chunk>,
  output: Output = process.stdout,
): Promise<void> {
  for (const bytes of joined(output.isTTY === true ? shownOnTerminal(chunks) : chunks)) {
    if (!(await written(output, bytes))) return
  }
}

/** Prints one JSON object for programs, where they ask for it, or text for people. */
export function printEither(
  { json }: { readonly json?: boolean },
  fields: () => Readonly<Record<string, unknown>>,
  text: () => Iterable<Chunk>,
): Promise<void> {
  return printChunks(json === true ? jsonLine(fields()) : text())
}

/**
 * Writes bytes, and tells whether they reached their reader. What a lost reader means, the stream's
 * owner says.
 */
function written(output: Output, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    output.write(bytes, (error) => resolve(error === undefined || error === null))
  })
}

/** The chunks in pieces of about {@link writeBytes}: a write for each line would cost. */
function* joined(chunks: Iterable<Chunk>): Generator<Uint8Array> {
  let text = ''
  for (const chunk of chunks) {
    if (typeof chunk === 'string') {
      text += chunk
      if (text.length < writeBytes) continue
    }
    if (text !== '') yield encodeText(text)
    text = ''
    if (typeof chunk !== 'string') yield* pieces(chunk, writeBytes)
  }
  if (text !== '') yield encodeText(text)
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function* shownOnTerminal(chunks: Iterable<Chunk>): Generator<string> {
  for (const chunk of chunks) {
    if (typeof chunk === 'string') yield visible(chunk)
    else {
      const decoder = new TextDecoder()
      for (const piece of pieces(chunk, writeBytes)) {
        yield visible(decoder.decode(piece, { stream: true }))
      }
      yield visible(decoder.decode())
    }
  }
}

/** Prints text on standard output; on a terminal everything in it is made {@link visible}. */
export function printText(text: string): void {
  process.stdout.write(process.stdout.isTTY ? visible(text) : text)
}

/** Prints one JSON object for programs, where they ask for it, or `text` for people. */
export function print(
  { json }: { readonly json?: boolean },
  fields: Readonly<Record<string, unknown>>,
  text: string,
): void {
  printText(json === true ? `${JSON.stringify(fields)}\n` : text)
}

/**
 * Prints a sentence of the command's own on standard error, on one line whatever names are in it:
 * what reads a log takes a second line for another sentence.
 */
export function printNotice(sentence: string): void {
  process.stderr.write(`${visibleLine(sentence)}\n`)
}

/** Prints text of several lines on standard error: usage, or the trail of a bug. */
export function printTrail(text: string): void {
  process.stderr.write(visible(text))
}

/** Control characters, escaped bytes (base/text.ts), and what changes the order of characters. */
const driving = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/**
 * Text with nothing in it that a terminal obeys, `\x1b` in place of an escape. Newlines and tabs
 * stay, and so do carriage returns before a newline.
 */
export function visible(text: string): string {
  return text.replace(driving, (character, at: number) => {
    if (character === '\n' || character === '\t') return character
    return character === '\r' && text[at + 1] === '\n' ? character : escaped(character)
  })
}

/** The same for text that is to stay on its line, such as names. */
export function visibleLine(text: string): string {
  return text.replace(driving, escaped)
}

/** A name of a stranger's choice: on one line where people look at it, as it is elsewhere. */
export function shownName(name: string): string {
  return process.stdout.isTTY ? visibleLine(name) : name
}

function escaped(character: string): string {
  const code = character.charCodeAt(0)
  // A byte that is not UTF-8.
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
  const digits = code.toString(16)
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`
}

/**
 * One JSON object on one line. As {@link JSON.stringify}, and beyond it: what is iterated and no
 * array is a list, of which one item at a time is in memory; bytes are base64.
 */
export function* jsonLine(fields: Readonly<Record<string, unknown>>): Generator<string> {
  yield* jsonText(fields)
  yield '\n'
}

function* jsonText(value: unknown): Generator<string> {
  if (value instanceof Uint8Array) yield* base64Text(value)
  else if (isIterator(value)) {
    let separator = '['
    for (const item of value) {
      yield separator
      yield* jsonText(item)
      separator = ','
    }
    yield separator === '[' ? '[]' : ']'
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    let separator = '{'
    for (const [key, field] of Object.entries(value)) {
      if (field === undefined) continue
      yield `${separator}${JSON.stringify(key)}:`
      yield* jsonText(field)
      separator = ','
    }
    yield separator === '{' ? '{}' : '}'
  } else yield JSON.stringify(value ?? null)
}

function isIterator(value: unknown): value is Iterable<unknown> {
  return value instanceof Iterator
}

/** Base64 of a multiple of three bytes can be cut anywhere between its pieces. */
function* base64Text(bytes: Uint8Array): Generator<string> {
  yield '"'
  for (const piece of pieces(bytes, 49_152)) yield Buffer.from(piece).toString('base64')
  yield '"'
}

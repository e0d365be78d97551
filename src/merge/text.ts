/**
 * Texts as a merge sees them: lines, and apart from those what a text has only once, the encoding
 * and the newline at its end. So neither is lost where the lines of one side go with those of
 * another.
 *
 * May know lines of text. Source: fossil src/merge3.c, src/diff.c text_diff, src/blob.c
 * blob_to_utf8_no_bom.
 * @module
 */

import { bytesEqual } from '../base/bytes.ts'
import { textLines } from '../history/text-lines.ts'

/** The encoding that a byte order mark tells; UTF-8, or anything else, without one. */
export type TextEncoding = 'plain' | 'utf-8-bom' | 'utf-16le' | 'utf-16be'

/** A text in parts. */
export interface Text {
  /** Without their newlines, one code unit a byte of UTF-8. */
  readonly lines: readonly string[]
  /** Undefined for a text without lines. */
  readonly endsInNewline: boolean | undefined
  readonly encoding: TextEncoding
}

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf])

/** Takes a text apart; undefined for binary content, and for UTF-16 that has no such parts. */
export function textOf(content: Uint8Array): Text | undefined {
  const encoding = encodingOf(content)
  const body = encoding === 'utf-8-bom' ? content.subarray(utf8Mark.length) : content
  const whole = textLines(body)
  if (whole === undefined) return undefined
  const text = {
    lines: whole.map((line) => (line.endsWith('\n') ? line.slice(0, -1) : line)),
    endsInNewline: whole.at(-1)?.endsWith('\n'),
    encoding,
  }
  const isWide = encoding === 'utf-16le' || encoding === 'utf-16be'
  return isWide && !bytesEqual(contentOf(text), content) ? undefined : text
}

/** Puts a text together. */
export function contentOf({ lines, endsInNewline, encoding }: Text): Uint8Array {
  const end = lines.length > 0 && endsInNewline !== false ? '\n' : ''
  const bytes = Buffer.from(lines.join('\n') + end, 'latin1')
  if (encoding === 'plain') return bytes
  if (encoding === 'utf-8-bom') return Buffer.concat([utf8Mark, bytes])
  const wide = Buffer.from(`\ufeff${bytes.toString('utf8')}`, 'utf16le')
  return encoding === 'utf-16be' ? wide.swap16() : wide
}

/**
 * Tells whether lines end in CR and LF. Only the first one is looked at, as in stock, whose loop
 * over ten lines stays at the first newline. merge3.c contains_crlf.
 */
export function hasCrLf({ lines, endsInNewline }: Text): boolean {
  const isWhole = lines.length > 1 || endsInNewline === true
  return isWhole && lines[0]?.endsWith('\r') === true
}

function encodingOf(content: Uint8Array): TextEncoding {
  const [first, second, third, fourth] = content
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8-bom'
  if (content.length % 2 !== 0 || (third === 0 && fourth === 0)) return 'plain'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'plain'
}

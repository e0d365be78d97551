/**
 * Text columns as strings, and strings as parameters, without losing a byte: what crosslinking
 * copied out of artifacts may not be UTF-8. A query selects `CAST(column AS BLOB)` and compares
 * with `CAST(? AS TEXT)`.
 *
 * May know artifact text (`deck/text.ts`), whose escapes these are.
 * @module
 */

import { decodeText, encodeText } from '../deck/text.ts'

/** What `CAST(column AS BLOB)` gives. */
export type TextColumn = Uint8Array | null

/** The text of a column; NULL is the empty text. */
export function textOf(column: TextColumn): string {
  return column === null ? '' : decodeText(column)
}

/** The text of a column; undefined where it is NULL or empty. */
export function textIfAny(column: TextColumn): string | undefined {
  return column === null || column.length === 0 ? undefined : decodeText(column)
}

/** Text as a parameter for `CAST(? AS TEXT)`. */
export function textParameter(text: string): Uint8Array {
  return encodeText(text)
}

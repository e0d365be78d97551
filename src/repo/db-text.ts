/**
 * Artifact text as SQL values. A column of type TEXT holds the bytes of the artifact, valid UTF-8
 * or not; a string that escapes bytes (base/text.ts) would lose them on the way.
 * @module
 */

import { decodeText, encodeText } from '../base/text.ts'

/**
 * The value to bind for `CAST(? AS TEXT)`. Ends at the first NUL, where stock's C strings end.
 */
export function textParameter(text: string): string | Uint8Array {
  const end = text.indexOf('\0')
  const cut = end === -1 ? text : text.slice(0, end)
  return cut.isWellFormed() ? cut : encodeText(cut)
}

/** The type of `CAST(column AS BLOB)`. */
export type TextColumn = Uint8Array | null

/** The text of a column; undefined for NULL. */
export function columnText(column: TextColumn): string | undefined {
  return column === null ? undefined : decodeText(column)
}

/** The text of a column; NULL is the empty text. */
export function textOf(column: TextColumn): string {
  return columnText(column) ?? ''
}

/** The text of a column; undefined where it is NULL or empty. */
export function textIfAny(column: TextColumn): string | undefined {
  return columnText(column) || undefined
}

/** {@link textParameter}, or NULL for no text. */
export function textOrNull(text: string | undefined): string | Uint8Array | null {
  return text === undefined ? null : textParameter(text)
}

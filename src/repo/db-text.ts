/**
 * Artifact text as SQL values. A column of type TEXT holds the bytes of the artifact, valid UTF-8
 * or not; a string that escapes bytes (deck/text.ts) would lose them on the way.
 * @module
 */

import { decodeText, encodeText } from '../deck/text.ts'

/**
 * The value to bind for `CAST(? AS TEXT)`. Ends at the first NUL, where stock's C strings end.
 */
export function textParameter(text: string): string | Uint8Array {
  const end = text.indexOf('\0')
  const cut = end === -1 ? text : text.slice(0, end)
  return cut.isWellFormed() ? cut : encodeText(cut)
}

/** The text of a column that was read as `CAST(column AS BLOB)`; undefined for NULL. */
export function columnText(value: Uint8Array | null): string | undefined {
  return value === null ? undefined : decodeText(value)
}

/** {@link textParameter}, or NULL for no text. */
export function textOrNull(text: string | undefined): string | Uint8Array | null {
  return text === undefined ? null : textParameter(text)
}

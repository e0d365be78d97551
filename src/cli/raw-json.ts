/**
 * JSON of numbers that JavaScript has no number for.
 * @module
 */

declare global {
  /** ES2026, which Node has and TypeScript's libraries do not name yet. */
  interface JSON {
    /** Returns what `stringify` writes as this text. */
    rawJSON(text: string): unknown
  }
}

/** A value that `JSON.stringify` writes as the digits of `integer`. */
export function exactInteger(integer: bigint): unknown {
  return JSON.rawJSON(String(integer))
}

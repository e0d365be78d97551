/**
 * JSON of numbers that JavaScript has no number for.
 * @module
 */

/** What the language has and TypeScript's libraries do not name yet: ES2026, JSON.rawJSON. */
const json: unknown = JSON

/** A value that `JSON.stringify` writes as the digits of `integer`. */
export function exactInteger(integer: bigint): unknown {
  const hasRaw = typeof json === 'object' && json !== null && 'rawJSON' in json
  const raw = hasRaw ? json.rawJSON : undefined
  return typeof raw === 'function' ? raw(String(integer)) : Number(integer)
}

/**
 * Base-64 integers as deltas write them: six bits a digit, most significant digit first.
 *
 * May know nothing else of this project. Source: fossil src/delta.c:154-222. delta_format.wiki
 * §3.0 first says most significant first and then least significant first; the code and the
 * wiki's own example (6246 is `1Xb`) say most significant first.
 * @module
 */

const digits = new TextEncoder().encode(
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~',
)

const values = new Int8Array(256).fill(-1)
for (const [value, digit] of digits.entries()) values[digit] = value

/** The value of the digit whose character code is `byte`, from 0 to 63; -1 where it is no digit. */
export function digitValue(byte: number): number {
  return values[byte] ?? -1
}

/** The number of digits that an unsigned 32-bit `value` takes: 1 to 6. */
export function digitCount(value: number): number {
  if (value < 0x40) return 1
  if (value < 0x1000) return 2
  if (value < 0x40000) return 3
  if (value < 0x1000000) return 4
  return value < 0x40000000 ? 5 : 6
}

/**
 * Writes an unsigned 32-bit `value` into `bytes` from `at`, without leading zeros.
 *
 * @returns the index after the last digit
 */
export function writeDigits(value: number, bytes: Uint8Array, at: number): number {
  const end = at + digitCount(value)
  let rest = value
  for (let i = end - 1; i >= at; i--) {
    bytes[i] = digits[rest & 63] ?? 0
    rest >>>= 6
  }
  return end
}

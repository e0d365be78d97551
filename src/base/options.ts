/**
 * Checks of a caller's options.
 * @module
 */

import { FossilError } from './error.ts'

/** @throws {FossilError} `option.invalid` unless `value` is an integer in the range */
export function requireInteger(
  option: string,
  value: number,
  { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`
  throw new FossilError('option.invalid', { option, reason: `must be an integer, ${range}` })
}

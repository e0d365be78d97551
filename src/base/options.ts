/**
 * Checks of a caller's options.
 * @module
 */

import { types } from 'node:util'

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

/**
 * Sees that a caller whom no compiler has checked gives bytes: a string would be hashed or stored
 * as something that nobody meant.
 *
 * @throws {FossilError} `option.invalid` unless `value` is a `Uint8Array`, of whatever realm
 */
export function requireBytes(option: string, value: Uint8Array): void {
  if (types.isUint8Array(value)) return
  const given: unknown = value
  const isText = typeof given === 'string'
  const what = given === null ? 'null' : isText ? 'a string' : `a value of type ${typeof given}`
  const advice = isText ? ': new TextEncoder().encode(text) makes bytes of it' : ''
  const reason = `needs bytes, a Uint8Array, not ${what}${advice}`
  throw new FossilError('option.invalid', { option, reason })
}

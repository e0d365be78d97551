/**
 * Checks of a caller's options.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { NodeId } from './model.ts'

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

/** Options of an action that is scheduled during a run. */
export interface ActionOptions {
  /** The node that it happens at, where it is one. */
  readonly node?: NodeId
  /** Unique in the run: faults that the action meets are named by it. Default: a count. */
  readonly name?: string
}

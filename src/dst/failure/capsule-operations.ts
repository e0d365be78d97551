/**
 * Operations as capsules hold them.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { ArgumentValues } from '../../runner/arguments.ts'
import type { Intention } from '../../runner/operations.ts'

const outcomes = ['acknowledged', 'refused', 'impossible'] as const

/**
 * Reads operations. Their arguments are checked when they are carried out.
 *
 * @throws {FossilError} `option.invalid` where they are none
 */
export function readOperations(json: unknown): Intention[] {
  if (!Array.isArray(json)) throw invalid('they are no list')
  return json.map(readOperation)
}

function readOperation(json: unknown, index: number): Intention {
  const { atMs, node, id, op, args, outcome }: { [key in keyof Intention]?: unknown } = Object(json)
  const isPlaced = Number.isSafeInteger(atMs) && typeof node === 'string'
  if (!isPlaced || typeof id !== 'string' || typeof op !== 'string' || !isGroup(args)) {
    throw invalid(`entry ${index} lacks atMs, node, id, op or args`)
  }
  const known = outcomes.find((each) => each === outcome)
  const ended = known === undefined ? {} : { outcome: known }
  return { atMs: Number(atMs), node, id, op, args, ...ended }
}

function isGroup(value: unknown): value is ArgumentValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'capsule.operations', reason })
}

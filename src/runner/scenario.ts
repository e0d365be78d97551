/**
 * Scenarios: runs as lists. All operations and all faults of a run are written down, so that any of
 * them can be left out. There are no other faults, and only the delays of messages are drawn.
 * @module
 */

import type { Override } from '../sim/decision.ts'
import type { Intention } from './operations.ts'

/**
 * A run as a list.
 *
 * @typeParam O the options of the model, as plain data
 */
export interface Scenario<O> {
  readonly seed: number
  readonly options: O
  /** In the order they take place. */
  readonly operations: readonly Intention[]
  /** Decisions of fault sites; every other one is benign. */
  readonly faults: readonly Override[]
}

/** The operations that did something, without their outcomes. */
export function effective(operations: readonly Intention[]): Intention[] {
  return operations
    .filter(({ op, outcome }) => op !== 'idle' && outcome !== 'impossible')
    .map(({ atMs, node, id, op, args }) => ({ atMs, node, id, op, args }))
}

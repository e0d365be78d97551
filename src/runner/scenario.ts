/**
 * Scenarios: runs as lists. Everything that people do in a run and everything that goes wrong in it
 * is written down, so that any of it can be left out. Nothing else goes wrong, and nothing is drawn
 * but how long messages take.
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

/** Operations without those that did nothing, and without how they ended. */
export function effective(operations: readonly Intention[]): Intention[] {
  return operations
    .filter(({ op, outcome }) => op !== 'idle' && outcome !== 'impossible')
    .map(({ atMs, node, id, op, args }) => ({ atMs, node, id, op, args }))
}

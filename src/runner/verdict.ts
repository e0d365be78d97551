/**
 * Verdicts on runs, and what is known of a run that did not converge.
 * @module
 */

import type { Difficulty, NodeId } from './model.ts'

/**
 * - `converged`: everything that must hold held.
 * - `violated`: an invariant did not.
 * - `failed`: the code of a node threw an error that is no answer to a hostile world.
 * - `stalled`: faults had ended, and the nodes did not come to rest.
 */
export type Verdict = 'converged' | 'violated' | 'failed' | 'stalled'

/** The moment of a run. */
export interface Moment {
  /** Number of the event, from 1, as in the trace. */
  readonly step: number
  readonly simulatedMs: number
}

/** An invariant that did not hold, and the event after which it was first seen not to. */
export interface Violation extends Moment {
  readonly invariant: string
  readonly node: NodeId
  readonly detail: string
}

/** An error that the code of a node threw, and the event in which it did. */
export interface Failure extends Moment {
  /** The node whose code it was; undefined if it was no node's. */
  readonly node: NodeId | undefined
  readonly error: Error
}

/** A node that did not come to rest, and what is known of why. */
export interface RestlessNode extends Difficulty {
  readonly node: NodeId
}

/** The end of a run. */
export interface RunOutcome {
  readonly verdict: Verdict
  readonly violation?: Violation
  readonly failure?: Failure
  /** Nodes that did not come to rest, where it stalled. */
  readonly restless?: readonly RestlessNode[]
  /** Virtual milliseconds that they had for it. */
  readonly limitMs?: number
}

/** Further findings on a run that did not converge. */
export interface Diagnosis {
  /** The end of the same operations on a network without any fault. */
  readonly calm?: RunOutcome
  /**
   * The end of the run when it was made once more; undefined if it was not. One that differs
   * from itself depends on something besides its seed.
   */
  readonly repeat?: 'same' | 'differs'
}

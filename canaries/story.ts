/**
 * Stories of canaries: the work of the process that shrinks one, and what it says.
 * @module
 */

/** Work of one process: the argument that it is started with, as JSON. */
export interface StoryTask {
  /** A run that finds the bug. */
  readonly seed: number
  readonly plan: string
  /** CPU time that shrinking may take, in milliseconds. */
  readonly budgetMs: number
}

/** The shortest run that shows a planted bug. */
export interface ToldStory {
  /** The text of its capsule. */
  readonly capsule: string
  /** The text of its test file. */
  readonly test: string
  readonly plan: string
  readonly traceHash: string
  readonly operations: number
  readonly faults: number
  readonly runs: number
  readonly isMinimal: boolean
  readonly cpuMs: number
  /** The items that it cannot do without: `op:NAME` and `site:NAME`. */
  readonly necessary: readonly string[]
}

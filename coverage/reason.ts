/**
 * Reasons why no run of the simulator enters a function.
 * @module
 */

/** Functions of one file that no run can enter, and why. */
export interface Reason {
  /** Relative to the root of the project, with forward slashes. */
  readonly file: string
  /** Names as `sim coverage` prints them. */
  readonly functions: readonly string[]
  /** Without a subject: `reads a file of the disk`. */
  readonly reason: string
}

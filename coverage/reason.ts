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
  /** True where a run can enter them all the same, once in thousands: by a fault, say. */
  readonly isRare?: boolean
}

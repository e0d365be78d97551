/**
 * The form of a long check of `npm run nightly`.
 * @module
 */

/** Says how far a check is; one line, without its end. */
export type Progress = (line: string) => void

/** What a check may be told. */
export interface CheckOptions {
  /** The same seed gives the same inputs. */
  readonly seed: number
  /** How many inputs; a check's own number where it is not given. */
  readonly count: number | undefined
  readonly progress: Progress
}

/** How a check ended. */
export interface CheckResult {
  /** What was done, in a sentence. */
  readonly summary: string
  /** What must not be, each with what it takes to see it again. Empty when all is well. */
  readonly failures: readonly string[]
}

/** One long check. */
export interface Check {
  readonly name: string
  /** What it shows, in a line of the list. */
  readonly about: string
  readonly run: (options: CheckOptions) => Promise<CheckResult> | CheckResult
}

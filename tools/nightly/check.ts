/**
 * The form of a long check of `npm run nightly`.
 * @module
 */

/** Says how far a check is; one line, without its end. */
export type Progress = (line: string) => void

/** Options of a check. */
export interface CheckOptions {
  /** The same seed gives the same inputs. */
  readonly seed: number
  /** The number of inputs; a check's own where it is not given. */
  readonly count: number | undefined
  readonly progress: Progress
}

/** The result of a check. */
export interface CheckResult {
  /** The work that was done, in a sentence. */
  readonly summary: string
  /** Failures, each with the means to see it again. Empty when all is well. */
  readonly failures: readonly string[]
}

/** One long check. */
export interface Check {
  readonly name: string
  /** Its purpose, in a line of the list. */
  readonly about: string
  readonly run: (options: CheckOptions) => Promise<CheckResult> | CheckResult
}

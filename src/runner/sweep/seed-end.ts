/**
 * Runs of a sweep, and their ends, as one line of JSON each.
 * @module
 */

import type { MarkCounts } from '../marks.ts'
import type { Signature } from '../signature.ts'
import type { Verdict } from '../verdict.ts'

/** A run to make. */
export interface SeedTask {
  readonly seed: number
  /**
   * Its fixed part of the plan, if it has one of its own: then it is a run of a corpus, and differs
   * from the run of the same seed in the range.
   */
  readonly plan?: string
}

/**
 * Ends of a run that have no verdict.
 *
 * - `killed`: its process died.
 * - `hung`: its process fell silent.
 * - `threw`: the simulation itself failed, or model code outside nodes.
 * - `diverged`: made twice, it was not the same run.
 */
export type SweepTrouble = 'killed' | 'hung' | 'threw' | 'diverged'

/** A way to fail, of a run or of its process. */
export type SweepSignature = Omit<Signature, 'verdict'> & {
  readonly verdict: Signature['verdict'] | SweepTrouble
}

/** The run of a seed, as its process reports it. */
export interface SeedRun {
  readonly verdict: Verdict | 'threw'
  readonly traceHash: string
  /** The complete plan. */
  readonly drawn?: string
  readonly steps: number
  /** Rare situations that it reached, with counts. */
  readonly marks: MarkCounts
  /** Undefined if it converged. */
  readonly signature?: SweepSignature
  /** The failure in words, if it did not converge. */
  readonly told?: string
}

/** The end of a seed. */
export interface SeedEnd extends Omit<SeedRun, 'verdict'>, SeedTask {
  readonly verdict: Verdict | SweepTrouble
  /** True if it was made twice; both runs agreed unless it `diverged`. */
  readonly isTwice?: true
  /** Wall time of the run, or of both if it was made twice. */
  readonly wallMs: number
  readonly cpuMs: number
}

/** The name of a run within a sweep. */
export function keyOf({ seed, plan }: SeedTask): string {
  return plan === undefined ? String(seed) : `${seed} ${plan}`
}

/** The order of runs in reports: those of the corpus first, then by seed. */
export function bySeed(a: SeedTask, b: SeedTask): number {
  const isOfCorpus = Number(b.plan !== undefined) - Number(a.plan !== undefined)
  return isOfCorpus || a.seed - b.seed || (keyOf(a) < keyOf(b) ? -1 : 1)
}

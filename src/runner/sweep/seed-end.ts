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
   * Its fixed part of the plan, where it is not that of all seeds: a run of a corpus, which is
   * another one than that of the same seed in the range.
   */
  readonly plan?: string
}

/**
 * Ends of a run that have no verdict.
 *
 * - `killed`: its process died.
 * - `hung`: its process said nothing any more.
 * - `threw`: the simulation itself failed, or code of the model outside of a node's.
 * - `diverged`: made twice, it was not the same run.
 */
export type SweepTrouble = 'killed' | 'hung' | 'threw' | 'diverged'

/** A way to fail, of a run or of its process. */
export type SweepSignature = Omit<Signature, 'verdict'> & {
  readonly verdict: Signature['verdict'] | SweepTrouble
}

/** The run of a seed, as its process tells it. */
export interface SeedRun {
  readonly verdict: Verdict | 'threw'
  readonly traceHash: string
  /** Everything that was drawn. */
  readonly drawn?: string
  readonly steps: number
  /** Rare situations that it reached, and how often each. */
  readonly marks: MarkCounts
  /** Undefined where it converged. */
  readonly signature?: SweepSignature
  /** The failure in words, where it did not converge. */
  readonly told?: string
}

/** The end of a seed. */
export interface SeedEnd extends Omit<SeedRun, 'verdict'>, SeedTask {
  readonly verdict: Verdict | SweepTrouble
  /** It was made twice, and agreed with itself unless it `diverged`. */
  readonly isTwice?: true
  /** Time that it took: both runs, where it was made twice. */
  readonly wallMs: number
  readonly cpuMs: number
}

/** The name of a run within a sweep. */
export function keyOf({ seed, plan }: SeedTask): string {
  return plan === undefined ? String(seed) : `${seed} ${plan}`
}

/** The order in which runs are told of: those of the corpus first, then by seed. */
export function bySeed(a: SeedTask, b: SeedTask): number {
  const isOfCorpus = Number(b.plan !== undefined) - Number(a.plan !== undefined)
  return isOfCorpus || a.seed - b.seed || (keyOf(a) < keyOf(b) ? -1 : 1)
}

/**
 * Messages between the process that sweeps and the one that runs over a planted bug, and the work
 * that the latter is given.
 * @module
 */

import type { Mutation } from './mutation.ts'

/** Seeds from `first` to `last`, both included. */
export interface Seeds {
  readonly first: number
  readonly last: number
}

/** Work of one process: the argument that it is started with, as JSON. */
export interface Task extends Seeds {
  readonly mutation: Mutation
  /** Invariants that are switched off. */
  readonly without: readonly string[]
  /**
   * Once an invariant has found the bug, goes on from that seed with that one switched off, too:
   * whoever finds it then sees it as well.
   */
  readonly goesOn: boolean
}

/** A run that did not converge, or that did not come to an end. */
export interface Finding {
  readonly seed: number
  /** That of the run; `hung` or `died` where there was none: the process did. */
  readonly verdict: 'violated' | 'failed' | 'stalled' | 'hung' | 'died'
  /** Set where `violated`. */
  readonly invariant?: string
  readonly detail: string
  /** True where everything that the bug needs had happened in that run. */
  readonly hadNeeds: boolean
}

/** The end of one run. */
export interface SeedEnded {
  readonly type: 'seed'
  readonly seed: number
  /** True where everything that the bug needs happened in it. */
  readonly hadNeeds: boolean
  /** True where the invariant that had found the bug before was switched off. */
  readonly isSecond: boolean
  /** Set where it did not converge: no further seed comes, but for a second look. */
  readonly finding?: Finding
}

/** A message of a process to the one that started it. */
export type Message = SeedEnded | { readonly type: 'unplanted'; readonly reason: string }

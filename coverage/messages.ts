/**
 * Messages between the process that counts and those that run seeds, and the work of the latter.
 * @module
 */

/** Seeds from `first` to `last`, both included. */
export interface Seeds {
  readonly first: number
  readonly last: number
}

/** Work of one process: the argument that it is started with, as JSON. */
export interface Task extends Seeds {
  /** From one seed of this process to its next. */
  readonly step: number
  /** The part of the plan that is fixed; empty for none. */
  readonly plan: string
}

/** A function that was entered: its place in its file, in UTF-16 code units. */
export type EnteredRange = readonly [start: number, end: number]

/** Functions that were entered, by file, relative to the root of the project. */
export type Entered = Readonly<Record<string, readonly EnteredRange[]>>

/**
 * A message of a process to the one that started it: a run has ended, and at last all it entered.
 */
export type Message =
  | { readonly type: 'seed'; readonly seed: number; readonly verdict: string }
  | { readonly type: 'entered'; readonly entered: Entered }

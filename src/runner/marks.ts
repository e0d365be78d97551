/**
 * Marks that one run reaches (base/marks.ts). They are not part of its trace.
 * @module
 */

import type { MarkName } from '../base/marks.ts'

/** Marks that were reached, and how often each. */
export type MarkCounts = Readonly<Partial<Record<MarkName, number>>>

/** Counts marks. */
export class MarkCounter {
  readonly #counts = new Map<MarkName, number>()
  #isPaused = false

  /** Counts a mark once more. */
  readonly count = (name: MarkName): void => {
    if (!this.#isPaused) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** Counts nothing during `action`: a check repeats work, and reaches marks of its own. */
  pausedDuring(action: () => void): void {
    this.#isPaused = true
    try {
      action()
    } finally {
      this.#isPaused = false
    }
  }

  /** Marks that were reached so far, by name. */
  counts(): MarkCounts {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

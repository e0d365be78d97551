/**
 * Time that passes when a test says so.
 * @module
 */

import type { Timers } from './timers.ts'

/** Timers at 0 ms. */
export class ManualTimers implements Timers {
  #nowMs = 0
  readonly #waiting = new Set<{ readonly atMs: number; readonly action: () => void }>()

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, action: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, action }
    this.#waiting.add(entry)
    return () => void this.#waiting.delete(entry)
  }

  /** Lets time pass, and does what falls due, in its order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      const due = [...this.#waiting].filter(({ atMs }) => atMs <= untilMs)
      const [next] = due.sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.#waiting.delete(next)
      this.#nowMs = next.atMs
      next.action()
    }
    this.#nowMs = untilMs
  }
}

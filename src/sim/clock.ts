/**
 * Virtual time: one true clock that only the simulator moves, and what each node believes it is.
 * Whole milliseconds throughout. Knows nothing of what is simulated.
 * @module
 */

import { assert } from '../base/assert.ts'
import type { Clock } from '../base/env.ts'
import { FossilError } from '../base/error.ts'

/** Where virtual time begins unless told otherwise: 2026-01-01T00:00:00Z. */
export const simulationStartMs = 1_767_225_600_000

const million = 1_000_000

/** The true time of a simulation. */
export class SimClock implements Clock {
  readonly startMs: number
  #nowMs: number

  /** @throws {FossilError} `option.invalid` when `startMs` is not a safe integer */
  constructor({ startMs = simulationStartMs }: { startMs?: number } = {}) {
    checkInteger('startMs', startMs)
    this.startMs = startMs
    this.#nowMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  /** Milliseconds since the simulation began. */
  get elapsedMs(): number {
    return this.#nowMs - this.startMs
  }

  /** Moves time to `atMs`: now or later. */
  advanceTo(atMs: number): void {
    assert(Number.isSafeInteger(atMs), 'time is a whole number of milliseconds')
    assert(atMs >= this.#nowMs, 'time never runs backwards')
    this.#nowMs = atMs
  }

  /** Moves time `ms` onwards. */
  advance(ms: number): void {
    this.advanceTo(this.#nowMs + ms)
  }

  /**
   * A node's own clock: `skewMs` off at the start, then gaining `driftPpm` microseconds a second.
   * It never runs backwards, since true time does not.
   *
   * @param options `skewMs` any integer; `driftPpm` an integer from -1000000 (stands still) to
   *   1000000 (twice as fast); both default to 0
   * @throws {FossilError} `option.invalid` when either is outside
   */
  nodeClock({ skewMs = 0, driftPpm = 0 }: { skewMs?: number; driftPpm?: number }): Clock {
    checkInteger('skewMs', skewMs)
    checkInteger('driftPpm', driftPpm)
    if (Math.abs(driftPpm) > million) {
      const reason = 'must lie between -1000000 and 1000000'
      throw new FossilError('option.invalid', { option: 'driftPpm', reason })
    }
    return { nowMs: () => this.#nowMs + skewMs + driftMs(this.elapsedMs, driftPpm) }
  }
}

/** floor(elapsed * ppm / 10^6), in two parts because the product outgrows 2^53 within a year. */
function driftMs(elapsedMs: number, driftPpm: number): number {
  const rest = elapsedMs % million
  return ((elapsedMs - rest) / million) * driftPpm + Math.floor((rest * driftPpm) / million)
}

function checkInteger(option: string, value: number): void {
  if (!Number.isSafeInteger(value)) {
    throw new FossilError('option.invalid', { option, reason: 'must be a safe integer' })
  }
}

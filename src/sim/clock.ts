/**
 * Virtual time: one true clock that only the simulator moves, and a clock for each node. Whole
 * milliseconds throughout. Knows nothing of what is simulated.
 * @module
 */

import { assert } from '../base/assert.ts'
import type { Clock } from '../base/env.ts'
import { FossilError } from '../base/error.ts'

/** The default beginning of virtual time: 2026-01-01T00:00:00Z. */
export const simulationStartMs = 1_767_225_600_000

const million = 1_000_000

/**
 * The true time of a simulation.
 *
 * @example
 * ```ts
 * const clock = new SimClock()
 * clock.advance(60_000)
 * clock.nowMs() - clock.startMs // 60_000
 * ```
 */
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

  /** Moves time forward by `ms`. */
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
  nodeClock(options: { skewMs?: number; driftPpm?: number } = {}): Clock {
    return new NodeClock(this, options)
  }
}

/** A change of a node's clock, as when somebody sets it or its quartz gets warm. */
export type ClockShift = {
  /** The jump, forwards or back. */
  readonly byMs?: number
  /** The drift from now on, in microseconds a second: it replaces the one before. */
  readonly driftPpm?: number
}

/** A clock like that of {@link SimClock.nodeClock}, which can be shifted. */
export class NodeClock implements Clock {
  readonly #true: SimClock
  #skewMs: number
  #driftPpm: number
  /** The time at which the present drift began. */
  #sinceMs = 0

  /** @throws {FossilError} `option.invalid` for values outside the range of `nodeClock` */
  constructor(clock: SimClock, options: { skewMs?: number; driftPpm?: number }) {
    const { skewMs = 0, driftPpm = 0 } = options
    checkInteger('skewMs', skewMs)
    checkDrift(driftPpm)
    this.#true = clock
    this.#skewMs = skewMs
    this.#driftPpm = driftPpm
  }

  nowMs(): number {
    return this.#true.nowMs() + this.#skewMs + this.#gainedMs()
  }

  /**
   * Makes the clock jump, or drift differently from now on.
   *
   * @throws {FossilError} `option.invalid` for a shift outside the range of `nodeClock`
   */
  shift({ byMs = 0, driftPpm = this.#driftPpm }: ClockShift): void {
    checkInteger('byMs', byMs)
    checkDrift(driftPpm)
    this.#skewMs += this.#gainedMs() + byMs
    this.#sinceMs = this.#true.elapsedMs
    this.#driftPpm = driftPpm
  }

  #gainedMs(): number {
    return driftMs(this.#true.elapsedMs - this.#sinceMs, this.#driftPpm)
  }
}

/** floor(elapsed * ppm / 10^6), in two parts because the product outgrows 2^53 within a year. */
function driftMs(elapsedMs: number, driftPpm: number): number {
  const rest = elapsedMs % million
  return ((elapsedMs - rest) / million) * driftPpm + Math.floor((rest * driftPpm) / million)
}

function checkDrift(driftPpm: number): void {
  checkInteger('driftPpm', driftPpm)
  if (Math.abs(driftPpm) <= million) return
  const reason = 'must lie between -1000000 and 1000000'
  throw new FossilError('option.invalid', { option: 'driftPpm', reason })
}

function checkInteger(option: string, value: number): void {
  if (!Number.isSafeInteger(value)) {
    throw new FossilError('option.invalid', { option, reason: 'must be a safe integer' })
  }
}

/**
 * The pace of one remote: how long to wait after each way in which an attempt ends.
 * @module
 */

import { requireInteger } from '../base/options.ts'
import type { Repo } from '../repo/repo.ts'
import {
  Backoff,
  type DelayBounds,
  jittered,
  requireDelayBounds,
  requireJitter,
} from './backoff.ts'
import { maxDelayMs } from './timers.ts'

/** Delays of an agent, in milliseconds. */
export interface PaceOptions {
  /** After a sync that settled everything. Default 60,000. */
  readonly intervalMs?: number
  /** After failures in a row: from 1,000, doubling up to 300,000 by default. */
  readonly backoff?: Partial<DelayBounds>
  /** Share of every delay that is random, from 0 to 1, so that it may be shorter. Default 0.2. */
  readonly jitter?: number
  /** From a change made here to the sync that carries it and all that follow it. Default 250. */
  readonly debounceMs?: number
}

/** An attempt that did not fail. */
export interface AttemptEnd {
  /** Nothing is left to do: the sync is complete, and every delivery waited for has come. */
  readonly isSettled: boolean
  /** Something went in either direction. */
  readonly hasMoved: boolean
}

/** Counts failures, and says how long to wait. */
export class Pace {
  readonly debounceMs: number
  readonly #repo: Repo
  readonly #intervalMs: number
  readonly #jitter: number
  readonly #failures: Backoff
  /** Attempts in a row that left something to do and moved nothing. */
  readonly #stalls: Backoff

  /** @throws {FossilError} `option.invalid` */
  constructor(repo: Repo, options: PaceOptions) {
    const { intervalMs = 60_000, jitter = 0.2, debounceMs = 250, backoff = {} } = options
    const bounds = { minMs: backoff.minMs ?? 1000, maxMs: backoff.maxMs ?? 300_000 }
    requireInteger('intervalMs', intervalMs, { min: 1, max: maxDelayMs })
    requireInteger('debounceMs', debounceMs, { min: 0, max: maxDelayMs })
    requireDelayBounds('backoff', bounds)
    requireJitter(jitter)
    this.#repo = repo
    this.#intervalMs = intervalMs
    this.#jitter = jitter
    this.debounceMs = debounceMs
    this.#failures = new Backoff(bounds)
    // What is left to do is not tried more rarely than nothing is.
    const minMs = Math.min(bounds.minMs, intervalMs)
    this.#stalls = new Backoff({ minMs, maxMs: intervalMs })
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures.attempts
  }

  /** The delay after an attempt that failed. */
  afterFailureMs(): number {
    return this.#jittered(this.#failures.nextMs())
  }

  /** The delay after an attempt that did not fail. */
  afterSuccessMs({ isSettled, hasMoved }: AttemptEnd): number {
    this.#failures.reset()
    if (isSettled || hasMoved) this.#stalls.reset()
    return this.#jittered(isSettled ? this.#intervalMs : this.#stalls.nextMs())
  }

  /** Earlier failures say nothing of what comes: the network is another one. */
  forgetFailures(): void {
    this.#failures.reset()
    this.#stalls.reset()
  }

  #jittered(ms: number): number {
    return jittered(ms, this.#jitter, this.#repo.env.random)
  }
}

/**
 * Delays between attempts: exponential, with jitter that `env.random` draws, so that a run of a
 * simulation repeats them.
 * @module
 */

import { requireInteger } from '../base/options.ts'
import type { Random } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { maxDelayMs } from './timers.ts'

/** Bounds of a growing delay, in milliseconds, jitter aside. */
export interface DelayBounds {
  readonly minMs: number
  readonly maxMs: number
}

/** @throws {FossilError} `option.invalid` unless 1 <= `minMs` <= `maxMs` <= {@link maxDelayMs} */
export function requireDelayBounds(option: string, { minMs, maxMs }: DelayBounds): void {
  requireInteger(`${option}.minMs`, minMs, { min: 1, max: maxDelayMs })
  requireInteger(`${option}.maxMs`, maxMs, { min: minMs, max: maxDelayMs })
}

/** @throws {FossilError} `option.invalid` unless `jitter` is from 0 to 1 */
export function requireJitter(jitter: number): void {
  if (jitter >= 0 && jitter <= 1) return
  throw new FossilError('option.invalid', { option: 'jitter', reason: 'must be from 0 to 1' })
}

/**
 * Shortens a delay at random, so that agents that lost the same server do not return together.
 *
 * @param jitter from 0 to 1: the share of the delay that is random
 * @returns an integer from `ms * (1 - jitter)`, rounded up, to `ms`
 */
export function jittered(ms: number, jitter: number, random: Random): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4)
  const fraction = (a * 0x100_0000 + b * 0x1_0000 + c * 0x100 + d) / 0x1_0000_0000
  return Math.ceil(ms - ms * jitter * fraction)
}

/** A delay that doubles with every attempt in a row that achieved nothing. */
export class Backoff {
  readonly #bounds: DelayBounds
  #attempts = 0

  constructor(bounds: DelayBounds) {
    this.#bounds = bounds
  }

  /** Attempts since the last {@link reset}. */
  get attempts(): number {
    return this.#attempts
  }

  /** Counts an attempt in vain; returns the delay before the next one, without jitter. */
  nextMs(): number {
    const { minMs, maxMs } = this.#bounds
    const delayMs = Math.min(maxMs, minMs * 2 ** this.#attempts)
    this.#attempts++
    return delayMs
  }

  /** An attempt achieved something: the delay begins at `minMs` again. */
  reset(): void {
    this.#attempts = 0
  }
}

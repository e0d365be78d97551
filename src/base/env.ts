/**
 * The outside world as ports: clock, randomness, fault sites. Everything above takes an `Env`;
 * nothing defaults it. `systemEnv` is the only code that reads the host's clock or randomness.
 * @module
 */

import { randomFillSync } from 'node:crypto'

import type { MarkName } from './marks.ts'

/** Wall-clock time. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
  nowMs(): number
}

/** Unpredictable bytes: nonces, codes, passwords. */
export interface Random {
  /** Returns `length` fresh bytes that the caller owns. */
  bytes(length: number): Uint8Array
}

/**
 * Named fault sites inside production code. A site names a point where the code may take a legal
 * but unlucky turn (a small budget, a skipped answer), and the simulator decides when it does.
 */
export interface Buggify {
  /**
   * Decides whether the fault at `site` happens now.
   *
   * @param site a dotted name, unique to one place in the code, such as `handler.gimme.skip`
   * @param probability from 0 to 1, the chance once the site is active
   */
  check(site: string, probability: number): boolean
}

/** Everything that a repository and the layers above it may know of the world. */
export interface Env {
  readonly clock: Clock
  readonly random: Random
  readonly buggify: Buggify
  /**
   * Counts a rare situation that the code has reached (marks.ts). Simulations supply it and
   * production leaves it out; it must not affect the code that calls it.
   */
  readonly mark?: (name: MarkName) => void
}

/** No fault ever happens: production. */
export const noBuggify: Buggify = { check: () => false }

/** The host's clock and randomness, no faults: production. */
export const systemEnv: Env = {
  clock: { nowMs: () => Date.now() },
  random: { bytes: (length) => randomFillSync(new Uint8Array(length)) },
  buggify: noBuggify,
}

/**
 * Runs every promise callback that can run: no I/O completes and no timer fires meanwhile. The
 * simulator lets the code of a node react to one event by it.
 */
export async function quiesce(): Promise<void> {
  // Ticks come after promise callbacks, but only once one of these is running.
  await Promise.resolve()
  await new Promise<void>((done) => process.nextTick(done))
}

/**
 * The kinds of sockets, timers and other I/O that the process waits for, as Node calls them,
 * sorted. Node does not tell of files.
 */
export function pendingResources(): string[] {
  return process.getActiveResourcesInfo().sort()
}

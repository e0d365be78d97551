/**
 * Promises of an agent about its pace, worked out from what `src/agent/pace.ts` says of each delay
 * and not from its code. All of them come with jitter: they are spans, in milliseconds.
 * @module
 */

import type { PaceOptions } from '../../agent/pace.ts'

/** The shortest and the longest delay that a promise allows. */
export interface Span {
  readonly leastMs: number
  readonly mostMs: number
}

/** The pace of an agent, every delay said. */
export interface PromisedPace {
  readonly intervalMs: number
  readonly debounceMs: number
  readonly firstBackoffMs: number
  readonly longestBackoffMs: number
  /** Share of a delay by which it may be shorter. */
  readonly jitter: number
}

/** The pace that options promise, with the defaults that are documented. */
export function promisedPace({
  intervalMs = 60_000,
  debounceMs = 250,
  jitter = 0.2,
  backoff: { minMs = 1000, maxMs = 300_000 } = {},
}: PaceOptions): PromisedPace {
  const bounds = { firstBackoffMs: minMs, longestBackoffMs: maxMs }
  return { intervalMs, debounceMs, jitter, ...bounds }
}

/** After so many failures in a row, the first of them being 1. */
export function afterFailures(count: number, pace: PromisedPace): Span {
  const doubledMs = pace.firstBackoffMs * 2 ** (count - 1)
  return shortened(Math.min(pace.longestBackoffMs, doubledMs), pace)
}

/** The end of an attempt that did not fail, as it is seen from outside. */
export interface Success {
  readonly isComplete: boolean
  /** Somebody waits for deliveries: an agent that still seeks one tries again sooner. */
  readonly isAwaited: boolean
  /** Attempts in a row after which it may not have had all, this one included. */
  readonly stalls: number
}

/** After a success, where nothing was written here meanwhile. */
export function afterSuccess({ isComplete, isAwaited, stalls }: Success, pace: PromisedPace): Span {
  const { intervalMs, firstBackoffMs, debounceMs } = pace
  const settled = shortened(intervalMs, pace)
  if (isComplete && !isAwaited) return settled
  const firstMs = Math.min(firstBackoffMs, intervalMs)
  const soonest = shortened(firstMs, pace).leastMs
  // A delivery that is waited for since the attempt began is news.
  const leastMs = isAwaited ? Math.min(soonest, debounceMs) : soonest
  if (isComplete) return { leastMs, mostMs: intervalMs }
  return { leastMs, mostMs: Math.min(intervalMs, firstMs * 2 ** (stalls - 1)) }
}

/** After something was written during an attempt that did not fail. */
export function afterNews(span: Span, { debounceMs }: PromisedPace): Span {
  const { leastMs, mostMs } = span
  return { leastMs: Math.min(leastMs, debounceMs), mostMs: Math.min(mostMs, debounceMs) }
}

function shortened(mostMs: number, { jitter }: PromisedPace): Span {
  return { leastMs: Math.floor(mostMs * (1 - jitter)), mostMs }
}

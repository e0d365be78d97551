/**
 * One remote of an agent, as whoever waits for it sees it: when its next look has to begin, and
 * may, and what its status has to say.
 * @module
 */

import type { SyncResult } from '../../sync/session-options.ts'
import { afterFailures, afterNews, afterSuccess, type PromisedPace, type Span } from './promise.ts'

/** A moment at one node. */
export interface Moment {
  /** True time, in milliseconds since 1970. */
  readonly nowMs: number
  /** The same without the time for which the node was paused: that keeps no promise. */
  readonly activeMs: number
  /** The time by the node's clock, which its status is told by. */
  readonly clockMs: number
}

/** The public status of a remote, as `RemoteState` has it. */
export interface Status {
  readonly isSyncing: boolean
  readonly failures: number
  readonly lastError: Error | undefined
  readonly lastResult: unknown
  readonly lastSyncedAtMs: number | undefined
  readonly nextAtMs: number | undefined
}

type Result = Pick<SyncResult, 'complete' | 'artifactsReceived'>

/** The outcome of a look. */
export type Look =
  | { readonly result: Result; readonly isAwaited: boolean }
  | { readonly error: Error; readonly result?: undefined }

/** The next look: at the latest by active time, at the earliest by true time. */
interface NextLook {
  readonly latestMs: number
  readonly earliestMs: number
  /** It is that soon because of something new. */
  readonly isForNews: boolean
  readonly reason: string
}

/** The promises of one remote, in one life of its agent. */
export class RemoteWatch {
  readonly #pace: PromisedPace
  #failures = 0
  #stalls = 0
  /** Undefined while a look is under way. */
  #next: NextLook | undefined
  #hasChanged = false
  #wasAsked = false

  /** The agent starts. */
  constructor(pace: PromisedPace, now: Moment) {
    this.#pace = pace
    this.#next = nextLook(now, { leastMs: 0, mostMs: 0 }, 'it started', true)
  }

  /** Something was written here. */
  changes(now: Moment): void {
    this.#hasChanged = true
    const next = this.#next
    if (next === undefined || next.isForNews || this.#failures > 0) return
    const { debounceMs } = this.#pace
    const soon = nextLook(now, { leastMs: debounceMs, mostMs: debounceMs }, 'a change', true)
    this.#next = { ...soon, earliestMs: Math.min(soon.earliestMs, next.earliestMs) }
  }

  /** Somebody wants a sync now. */
  asked(now: Moment): void {
    this.#wasAsked = true
    if (this.#next === undefined) return
    this.#next = nextLook(now, { leastMs: 0, mostMs: 0 }, 'it was asked', true)
  }

  /** A request leaves; returns what is wrong about that. */
  begins(now: Moment): string | undefined {
    const next = this.#next
    if (next === undefined) return undefined
    const problem = this.late(now)
    this.#next = undefined
    this.#hasChanged = false
    this.#wasAsked = false
    if (problem !== undefined || now.nowMs >= next.earliestMs) return problem
    return `looked ${next.earliestMs - now.nowMs} ms too early after ${next.reason}`
  }

  /**
   * A look has ended; returns what is wrong about its beginning, or about what the agent says now.
   */
  ends(now: Moment, look: Look, state: Status): string | undefined {
    // It may have failed before any request left.
    const problem = this.begins(now)
    const span = this.#spanAfter(look)
    const isForNews = this.#hasChanged && look.result !== undefined
    const reason = look.result === undefined ? `failure ${this.#failures}` : 'a sync'
    this.#next = nextLook(now, span, isForNews ? 'a change during a sync' : reason, isForNews)
    return problem ?? this.#scheduleProblem(now, span, state) ?? resultProblem(now, look, state)
  }

  /** Tells of a look that should have begun by now. */
  late({ activeMs }: Moment): string | undefined {
    if (this.#next === undefined || activeMs <= this.#next.latestMs) return undefined
    const { latestMs, reason } = this.#next
    return `did not look in time after ${reason}: it is ${activeMs - latestMs} ms late`
  }

  /** Something wrong about a status, at any time. */
  statusProblem({ failures, lastError, isSyncing }: Status): string | undefined {
    if (this.#next === undefined) return isSyncing ? undefined : 'says nothing is under way'
    if (isSyncing) return 'says that a sync is under way'
    if (failures !== this.#failures) return `says ${failures} failures, of ${this.#failures}`
    if ((lastError === undefined) === (this.#failures === 0)) return undefined
    return lastError === undefined
      ? 'says nothing of the last error'
      : `says of a good sync: ${lastError.message}`
  }

  #spanAfter(look: Look): Span {
    const span = look.result === undefined ? this.#failed() : this.#succeeded(look)
    return this.#wasAsked ? { ...span, leastMs: 0 } : span
  }

  #failed(): Span {
    this.#failures++
    return afterFailures(this.#failures, this.#pace)
  }

  #succeeded({ result, isAwaited }: Look & { result: Result }): Span {
    const { complete: isComplete, artifactsReceived } = result
    this.#failures = 0
    const isSettled = isComplete && !isAwaited
    this.#stalls = isSettled ? 0 : artifactsReceived > 0 ? 1 : this.#stalls + 1
    const span = afterSuccess({ isComplete, isAwaited, stalls: this.#stalls }, this.#pace)
    return this.#hasChanged ? afterNews(span, this.#pace) : span
  }

  #scheduleProblem({ clockMs }: Moment, span: Span, state: Status): string | undefined {
    if (state.nextAtMs === undefined) return 'says of no time when it looks again'
    const delayMs = state.nextAtMs - clockMs
    if (delayMs >= span.leastMs && delayMs <= span.mostMs) return this.statusProblem(state)
    const { reason } = this.#next ?? { reason: '' }
    return `looks again ${delayMs} ms after ${reason}: not ${span.leastMs} to ${span.mostMs}`
  }
}

function resultProblem({ clockMs }: Moment, look: Look, state: Status): string | undefined {
  const { lastError, lastResult, lastSyncedAtMs } = state
  if (look.result === undefined) {
    return lastError === look.error ? undefined : 'says of another error than its last one'
  }
  if (lastResult !== look.result) return 'says of another result than that of its last sync'
  return lastSyncedAtMs === clockMs ? undefined : `says that it synced at ${lastSyncedAtMs}`
}

function nextLook(
  { nowMs, activeMs }: Moment,
  { leastMs, mostMs }: Span,
  reason: string,
  isForNews: boolean,
): NextLook {
  return { latestMs: activeMs + mostMs, earliestMs: nowMs + leastMs, isForNews, reason }
}

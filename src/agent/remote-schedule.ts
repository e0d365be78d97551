/**
 * The schedule of one remote: when it is synced next, and what came of the last time. At most one
 * attempt is under way, and at most one timer runs.
 * @module
 */

import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import { hasMoved } from '../sync/movement.ts'
import type { SyncResult } from '../sync/session-options.ts'
import { Attempt, type AgentRemote, type AttemptContext } from './attempt.ts'
import type { AgentEvent, SyncOutcome } from './events.ts'
import { Pace, type PaceOptions } from './pace.ts'
import type { Timers } from './timers.ts'

/** The parts of an agent that its remotes share. */
export interface ScheduleContext extends AttemptContext {
  readonly timers: Timers
  readonly pace: PaceOptions
  readonly emit: (event: AgentEvent) => void
  /** Takes an error that no peer and no disk can cause. */
  readonly crash: (error: unknown) => void
}

/** State of one remote at one moment. Times are by `env.clock`. */
export interface RemoteState {
  readonly name: string
  readonly isSyncing: boolean
  /** Failures since the last sync that did not fail. */
  readonly failures: number
  /** The error of the last sync, where it failed. */
  readonly lastError: FossilError | undefined
  /** The result of the last sync that did not fail. */
  readonly lastResult: SyncResult | undefined
  readonly lastSyncedAtMs: number | undefined
  /** Undefined while nothing is scheduled: a sync is under way, or the agent offline or stopped. */
  readonly nextAtMs: number | undefined
}

type Waiter = PromiseWithResolvers<SyncOutcome>

interface Run {
  readonly attempt: Attempt
  readonly waiters: Waiter[]
  readonly ended: PromiseWithResolvers<void>
}

/** One remote of an agent. */
export class RemoteSchedule {
  readonly #context: ScheduleContext
  readonly #remote: AgentRemote
  readonly #pace: Pace
  /** The reason why nothing is attempted; undefined while the schedule is active. */
  #inactive: string | undefined = 'the agent was not started'
  #run: Run | undefined
  /** Callers who wait for a sync that has not begun yet. */
  #followers: Waiter[] = []
  #cancelTimer: (() => void) | undefined
  #nextAtMs: number | undefined
  /** The timer stands for something new, not for the interval. */
  #isSoon = false
  #lastError: FossilError | undefined
  #lastResult: SyncResult | undefined
  #lastSyncedAtMs: number | undefined

  /** @throws {FossilError} `option.invalid` */
  constructor(context: ScheduleContext, remote: AgentRemote) {
    this.#context = context
    this.#remote = remote
    this.#pace = new Pace(context.repo, context.pace)
  }

  get state(): RemoteState {
    return {
      name: this.#remote.name,
      isSyncing: this.#run !== undefined,
      failures: this.#pace.failures,
      lastError: this.#lastError,
      lastResult: this.#lastResult,
      lastSyncedAtMs: this.#lastSyncedAtMs,
      nextAtMs: this.#nextAtMs,
    }
  }

  /** Resolves when no attempt is under way. */
  get rest(): Promise<void> {
    return this.#run?.ended.promise ?? Promise.resolve()
  }

  /** Begins to attempt, at once. */
  activate(): void {
    this.#inactive = undefined
    this.#pace.forgetFailures()
    if (this.#run === undefined) this.#schedule(0)
  }

  /** Attempts nothing any more, and gives up what is under way. */
  deactivate(reason: string): void {
    this.#inactive = reason
    this.#unschedule()
    this.#run?.attempt.abort()
    for (const follower of this.#takeFollowers()) follower.resolve(this.#inactiveOutcome(reason))
  }

  /** Rejects whatever waits: a bug ended the agent. */
  crash(error: unknown): void {
    for (const waiter of [...(this.#run?.waiters ?? []), ...this.#takeFollowers()]) {
      waiter.reject(error)
    }
  }

  /** Something changed here that the attempt under way may not carry: another follows soon. */
  noteChange(): void {
    if (this.#run !== undefined) this.#run.attempt.isStale = true
    else this.attemptSoon()
  }

  /** Brings the next attempt forward, unless the remote is failing: then its turn comes anyway. */
  attemptSoon(): void {
    const isIdle = this.#run === undefined && this.#inactive === undefined
    if (!isIdle || this.#isSoon || this.#pace.failures > 0) return
    this.#schedule(this.#pace.debounceMs)
  }

  /** Syncs now: joins the attempt under way where it carries everything, or follows it. */
  syncNow(): Promise<SyncOutcome> {
    if (this.#inactive !== undefined) return Promise.resolve(this.#inactiveOutcome(this.#inactive))
    const waiter = Promise.withResolvers<SyncOutcome>()
    if (this.#run !== undefined && !this.#run.attempt.isOutdated) this.#run.waiters.push(waiter)
    else {
      this.#followers.push(waiter)
      if (this.#run === undefined) this.#schedule(0)
    }
    return waiter.promise
  }

  #inactiveOutcome(reason: string): SyncOutcome {
    return {
      remote: this.#remote.name,
      error: new FossilError('transport.aborted', { reason }),
    }
  }

  #takeFollowers(): Waiter[] {
    const followers = this.#followers
    this.#followers = []
    return followers
  }

  /** Replaces the timer. Every attempt begins in one, so never inside a caller's transaction. */
  #schedule(delayMs: number, { isSoon = true } = {}): void {
    assert(this.#run === undefined, 'an attempt follows the end of the one before')
    this.#unschedule()
    this.#isSoon = isSoon
    this.#nextAtMs = this.#context.repo.env.clock.nowMs() + delayMs
    this.#cancelTimer = this.#context.timers.after(delayMs, () => void this.#begin())
  }

  #unschedule(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#nextAtMs = undefined
    this.#isSoon = false
  }

  async #begin(): Promise<void> {
    this.#unschedule()
    try {
      assert(this.#inactive === undefined, 'an inactive remote has no timer')
      const attempt = new Attempt(this.#context, this.#remote)
      const ended = Promise.withResolvers<void>()
      const run = { attempt, ended, waiters: this.#takeFollowers() }
      this.#run = run
      await this.#carryOut(run).finally(() => ended.resolve())
    } catch (error) {
      this.#context.crash(error)
    }
  }

  async #carryOut(run: Run): Promise<void> {
    const { name: remote } = this.#remote
    try {
      this.#context.emit({ type: 'sync.begun', remote })
      const outcome = await outcomeOf(remote, run.attempt)
      this.#context.deliveries.recheckAll()
      this.#run = undefined
      this.#note(outcome)
      this.#scheduleAfter(run.attempt, outcome)
      this.#tell(outcome)
      for (const waiter of run.waiters) waiter.resolve(outcome)
    } catch (error) {
      this.#run = undefined
      for (const waiter of run.waiters) waiter.reject(error)
      throw error
    }
  }

  #note({ result, error }: SyncOutcome): void {
    this.#lastError = error
    if (result === undefined) return
    this.#lastResult = result
    this.#lastSyncedAtMs = this.#context.repo.env.clock.nowMs()
  }

  #scheduleAfter(attempt: Attempt, outcome: SyncOutcome): void {
    const delayMs = this.#delayAfter(attempt, outcome)
    if (this.#inactive !== undefined) return
    if (this.#followers.length > 0) return this.#schedule(0)
    const isNews = (attempt.isStale || attempt.hasNewWaits) && this.#pace.failures === 0
    if (isNews) this.#context.repo.env.mark?.('agent.change-during-sync')
    if (isNews) this.#schedule(Math.min(delayMs, this.#pace.debounceMs))
    else this.#schedule(delayMs, { isSoon: false })
  }

  #delayAfter(attempt: Attempt, { result }: SyncOutcome): number {
    // It was given up here, so it says nothing of the remote.
    if (attempt.isAborted) return 0
    if (result === undefined) return this.#pace.afterFailureMs()
    const isSought = this.#context.deliveries.soughtAt(this.#remote.name).size > 0
    return this.#pace.afterSuccessMs({
      isSettled: result.complete && !isSought,
      hasMoved: hasMoved(result),
    })
  }

  #tell(outcome: SyncOutcome): void {
    const { remote, result, error } = outcome
    const nextAtMs = this.#nextAtMs
    if (result !== undefined) this.#context.emit({ type: 'sync.ended', remote, result, nextAtMs })
    else this.#context.emit({ type: 'sync.failed', remote, error, nextAtMs })
  }
}

/** @throws what is no fault of the world: an assertion, an option, an error of another kind */
async function outcomeOf(remote: string, attempt: Attempt): Promise<SyncOutcome> {
  try {
    return { remote, result: await attempt.run() }
  } catch (error) {
    if (!FossilError.is(error) || error.code === 'option.invalid') throw error
    return { remote, error }
  }
}

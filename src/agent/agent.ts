/**
 * Background sync of one repository with any number of remotes. It keeps nothing of its own that
 * lasts: an agent that starts again goes on from the repository.
 *
 * Runs under a deterministic simulator: time comes from `env.clock` and {@link Timers}, jitter from
 * `env.random`, and it awaits exchanges and promises of its own alone.
 * @module
 */

/// <reference lib="esnext.disposable" preserve="true" />

import { FossilError } from '../base/error.ts'
import { requireInteger } from '../base/options.ts'
import { type ArtifactHash, isArtifactHash } from '../hash/artifact-hash.ts'
import { phantomArtifacts, unresolvedArtifacts } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { AgentRemote } from './attempt.ts'
import { Deliveries, type Delivery } from './deliveries.ts'
import type { AgentEvent, SyncOutcome } from './events.ts'
import { pushFailed } from './fates.ts'
import type { PaceOptions } from './pace.ts'
import { RemoteSchedule, type RemoteState } from './remote-schedule.ts'
import { maxDelayMs, systemTimers, type Timers } from './timers.ts'

/** Remotes and pace of an agent. */
export interface AgentOptions extends PaceOptions {
  /** One or more, each with a schedule of its own. */
  readonly remotes: readonly AgentRemote[]
  /** Default: those of the host, which keep the process alive until the agent stops. */
  readonly timers?: Timers
  /** Receives events as they happen. Where it throws, the agent crashes. */
  readonly onEvent?: (event: AgentEvent) => void
}

/** The life of an agent. It begins once: a stopped or crashed agent does not start again. */
type Phase = 'new' | 'online' | 'offline' | 'stopped' | 'crashed'

/**
 * Keeps a repository in sync in the background. Its owner may read and write at any time, and
 * stops it before closing the repository:
 *
 *     await using agent = new SyncAgent(repo, { remotes: [{ name: 'origin', transport }] })
 *     agent.start()
 *     const { hash } = checkin(repo, …)
 *     const { remote, atMs } = await agent.pushed(hash)
 *
 * @example
 * ```ts
 * await using agent = new SyncAgent(repo, { remotes: [{ name: 'origin', transport }] })
 * agent.start()
 * await agent.pushed(hash)
 * ```
 */
export class SyncAgent implements AsyncDisposable {
  readonly #repo: Repo
  readonly #timers: Timers
  readonly #onEvent: (event: AgentEvent) => void
  readonly #remotes: ReadonlyMap<string, AgentRemote>
  readonly #schedules: ReadonlyMap<string, RemoteSchedule>
  readonly #deliveries: Deliveries
  #phase: Phase = 'new'
  #stopping: Promise<void> | undefined
  #crashError: unknown

  /** @throws {FossilError} `option.invalid`: no remote, two of one name, a delay out of range */
  constructor(repo: Repo, options: AgentOptions) {
    const { remotes, timers = systemTimers, onEvent = () => {}, ...pace } = options
    this.#repo = repo
    this.#timers = timers
    this.#onEvent = onEvent
    this.#deliveries = new Deliveries(repo)
    this.#remotes = byName(remotes)
    const context = {
      repo,
      timers,
      pace,
      deliveries: this.#deliveries,
      emit: (event: AgentEvent) => this.#onEvent(event),
      crash: (error: unknown) => this.#crash(error),
    }
    const schedules = remotes.map((remote) => new RemoteSchedule(context, remote))
    this.#schedules = new Map(schedules.map((schedule) => [schedule.state.name, schedule]))
  }

  /** State of each remote, in the order of the options. */
  get remotes(): readonly RemoteState[] {
    return [...this.#schedules.values()].map(({ state }) => state)
  }

  /** Begins to sync, at once. Does nothing where the agent was started before. */
  start(): void {
    if (this.#phase !== 'new') return
    this.#phase = 'online'
    this.#activate()
  }

  /**
   * Ends the agent: exchanges under way are given up, and open {@link pushed} are `unreachable`.
   *
   * @returns a promise that resolves when nothing of the agent runs any more
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** Attempts nothing until {@link goOnline}, and gives up what is under way. */
  goOffline(): void {
    if (this.#phase !== 'online') return
    this.#phase = 'offline'
    this.#deactivate('the agent is offline')
    this.#emit({ type: 'offline' })
  }

  /** Syncs again, at once, whatever failed before. */
  goOnline(): void {
    if (this.#phase !== 'offline') return
    this.#phase = 'online'
    this.#activate()
    this.#emit({ type: 'online' })
  }

  /** Something was written here: syncs soon, in one go with what follows within `debounceMs`. */
  changed(): void {
    for (const schedule of this.#schedules.values()) schedule.noteChange()
  }

  /**
   * Syncs with one remote, or with all, whatever their back-off. A sync under way will do unless
   * the repository changed since it began; then another follows it.
   *
   * @returns one outcome for each remote, in their order, as soon as the last is known; errors
   *   among them: `transport.aborted` where the agent is offline or does not run
   * @throws {FossilError} `option.invalid` for a remote it does not have
   */
  async syncNow(remote?: string): Promise<readonly SyncOutcome[]> {
    this.#checkNotCrashed()
    const schedules = this.#namesOf(remote).map((name) => this.#schedules.get(name))
    return await Promise.all(schedules.flatMap((schedule) => schedule?.syncNow() ?? []))
  }

  /**
   * Waits until a server is known to hold an artifact: until it has sent it back when asked. Waits
   * as long as it takes, through failures and offline times, unless told otherwise.
   *
   * @param options `remote`: the one that is to hold it, by default any; `signal` and `timeoutMs`
   *   give up, with the last error as the `cause`
   * @throws {FossilError} `push.failed` where it will not be, or was given up; `option.invalid`
   */
  async pushed(
    hash: ArtifactHash,
    options: { remote?: string; signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<Delivery> {
    const { remote, signal, timeoutMs } = options
    const names = this.#namesOf(remote)
    if (typeof hash !== 'string' || !isArtifactHash(hash)) {
      const reason = `${JSON.stringify(hash)} is no whole hash of an artifact`
      throw new FossilError('option.invalid', { option: 'hash', reason })
    }
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new FossilError('option.invalid', { option: 'signal', reason: 'is no AbortSignal' })
    }
    if (timeoutMs !== undefined) requireInteger('timeoutMs', timeoutMs, { min: 0, max: maxDelayMs })
    this.#checkNotCrashed()
    if (this.#phase === 'stopped') {
      throw pushFailed(hash, { fate: 'unreachable', reason: 'the agent was stopped' })
    }
    const sendsPrivate = names.some((name) => this.#remotes.get(name)?.options?.private === true)
    const { promise, giveUp } = this.#deliveries.wait(hash, { names, sendsPrivate })
    for (const name of names) this.#schedules.get(name)?.attemptSoon()
    return await this.#until(promise, giveUp, { signal, timeoutMs })
  }

  /**
   * Artifacts that are known by name and not here, at most 1,000: those that no remote has sent so
   * far, though something announced or named them.
   */
  missing(): readonly ArtifactHash[] {
    const limit = 1000
    const phantoms = phantomArtifacts(this.#repo, { limit, withPrivate: true })
    const artifacts = [...phantoms, ...unresolvedArtifacts(this.#repo)]
    return artifacts.slice(0, limit).map(({ hash }) => hash)
  }

  /** Gives a wait up when the time or the signal of its caller says so. */
  async #until(
    promise: Promise<Delivery>,
    giveUp: (reason: string) => void,
    { signal, timeoutMs }: { signal: AbortSignal | undefined; timeoutMs: number | undefined },
  ): Promise<Delivery> {
    const abort = (): void => giveUp('the caller gave it up')
    let cancel: (() => void) | undefined
    try {
      if (signal?.aborted === true) abort()
      signal?.addEventListener('abort', abort)
      if (timeoutMs !== undefined) {
        const reason = `not delivered within ${timeoutMs} ms`
        cancel = this.#timers.after(timeoutMs, () => giveUp(reason))
      }
      return await promise
    } finally {
      cancel?.()
      signal?.removeEventListener('abort', abort)
    }
  }

  async #stop(): Promise<void> {
    const wasCrashed = this.#phase === 'crashed'
    if (!wasCrashed) this.#phase = 'stopped'
    this.#deactivate('the agent was stopped')
    this.#deliveries.giveUpAll('the agent was stopped')
    for (const schedule of this.#schedules.values()) await schedule.rest
    if (!wasCrashed && this.#phase === 'stopped') this.#emit({ type: 'stopped' })
  }

  #crash(error: unknown): void {
    if (this.#phase === 'crashed') return
    this.#phase = 'crashed'
    this.#crashError = error
    for (const schedule of this.#schedules.values()) schedule.crash(error)
    this.#deactivate('the agent crashed')
    this.#deliveries.rejectAll(error)
    try {
      this.#onEvent({ type: 'crashed', error })
    } catch {
      // It may be what crashed the agent. Whoever asks the agent for anything is told of the error.
    }
  }

  #activate(): void {
    for (const schedule of this.#schedules.values()) schedule.activate()
  }

  #deactivate(reason: string): void {
    for (const schedule of this.#schedules.values()) schedule.deactivate(reason)
  }

  #emit(event: AgentEvent): void {
    try {
      this.#onEvent(event)
    } catch (error) {
      this.#crash(error)
    }
  }

  #checkNotCrashed(): void {
    if (this.#phase === 'crashed') throw this.#crashError
  }

  #namesOf(remote: string | undefined): readonly string[] {
    if (remote === undefined) return [...this.#remotes.keys()]
    if (this.#remotes.has(remote)) return [remote]
    throw new FossilError('option.invalid', { option: 'remote', reason: `no remote is ${remote}` })
  }
}

function byName(remotes: readonly AgentRemote[]): ReadonlyMap<string, AgentRemote> {
  const named = new Map(remotes.map((remote) => [remote.name, remote]))
  if (named.size > 0 && named.size === remotes.length) return named
  const reason = remotes.length === 0 ? 'must name a remote' : 'two remotes have one name'
  throw new FossilError('option.invalid', { option: 'remotes', reason })
}

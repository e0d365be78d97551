/**
 * One attempt at one remote: a sync, then, where somebody waits for a delivery, the question
 * whether the server holds what was waited for.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import type { SyncOptions, SyncResult } from '../sync/session-options.ts'
import { sync } from '../sync/sync.ts'
import type { Transport } from '../sync/transport.ts'
import { ChangeWatch } from './change-watch.ts'
import type { Deliveries } from './deliveries.ts'
import { isRefusal, localObstacle, remoteRefusal } from './fates.ts'
import { checkHoldings, HoldingCheck } from './holding-check.ts'

/** A server to sync with. */
export interface AgentRemote {
  /** Unique within the agent. */
  readonly name: string
  readonly transport: Transport
  /** Options of every sync. */
  readonly options?: SyncOptions
}

/** The parts of an agent that an attempt uses. */
export interface AttemptContext {
  readonly repo: Repo
  readonly deliveries: Deliveries
}

/** An attempt under way. */
export class Attempt {
  /** True once its owner said that something changed here since it began. */
  isStale = false
  readonly #context: AttemptContext
  readonly #remote: AgentRemote
  readonly #watch: ChangeWatch
  readonly #controller = new AbortController()
  readonly #sought: ReadonlySet<ArtifactHash>

  constructor(context: AttemptContext, remote: AgentRemote) {
    this.#context = context
    this.#remote = remote
    this.#watch = new ChangeWatch(context.repo, remote.transport)
    this.#sought = context.deliveries.soughtAt(remote.name)
  }

  /** True where something may have been written here that this attempt does not carry. */
  get isOutdated(): boolean {
    return this.isStale || this.#watch.hasChanged
  }

  /** True once it was given up. */
  get isAborted(): boolean {
    return this.#controller.signal.aborted
  }

  /** Gives the exchange under way up, and begins no other. */
  abort(): void {
    this.#controller.abort()
  }

  /** Tells whether somebody waits for an artifact that this attempt does not look for. */
  get hasNewWaits(): boolean {
    const sought = this.#context.deliveries.soughtAt(this.#remote.name)
    return [...sought].some((hash) => !this.#sought.has(hash))
  }

  /**
   * Runs to the end of the sync, and of the question after it.
   *
   * @throws {FossilError} as `sync`: of the question only what it found is kept, an error of it
   *   leaves the deliveries open
   */
  async run(): Promise<SyncResult> {
    const { deliveries } = this.#context
    const { name, options } = this.#remote
    const { signal } = this.#controller
    try {
      const result = await sync(this.#context.repo, this.#watch, options, { signal })
      deliveries.noteError(name, undefined)
      if (this.#sought.size > 0) await this.#check(result)
      return result
    } catch (error) {
      if (FossilError.is(error) && !this.isAborted) this.#noteError(error)
      throw error
    }
  }

  async #check(result: SyncResult): Promise<void> {
    const { repo } = this.#context
    const check = new HoldingCheck(repo, this.#sought, this.#remote.options)
    try {
      await checkHoldings(check, this.#watch, { signal: this.#controller.signal })
      this.#noteHeld(check)
      this.#judge(result, check)
    } catch (error) {
      if (!FossilError.is(error)) throw error
      this.#noteHeld(check)
      if (!this.isAborted) this.#noteError(error)
    }
  }

  #noteHeld({ held }: HoldingCheck): void {
    const { repo, deliveries } = this.#context
    deliveries.noteHeld(held, { remote: this.#remote.name, atMs: repo.env.clock.nowMs() })
  }

  /** Finds out why the server lacks what it was not seen to hold. */
  #judge(result: SyncResult, { held }: HoldingCheck): void {
    const { repo, deliveries } = this.#context
    const { name, options = {} } = this.#remote
    const rest = [...this.#sought].filter((hash) => !held.has(hash))
    const refusal = remoteRefusal(result, options.push ?? true)
    if (refusal !== undefined) return deliveries.noteRefusal(name, rest, refusal)
    const sendsPrivate = options.private ?? false
    const silent = rest.filter((hash) => localObstacle(repo, hash, { sendsPrivate }) === undefined)
    deliveries.noteSilence(name, silent)
  }

  #noteError(error: FossilError): void {
    const { deliveries } = this.#context
    const { name } = this.#remote
    deliveries.noteError(name, error)
    if (isRefusal(error)) deliveries.noteRefusal(name, [...this.#sought], error.message)
  }
}

/**
 * Conversations of a client's session besides artifacts: unversioned files, synced tables,
 * settings, a check-in lock. Each conversation owns its state; this file asks them in turn.
 * @module
 */

import { counted } from '../base/counted.ts'
import { defossilize } from '../deck/fossilize.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { ConfigArea } from '../admin/config-areas.ts'
import type { Repo } from '../repo/repo.ts'
import type { Card } from '../xfer/card.ts'
import type { CardWriter } from '../xfer/format.ts'
import type { SyncObserver } from './events.ts'
import { ConfigClient, type ConfigSummary } from './config-areas.ts'
import type { TableSummary } from './table-summary.ts'
import { type TableBudget, TableClient } from './tables-client.ts'
import { UnversionedClient, type UnversionedSummary } from './unversioned-client.ts'

/** Options of a session besides pushing and pulling artifacts. */
export interface SideOptions {
  /**
   * Sync unversioned files. By default the setting `uv-sync` decides in a sync that both pushes and
   * pulls, and otherwise they are left out.
   */
  readonly unversioned?: boolean
  /**
   * Sync tables, with a server of ours or one that shows that it has some. `plain`: say from the
   * first request on what go-libfossil's clients say, so that a server of its that has no table yet
   * gets ours; stock refuses such a request as a whole. Default false.
   */
  readonly tables?: boolean | 'plain'
  /** Fetch settings of these areas. */
  readonly pullConfig?: readonly ConfigArea[]
  /** Of those, take the ones that have stock run something (hooks, scripts), too. Default true. */
  readonly pullScripts?: boolean
  /** Send settings of these areas, where the server lets us. */
  readonly pushConfig?: readonly ConfigArea[]
  /** Tell the server that a check-in is about to get a child. */
  readonly lock?: CheckinLockRequest
  /** Give back every lock of this client. */
  readonly unlockClientId?: string
}

/** A check-in to lock, by a client that chose its id once: 40 hex digits. */
export interface CheckinLockRequest {
  readonly checkin: ArtifactHash
  readonly clientId: string
}

/** The summaries of these conversations. */
export interface SideSummary {
  readonly unversioned: UnversionedSummary | undefined
  /** The outcome for rows; undefined where tables were left out. */
  readonly tables: TableSummary | undefined
  readonly config: ConfigSummary | undefined
  /** Somebody else holds the lock that was asked for, since `mtimeSec` by the server's clock. */
  readonly lockedBy: { readonly login: string; readonly mtimeSec: number } | undefined
  /** The server told who locks a check-in to write no delta manifests. */
  readonly avoidsDeltaManifests: boolean
}

/** The conversations of one session. */
export class SideConversations {
  readonly #repo: Repo
  readonly #options: SideOptions
  readonly #unversioned: UnversionedClient | undefined
  readonly #tables: TableClient | undefined
  readonly #config: ConfigClient | undefined
  #lockWasAsked = false
  #lockedBy: SideSummary['lockedBy']
  #avoidsDeltaManifests = false

  constructor(repo: Repo, options: SideOptions & { readonly observer?: SyncObserver }) {
    this.#repo = repo
    this.#options = options
    const { pullConfig = [], pushConfig = [], pullScripts: code = true, observer } = options
    if (options.unversioned === true) this.#unversioned = new UnversionedClient(repo, observer)
    const { tables = false } = options
    if (tables !== false) {
      this.#tables = new TableClient(repo, { speaksPlain: tables === 'plain', observer })
    }
    if (pullConfig.length + pushConfig.length > 0) {
      const areas = { pull: pullConfig, push: pushConfig }
      this.#config = new ConfigClient(repo, { ...areas, code, observer })
    }
  }

  /** True where there is nothing to talk about. */
  get isEmpty(): boolean {
    const { lock, unlockClientId } = this.#options
    const hasLock = lock !== undefined || unlockClientId !== undefined
    return this.#unversioned === undefined && this.#config === undefined && !hasLock
  }

  /** True while another request has something to say. */
  get goesOn(): boolean {
    const talks = [this.#unversioned, this.#tables, this.#config]
    return talks.some((talk) => talk?.goesOn ?? false)
  }

  /** True where the last round moved anything that did not move before in this session. */
  get hasMoved(): boolean {
    return (this.#unversioned?.hasMoved ?? false) || (this.#tables?.hasMoved ?? false)
  }

  get summary(): SideSummary {
    return {
      unversioned: this.#unversioned?.summary,
      tables: this.#tables?.summary,
      config: this.#config?.summary,
      lockedBy: this.#lockedBy,
      avoidsDeltaManifests: this.#avoidsDeltaManifests,
    }
  }

  /** The reason why the sync is not complete, as far as it lies here. */
  get shortfall(): string | undefined {
    const { missing = [], unsent = [], pullOnly = false } = this.#unversioned?.summary ?? {}
    if (missing.length > 0) return `${counted(missing.length, 'unversioned file')} did not come`
    if (unsent.length === 0) return this.#tables?.shortfall
    const files = counted(unsent.length, 'unversioned file')
    return pullOnly ? `the server does not accept ${files} from us` : `${files} could not be sent`
  }

  /** Writes everything that the next request says besides artifacts. */
  writeRequest(writer: CardWriter, budget: TableBudget): void {
    this.#config?.writeRequest(writer)
    this.#unversioned?.writeRequest(writer, budget)
    this.#tables?.writeRequest(writer, budget)
    this.#writeLock(writer)
  }

  /** Takes a card of the reply; false for one that is about artifacts. */
  receive(card: Card): boolean {
    if (card.type === 'pragma' && card.name === 'ci-lock-fail') {
      const [login = '', mtimeSec = ''] = card.args
      this.#lockedBy = { login: defossilize(login), mtimeSec: Number(mtimeSec) || 0 }
      return true
    }
    if (card.type === 'pragma' && card.name === 'avoid-delta-manifests') {
      this.#avoidsDeltaManifests = true
      return true
    }
    const talks = [this.#unversioned, this.#tables, this.#config]
    return talks.some((talk) => talk?.receive(card) ?? false)
  }

  /** Notes that the reply has been read to its end. */
  endReply(): void {
    this.#tables?.endReply()
  }

  /** Begins again, where a reply was dropped as a whole and the session goes on. */
  restart(): void {
    this.#repo.env.mark?.('sync.push-refused-whole')
    this.#unversioned?.restart()
    this.#tables?.restart()
    this.#config?.restart()
    this.#lockWasAsked = false
  }

  #writeLock(writer: CardWriter): void {
    if (this.#lockWasAsked) return
    this.#lockWasAsked = true
    const { lock, unlockClientId } = this.#options
    if (lock !== undefined) {
      const args = [lock.checkin, lock.clientId]
      writer.add({ type: 'pragma', name: 'ci-lock', args })
    }
    if (unlockClientId !== undefined) {
      writer.add({ type: 'pragma', name: 'ci-unlock', args: [unlockClientId] })
    }
  }
}

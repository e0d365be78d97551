/**
 * The conversation about shared configuration, both sides: areas that are asked for (`reqconfig`)
 * and rows that are sent (`config`). One request and its reply are all of it.
 *
 * May know the repository and the cards; messages and transactions are the caller's.
 * Source: fossil src/xfer.c:1615-1660 (the server), 2302-2340 and 2711-2733 (the client).
 * @module
 */

import {
  type ConfigArea,
  configAreas,
  configCards,
  type ConfigReader,
  parseConfigArea,
} from '../admin/config-areas.ts'
import {
  configKey,
  type ConfigOutcome,
  receiveConfig,
  type ConfigRights,
} from '../admin/config-areas-receive.ts'
import type { Repo } from '../repo/repo.ts'
import type { Card, ConfigCard } from '../xfer/card.ts'
import type { CardWriter } from '../xfer/format.ts'
import type { SyncObserver } from './events.ts'
import { refused } from './refusal.ts'

/**
 * Permissions of a peer over configuration. In stock `a` implies all but `s` (login.c:1711-1724).
 */
export interface ConfigAccess extends ConfigReader {
  /** `o` (which `i`, `a` and `s` imply in stock) or `g`: ask for areas. */
  readonly read: boolean
  /** `a`: change configuration, and see users and subscribers. */
  readonly admin: boolean
  /** `s`: change users who have `s`. */
  readonly setup: boolean
  /** `e`: see concealed addresses, and with `a` change them. */
  readonly addresses: boolean
}

/** The server's side of one message. */
export class ConfigServer {
  readonly #repo: Repo
  readonly #access: ConfigAccess

  constructor(repo: Repo, access: ConfigAccess) {
    this.#repo = repo
    this.#access = access
  }

  /**
   * Carries out one card of a request and writes what answers it. An area that is unknown, or whose
   * rows the client may not see, is answered with nothing, as in stock.
   *
   * @returns false for a card that is none of this conversation
   * @throws {FossilError} `sync.refused` where the client may not; `repo.*`. Roll back then.
   */
  receive(card: Card, writer: CardWriter): boolean {
    switch (card.type) {
      case 'reqconfig': {
        if (!this.#access.read) throw refused('not authorized to read')
        const area = parseConfigArea(card.name)
        if (area !== undefined) sendArea(this.#repo, writer, area, this.#access)
        return true
      }
      case 'config':
        if (!this.#access.admin) throw refused('not authorized to push configuration')
        receiveConfig(this.#repo, card, rightsOf(this.#access))
        return true
      default:
        return false
    }
  }
}

/** Wishes of a client towards its server; nothing unless given. */
export interface ConfigClientOptions {
  /** Areas to fetch. */
  readonly pull?: readonly ConfigArea[]
  /** Areas to send; the server takes them from those who have the capability `a`. */
  readonly push?: readonly ConfigArea[]
  /** Take settings that have stock run something, too. Default true. */
  readonly code?: boolean
  readonly observer?: SyncObserver | undefined
}

/** The totals of a conversation: cards sent, and cards received by their outcome. */
export type ConfigSummary = Readonly<Record<ConfigOutcome | 'sent', number>>

/** The client's side, in one session. */
export class ConfigClient {
  readonly #repo: Repo
  readonly #pull: readonly ConfigArea[]
  readonly #push: readonly ConfigArea[]
  readonly #code: boolean
  readonly #observer: SyncObserver | undefined
  #wasSent = false
  /** The areas that the request under way asked for: rows of other areas are not taken. */
  #asked: readonly ConfigArea[] = []
  #counts = noCards()

  constructor(repo: Repo, options: ConfigClientOptions) {
    const { pull = [], push = [], code = true, observer } = options
    this.#repo = repo
    this.#code = code
    this.#observer = observer
    this.#pull = pull
    this.#push = push
  }

  /** True while the next request has something to say. */
  get goesOn(): boolean {
    return !this.#wasSent && this.#pull.length + this.#push.length > 0
  }

  /** The totals of the conversation. */
  get summary(): ConfigSummary {
    return { ...this.#counts }
  }

  /** Writes this conversation's part of a request: all of it in the first, nothing afterwards. */
  writeRequest(writer: CardWriter): void {
    this.#asked = []
    if (this.#wasSent) return
    this.#wasSent = true
    this.#asked = this.#pull
    for (const area of this.#pull) writer.add({ type: 'reqconfig', name: `/${area}` })
    const all = { admin: true, addresses: true }
    for (const area of this.#push) {
      const cards = sendArea(this.#repo, writer, area, all)
      this.#counts.sent += cards.length
      for (const card of cards) this.#tell(card)
    }
  }

  /**
   * Applies one card of the reply. What was not asked for is passed over.
   *
   * @returns false for a card that is none of this conversation
   * @throws {FossilError} `repo.*`. Roll the reply back, and then {@link restart} or end the
   *   session.
   */
  receive(card: Card): boolean {
    if (card.type !== 'config') return false
    const rights = { areas: this.#asked, setup: true, code: this.#code }
    const outcome = receiveConfig(this.#repo, card, rights)
    this.#counts[outcome]++
    this.#tell(card, outcome)
    return true
  }

  /** @param outcome of a card that came */
  #tell(card: ConfigCard, outcome?: ConfigOutcome): void {
    const key = this.#observer === undefined ? undefined : configKey(card)
    if (key === undefined) return
    const table = card.name.slice(1)
    if (outcome === undefined) this.#observer?.({ type: 'config.sent', table, key })
    else this.#observer?.({ type: 'config.received', table, key, outcome })
  }

  /** Begins again, where a request was refused as a whole and the session goes on. */
  restart(): void {
    this.#wasSent = false
    this.#asked = []
    this.#counts = noCards()
  }
}

function rightsOf({ addresses, setup }: ConfigAccess): ConfigRights {
  return { areas: addresses ? ['all'] : withoutAddresses, setup }
}

const withoutAddresses = configAreas.filter((area) => area !== 'all' && area !== 'email')

function sendArea(
  repo: Repo,
  writer: CardWriter,
  area: ConfigArea,
  reader: ConfigReader,
): ConfigCard[] {
  const cards = configCards(repo, area, reader)
  for (const card of cards) writer.add(card)
  return cards
}

function noCards(): Record<ConfigOutcome | 'sent', number> {
  return { sent: 0, stored: 0, older: 0, refused: 0, malformed: 0 }
}

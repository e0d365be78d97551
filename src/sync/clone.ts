/**
 * The client's side of a clone, as a state machine without I/O. It brings the bulk: artifacts in
 * the order of the server's rids. An ordinary pull then brings what came to the server meanwhile,
 * and finds out whether anything is missing.
 *
 * Every artifact is verified as it comes, every reply is kept with the place where the next one
 * goes on, and so a clone that was interrupted anywhere goes on there. Stock verifies nothing, and
 * starts again. Source: fossil src/xfer.c:2256-2262, 2663-2680, 2730-2745, 2992-3006.
 * @module
 */

import { assert } from '../base/assert.ts'
import { hex } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { cloneState, saveCloneState } from '../repo/clone-state.ts'
import { config, setConfig } from '../repo/config.ts'
import { type Repo, workOf } from '../repo/repo.ts'
import type { Card, PushCard } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { ourVersion, versionPragma } from '../xfer/version.ts'
import { ArtifactExchange } from './artifacts.ts'
import { countCard, limitedCards, metered, OnceOnly } from './budget.ts'
import type { SyncObserver, SyncTotals } from './events.ts'
import {
  defaultDeflateOverBytes,
  defaultMaxRounds,
  maxMessageBytes,
  maxRoundsInAll,
} from './limits.ts'
import { type Credentials, signed } from './login.ts'
import { refusalBy } from './refusal.ts'
import { passOver } from './reply.ts'

/** Options of a clone session. */
export interface CloneSessionOptions {
  /** Logs in, from the moment the project is known. */
  readonly login?: Credentials
  /** Bring private artifacts, too. Default false. */
  readonly private?: boolean
  /**
   * The form in which the server is to send artifacts: 3, as it stores them (`cfile`), or 2,
   * uncompressed (`file`), which costs more bytes. Whatever it answers with is taken; an
   * interrupted clone goes on by either. Default 3, which is all that stock's client speaks.
   * sync.wiki §3.5.
   */
  readonly protocol?: 2 | 3
  /** Rounds that bring nothing new after which the clone ends with an error. Default 1,000. */
  readonly maxRounds?: number
  readonly deflateOverBytes?: number
  readonly observer?: SyncObserver
}

/** The bulk of one clone. */
export class CloneSession {
  readonly #repo: Repo
  readonly #options: CloneSessionOptions
  readonly #exchange: ArtifactExchange
  #sequence: number
  #serverCode: string | undefined
  #round = 0
  #roundsInVain = 0
  #awaitsReply = false
  /** True where the request under way was signed. */
  #isSigned = false
  #artifacts = 0
  #bytesSent = 0
  #bytesReceived = 0

  /** @param repo prepared by `beginClone`, by this process or one that was interrupted */
  constructor(repo: Repo, options: CloneSessionOptions = {}) {
    const state = cloneState(repo)
    assert(state !== undefined, 'a clone goes into a repository that was prepared for it')
    if (state.sequence > 1) repo.env.mark?.('sync.clone-resumed')
    this.#repo = repo
    this.#options = options
    this.#sequence = state.sequence
    this.#serverCode = state.serverCode
    this.#exchange = new ArtifactExchange(repo, {
      side: 'sync',
      acceptsPrivate: options.private ?? false,
      sendsPrivate: options.private ?? false,
      observer: options.observer,
    })
  }

  /** True once the server has sent everything it had when the clone began. */
  get isDone(): boolean {
    return this.#sequence === 0
  }

  get rounds(): number {
    return this.#round
  }

  /** All that it has moved so far: a client sends no artifacts while it clones. */
  get totals(): SyncTotals {
    return {
      artifactsSent: 0,
      artifactsReceived: this.#artifacts,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
    }
  }

  /** Composes the next request. */
  request(): Uint8Array {
    assert(!this.isDone && !this.#awaitsReply, 'a request follows a reply, until all is done')
    this.#awaitsReply = true
    this.#round++
    const writer = new CardWriter()
    const { deflateOverBytes = defaultDeflateOverBytes, login, protocol = 3 } = this.#options
    this.#isSigned = login !== undefined && config(this.#repo, 'project-code') !== undefined
    writer.add(versionPragma('client-version', ourVersion))
    // Who is not logged in yet would be refused for it, and not be told the project. The pull
    // brings what was left out until then.
    if (this.#exchange.sendsPrivate && (this.#isSigned || login === undefined)) {
      writer.add({ type: 'pragma', name: 'send-private', args: [] })
    }
    writer.add({ type: 'clone', version: protocol, sequence: this.#sequence })
    writer.add({ type: 'comment', text: hex(this.#repo.env.random.bytes(20)) })
    const { cards } = writer
    const body = encodeMessage(signed(this.#repo, writer.finish(), login), { deflateOverBytes })
    this.#bytesSent += body.length
    this.#options.observer?.({
      type: 'round.sent',
      round: this.#round,
      cards,
      artifacts: 0,
      bytes: body.length,
      totals: this.totals,
    })
    return body
  }

  /**
   * Applies the reply, in one transaction with the place where the next one goes on.
   *
   * @throws {FossilError} `sync.refused`; `sync.wrongproject` when an interrupted clone is
   *   continued from another project; `xfer.*`, `hash.mismatch`, `delta.corrupt`; `repo.io`. What
   *   came before this reply is kept. `sync.endless`, and then this reply is kept, too.
   */
  receive(reply: Uint8Array): void {
    assert(this.#awaitsReply, 'a reply answers a request')
    this.#awaitsReply = false
    this.#bytesReceived += reply.length
    const message = decodeMessage(reply, { maxBytes: maxMessageBytes })
    const before = { sequence: this.#sequence, serverCode: this.#serverCode }
    try {
      const action = (): News => this.#repo.transaction(() => this.#apply(message))
      const news = metered(this.#repo, action)
      this.#artifacts += news.artifacts
      this.#options.observer?.({
        type: 'round.received',
        round: this.#round,
        cards: news.cards,
        artifacts: news.artifacts,
        bytes: reply.length,
        totals: this.totals,
      })
      // Deltas that wait count: in a clone most sources come after what is made of them.
      if (news.artifacts === 0) this.#roundsInVain++
    } catch (error) {
      this.#sequence = before.sequence
      this.#serverCode = before.serverCode
      throw error
    }
    if (!this.isDone) this.#checkRounds()
  }

  /**
   * Ends a clone that goes nowhere. Everything received is kept, so that a clone begun again goes
   * on.
   */
  #checkRounds(): void {
    const { maxRounds = defaultMaxRounds } = this.#options
    if (this.#roundsInVain < maxRounds && this.#round < maxRoundsInAll) return
    const reason = `the clone does not end: ${this.#roundsInVain} rounds brought nothing`
    throw new FossilError('sync.endless', { rounds: this.#round, reason })
  }

  #apply(message: Uint8Array): News {
    const news: News = { cards: 0, artifacts: 0 }
    const once = new OnceOnly()
    const work = workOf(this.#repo)
    assert(work !== undefined, 'a reply is read with a meter')
    this.#exchange.beginMessage()
    for (const card of limitedCards(message)) {
      news.cards++
      countCard(card, work)
      if (!once.isRepeated(card)) this.#applyCard(card, news)
    }
    const { announcements, artifacts } = this.#exchange.leftForLater
    if (announcements + artifacts > 0) {
      this.#options.observer?.({ type: 'message.cut', announcements, artifacts })
    }
    if (news.error === undefined) this.#advance(news)
    else if (!this.#mayRetrySigned(news)) {
      throw refusalBy(news.error)
    }
    saveCloneState(this.#repo, {
      sequence: this.#sequence,
      ...(this.#serverCode === undefined ? {} : { serverCode: this.#serverCode }),
    })
    return news
  }

  #applyCard(card: Card, news: News): void {
    switch (card.type) {
      case 'file':
      case 'cfile':
        if (this.#exchange.receiveArtifact(card)) news.artifacts++
        return
      case 'private':
        return this.#exchange.announcePrivateNext()
      case 'clone_seqno':
        news.sequence = card.sequence
        return
      case 'push':
        return this.#meetServer(card, news)
      case 'error':
        news.error ??= card.text
        return
      case 'message':
        return this.#options.observer?.({ type: 'peer.message', text: card.text })
      case 'unknown':
        return passOver(card, this.#options.observer)
      default:
        // Catalogues and settings that some servers volunteer: the pull asks for what it wants.
        return
    }
  }

  /** `push` names the server and its project. xfer.c:2663-2680. */
  #meetServer({ serverCode, projectCode }: PushCard, news: News): void {
    const known = config(this.#repo, 'project-code')
    if (known !== undefined && known !== projectCode) {
      throw new FossilError('sync.wrongproject', { expected: known, actual: projectCode })
    }
    if (known === undefined) setConfig(this.#repo, 'project-code', projectCode)
    // Another server of the same project counts its artifacts in another order.
    if (this.#serverCode !== undefined && this.#serverCode !== serverCode) news.otherServer = true
    this.#serverCode = serverCode
  }

  #advance({ sequence, otherServer, cards }: News): void {
    if (otherServer === true) {
      this.#repo.env.mark?.('sync.clone-elsewhere')
      // The pull that follows finds what is missing, by name.
      this.#sequence = 0
      return
    }
    if (sequence === undefined || (sequence !== 0 && sequence <= this.#sequence)) {
      throw new FossilError('xfer.malformed', {
        card: 'clone_seqno',
        reason: `the clone does not go on after ${this.#sequence} (${cards} cards)`,
      })
    }
    // Nothing could be pulled into a clone of nobody's project, nor could it be cloned again.
    if (sequence === 0 && config(this.#repo, 'project-code') === undefined) {
      const reason = 'the clone ends and nobody has said whose project it is'
      throw new FossilError('xfer.malformed', { card: 'push', reason })
    }
    this.#sequence = sequence
  }

  /** The first refusal comes before a login, and tells the project, which a login needs. */
  #mayRetrySigned(news: News): boolean {
    const isKnown = config(this.#repo, 'project-code') !== undefined
    return isKnown && this.#options.login !== undefined && !this.#isSigned && news.artifacts === 0
  }
}

/** The yield of one reply. */
interface News {
  cards: number
  artifacts: number
  sequence?: number
  error?: string
  otherServer?: boolean
}

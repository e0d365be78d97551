/**
 * The server's side: a function from request to reply, in one transaction. It keeps nothing
 * between requests.
 *
 * Source: fossil src/xfer.c:1275-1960 (page_xfer), with one difference on purpose: after an error
 * nothing of the message is kept, and the reply is the error alone. Stock keeps what it accepted
 * before the error and may append announcements.
 * @module
 */

import { assert } from '../base/assert.ts'
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import { formatDate } from '../deck/date.ts'
import { createClusters } from '../repo/cluster.ts'
import { configInteger, projectCode } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import { ourVersion, versionPragma } from '../xfer/version.ts'
import type { Access } from './access.ts'
import { ArtifactExchange } from './artifacts.ts'
import type { SyncObserver } from './events.ts'
import { maxMessageBytes } from './limits.ts'

/** How a request is answered. */
export interface HandlerOptions {
  /** What the peer may do. */
  readonly access: Access
  /** Messages up to this size are stored rather than deflated; see xfer/frame.ts. */
  readonly deflateOverBytes?: number
  readonly observer?: SyncObserver
}

/** Stock's budget for one reply, xfer.c:1312. */
const defaultMaxDownloadBytes = 5_000_000
/** Stock's time for one reply, xfer.c:1313. */
const defaultMaxDownloadSec = 30
/** Phantoms that one reply asks for, xfer.c:1888. */
const maxGimmes = 500

/**
 * Answers one encoded message with another. What is wrong with the request is said in the reply,
 * as an `error` card, and then nothing of the request was kept.
 */
export function handleXfer(repo: Repo, request: Uint8Array, options: HandlerOptions): Uint8Array {
  assert(!repo.db.inTransaction, 'a request is answered in a transaction of its own')
  const { deflateOverBytes } = options
  return encodeMessage(
    reply(repo, request, options),
    deflateOverBytes === undefined ? {} : { deflateOverBytes },
  )
}

function reply(repo: Repo, request: Uint8Array, options: HandlerOptions): Uint8Array {
  try {
    const message = decodeMessage(request, { maxBytes: maxMessageBytes })
    return repo.transaction(() => new Answer(repo, options).to(message))
  } catch (error) {
    if (!FossilError.is(error)) throw error
    options.observer?.({ type: 'request.refused', code: error.code, message: error.message })
    const writer = new CardWriter()
    writer.add({ type: 'error', text: refusalText(error) })
    return writer.finish()
  }
}

/** Errors that bytes of the request cause; the others are nothing to tell a stranger. */
const causedByRequest: ReadonlySet<FossilErrorCode> = new Set([
  'xfer.frame',
  'xfer.malformed',
  'delta.corrupt',
])

/**
 * What stock says where stock says something, since its clients show it to people. Never what a
 * mismatched content hashes to: with deltas of its own making, a peer that may write could spell
 * out what it may not read.
 */
function refusalText(error: FossilError): string {
  if (FossilError.is(error, 'sync.refused')) return error.detail.message
  if (FossilError.is(error, 'hash.mismatch')) {
    return `wrong hash on received artifact: ${error.detail.expected}`
  }
  if (causedByRequest.has(error.code)) return error.message
  return `the server failed to answer (${error.code})`
}

/** One reply in the making. */
class Answer {
  readonly #repo: Repo
  readonly #access: Access
  readonly #writer = new CardWriter()
  readonly #exchange: ArtifactExchange
  readonly #observer: SyncObserver | undefined
  readonly #budgetBytes: number
  readonly #deadlineMs: number
  #pull = false
  #push = false
  #filesSent = 0

  constructor(repo: Repo, { access, observer }: HandlerOptions) {
    this.#repo = repo
    this.#access = access
    this.#observer = observer
    this.#exchange = new ArtifactExchange(repo, {
      side: 'handler',
      acceptsPrivate: access.private,
      sendsPrivate: false,
      observer,
    })
    const { clock, buggify } = repo.env
    this.#budgetBytes = buggify.check('handler.reply.minBudget', 0.1)
      ? 1024
      : configInteger(repo, 'max-download', defaultMaxDownloadBytes)
    const maxSec = Math.max(1, configInteger(repo, 'max-download-time', defaultMaxDownloadSec))
    this.#deadlineMs = clock.nowMs() + maxSec * 1000
  }

  to(message: Uint8Array): Uint8Array {
    for (const card of parseCards(message)) this.#apply(card)
    if (this.#push) {
      this.#exchange.requestMissing(this.#writer, { limit: maxGimmes, unresolved: 'announced' })
    }
    if (this.#pull) this.#announce()
    const now = formatDate(this.#repo.env.clock.nowMs(), 'seconds')
    this.#writer.add({ type: 'comment', text: `timestamp ${now} errors 0` })
    return this.#writer.finish()
  }

  #apply(card: Card): void {
    switch (card.type) {
      case 'pragma':
        return this.#applyPragma(card.name, card.args)
      case 'pull':
        return this.#beginPull(card.projectCode)
      case 'push':
        return this.#beginPush(card.projectCode)
      case 'igot':
        if (this.#push) this.#exchange.receiveIgot(card.hash, card.isPrivate)
        return
      case 'gimme':
        return this.#sendWanted(card)
      case 'file':
        if (!this.#push) throw refused('not authorized to write')
        this.#exchange.receiveFile(card)
        return
      case 'private':
        if (!this.#access.private) throw refused('not authorized to sync private content')
        return this.#exchange.announcePrivateNext()
      case 'comment':
      case 'cookie':
        return
      case 'unknown':
        this.#observer?.({ type: 'card.unknown', line: card.line })
        throw refused(`bad command: ${card.line}`)
      default:
        throw refused(`this server does not take ${card.type} cards`)
    }
  }

  #applyPragma(name: string, args: readonly string[]): void {
    if (name === 'client-version' && args.length >= 3) {
      this.#writer.add(versionPragma('server-version', ourVersion))
    } else if (name === 'send-private') {
      if (!this.#access.private) throw refused('not authorized to sync private content')
      this.#exchange.sendsPrivate = true
    } else if (name === 'req-clusters' && this.#pull) {
      this.#exchange.announceClusters(this.#writer)
    }
  }

  #beginPull(project: string): void {
    this.#checkProject(project)
    if (!this.#access.read) throw refused('not authorized to read')
    this.#pull = true
  }

  #beginPush(project: string): void {
    this.#checkProject(project)
    if (this.#access.write) this.#push = true
    else if (!this.#pull) throw refused('not authorized to write')
    else this.#writer.add({ type: 'message', text: 'pull only - not authorized to push' })
  }

  #checkProject(project: string): void {
    if (project !== projectCode(this.#repo)) throw refused('wrong project')
  }

  #sendWanted({ hash }: Card & { type: 'gimme' }): void {
    const rid = this.#exchange.receiveGimme(hash)
    if (!this.#pull || rid === undefined) return
    if (this.#repo.env.buggify.check('handler.gimme.ignore', 0.05)) return
    const overBudget = this.#isOverBudget()
    if (this.#exchange.send(this.#writer, rid, { overBudget }) === 'file') this.#filesSent++
  }

  /** One artifact goes whatever the budget, or a pull under a small one would never end. */
  #isOverBudget(): boolean {
    if (this.#filesSent === 0) return false
    if (this.#writer.sizeBytes >= this.#budgetBytes) return true
    return this.#repo.env.clock.nowMs() >= this.#deadlineMs
  }

  #announce(): void {
    const early = this.#repo.env.buggify.check('handler.cluster.early', 0.02)
    createClusters(this.#repo, early ? { atLeast: 2 } : {})
    this.#exchange.announce(this.#writer)
    this.#exchange.announcePrivate(this.#writer)
  }
}

function refused(message: string): FossilError<'sync.refused'> {
  return new FossilError('sync.refused', { message })
}

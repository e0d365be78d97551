/**
 * Reads a server's reply to a push or pull: applies what concerns artifacts, and gives back what
 * the session has to know. Runs inside the session's transaction.
 *
 * Source: fossil src/xfer.c:2490-2960, the cards of client_sync.
 * @module
 */

import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { setConfig } from '../repo/config.ts'
import { type Repo, workOf } from '../repo/repo.ts'
import type { Card, UnknownCard } from '../xfer/card.ts'
import { isTableCard } from '../xfer/table-card.ts'
import type { ArtifactExchange } from './artifacts.ts'
import { countCard, limitedCards, OnceOnly } from './budget.ts'
import type { SyncObserver } from './events.ts'
import { refusalBy } from './refusal.ts'
import type { SideConversations } from './side-conversations.ts'

/** The session that the reply belongs to, as it stood when it asked. */
export interface ReplyContext {
  readonly exchange: ArtifactExchange
  readonly push: boolean
  readonly pull: boolean
  readonly observer: SyncObserver | undefined
  /** Takes cards that are not about artifacts. */
  readonly side: SideConversations
}

/** The progress that one reply made. */
export interface Progress {
  cards: number
  /** Artifacts that were not here before, unresolved deltas included. */
  artifacts: number
  /** Of those, the ones that are verified. */
  verified: number
  newPhantoms: number
  /** The server announced something that we had asked it for: it will come. */
  promised: boolean
  /** Nothing of the reply was kept, and what it answered is still open. */
  wasDropped: boolean
  /** The server had nothing to say, not even that anything arrived. */
  wasSilent: boolean
  /** The server lets us pull but not push. */
  pushRefused: boolean
  /** Artifacts that the server asks for and that are here, each once. */
  readonly wanted: Set<ArtifactHash>
  readonly messages: string[]
  /** The last comment, where servers put their clock. */
  comment: string
}

/** The progress of a reply that brought nothing. */
export function noProgress(): Progress {
  return {
    cards: 0,
    artifacts: 0,
    verified: 0,
    newPhantoms: 0,
    promised: false,
    wasDropped: false,
    wasSilent: false,
    pushRefused: false,
    wanted: new Set(),
    messages: [],
    comment: '',
  }
}

/**
 * Applies `message` card by card.
 *
 * @throws {FossilError} `sync.refused` for an `error` card; `xfer.malformed`, `hash.mismatch`,
 *   `delta.corrupt` for a reply that makes no sense. Roll back then.
 */
export function applyReply(repo: Repo, message: Uint8Array, context: ReplyContext): Progress {
  const progress = noProgress()
  const { exchange, observer } = context
  const once = new OnceOnly()
  const work = workOf(repo)
  assert(work !== undefined, 'a reply is read with a meter')
  exchange.beginMessage()
  for (const card of limitedCards(message)) {
    progress.cards++
    countCard(card, work)
    if (!once.isRepeated(card)) applyCard(repo, card, context, progress)
  }
  context.side.endReply()
  progress.verified = exchange.arrivals
  const { announcements, artifacts } = exchange.leftForLater
  if (announcements + artifacts > 0) observer?.({ type: 'message.cut', announcements, artifacts })
  // Every server says something, if only the time: nothing at all is no consent.
  if (progress.cards === 0) throw unexpected('none', 'the reply is empty')
  return progress
}

function applyCard(repo: Repo, card: Card, context: ReplyContext, progress: Progress): void {
  const { exchange } = context
  // Servers with synced tables volunteer them, whether or not they are wanted here.
  if (context.side.receive(card) || isTableCard(card)) return
  switch (card.type) {
    case 'file':
    case 'cfile':
      if (exchange.receiveArtifact(card)) progress.artifacts++
      return
    case 'igot':
      return applyIgot(card, context, progress)
    case 'gimme':
      return applyGimme(card, context, progress)
    case 'private':
      return exchange.announcePrivateNext()
    case 'cookie':
      return setConfig(repo, 'cookie', card.text)
    case 'message':
      return applyMessage(repo, card.text, context, progress)
    case 'error':
      throw refusalBy(card.text)
    case 'comment':
      progress.comment = card.text
      return
    case 'pragma':
    case 'oddname':
      // Informational: unknown pragmas are ignored by rule (sync.wiki, "pragma").
      return
    case 'unknown':
      return passOver(card, context.observer)
    default:
      throw unexpected(card.type, 'a server does not send this card in reply to a push or pull')
  }
}

/**
 * Peers may have cards of their own, each of one line, their payloads too; stock's client says so
 * and goes on. A page is the answer of something else.
 *
 * @throws {FossilError} `xfer.malformed` for a page
 */
export function passOver({ name, line }: UnknownCard, observer: SyncObserver | undefined): void {
  observer?.({ type: 'card.unknown', line })
  if (name.startsWith('<')) throw unexpected(name, 'the reply is a page, not a sync message')
}

function applyIgot(
  card: Card & { type: 'igot' },
  { exchange, pull }: ReplyContext,
  progress: Progress,
): void {
  const outcome = exchange.receiveIgot(card, { onlyKnown: !pull })
  if (outcome === 'new') progress.newPhantoms++
  if (outcome === 'promised') progress.promised = true
}

function applyGimme(
  { hash }: Card & { type: 'gimme' },
  { exchange, push }: ReplyContext,
  progress: Progress,
): void {
  const rid = exchange.receiveGimme(hash)
  if (rid !== undefined && push) progress.wanted.add(hash)
}

function applyMessage(
  repo: Repo,
  text: string,
  { push, observer }: ReplyContext,
  progress: Progress,
): void {
  // Stock's client reads this message the same way (xfer.c:2784-2788).
  if (push && text.startsWith('pull only ')) {
    repo.env.mark?.('sync.push-refused')
    progress.pushRefused = true
  }
  progress.messages.push(text)
  observer?.({ type: 'peer.message', text })
}

function unexpected(card: string, reason: string): FossilError<'xfer.malformed'> {
  return new FossilError('xfer.malformed', { card, reason })
}

/**
 * The conversation about artifacts, the same on both sides: announce (`igot`), ask (`gimme`),
 * send (`file`), receive. One object lives as long as one side's view of one message exchange
 * (the server) or of one session (the client).
 * Source: fossil src/xfer.c:112-250 (receive), 420-640 (send), 739-764 (ask), 1020-1104 (announce).
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { MarkName } from '../base/marks.ts'
import { declaredSize } from '../base/zlib.ts'
import { createDelta } from '../delta/index.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import {
  announcedArtifacts,
  ensureKnown,
  findHeld,
  findRid,
  hashOf,
  isPhantom,
  isPrivate,
  isShunned,
  privateArtifacts,
  publicArtifacts,
} from '../repo/blob.ts'
import { settledClusters } from '../repo/cluster.ts'
import { deltaChain, readContent } from '../repo/content.ts'
import { cacheOf, type Repo, workOf } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'
import type { CfileCard, FileCard, IgotCard } from '../xfer/card.ts'
import type { CardWriter } from '../xfer/format.ts'
import { ArtifactIntake } from './artifact-intake.ts'
import type { SyncObserver } from './events.ts'
import { deltaBytesPerStep, maxCatalogue, maxNewPhantoms, messageWork, stepsOf } from './limits.ts'
import { parentOf } from './parent-delta.ts'
import { Visibility } from './visibility.ts'
import { WantList, type WantOptions } from './want-list.ts'

/** Options of one side of the conversation about artifacts. */
export interface ArtifactExchangeOptions {
  /** Private artifacts that the peer sends are taken. */
  readonly acceptsPrivate: boolean
  /** Private artifacts are announced, asked for and sent. A server learns it from a pragma. */
  readonly sendsPrivate: boolean
  /** First part of the names of fault sites: `sync` for the client, `handler` for the server. */
  readonly side: 'sync' | 'handler'
  /** No artifact goes as a delta. */
  readonly sendsWhole?: boolean
  /** Damaged artifacts: asked for like missing ones, and replaced when they come. */
  readonly damaged?: readonly NamedArtifact[]
  /** Names that one message may add as phantoms. Default: see limits.ts. */
  readonly maxNewPhantoms?: number
  readonly observer?: SyncObserver | undefined
}

/**
 * The outcome of an `igot`: a name that is new here; one that we had asked for; nothing of use; or
 * one too many, which is passed over and will be announced again in a later message.
 */
export type IgotOutcome = 'new' | 'promised' | 'known' | 'later'

/** The outcome for an artifact that was to be sent. `nothing`: the peer has it, or may not. */
export type SendOutcome = 'file' | 'igot' | 'nothing' | 'unreadable'

/** A peer that asks for the same artifact more often than this within one session gets no more. */
const maxSendsEach = 3

/** One side of the conversation about artifacts. */
export class ArtifactExchange {
  readonly #repo: Repo
  readonly #side: 'sync' | 'handler'
  readonly #observer: SyncObserver | undefined
  readonly #acceptsPrivate: boolean
  readonly #sendsWhole: boolean
  readonly #maxNewPhantoms: number
  sendsPrivate: boolean
  /** The number of times that each artifact was sent, or said to be private. */
  readonly #sends = new Map<ArtifactHash, number>()
  /** Artifacts that the peer asked for once more after they had been sent often enough. */
  readonly #sentInVain = new Set<ArtifactHash>()
  /** Artifacts that the peer is known to hold: neither announced nor sent to it. */
  readonly #peerHas = new Set<ArtifactHash>()
  /** Of those, the ones that it calls private, in the message that is being read. */
  readonly #peerHides = new Map<ArtifactHash, Rid>()
  /** Artifacts of which it sent a delta that had to wait: no news to it once its source is here. */
  readonly #cameAsDelta = new Set<ArtifactHash>()
  /** Artifacts that the peer asks for in the message that is being read. */
  readonly #peerAsks = new Set<ArtifactHash>()
  /** Artifacts that came in that message, and are as far from being here as before. */
  readonly #cameInVain = new Set<ArtifactHash>()
  readonly #wants: WantList
  readonly #intake: ArtifactIntake
  readonly #visibility: Visibility
  /** Damaged artifacts that have not come yet. */
  readonly #damaged: Map<ArtifactHash, Rid>
  /** Names that the message that is being read added as phantoms. */
  #newPhantoms = 0
  /** Announcements of that message that were passed over. */
  #igotsPassedOver = 0
  #nextIsPrivate = false

  constructor(repo: Repo, options: ArtifactExchangeOptions) {
    this.#repo = repo
    this.#side = options.side
    this.#observer = options.observer
    this.#acceptsPrivate = options.acceptsPrivate
    this.#maxNewPhantoms = options.maxNewPhantoms ?? maxNewPhantoms
    this.sendsPrivate = options.sendsPrivate
    this.#sendsWhole = options.sendsWhole ?? false
    this.#damaged = new Map(options.damaged?.map(({ hash, rid }) => [hash, rid]))
    this.#wants = new WantList(repo, this.#damaged)
    this.#intake = new ArtifactIntake(repo, this.#damaged)
    this.#visibility = new Visibility(repo, {
      read: (artifact) => this.#readable(artifact),
      believesNames: options.acceptsPrivate,
      onDoubted: (artifact) => this.#wants.noteDoubted(artifact),
    })
  }

  /** The number of artifacts that the peer asks for again and again although they were sent. */
  get sentInVain(): number {
    return this.#sentInVain.size
  }

  /** The number of artifacts that the peer was asked for and did not send. */
  get outstanding(): number {
    return this.#wants.outstanding
  }

  /** Artifacts that the message that is being read brought, new here and verified. */
  get arrivals(): number {
    return this.#intake.arrivals
  }

  /** Tells whether that message brought anything new, be it a delta that waits for its source. */
  get hasBroughtNews(): boolean {
    return this.#intake.arrivalsInAnyForm > 0
  }

  /** Excesses of the message that was read: to be told, and to come again. */
  get leftForLater(): { readonly announcements: number; readonly artifacts: number } {
    return { announcements: this.#igotsPassedOver, artifacts: this.#intake.postponed }
  }

  /** Artifacts that are damaged here still, in the order they were found. */
  get damaged(): readonly ArtifactHash[] {
    return [...this.#damaged.keys()]
  }

  /** Tells whether the peer is known to hold an artifact: it said so, or was sent it. */
  isHeldByPeer(hash: ArtifactHash): boolean {
    return this.#peerHas.has(hash)
  }

  /** Nobody said that these arrived: they are announced again. */
  doubtArrival(hashes: Iterable<ArtifactHash>): void {
    for (const hash of hashes) this.#peerHas.delete(hash)
  }

  /** Asks the peer for what a public cluster here names, and is private here. */
  heedHeldClusters(): void {
    this.#visibility.heedHeldClusters()
  }

  /** A message from the peer begins: a `private` card at the end of the last one means nothing. */
  beginMessage(): void {
    this.#peerAsks.clear()
    this.#peerHides.clear()
    this.#cameInVain.clear()
    this.#newPhantoms = 0
    this.#igotsPassedOver = 0
    this.#nextIsPrivate = false
    this.#wants.beginMessage()
    this.#intake.beginMessage()
  }

  /** `private`: the next `file` is private. */
  announcePrivateNext(): void {
    this.#nextIsPrivate = true
  }

  /**
   * `file` or `cfile`: takes an artifact in, whole or as a delta, verified against its name.
   *
   * @returns whether anything new was stored
   * @throws {FossilError} `xfer.frame`, `hash.mismatch`, `delta.corrupt`; `xfer.limit`
   */
  receiveArtifact(card: FileCard | CfileCard): boolean {
    // Cleared whatever becomes of this card, or a refused private file would hide the next one.
    const asPrivate = this.#nextIsPrivate
    this.#nextIsPrivate = false
    const { hash } = card
    const refusal = this.#refusal(hash, asPrivate)
    if (refusal !== undefined) {
      if (refusal === 'shunned' && this.#side === 'sync') this.#intake.takeShunned(card)
      this.#mark(refusal === 'shunned' ? 'sync.shunned-comes' : 'sync.private-uninvited')
      this.#observer?.({ type: 'artifact.refused', hash, reason: refusal })
      return false
    }
    const outcome = this.#intake.take(card, asPrivate)
    if (outcome.kind === 'postponed') return false
    if (outcome.kind === 'waiting') this.#cameAsDelta.add(hash)
    if (outcome.kind === 'held') {
      if (!outcome.isNew) this.#mark('sync.file-already-here')
      this.#peerHas.add(hash)
      if (!asPrivate) {
        this.#wants.noteArrived(hash)
        this.#visibility.heedArrival({ rid: outcome.rid, hash })
      }
    }
    const isNew = 'isNew' in outcome && outcome.isNew
    if (isNew && outcome.kind === 'held' && this.#check('file.reject', 0.01)) {
      throw new FossilError('repo.io', { reason: 'simulated: the artifact could not be stored' })
    }
    // What brings nothing new was asked for in vain, or it would be asked for without end.
    if (isNew) this.#wants.noteArrived(hash)
    else if (findHeld(this.#repo, hash) === undefined) {
      this.#mark('sync.file-in-vain')
      this.#cameInVain.add(hash)
    }
    this.#observer?.({
      type: 'artifact.received',
      hash,
      bytes: card.type === 'file' ? card.content.length : declaredSize(card.compressed),
      isDelta: card.deltaSource !== undefined,
    })
    return isNew
  }

  /**
   * `igot`: the peer holds an artifact. What is not known here becomes a phantom, unless the
   * message made too many of them, or those that are `onlyKnown` count.
   */
  receiveIgot(
    { hash, isPrivate: claimsPrivate }: Omit<IgotCard, 'type'>,
    { onlyKnown = false } = {},
  ): IgotOutcome {
    if (workOf(this.#repo)?.isSpent === true) return this.#passOver()
    workOf(this.#repo)?.note(stepsOf.igot)
    const isOffer = this.#acceptsPrivate || !claimsPrivate
    // A stock client announces what it sends because it was asked for (its `onremote` is emptied in
    // between); to ask again would bring the same, without end. Ours does not announce it, and
    // sends it whole when asked again.
    if (this.#cameInVain.has(hash)) this.#wants.giveUp(hash)
    const known = findRid(this.#repo, hash)
    if (known !== undefined) {
      // Stock lists its private phantoms like what it holds, while it asks for them
      // (xfer.c:978-989).
      if (!this.#peerAsks.has(hash)) this.#peerHas.add(hash)
      if (claimsPrivate) this.#peerHides.set(hash, known)
      this.#visibility.hear({ rid: known, hash }, claimsPrivate)
      // A delta that waits was asked for as well: named once more, it goes first the next time, or
      // what comes before it would use up every reply.
      const isAwaited = this.#wants.isAsked(hash) && findHeld(this.#repo, hash) === undefined
      const isWanted = isAwaited || isPhantom(this.#repo, known) || this.#damaged.has(hash)
      if (!isOffer || !isWanted) return 'known'
      const isPromised = this.#wants.noteOffered({ rid: known, hash }, { asPrivate: claimsPrivate })
      return isPromised ? 'promised' : 'known'
    }
    if (!isOffer || onlyKnown) return 'known'
    if (this.#newPhantoms >= this.#maxNewPhantoms) return this.#passOver()
    const rid = ensureKnown(this.#repo, hash, { isPrivate: claimsPrivate })
    if (rid === undefined) return 'known'
    this.#newPhantoms++
    this.#peerHas.add(hash)
    this.#wants.noteOffered({ rid, hash })
    return 'new'
  }

  #passOver(): IgotOutcome {
    this.#igotsPassedOver++
    return 'later'
  }

  /** `gimme`: the peer lacks an artifact. Returns its rid where it is here to be sent. */
  receiveGimme(hash: ArtifactHash): Rid | undefined {
    const rid = findHeld(this.#repo, hash)
    if (rid === undefined) {
      this.#mark('sync.both-lack')
      this.#wants.notePeerLacks(hash)
      return undefined
    }
    if ((this.#sends.get(hash) ?? 0) >= maxSendsEach) {
      this.#mark('sync.file-asked-in-vain')
      this.#sentInVain.add(hash)
      return undefined
    }
    this.#peerHas.delete(hash)
    this.#peerAsks.add(hash)
    return isShunned(this.#repo, hash) ? undefined : rid
  }

  /**
   * Sends one artifact as a `file` card; over the budget, or where it is private and private
   * content is not being exchanged, only its name goes (`igot`). One that is damaged here is told
   * of and left out: it must not keep the others from being sent.
   *
   * @returns what was written
   */
  send(writer: CardWriter, rid: Rid, options: { overBudget: boolean }): SendOutcome {
    const hash = hashOf(this.#repo, rid)
    if (hash === undefined || this.#peerHas.has(hash)) return 'nothing'
    if (this.#damaged.has(hash)) return 'unreadable'
    if (isShunned(this.#repo, hash)) return 'nothing'
    const asPrivate = isPrivate(this.#repo, rid)
    const mustNotLeave = asPrivate && !this.sendsPrivate
    const sends = this.#sends.get(hash) ?? 0
    if (mustNotLeave) this.#sends.set(hash, sends + 1)
    if (options.overBudget || mustNotLeave) {
      if (!mustNotLeave) this.#mark('sync.file-promised')
      writer.add({ type: 'igot', hash, isPrivate: asPrivate })
      return 'igot'
    }
    workOf(this.#repo)?.note(stepsOf.send)
    const content = this.#readable({ rid, hash })
    if (content === undefined) return 'unreadable'
    if (sends > 0) this.#mark('sync.file-sent-again')
    this.#sends.set(hash, sends + 1)
    if (asPrivate) writer.add({ type: 'private' })
    // A peer that asks again may refuse the source of a delta, so the second time it goes whole.
    const delta = sends === 0 && !this.#sendsWhole ? this.#deltaFor(rid, hash, content) : undefined
    const bytes = delta?.bytes ?? content
    writer.add({ type: 'file', hash, deltaSource: delta?.source, content: bytes })
    const isDelta = delta !== undefined
    this.#observer?.({ type: 'artifact.sent', hash, bytes: bytes.length, isDelta })
    this.#peerHas.add(hash)
    return 'file'
  }

  /**
   * Announces what no cluster names and the peer is not known to hold, and what it calls private
   * and is public here: published, perhaps by somebody else, and clustered since. Returns how many.
   */
  announce(writer: CardWriter): number {
    const published = [...this.#peerHides].filter(([, rid]) => this.#isPublic(rid))
    if (published.length > 0) this.#mark('sync.published-elsewhere')
    for (const [hash] of published) writer.add({ type: 'igot', hash, isPrivate: false })
    return published.length + this.#igots(writer, announcedArtifacts(this.#repo), false)
  }

  /**
   * Announces everything public, the newest first, as far as one message may: for who repairs.
   * xfer.c:1016-1042.
   */
  announceAll(writer: CardWriter): number {
    return this.#igots(writer, publicArtifacts(this.#repo, { limit: maxCatalogue }), false)
  }

  /** Announces private artifacts, where private content is being exchanged. */
  announcePrivate(writer: CardWriter): number {
    return this.sendsPrivate ? this.#igots(writer, privateArtifacts(this.#repo), true) : 0
  }

  /** Announces clusters that other clusters name, between the comments that stock looks for. */
  announceClusters(writer: CardWriter): number {
    const clusters = settledClusters(this.#repo)
    if (clusters.length === 0) return 0
    writer.add({ type: 'comment', text: 'sending-clusters' })
    for (const hash of clusters) writer.add({ type: 'igot', hash, isPrivate: false })
    writer.add({ type: 'comment', text: 'end-of-clusters' })
    return clusters.length
  }

  /**
   * Asks for at most `limit` of what is missing here: phantoms, and deltas whose source does not
   * come, which the peer may hold whole.
   *
   * @param options `unresolved`: ask for `all` such deltas, or for those the peer `announced`
   * @returns how many were asked for
   */
  requestMissing(
    writer: CardWriter,
    options: { limit: number; unresolved: 'all' | 'announced' | 'none' },
  ): number {
    // What is a delta of them is asked for after them, and made out as it comes. A client that is
    // asked again sends it whole, so a server, which remembers nothing, need not ask.
    const sources = this.#side === 'sync' ? this.#intake.shunned.takeToAsk(options.limit) : []
    for (const hash of sources) writer.add({ type: 'gimme', hash })
    let asked = sources.length
    for (const hash of this.#wants.chooseToAsk(options.limit, this.#wanted(options.unresolved))) {
      if (this.#check('gimme.skip', 0.05)) continue
      writer.add({ type: 'gimme', hash })
      this.#wants.noteAsked(hash)
      asked++
    }
    return asked
  }

  /** Tells whether something is missing here that the peer was not asked for yet. */
  hasUnasked(): boolean {
    return this.#intake.shunned.hasUnasked() || this.#wants.hasUnasked(this.#wanted('all'))
  }

  /** Tells whether the peer was not asked yet to prove that what is private here is public. */
  hasUnaskedDoubts(): boolean {
    return this.#wants.hasUnaskedDoubts()
  }

  #wanted(unresolved: 'all' | 'announced' | 'none'): WantOptions {
    return {
      withPrivate: this.sendsPrivate,
      unresolved: unresolved === 'announced' ? (hash) => this.#mayComeWhole(hash) : unresolved,
    }
  }

  /**
   * Tells whether a delta that waits is to be asked for while others come: the peer holds it, or
   * what it waits for was asked for before this message, and the peer says nothing of it.
   */
  #mayComeWhole(hash: ArtifactHash): boolean {
    if (this.#peerHas.has(hash)) return true
    const chain = [...deltaChain(this.#repo, hash)]
    // A source that came as a delta just now names another one, which nobody asked for yet.
    return !chain.some((name) => this.#peerHas.has(name) || this.#intake.hasJustCome(name))
  }

  #isPublic(rid: Rid): boolean {
    return !isPhantom(this.#repo, rid) && !isPrivate(this.#repo, rid)
  }

  #igots(writer: CardWriter, artifacts: readonly NamedArtifact[], asPrivate: boolean): number {
    const most = this.#check('igot.truncate', 0.1) ? artifacts.length >> 1 : Infinity
    let sent = 0
    for (const { hash } of artifacts) {
      if (sent >= most) break
      if (this.#peerHas.has(hash) || this.#cameAsDelta.has(hash)) continue
      if (this.#damaged.has(hash)) continue
      writer.add({ type: 'igot', hash, isPrivate: asPrivate })
      sent++
    }
    return sent
  }

  #refusal(hash: ArtifactHash, asPrivate: boolean): 'shunned' | 'private' | undefined {
    if (isShunned(this.#repo, hash)) return 'shunned'
    return asPrivate && !this.#acceptsPrivate ? 'private' : undefined
  }

  #readable({ rid, hash }: NamedArtifact): Uint8Array | undefined {
    try {
      return readContent(this.#repo, rid)
    } catch (error) {
      if (!FossilError.is(error, 'repo.corrupt')) throw error
      this.#observer?.({ type: 'artifact.unreadable', hash, message: error.message })
      return undefined
    }
  }

  #deltaFor(
    rid: Rid,
    hash: ArtifactHash,
    content: Uint8Array,
  ): { source: ArtifactHash; bytes: Uint8Array } | undefined {
    const source = parentOf(this.#repo, rid, content.length)
    if (source === undefined) return undefined
    if (isPrivate(this.#repo, source) && !this.sendsPrivate) return undefined
    const name = hashOf(this.#repo, source)
    const base = name === undefined ? undefined : this.#readable({ rid: source, hash: name })
    if (name === undefined || base === undefined || isShunned(this.#repo, name)) return undefined
    const steps = Math.ceil((base.length + content.length) / deltaBytesPerStep)
    // One pair of long artifacts would take as long as all the rest of a reply.
    if (this.#side === 'handler' && steps > messageWork.easySteps) return undefined
    workOf(this.#repo)?.note(steps)
    // Counted whether it was made before or not: a message is limited alike for every peer.
    const { madeDeltas } = cacheOf(this.#repo)
    const key = `${name} ${hash}`
    const bytes = madeDeltas.get(key) ?? createDelta(base, content)
    madeDeltas.add(key, bytes)
    return bytes.length < content.length - 50 ? { source: name, bytes } : undefined
  }

  #mark(name: MarkName): void {
    this.#repo.env.mark?.(name)
  }

  #check(site: string, probability: number): boolean {
    return this.#repo.env.buggify.check(`${this.#side}.${site}`, probability)
  }
}

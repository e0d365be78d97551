/**
 * The client's side of a sync, as a state machine without I/O: `request()` gives the bytes to
 * send, `receive()` takes the reply. Between the two the repository is at rest, so that whoever
 * owns it may read and write; each reply is applied in one transaction, or not at all.
 *
 * Source: fossil src/xfer.c:2074-3000 (client_sync), with these differences on purpose: nothing
 * is forgotten from `unsent` before the reply says it arrived; everything that is missing is asked
 * for before the end, and again where the server promised it (`igot`); a server that takes no push
 * is still pulled from; what is missing or unsent at the end is told.
 * @module
 */

import { assert } from '../base/assert.ts'
import { hex } from '../base/bytes.ts'
import { counted } from '../base/counted.ts'
import { FossilError } from '../base/error.ts'
import { requireInteger } from '../base/options.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { countPhantoms, findHeld, phantomArtifacts, unresolvedArtifacts } from '../repo/blob.ts'
import { config, configInteger, isSettingOn } from '../repo/config.ts'
import { dbOf, type Repo, workOf } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'
import {
  forgetUnsent,
  type PushTrouble,
  pushTrouble,
  setPushTrouble,
  unsentArtifacts,
} from '../repo/unsent.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { ourVersion, versionPragma } from '../xfer/version.ts'
import { ArtifactExchange } from './artifacts.ts'
import { metered } from './budget.ts'
import { skewOf } from './clock-skew.ts'
import type { SyncTotals } from './events.ts'
import {
  defaultDeflateOverBytes,
  defaultMaxRounds,
  maxMessageBytes,
  maxRoundsInAll,
} from './limits.ts'
import { signed } from './login.ts'
import { isPushRefusal } from './refusal.ts'
import { damagedArtifacts } from './repair.ts'
import { applyReply, noProgress, type Progress } from './reply.ts'
import type { SyncOptions, SyncResult } from './session-options.ts'
import { SideConversations } from './side-conversations.ts'

/** Stock's budget for one request; an artifact that begins under it goes whole. xfer.c:2207. */
const defaultMaxUploadBytes = 250_000
/** Artifacts asked for in one request: at least this many, or twice what the last reply brought. */
const minGimmes = 200
/** The most that are asked for because as many did not come. */
const maxGimmesInVain = 5000
/** Rounds in a row that brought nothing although the server promised, or asked for, something. */
const maxStalledRounds = 5
/** The most messages that the result lists. */
const maxMessages = 100
const maxMissing = 1000

/** One sync with one peer, from the first request to the result. */
export class SyncSession {
  readonly #repo: Repo
  readonly #options: SyncOptions
  readonly #exchange: ArtifactExchange
  readonly #side: SideConversations
  readonly #messages: string[] = []
  #push: boolean
  #pushRefused = false
  /** While there is one, what is unsent is announced, and sent when asked for. */
  #trouble: PushTrouble | undefined
  #round = 0
  #roundsInVain = 0
  /** The time at which the request under way was made. */
  #sentMs = 0
  #clockSkewMs: number | undefined
  /** `over` also while a request or reply is being worked on: an error leaves it so. */
  #state: 'ready' | 'waiting' | 'over' = 'ready'
  #gimmeLimit = minGimmes
  #stalledRounds = 0
  /** Names without content after the last round that brought nothing. */
  #phantomsBefore = Infinity
  #stalledPushes = 0
  /** Artifacts that the last reply brought. */
  #lastArrivals = 0
  /** True where the next request asks for everything to be announced. */
  #asksForCatalogue: boolean
  /** True where the request under way asks for deltas whose source does not come, too. */
  #asksForUnresolved = false
  #artifactsSent = 0
  #artifactsReceived = 0
  #bytesSent = 0
  #bytesReceived = 0
  // Artifacts by name: a row whose artifact its owner removes may be another's by the next round.
  /** Artifacts that the server asked for and that go into the next request. */
  #wanted: ReadonlySet<ArtifactHash> = new Set()
  /**
   * Those in `unsent` when the latest request was written. What its owner makes while the reply is
   * on its way belongs to the next sync, and is no shortfall of this one.
   */
  #unsentBefore: ReadonlySet<ArtifactHash> = new Set()
  /** Those in `unsent` that the request under way deals with. */
  #sentUnsent = new Set<ArtifactHash>()
  /** Artifacts that the request under way carries. */
  #lastFiles: ArtifactHash[] = []
  #result: SyncResult | undefined

  /** @throws {FossilError} `option.invalid` for a budget below 1, or for nothing to do */
  constructor(repo: Repo, options: SyncOptions = {}) {
    const { budgetBytes } = options
    if (budgetBytes !== undefined) requireInteger('budgetBytes', budgetBytes, { min: 1 })
    this.#repo = repo
    this.#options = options
    this.#push = options.push ?? true
    this.#trouble = pushTrouble(repo)
    this.#asksForCatalogue = options.verily ?? false
    this.#exchange = new ArtifactExchange(repo, {
      side: 'sync',
      acceptsPrivate: options.private ?? false,
      sendsPrivate: options.private ?? false,
      observer: options.observer,
      sendsWhole: this.#trouble === 'failed',
      damaged: options.verily === true && this.#pull ? damagedArtifacts(repo) : [],
    })
    if (this.#pull) this.#exchange.heedHeldClusters()
    this.#side = new SideConversations(repo, { ...options, unversioned: this.#syncsUnversioned })
    if (!this.#push && !this.#pull && this.#side.isEmpty) {
      throw new FossilError('option.invalid', { option: 'push/pull', reason: 'nothing to do' })
    }
  }

  /** The result, once the session has ended. */
  get result(): SyncResult | undefined {
    return this.#result
  }

  /** As in stock, a sync in both directions takes them along where the setting says so. */
  get #syncsUnversioned(): boolean {
    const { unversioned } = this.#options
    return unversioned ?? (this.#push && this.#pull && isSettingOn(this.#repo, 'uv-sync'))
  }

  get #pull(): boolean {
    return this.#options.pull ?? true
  }

  /**
   * Composes the next request. Each is answered by {@link receive} before the next.
   *
   * @throws {FossilError} `repo.*` for troubles of this side's own, after which the session is over
   */
  request(): Uint8Array {
    assert(this.#state !== 'over', 'a session that is over sends nothing')
    assert(this.#state === 'ready', 'a request follows the reply to the one before')
    this.#state = 'over'
    this.#round++
    const writer = new CardWriter()
    this.#writeHeader(writer)
    const budgetBytes = this.#budgetBytes()
    if (this.#pull) this.#writeGimmes(writer)
    this.#sentUnsent = new Set()
    this.#lastFiles = []
    if (this.#push) metered(this.#repo, () => this.#writeArtifacts(writer, budgetBytes))
    this.#side.writeRequest(writer, { budgetBytes, push: this.#push, pull: this.#pull })
    // Makes every message unique, and with it the nonce of a login card.
    writer.add({ type: 'comment', text: hex(this.#repo.env.random.bytes(20)) })
    const body = this.#encode(writer)
    this.#sentMs = this.#repo.env.clock.nowMs()
    this.#state = 'waiting'
    return body
  }

  /**
   * Applies the reply to the last request; afterwards either {@link result} is set or another
   * request follows.
   *
   * @throws {FossilError} `sync.refused` for an `error` card; `xfer.*`, `hash.mismatch`,
   *   `delta.corrupt` for a reply that makes no sense; `repo.io`. Nothing of that reply was kept
   *   and the session is over.
   */
  receive(reply: Uint8Array): void {
    assert(this.#state === 'waiting', 'a reply answers a request')
    assert(!dbOf(this.#repo).inTransaction, 'a reply is applied in a transaction of its own')
    this.#state = 'over'
    const receivedMs = this.#repo.env.clock.nowMs()
    const progress = this.#apply(reply)
    this.#clockSkewMs = skewOf(progress.comment, { sentMs: this.#sentMs, receivedMs })
    this.#note(progress, reply)
    if (this.#goesOn(progress)) this.#state = 'ready'
    else this.#end()
  }

  /**
   * Takes note that `error` ended the last exchange: nobody knows whether what it carried arrived.
   * The next session announces what is unsent rather than send it unasked: stock fails on an
   * attachment that comes again (manifest.c:2649), at every sync. Where the server answered with a
   * failure, it sends no deltas either: stock fails on one whose source it shuns (verify.c:50).
   */
  abandon(error: unknown): void {
    this.#state = 'over'
    if (this.#lastFiles.length === 0) return
    try {
      const hasFailed = FossilError.is(error, 'transport.status')
      const trouble = hasFailed ? 'failed' : (this.#trouble ?? 'unanswered')
      this.#repo.transaction(() => setPushTrouble(this.#repo, trouble))
    } catch (failure) {
      // What ended the sync is to be told, rather than this, which costs a repetition at most.
      if (!FossilError.is(failure)) throw failure
    }
  }

  #writeHeader(writer: CardWriter): void {
    writer.add(versionPragma('client-version', ourVersion))
    if (this.#exchange.sendsPrivate) writer.add({ type: 'pragma', name: 'send-private', args: [] })
    const codes = { serverCode: this.#repo.serverCode, projectCode: this.#repo.projectCode }
    if (this.#pull) writer.add({ type: 'pull', ...codes })
    if (this.#pull && this.#asksForCatalogue) {
      writer.add({ type: 'pragma', name: 'send-catalog', args: [] })
    }
    if (this.#push) writer.add({ type: 'push', ...codes })
    const cookie = config(this.#repo, 'cookie')
    if (isToken(cookie)) writer.add({ type: 'cookie', text: cookie })
  }

  #writeGimmes(writer: CardWriter): void {
    // While artifacts keep coming, the sources that deltas wait for may come among them.
    this.#asksForUnresolved = this.#lastArrivals === 0
    const unresolved = this.#asksForUnresolved ? 'all' : 'none'
    const asked = this.#exchange.requestMissing(writer, { limit: this.#gimmeLimit, unresolved })
    // A peer that still owes something in the third round may have clusters we never heard of.
    if (asked > 0 && this.#round === 3) {
      writer.add({ type: 'pragma', name: 'req-clusters', args: [] })
    }
  }

  /** Everything a push says. */
  #writeArtifacts(writer: CardWriter, budgetBytes: number): void {
    const files = this.#lastFiles
    // One artifact goes whatever the budget, or a push under a small one would never end.
    const isOverBudget = (): boolean =>
      files.length > 0 && (writer.sizeBytes >= budgetBytes || workOf(this.#repo)?.isSpent === true)
    const wanted = this.#wanted
    this.#wanted = new Set()
    for (const hash of wanted) {
      const rid = findHeld(this.#repo, hash)
      if (rid === undefined) continue
      const overBudget = isOverBudget()
      if (this.#exchange.send(writer, rid, { overBudget }) === 'file') files.push(hash)
    }
    const unsent = unsentArtifacts(this.#repo)
    this.#unsentBefore = new Set(unsent.map(({ hash }) => hash))
    for (const { rid, hash } of this.#trouble === undefined ? unsent : []) {
      if (isOverBudget()) break
      const outcome = this.#exchange.send(writer, rid, { overBudget: false })
      if (outcome === 'file') files.push(hash)
      if (outcome !== 'unreadable') this.#sentUnsent.add(hash)
    }
    const isAsked = this.#round === 1 || wanted.size > 0
    if (this.#options.verily === true && isAsked) this.#exchange.announceAll(writer)
    else this.#exchange.announce(writer)
    this.#exchange.announcePrivate(writer)
    if (wanted.size > 0 && this.#round === 3) this.#exchange.announceClusters(writer)
  }

  #budgetBytes(): number {
    if (this.#repo.env.buggify.check('sync.request.minBudget', 0.1)) return 1024
    const { budgetBytes } = this.#options
    return budgetBytes ?? configInteger(this.#repo, 'max-upload', defaultMaxUploadBytes)
  }

  #encode(writer: CardWriter): Uint8Array {
    const { deflateOverBytes = defaultDeflateOverBytes, observer } = this.#options
    const cards = writer.cards
    const body = encodeMessage(signed(this.#repo, writer.finish(), this.#options.login), {
      deflateOverBytes,
    })
    this.#artifactsSent += this.#lastFiles.length
    this.#bytesSent += body.length
    observer?.({
      type: 'round.sent',
      round: this.#round,
      cards,
      artifacts: this.#lastFiles.length,
      bytes: body.length,
      totals: this.#totals,
    })
    return body
  }

  #apply(reply: Uint8Array): Progress {
    const message = decodeMessage(reply, { maxBytes: maxMessageBytes, mayBeEmpty: true })
    if (message.length === 0) return this.#takeSilence()
    const context = {
      exchange: this.#exchange,
      push: this.#push,
      pull: this.#pull,
      observer: this.#options.observer,
      side: this.#side,
    }
    try {
      const action = (): Progress => {
        const progress = applyReply(this.#repo, message, context)
        if (this.#push && !progress.pushRefused) this.#forgetSent(progress)
        return progress
      }
      return metered(this.#repo, () => this.#repo.transaction(action))
    } catch (error) {
      if (!this.#refusesPushOnly(error)) throw error
      const messages = [error.detail.message]
      this.#side.restart()
      return { ...noProgress(), wasDropped: true, pushRefused: true, messages }
    }
  }

  /** Forgets what was dealt with, and all else that the server was seen to have. */
  #forgetSent({ wanted }: Progress): void {
    const isDealtWith = (hash: ArtifactHash): boolean =>
      (this.#sentUnsent.has(hash) && !wanted.has(hash)) || this.#exchange.isHeldByPeer(hash)
    const dealtWith = unsentArtifacts(this.#repo).filter(({ hash }) => isDealtWith(hash))
    forgetUnsent(this.#repo, ridsOf(dealtWith))
  }

  /**
   * A body that holds nothing: the server asks for nothing, so it has what was announced. Of files
   * it says as little where it could not take them; so they are announced in one more round.
   */
  #takeSilence(): Progress {
    if (this.#lastFiles.length > 0) {
      this.#trouble ??= 'unanswered'
      this.#exchange.doubtArrival(this.#lastFiles)
    }
    return { ...noProgress(), wasSilent: true }
  }

  /** Tells whether what was refused is the push: then the pull is still to be had. */
  #refusesPushOnly(error: unknown): error is FossilError<'sync.refused'> {
    if (!FossilError.is(error, 'sync.refused') || !this.#push || !this.#pull) return false
    return isPushRefusal(error)
  }

  #note(progress: Progress, reply: Uint8Array): void {
    const hasMoved = progress.verified > 0 || this.#lastFiles.length > 0
    if (!hasMoved && !this.#side.hasMoved) this.#roundsInVain++
    this.#bytesReceived += reply.length
    this.#artifactsReceived += progress.artifacts
    this.#lastArrivals = progress.artifacts
    // A catalogue that was too long is read on when what it named has come.
    const wasCut = this.#exchange.leftForLater.announcements > 0
    this.#asksForCatalogue = this.#options.verily === true && wasCut
    this.#wanted = progress.wanted
    this.#messages.push(...progress.messages.slice(0, maxMessages - this.#messages.length))
    if (progress.pushRefused) {
      this.#push = false
      this.#pushRefused = true
    }
    this.#options.observer?.({
      type: 'round.received',
      round: this.#round,
      cards: progress.cards,
      artifacts: progress.artifacts,
      bytes: reply.length,
      totals: this.#totals,
    })
  }

  get #totals(): SyncTotals {
    return {
      artifactsSent: this.#artifactsSent,
      artifactsReceived: this.#artifactsReceived,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
    }
  }

  /** Stock's rule (xfer.c:2979-3010), and patience with a server that promised more. */
  #goesOn(progress: Progress): boolean {
    if (this.#roundsInVain >= (this.#options.maxRounds ?? defaultMaxRounds)) return false
    if (this.#round >= maxRoundsInAll) return false
    const inVain = Math.min(this.#exchange.outstanding, maxGimmesInVain)
    this.#gimmeLimit = Math.max(minGimmes, progress.artifacts * 2, inVain)
    const pulls = this.#pull && this.#pullGoesOn(progress)
    const pushes = this.#push && this.#pushGoesOn(progress)
    return pulls || pushes || this.#side.goesOn
  }

  #pushGoesOn({ wasSilent }: Progress): boolean {
    if (this.#lastFiles.length > 0) this.#stalledPushes = 0
    if (this.#wanted.size > 0) return ++this.#stalledPushes <= maxStalledRounds
    return this.#lastFiles.length > 0 && (wasSilent || unsentArtifacts(this.#repo).length > 0)
  }

  #pullGoesOn(progress: Progress): boolean {
    if (progress.wasDropped || this.#exchange.hasUnaskedDoubts()) return true
    if (this.#missing(1).length === 0) return false
    if (progress.artifacts > 0 || progress.newPhantoms > 0) {
      this.#stalledRounds = 0
      return true
    }
    if (this.#exchange.hasUnasked()) return true
    // What is missing may have come as a delta of what waits for it, and was left out: it takes
    // the other end of that chain to go on.
    if (!this.#asksForUnresolved && unresolvedArtifacts(this.#repo).length > 0) return true
    return progress.promised && !this.#isStalled()
  }

  #isStalled(): boolean {
    // Another sync of this repository may bring what this one was promised: that is no stall.
    const phantoms = countPhantoms(this.#repo)
    if (phantoms < this.#phantomsBefore) this.#stalledRounds = 0
    this.#phantomsBefore = phantoms
    return ++this.#stalledRounds > maxStalledRounds
  }

  #missing(limit: number): ArtifactHash[] {
    const { sendsPrivate: withPrivate } = this.#exchange
    const phantoms = phantomArtifacts(this.#repo, { limit, withPrivate })
    const waiting = unresolvedArtifacts(this.#repo).slice(0, limit - phantoms.length)
    const missing = [...phantoms, ...waiting].map(({ hash }) => hash)
    return [...this.#exchange.damaged, ...missing].slice(0, limit)
  }

  /** A server that was told of everything, and asks for nothing more, has it. */
  #settleUnanswered(): void {
    if (this.#trouble === undefined || !this.#push) return
    const announced = this.#leftUnsent()
    const mayWantMore = this.#lastFiles.length > 0 && announced.length > 0
    if (this.#wanted.size > 0 || mayWantMore || this.#exchange.sentInVain > 0) return
    this.#repo.transaction(() => {
      forgetUnsent(this.#repo, ridsOf(announced))
      setPushTrouble(this.#repo, undefined)
    })
  }

  /** Artifacts that the last request sent or announced, and that still count as unsent. */
  #leftUnsent(): NamedArtifact[] {
    return unsentArtifacts(this.#repo).filter(({ hash }) => this.#unsentBefore.has(hash))
  }

  #end(): void {
    this.#settleUnanswered()
    const missing = this.#pull ? this.#missing(maxMissing) : []
    const shortfall = this.#shortfall(missing.length)
    this.#result = {
      complete: shortfall === undefined,
      shortfall,
      missing,
      pushRefused: this.#pushRefused,
      rounds: this.#round,
      ...this.#totals,
      messages: this.#messages,
      clockSkewMs: this.#clockSkewMs,
      ...this.#side.summary,
    }
  }

  #shortfall(missing: number): string | undefined {
    if (missing > 0) {
      const artifacts = counted(missing, 'artifact')
      return `${missing === maxMissing ? 'at least ' : ''}${artifacts} did not come`
    }
    if (!this.#push && !this.#pushRefused) return this.#side.shortfall
    const left = this.#leftUnsent().map(({ hash }) => hash)
    const unsent = new Set([...this.#wanted, ...left]).size
    if (unsent > 0 && this.#pushRefused) return 'the server does not accept a push from us'
    if (unsent > 0)
      return `${counted(unsent, 'artifact')} ${unsent === 1 ? 'was' : 'were'} not sent`
    const inVain = this.#exchange.sentInVain
    if (inVain > 0) {
      return `the server still asks for ${counted(inVain, 'artifact')} that it was sent`
    }
    return this.#side.shortfall
  }
}

function ridsOf(artifacts: readonly NamedArtifact[]): Rid[] {
  return artifacts.map(({ rid }) => rid)
}

/** Tells whether a stored cookie can be a card's argument: `config` may hold anything. */
function isToken(text: string | undefined): text is string {
  return text !== undefined && /^[^ \t\n\v\f\r]+$/.test(text)
}

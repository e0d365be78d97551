/**
 * One reply in the making: gives each card of the request to the conversation that it belongs to,
 * and gates it by what the sender may do.
 *
 * Source: fossil src/xfer.c:1340-1900, the cards of page_xfer.
 * @module
 */

import { assert } from '../base/assert.ts'
import { utf8 } from '../base/bytes.ts'
import { counted } from '../base/counted.ts'
import { FossilError } from '../base/error.ts'
import { formatDate } from '../deck/date.ts'
import { fossilize } from '../deck/fossilize.ts'
import { parseArtifactHash } from '../hash/artifact-hash.ts'
import { lockCheckin, unlockCheckins } from '../admin/checkin-lock.ts'
import { isReadOnly } from '../db/driver.ts'
import { createClusters } from '../repo/cluster.ts'
import { configInteger, isSettingOn } from '../repo/config.ts'
import { type Repo, transactionOf, workOf } from '../repo/repo.ts'
import { stateOf } from '../repo/state.ts'
import type { Card, CloneCard, LoginCard } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { type CardReader, parseCards } from '../xfer/parse.ts'
import { ourVersion, versionPragma } from '../xfer/version.ts'
import type { Access } from './access.ts'
import { ArtifactExchange } from './artifacts.ts'
import { anonymousSender, loggedInSender, type Sender } from './auth.ts'
import { countCard, limitedCards, OnceOnly } from './budget.ts'
import { futureCheckins, refuseFuture } from './clock-skew.ts'
import { writeRememberedBatch } from './clone-server.ts'
import { ConfigServer } from './config-areas.ts'
import { checkHandlerOptions, type HandlerOptions } from './handler-options.ts'
import { TableServer, type TableTurn } from './tables-server.ts'
import { UnversionedServer } from './unversioned.ts'
import { refused } from './refusal.ts'
import { keepProof } from './used-proofs.ts'

/** Stock's budget for one reply, xfer.c:1312. */
const defaultMaxDownloadBytes = 5_000_000
/** Phantoms that one reply asks for, xfer.c:1888. */
const maxGimmes = 500
const noPrivate = 'not authorized to sync private content'

/** The conversations of one message, once it is known who sends it. */
interface Conversations {
  readonly access: Access
  readonly login: string
  readonly artifacts: ArtifactExchange
  readonly unversioned: UnversionedServer
  readonly tables: TableServer
  readonly config: ConfigServer
}

/** One reply. */
export class Answer {
  readonly #repo: Repo
  readonly #options: HandlerOptions
  readonly #writer = new CardWriter()
  readonly #once = new OnceOnly()
  readonly #budgetBytes: number
  #conversations: Conversations | undefined
  #logins = 0
  #pull = false
  #push = false
  /** The sender wants everything announced. */
  #wantsCatalogue = false
  #filesSent = 0
  /** Check-ins that were dated too far ahead before a push, where that matters. */
  #knownFuture: ReadonlyMap<string, number> | undefined
  /** The sender wants private artifacts and may not have them. */
  #wasRefusedPrivate = false
  /** The sender wants to push and may not, and has not asked for a pull so far. */
  #wasRefusedPush = false
  /** The proof of login that was used. */
  nonce: string | undefined
  /** The login. */
  login: string | undefined
  /** The reply goes unwrapped. */
  isRaw = false
  /** The sender asked for a clone and may not have one. */
  wasRefusedClone = false

  /** @throws {FossilError} `option.invalid` */
  constructor(repo: Repo, options: HandlerOptions) {
    checkHandlerOptions(options)
    this.#repo = repo
    this.#options = options
    this.#budgetBytes = repo.env.buggify.check('handler.reply.minBudget', 0.1)
      ? 1024
      : (options.budgetBytes ?? configInteger(repo, 'max-download', defaultMaxDownloadBytes))
  }

  /** Artifacts that the message has brought so far, new here and verified. */
  get arrivals(): number {
    return this.#conversations?.artifacts.arrivals ?? 0
  }

  /**
   * Carries out a message and composes the reply. Runs inside a transaction, with a meter.
   *
   * @throws {FossilError} whatever is wrong; roll back then
   */
  replyTo(message: Uint8Array): Uint8Array {
    if (this.#repo.isUnfinishedClone) throw refused('this repository is not whole yet')
    const { loginCard } = this.#options
    if (loginCard !== undefined) this.#logInByCookie(loginCard, message)
    const before = stateOf(this.#repo)
    const cards = limitedCards(message)
    const work = workOf(this.#repo)
    assert(work !== undefined, 'a message is answered with a meter')
    for (const card of cards) {
      countCard(card, work)
      if (!this.#once.isRepeated(card)) this.#apply(card, cards)
    }
    if (this.#wasRefusedPrivate) throw refused(noPrivate)
    if (this.#wasRefusedPush) throw refused('not authorized to write')
    this.#keepFutureOut()
    if (this.#push) {
      const { artifacts } = this.#sender
      // While artifacts keep coming, the sources that deltas wait for may come among them, unless
      // the peer knows nothing of them. Then no more: a source may be a lie, and a cluster names
      // what waits for it without announcing it.
      const unresolved = artifacts.hasBroughtNews ? 'announced' : 'all'
      artifacts.requestMissing(this.#writer, { limit: maxGimmes, unresolved })
    }
    if (this.#pull) this.#announce()
    this.#conversations?.tables.finish(this.#writer, this.#tableTurn)
    this.#tellLeftForLater()
    if (this.nonce !== undefined && stateOf(this.#repo) !== before) {
      keepProof(this.#repo, this.nonce)
    }
    const now = formatDate(this.#repo.env.clock.nowMs(), 'seconds')
    this.#writer.add({ type: 'comment', text: `timestamp ${now} errors 0` })
    return this.#writer.finish()
  }

  /** Dates are known once all that came is crosslinked, which a savepoint has done first. */
  #keepFutureOut(): void {
    const { maxFutureMs = Infinity } = this.#options
    const known = this.#knownFuture
    if (known === undefined) return
    this.#repo.transaction(() => refuseFuture(this.#repo, maxFutureMs, known))
  }

  #apply(card: Card, cards: CardReader): void {
    if (card.type === 'comment' || card.type === 'cookie' || card.type === 'oddname') return
    if (card.type === 'login') return this.#logIn(card, cards.rest)
    const { unversioned, tables, config } = this.#sender
    const overBudget = card.type === 'uvgimme' && this.#isBudgetSpent()
    if (unversioned.receive(card, this.#writer, { overBudget })) return
    if (config.receive(card, this.#writer)) return
    if (tables.receive(card, this.#writer, this.#tableTurn)) return
    this.#applyArtifactCard(card)
  }

  #applyArtifactCard(card: Card): void {
    const { access, artifacts } = this.#sender
    switch (card.type) {
      case 'pragma':
        return this.#applyPragma(card.name, card.args)
      case 'pull':
        return this.#beginPull(card.projectCode)
      case 'push':
        return this.#beginPush(card.projectCode)
      case 'clone':
        return this.#clone(card)
      case 'igot':
        if (this.#push) artifacts.receiveIgot(card)
        return
      case 'gimme':
        return this.#sendWanted(card)
      case 'file':
      case 'cfile':
        if (!this.#push) throw refused('not authorized to write')
        artifacts.receiveArtifact(card)
        return
      case 'private':
        if (!access.private) throw refused(noPrivate)
        return artifacts.announcePrivateNext()
      case 'unknown':
        this.#options.observer?.({ type: 'card.unknown', line: card.line })
        throw refused(`bad command: ${card.line}`)
      default:
        throw refused(`this server does not take ${card.type} cards`)
    }
  }

  #applyPragma(name: string, args: readonly string[]): void {
    const { access, artifacts } = this.#sender
    if (name === 'client-version' && args.length >= 3) {
      this.#writer.add(versionPragma('server-version', ourVersion))
    } else if (name === 'send-private') {
      // Not before a clone that follows had its say: stock asks so before it knows the project.
      if (access.private) artifacts.sendsPrivate = true
      else this.#wasRefusedPrivate = true
    } else if (name === 'send-catalog') {
      this.#wantsCatalogue = true
    } else if (name === 'req-clusters' && this.#pull) {
      artifacts.announceClusters(this.#writer)
    } else if (name === 'ci-lock') {
      this.#lock(args)
    } else if (name === 'ci-unlock') {
      this.#unlock(args)
    }
  }

  /**
   * `pragma ci-lock CHECKIN CLIENT-ID`. xfer.c:1774-1838. Stock's clients send it with the pull
   * before every commit, so one who may not is told, and the sync goes on.
   */
  #lock([checkin = '', clientId = '']: readonly string[]): void {
    const { access, login } = this.#sender
    if (!access.write) return this.#tell('not authorized to lock a check-in')
    const hash = parseArtifactHash(checkin)
    if (hash === undefined || parseArtifactHash(clientId) === undefined) return
    const holder = lockCheckin(this.#repo, { checkin: hash, clientId, login })
    if (holder !== undefined) {
      const args = [fossilize(holder.login === '' ? 'nobody' : holder.login), `${holder.mtimeSec}`]
      this.#writer.add({ type: 'pragma', name: 'ci-lock-fail', args })
    }
    // On unless it says no, as in stock since August 2026 (xfer.c:1831).
    if (isSettingOn(this.#repo, 'forbid-delta-manifests', { otherwise: true })) {
      this.#writer.add({ type: 'pragma', name: 'avoid-delta-manifests', args: [] })
    }
  }

  /** `pragma ci-unlock CLIENT-ID`, which follows a lock in every later sync. xfer.c:1840-1858. */
  #unlock([clientId = '']: readonly string[]): void {
    if (this.#sender.access.write) return unlockCheckins(this.#repo, clientId)
    this.#tell('not authorized to unlock a check-in')
  }

  #tell(text: string): void {
    this.#writer.add({ type: 'message', text })
  }

  /**
   * Tells that something was too much for one message. That is no secret: it comes again by itself,
   * or is asked for.
   */
  #tellLeftForLater(): void {
    const left = this.#conversations?.artifacts.leftForLater
    if (left === undefined || left.announcements + left.artifacts === 0) return
    const { announcements, artifacts } = left
    this.#repo.env.mark?.('sync.too-much')
    this.#options.observer?.({ type: 'message.cut', announcements, artifacts })
    const names = counted(announcements, 'announcement')
    const what = `${names} and ${counted(artifacts, 'artifact')}`
    this.#tell(`too much in one message: ${what} were left for later`)
  }

  #beginPull(project: string): void {
    this.#checkProject(project)
    if (!this.#sender.access.read) throw refused('not authorized to read')
    this.#pull = true
    if (this.#wasRefusedPush) this.#tellPullOnly()
  }

  #beginPush(project: string): void {
    this.#checkProject(project)
    if (this.#sender.access.write) {
      this.#push = true
      const { maxFutureMs = Infinity } = this.#options
      if (maxFutureMs !== Infinity) this.#knownFuture ??= futureCheckins(this.#repo, maxFutureMs)
    } else if (this.#pull) this.#tellPullOnly()
    else this.#wasRefusedPush = true
  }

  /** Stock's clients ask for the pull first, and go-libfossil's for the push. */
  #tellPullOnly(): void {
    this.#wasRefusedPush = false
    this.#tell('pull only - not authorized to push')
  }

  #checkProject(project: string): void {
    if (project !== this.#repo.projectCode) throw refused('wrong project')
  }

  /** `clone`: a batch, then where to go on, then whose project it is, in that order. */
  #clone({ version, sequence }: CloneCard): void {
    const { access, artifacts, unversioned } = this.#sender
    if (!access.clone || this.#wasRefusedPrivate) {
      this.wasRefusedClone = true
      throw refused(access.clone ? noPrivate : 'not authorized to clone')
    }
    const codes = { serverCode: this.#repo.serverCode, projectCode: this.#repo.projectCode }
    if (version < 2) throw refused('clone protocol 1 is not supported')
    if (sequence < 1) throw refused('invalid clone sequence number')
    if (isSettingOn(this.#repo, 'uv-sync')) unversioned.volunteer(this.#writer)
    this.isRaw = version >= 3
    const next = writeRememberedBatch(this.#repo, this.#writer, {
      version,
      sequence,
      withPrivate: artifacts.sendsPrivate,
      budgetBytes: this.#budgetBytes,
      isOverBudget: () => this.#isBudgetSpent(),
    })
    this.#writer.add({ type: 'clone_seqno', sequence: next })
    this.#writer.add({ type: 'push', ...codes })
  }

  #sendWanted({ hash }: Card & { type: 'gimme' }): void {
    const { artifacts } = this.#sender
    const rid = artifacts.receiveGimme(hash)
    if (!this.#pull || rid === undefined) return
    if (this.#repo.env.buggify.check('handler.gimme.ignore', 0.05)) return
    const overBudget = this.#isOverBudget()
    if (artifacts.send(this.#writer, rid, { overBudget }) === 'file') this.#filesSent++
  }

  /** One artifact goes whatever the budget, or a pull under a small one would never end. */
  #isOverBudget(): boolean {
    return this.#filesSent > 0 && this.#isBudgetSpent()
  }

  #isBudgetSpent(): boolean {
    return this.#writer.sizeBytes >= this.#budgetBytes || workOf(this.#repo)?.isSpent === true
  }

  get #tableTurn(): TableTurn {
    return { pull: this.#pull, push: this.#push, isOverBudget: () => this.#isBudgetSpent() }
  }

  #announce(): void {
    const { artifacts } = this.#sender
    const isEarly = this.#repo.env.buggify.check('handler.cluster.early', 0.02)
    const atLeast = isEarly ? 2 : this.#options.clusterAtLeast
    try {
      // In a savepoint, so that a failure ends no more than this.
      this.#repo.transaction(() => createClusters(this.#repo, { atLeast }))
    } catch (error) {
      // Clusters only make announcements shorter: a file that cannot be written does without.
      if (!isReadOnly(error)) throw error
    }
    if (this.#wantsCatalogue) artifacts.announceAll(this.#writer)
    else artifacts.announce(this.#writer)
    artifacts.announcePrivate(this.#writer)
  }

  /** The sender's rights and conversations; those of nobody, without a login card before. */
  get #sender(): Conversations {
    this.#conversations ??= this.#converse(
      this.#options.access === undefined
        ? anonymousSender(this.#repo)
        : { access: this.#options.access, login: undefined, uid: undefined, nonce: undefined },
    )
    return this.#conversations
  }

  #logIn(card: LoginCard, rest: Uint8Array): void {
    if (this.#options.access !== undefined) return
    if (++this.#logins > 1) throw refused('multiple login cards')
    if (this.#conversations !== undefined) throw refused('the login card comes first')
    const { nonces, loginGuard } = this.#options
    const waitSec = loginGuard?.waitSec(card.user) ?? 0
    if (waitSec > 0) throw refused(`too many failed logins: try again in ${waitSec} seconds`)
    try {
      this.#conversations = this.#converse(loggedInSender(this.#repo, card, rest, nonces))
      loginGuard?.succeeded(card.user)
    } catch (error) {
      if (FossilError.is(error, 'sync.refused')) loginGuard?.failed(card.user)
      throw error
    }
  }

  /** Stock 2.27 and later may send the card as a cookie; it then covers the whole message. */
  #logInByCookie(line: string, message: Uint8Array): void {
    for (const card of parseCards(utf8(`${line}\n`))) {
      if (card.type === 'login') this.#logIn(card, message)
    }
  }

  #converse({ access, login, uid, nonce }: Sender): Conversations {
    const repo = this.#repo
    const { observer, remoteAddress } = this.#options
    transactionOf(repo).origin = { uid, nonce, remoteAddress }
    this.nonce = nonce
    this.login = login
    const artifacts = new ArtifactExchange(repo, {
      side: 'handler',
      acceptsPrivate: access.private,
      sendsPrivate: false,
      observer,
    })
    const uvAccess = { read: access.read, write: access.unversionedWrite }
    const unversioned = new UnversionedServer(repo, uvAccess)
    const { maxFutureMs = Infinity } = this.#options
    const tables = new TableServer(repo, { admin: access.admin, maxFutureMs }, login ?? '')
    const config = new ConfigServer(repo, access)
    return { access, login: login ?? '', artifacts, unversioned, tables, config }
  }
}

/**
 * The client's side of the conversation about unversioned files, for one session.
 *
 * May know the repository and the cards; messages and transactions are the caller's. A version here
 * gives way only when the one that replaces it has come and is verified, so that a lost message
 * costs a round and never a file. Stock deletes its copy when it asks for another
 * (xfer.c:2656-2660).
 * Source: fossil src/xfer.c:2319-2378 (requests), 2605-2690 and 2821-2840 (replies).
 * @module
 */

import { noBytes } from '../base/bytes.ts'
import { type ArtifactHash, matches } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import {
  compareVersions,
  findUnversioned,
  listUnversioned,
  removeUnversioned,
  touchUnversioned,
  type UnversionedEntry,
  unversionedHash,
  unversionedHoles,
  type UnversionedVersion,
} from '../repo/unversioned.ts'
import type { Card, UvfileCard, UvigotCard } from '../xfer/card.ts'
import type { CardWriter } from '../xfer/format.ts'
import { isUnversionedName } from '../xfer/unversioned-name.ts'
import type { SyncObserver } from './events.ts'
import { acceptFile, canSend, isHole, sendFile } from './unversioned.ts'

/** A version that the server has, or says it has. */
type Offer = UnversionedVersion & Pick<UvigotCard, 'name' | 'sizeBytes'>

/** The totals of a conversation, as far as it has gone. */
export interface UnversionedSummary {
  /** Files whose content came and was stored. */
  readonly received: number
  /** Times and deletions that were taken over without content. */
  readonly adopted: number
  /** `uvfile` cards sent: contents, times and deletions. */
  readonly sent: number
  /** `uvgimme` cards sent. */
  readonly gimmes: number
  /** The server does not take unversioned files from us. */
  readonly pullOnly: boolean
  /** Names of files whose newest version is not here, sorted: it did not come, or nobody has it. */
  readonly missing: readonly string[]
  /** Names whose newest version is here and was not sent, sorted. */
  readonly unsent: readonly string[]
}

/**
 * The most times in a row that the server may be asked without sending anything. Stock gives up
 * sooner.
 */
const maxRoundsInVain = 3
/** Files asked for in one request: at least this many, or twice what the last reply brought. */
const minGimmes = 200

/**
 * The hash of no catalogue. Sent where content is missing here, since the hash of our catalogue
 * would hide that from a server that has the very content.
 */
const noCatalogue = '0'.repeat(40)

/** The client's side, from the first request of a session to its end. */
export class UnversionedClient {
  readonly #repo: Repo
  readonly #observer: SyncObserver | undefined
  #hashWasSent = false
  #mode: 'unknown' | 'push-ok' | 'pull-only' = 'unknown'
  /** The files of the server, as far as it listed or sent them. */
  #listed = new Map<string, UnversionedVersion>()
  /**
   * Files that are newer on the server: to be asked for until they come, the longest unasked first.
   */
  #wanted = new Set<string>()
  /** Files that may be newer here; each is looked at again when it is sent. */
  #unsent = new Set<string>()
  /** Files here under a name that no card can carry. */
  #unsendable = new Set<string>()
  /** Files that nobody here can provide: the newest version is known by its hash only. */
  #lost = new Set<string>()
  /** The number of files asked for that the last reply brought. */
  #arrivals = 0
  #roundsInVain = 0
  #asked = 0
  /** Names of files that were sent or came in this session, and how many before the last round. */
  readonly #moved = new Set<string>()
  #movedBefore = 0
  #counts = { received: 0, adopted: 0, sent: 0, gimmes: 0 }
  /** The counts before the request under way. */
  #settled = this.#counts

  constructor(repo: Repo, observer?: SyncObserver) {
    this.#repo = repo
    this.#observer = observer
  }

  /** True while another request has something to say. */
  get goesOn(): boolean {
    if (!this.#hashWasSent) return true
    if (this.#mode === 'push-ok' && this.#unsent.size > 0) return true
    if (this.#wanted.size === 0) return false
    return this.#arrivals > 0 || this.#roundsInVain < maxRoundsInVain
  }

  /** True where the last round moved a file that did not move before. */
  get hasMoved(): boolean {
    return this.#moved.size > this.#movedBefore
  }

  /** The totals so far; final when the session ends. */
  get summary(): UnversionedSummary {
    return {
      ...this.#counts,
      pullOnly: this.#mode === 'pull-only',
      missing: [...this.#wanted, ...this.#lost].sort(),
      unsent: [...this.#unsent, ...this.#unsendable].sort(),
    }
  }

  /**
   * Writes this conversation's part of the next request: the hash once, then what is asked for,
   * and what is sent until the request is `budgetBytes` long (one file goes whatever the budget).
   */
  writeRequest(writer: CardWriter, { budgetBytes }: { budgetBytes: number }): void {
    this.#settled = { ...this.#counts }
    this.#movedBefore = this.#moved.size
    if (!this.#hashWasSent) {
      const isWhole = unversionedHoles(this.#repo).length === 0
      const hash = isWhole ? unversionedHash(this.#repo) : noCatalogue
      writer.add({ type: 'pragma', name: 'uv-hash', args: [hash] })
      this.#hashWasSent = true
    }
    this.#writeGimmes(writer)
    if (this.#mode === 'push-ok') this.#writeFiles(writer, budgetBytes)
    this.#arrivals = 0
  }

  /**
   * Applies one card of the reply.
   *
   * @returns false for a card that is none of this conversation
   * @throws {FossilError} `hash.mismatch`, `repo.*`. Roll the reply back, and then
   *   {@link restart} or end the session.
   */
  receive(card: Card): boolean {
    switch (card.type) {
      case 'pragma':
        if (card.name === 'uv-push-ok') this.#open('push-ok')
        else if (card.name === 'uv-pull-only') this.#open('pull-only')
        else return false
        return true
      case 'uvigot':
        this.#consider(card)
        return true
      case 'uvfile':
        this.#take(card)
        return true
      default:
        return false
    }
  }

  /**
   * Begins again, where a request was refused as a whole and the session goes on without what it
   * was refused for: what was asked and sent did not arrive, and what was answered was rolled back.
   */
  restart(): void {
    this.#hashWasSent = false
    this.#mode = 'unknown'
    this.#listed = new Map()
    this.#wanted = new Set()
    this.#unsent = new Set()
    this.#unsendable = new Set()
    this.#lost = new Set()
    this.#counts = { ...this.#settled }
    this.#arrivals = 0
    this.#asked = 0
  }

  #writeGimmes(writer: CardWriter): void {
    const isInVain = this.#asked > 0 && this.#arrivals === 0
    if (isInVain) this.#repo.env.mark?.('sync.uv-asked-in-vain')
    this.#roundsInVain = isInVain ? this.#roundsInVain + 1 : 0
    const names = [...this.#wanted].slice(0, Math.max(minGimmes, 2 * this.#arrivals))
    for (const name of names) {
      writer.add({ type: 'uvgimme', name })
      this.#wanted.delete(name)
      this.#wanted.add(name)
    }
    this.#asked = names.length
    this.#counts.gimmes += names.length
  }

  #writeFiles(writer: CardWriter, budgetBytes: number): void {
    const mostFiles = this.#repo.env.buggify.check('sync.uvfile.minBudget', 0.1) ? 1 : Infinity
    let sent = 0
    for (const name of this.#unsent) {
      if (sent > 0 && (sent >= mostFiles || writer.sizeBytes >= budgetBytes)) return
      this.#unsent.delete(name)
      if (this.#writeFile(writer, name)) sent++
    }
  }

  /** Sends what the server lacks of one name, by what it is now: its owner may have changed it. */
  #writeFile(writer: CardWriter, name: string): boolean {
    const entry = findUnversioned(this.#repo, name)
    if (entry === undefined || !canSend(entry)) return false
    const theirs = this.#listed.get(name)
    // A server that knows nothing of a name has nothing to delete.
    if (theirs === undefined && entry.hash === undefined) return false
    const status = theirs === undefined ? 'ours' : compareVersions(entry, theirs)
    if (status === 'ours') this.#send(writer, entry)
    else if (status === 'our-mtime') sendTime(writer, entry)
    else return false
    this.#listed.set(name, entry)
    this.#moved.add(name)
    this.#counts.sent++
    return true
  }

  #send(writer: CardWriter, entry: UnversionedEntry): void {
    const bytes = sendFile(this.#repo, writer, entry)
    if (entry.hash === undefined) return
    this.#observer?.({ type: 'unversioned.sent', name: entry.name, bytes })
  }

  /** The catalogue begins: what it does not list, the server does not have. */
  #open(mode: 'push-ok' | 'pull-only'): void {
    this.#mode = mode
    for (const entry of listUnversioned(this.#repo)) {
      if (entry.hash === undefined || this.#listed.has(entry.name)) continue
      if (isHole(entry)) this.#lost.add(entry.name)
      else if (isUnversionedName(entry.name)) this.#unsent.add(entry.name)
      else this.#unsendable.add(entry.name)
    }
  }

  /** Compares what the server says it has with what is here, and notes which way it has to go. */
  #consider(theirs: Offer): void {
    const { name } = theirs
    const ours = findUnversioned(this.#repo, name)
    this.#listed.set(name, theirs)
    this.#forget(name)
    switch (compareVersions(ours, theirs)) {
      case 'absent':
      case 'theirs':
        if (theirs.hash !== undefined) return this.#want(theirs, theirs.hash)
        if (removeUnversioned(this.#repo, theirs)) this.#counts.adopted++
        return
      case 'their-mtime':
        touchUnversioned(this.#repo, theirs)
        this.#counts.adopted++
        return this.#fill(theirs, ours)
      case 'same':
        return this.#fill(theirs, ours)
      case 'our-mtime':
        if (isHole(ours)) return this.#fill(theirs, ours)
        this.#unsent.add(name)
        return
      case 'ours':
        if (isHole(ours)) this.#lost.add(name)
        else this.#unsent.add(name)
    }
  }

  /** Asks for the content of what is known here by its hash only. */
  #fill(theirs: Offer, ours: UnversionedEntry | undefined): void {
    if (isHole(ours) && theirs.hash !== undefined) this.#want(theirs, theirs.hash)
  }

  #want({ name, sizeBytes }: Offer, hash: ArtifactHash): void {
    if (isEmptied(sizeBytes, hash)) this.#lost.add(name)
    else this.#wanted.add(name)
  }

  #take(card: UvfileCard): void {
    const { name, hash, content } = card
    if (hash !== undefined && content !== undefined && isEmptied(content.length, hash)) {
      this.#forget(name)
      this.#lost.add(name)
      return
    }
    const outcome = acceptFile(this.#repo, card)
    this.#listed.set(name, card)
    this.#forget(name)
    if (outcome === 'stored' || outcome === 'adopted') {
      this.#counts[outcome === 'stored' ? 'received' : 'adopted']++
      if (outcome === 'stored') {
        this.#observer?.({ type: 'unversioned.received', name, bytes: content?.length ?? 0 })
      }
      this.#moved.add(name)
      this.#arrivals++
    } else if (outcome === 'omitted') {
      this.#wanted.add(name)
    } else {
      // Ours is no older: its owner wrote it while the other was on its way.
      this.#repo.env.mark?.('sync.uv-overtaken')
      this.#consider(card)
    }
  }

  #forget(name: string): void {
    this.#wanted.delete(name)
    this.#unsent.delete(name)
    this.#lost.delete(name)
  }
}

/**
 * Tells whether an entry is a hole in stock's own store: a size of 0 under the hash of something
 * longer.
 */
function isEmptied(sizeBytes: number, hash: ArtifactHash): boolean {
  return sizeBytes === 0 && !matches(hash, noBytes)
}

function sendTime(writer: CardWriter, entry: UnversionedEntry): void {
  const { name, mtimeSec, hash, sizeBytes } = entry
  writer.add({ type: 'uvfile', name, mtimeSec, hash, sizeBytes, content: undefined })
}

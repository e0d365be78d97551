/**
 * The memory of one open repository between statements. Everything here can be thrown away at any
 * moment and computed again; a rollback, or a change by another connection, does throw it away.
 * @module
 */

import type { CheckinDeck } from '../deck/deck.ts'
import { FileCards } from '../deck/file-cards.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { RecentBytes } from './recent-bytes.ts'
import type { NamedArtifact, Rid } from './rid.ts'

/**
 * Facts about which artifacts are here. Each is computed on first use and dropped together when
 * any artifact arrives, leaves or changes visibility.
 */
export interface Holdings {
  hasPrivate?: boolean
  hasPhantom?: boolean
  hasShunned?: boolean
  announced?: readonly NamedArtifact[]
  unsent?: readonly NamedArtifact[]
  /** Clusters of which no member is private. */
  openClusters?: Set<Rid>
  /** Replies to clones, by what was asked for: many clients ask for the same. */
  cloneBatches?: Map<string, CloneBatch>
}

/** A part of a reply that was made before. */
export interface CloneBatch {
  /** Cards in wire form. */
  readonly bytes: Uint8Array
  readonly cards: number
  /** The sequence number at which the next batch begins. */
  readonly next: number
}

/** Expanded contents kept in memory, at most. Stock keeps as much (content.c:80). */
const maxContentBytes = 50_000_000
/** Deltas made for peers and kept in memory, at most. */
const maxMadeDeltaBytes = 4_000_000
/** Files named by the check-ins kept in memory, at most. */
const maxCheckinFiles = 50_000
/** Names kept in memory of each sort, at most. */
const maxNames = 200_000

/** The caches of one repository. */
export class RepoCache {
  readonly config = new Map<string, string | undefined>()
  holdings: Holdings = {}
  /** Kept through {@link clear}: a card means the same in whatever repository it stands. */
  readonly fileCards = new FileCards()
  /**
   * The result of `unresolvedRids`, kept up to date by whoever stores and resolves deltas: finding
   * it anew after each artifact would make a pull of n artifacts cost n² steps.
   */
  unresolved: Set<Rid> | undefined
  /** True where the table `fx_trilobite_wait` exists: see crosslink/cherrypick.ts. */
  hasWaiting: boolean | undefined
  /** True where the table `unversioned` is there, which is made when it is first needed. */
  hasUnversioned: boolean | undefined
  /** True where the tables of tables/schema.ts are there, which are made when first needed. */
  hasTables: boolean | undefined
  /** Deltas by the names of source and target: many peers of a server come for the same ones. */
  readonly madeDeltas = new RecentBytes<string>(maxMadeDeltaBytes)
  #names = new Map<ArtifactHash, Rid>()
  #tagIds = new Map<string, number>()
  #fileNameIds = new Map<string, number>()
  readonly #contents = new RecentBytes<Rid>(maxContentBytes)
  #checkins = new Map<Rid, CheckinDeck>()
  #checkinFiles = 0

  /** Forgets everything. */
  clear(): void {
    this.config.clear()
    this.holdings = {}
    this.unresolved = undefined
    this.#tagIds.clear()
    this.#fileNameIds.clear()
    this.hasWaiting = undefined
    this.hasUnversioned = undefined
    this.hasTables = undefined
    this.#names.clear()
    this.#checkins.clear()
    this.#checkinFiles = 0
    this.#contents.clear()
    this.madeDeltas.clear()
  }

  /** The rid of an artifact that was here, content and all, when last looked at. */
  heldRid(hash: ArtifactHash): Rid | undefined {
    return this.#names.get(hash)
  }

  /** Remembers that `hash` is here, content and all. */
  rememberHeld(hash: ArtifactHash, rid: Rid): void {
    remember(this.#names, hash, rid)
  }

  /** The id of the tag of this name, where it was met. */
  tagId(name: string): number | undefined {
    return this.#tagIds.get(name)
  }

  /** Remembers the id of a tag. */
  rememberTag(name: string, id: number): void {
    remember(this.#tagIds, name, id)
  }

  /** The id of this file name, where it was met. */
  fileNameId(name: string): number | undefined {
    return this.#fileNameIds.get(name)
  }

  /** Remembers the id of a file name. */
  rememberFileName(name: string, id: number): void {
    remember(this.#fileNameIds, name, id)
  }

  /** Forgets one artifact whose content is about to change or go. */
  forget(hash: ArtifactHash, rid: Rid): void {
    this.#names.delete(hash)
    this.#forgetCheckin(rid)
    this.#contents.delete(rid)
  }

  /** Expanded content of `rid`; the reader must not change it. */
  content(rid: Rid): Uint8Array | undefined {
    return this.#contents.get(rid)
  }

  /** Keeps expanded content for the next reader. */
  rememberContent(rid: Rid, content: Uint8Array): void {
    this.#contents.add(rid, content)
  }

  /** The manifest of `rid`, parsed. */
  checkin(rid: Rid): CheckinDeck | undefined {
    const deck = this.#checkins.get(rid)
    if (deck === undefined) return undefined
    this.#checkins.delete(rid)
    this.#checkins.set(rid, deck)
    return deck
  }

  /** Keeps a parsed manifest: it is read again for each of its children. */
  rememberCheckin(rid: Rid, deck: CheckinDeck): void {
    this.#forgetCheckin(rid)
    this.#checkins.set(rid, deck)
    this.#checkinFiles += deck.files.length + 1
    for (const oldest of this.#checkins.keys()) {
      if (this.#checkinFiles <= maxCheckinFiles || oldest === rid) break
      this.#forgetCheckin(oldest)
    }
  }

  #forgetCheckin(rid: Rid): void {
    const deck = this.#checkins.get(rid)
    if (deck === undefined) return
    this.#checkins.delete(rid)
    this.#checkinFiles -= deck.files.length + 1
  }
}

function remember<K, V>(names: Map<K, V>, name: K, id: V): void {
  if (names.size >= maxNames) names.clear()
  names.set(name, id)
}

/**
 * The missing artifacts that one peer is asked for, and their order. Phantoms that no peer can send
 * any more (shunned elsewhere, lost) stay for good, and a request names only so many: they must not
 * keep those from being asked for that would come. Stock asks for the first 200, or 500, in no set
 * order (xfer.c:762-780), and stops where those do not come.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import {
  findHeld,
  isPhantom,
  isPrivate,
  isShunned,
  phantomArtifacts,
  unresolvedArtifacts,
} from '../repo/blob.ts'
import { deltaChain } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'

/** Limits on what may be asked for. */
export interface WantOptions {
  /** Private artifacts too. */
  readonly withPrivate: boolean
  /** Deltas whose source does not come: all, none, or those that the peer may hold whole. */
  readonly unresolved: 'all' | 'none' | ((hash: ArtifactHash) => boolean)
}

/**
 * Artifacts that one side wants of one peer: of one session on the client, of one message on the
 * server.
 */
export class WantList {
  readonly #repo: Repo
  /** Phantoms that the peer says it holds, since they were last asked for. */
  readonly #offered = new Map<ArtifactHash, Rid>()
  /** Held in private, and public at the peer, by its word: what comes publicly proves it. */
  readonly #doubted = new Map<ArtifactHash, Rid>()
  /** Asked for, and not arrived. */
  readonly #asked = new Set<ArtifactHash>()
  /** The last message asked for these: by the next one the peer may have got them. */
  readonly #peerLacks = new Set<ArtifactHash>()
  /** The peer sent these, and they were of no use. */
  readonly #cameInVain = new Set<ArtifactHash>()

  /** Damaged artifacts, wanted as if they were missing. */
  readonly #damaged: ReadonlyMap<ArtifactHash, Rid>

  constructor(repo: Repo, damaged: ReadonlyMap<ArtifactHash, Rid> = new Map()) {
    this.#repo = repo
    this.#damaged = damaged
  }

  /** Asked for, and not arrived. */
  get outstanding(): number {
    return this.#asked.size
  }

  /** A message from the peer begins. */
  beginMessage(): void {
    this.#peerLacks.clear()
  }

  /**
   * The peer says that it holds a phantom of ours, even where the same message asked for it before:
   * a server may make the very cluster that it asks for. Of private artifacts that says nothing,
   * since stock announces its private phantoms, too (xfer.c:978-989).
   *
   * @returns whether it was asked for already: the answer is a promise
   */
  noteOffered({ rid, hash }: NamedArtifact, { asPrivate = false } = {}): boolean {
    if (!asPrivate) this.#peerLacks.delete(hash)
    this.#offered.set(hash, rid)
    return this.#asked.has(hash)
  }

  /** Tells whether this was asked for, and has not arrived. */
  isAsked(hash: ArtifactHash): boolean {
    return this.#asked.has(hash)
  }

  /** The peer says that it holds in public what is private here. */
  noteDoubted({ rid, hash }: NamedArtifact): void {
    this.#doubted.set(hash, rid)
  }

  /** The peer asks for this, so it cannot send it. */
  notePeerLacks(hash: ArtifactHash): void {
    this.#peerLacks.add(hash)
  }

  /** The peer sent this and it was of no use, so neither is asking for what it is a delta of. */
  giveUp(hash: ArtifactHash): void {
    for (const name of deltaChain(this.#repo, hash)) {
      if (this.#cameInVain.has(name)) return
      this.#cameInVain.add(name)
    }
  }

  /** The peer sent this. */
  noteArrived(hash: ArtifactHash): void {
    this.#asked.delete(hash)
    this.#offered.delete(hash)
    this.#doubted.delete(hash)
  }

  /** This goes into a request. */
  noteAsked(hash: ArtifactHash): void {
    this.#asked.add(hash)
    this.#offered.delete(hash)
  }

  /**
   * Chooses the artifacts to ask for: those offered, then those not asked for yet, then the rest.
   */
  chooseToAsk(limit: number, options: WantOptions): ArtifactHash[] {
    const chosen = new Set<ArtifactHash>()
    for (const hash of this.#inOrder(limit, options)) {
      if (chosen.size >= limit) break
      if (this.#isOfUse(hash)) chosen.add(hash)
    }
    return [...chosen]
  }

  /** Tells whether something is missing here that the peer was not asked for and might have. */
  hasUnasked(options: WantOptions): boolean {
    return this.#missing(1, options).some(
      ({ hash }) => !this.#asked.has(hash) && this.#isOfUse(hash),
    )
  }

  /** Tells whether the peer was not asked yet to prove that what is private here is public. */
  hasUnaskedDoubts(): boolean {
    return this.#doubts().some(({ hash }) => !this.#asked.has(hash) && this.#isOfUse(hash))
  }

  #doubts(): NamedArtifact[] {
    const doubted = [...this.#doubted].map(([hash, rid]) => ({ rid, hash }))
    return doubted.filter(
      ({ rid, hash }) => isPrivate(this.#repo, rid) && !isShunned(this.#repo, hash),
    )
  }

  *#inOrder(limit: number, options: WantOptions): Iterable<ArtifactHash> {
    for (const [hash, rid] of this.#offered) if (this.#isWanted(hash, rid, options)) yield hash
    const missing = this.#missing(limit, options).map(({ hash }) => hash)
    for (const hash of missing) if (!this.#asked.has(hash)) yield hash
    for (const hash of missing) if (this.#asked.has(hash)) yield hash
  }

  /** The peer may well send it, and send what it is. */
  #isOfUse(hash: ArtifactHash): boolean {
    return !this.#peerLacks.has(hash) && !this.#cameInVain.has(hash)
  }

  #isWanted(hash: ArtifactHash, rid: Rid, { withPrivate, unresolved }: WantOptions): boolean {
    const isWaiting = unresolved !== 'none' && findHeld(this.#repo, hash) === undefined
    const isMissing = isWaiting || isPhantom(this.#repo, rid) || this.#damaged.has(hash)
    if (!isMissing || isShunned(this.#repo, hash)) return false
    return withPrivate || !isPrivate(this.#repo, rid)
  }

  /** At least `limit` that the peer was not asked for and may have, where there are so many. */
  #missing(limit: number, { withPrivate, unresolved }: WantOptions): NamedArtifact[] {
    const enough = limit + this.#asked.size + this.#peerLacks.size + this.#cameInVain.size
    const damaged = [...this.#damaged].map(([hash, rid]) => ({ rid, hash }))
    const phantoms = [
      ...damaged,
      ...this.#doubts(),
      ...phantomArtifacts(this.#repo, { limit: enough, withPrivate }),
    ]
    if (unresolved === 'none' || phantoms.length >= enough) return phantoms
    const waiting = unresolvedArtifacts(this.#repo)
    const wanted = unresolved === 'all' ? waiting : waiting.filter(({ hash }) => unresolved(hash))
    if (wanted.length > 0) this.#repo.env.mark?.('sync.asked-for-whole')
    return [...phantoms, ...wanted]
  }
}

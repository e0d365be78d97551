/**
 * Takes artifacts of a peer's message into the repository, within what one message may cost: whole
 * or as deltas, as they are or compressed. What is over is known by its name afterwards, like
 * everything that is missing, and asked for again.
 *
 * May know the repository and the cards; who may send what is the caller's business.
 * Source: fossil src/xfer.c:112-300 (xfer_accept_file, xfer_accept_compressed_file).
 * @module
 */

import { FossilError } from '../base/error.ts'
import { declaredSize, expandContent } from '../base/zlib.ts'
import { applyDelta } from '../delta/apply.ts'
import { deltaOutputSize } from '../delta/parse.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { ensureKnown, findHeld, isShunned, sizeOf } from '../repo/blob.ts'
import { readContent } from '../repo/content.ts'
import { type Repo, workOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import {
  type Arrival,
  checkName,
  replaceDamaged,
  type Stored,
  storeContent,
  storeUnresolved,
} from '../repo/store.ts'
import type { CfileCard, FileCard } from '../xfer/card.ts'
import { maxArtifactBytes, maxNewArtifacts, stepsOf } from './limits.ts'
import { type Deferred, ShunnedSources } from './shunned-sources.ts'

/**
 * The outcome of a card: an artifact that is here now, a delta that waits for its source, or a name
 * that is still wanted, because of the artifact's form or because the message brought too much.
 */
export type IntakeOutcome =
  ({ readonly kind: 'held' | 'waiting' } & Stored) | { readonly kind: 'wanted' | 'postponed' }

interface HeldSource {
  readonly hash: ArtifactHash
  readonly content: Uint8Array
}

/** Times that compressed content may expand, beyond what is small anyway. */
const usualExpansion = 8

/** One side's intake, for as many messages as its conversation has. */
export class ArtifactIntake {
  readonly #repo: Repo
  /** Damaged artifacts by name, replaced when they come. */
  readonly #damaged: Map<ArtifactHash, Rid>
  /** Contents that are not stored, and yet needed. */
  readonly shunned = new ShunnedSources()
  /** Artifacts that the message that is being read brought. */
  #arrived = 0
  /** Of those, the ones that wait for the source of a delta. */
  readonly #waiting = new Set<ArtifactHash>()
  /** Of that message, how many were left for later. */
  #postponed = 0

  /** @param damaged what is to be replaced when it comes; an artifact leaves it when it did */
  constructor(repo: Repo, damaged: Map<ArtifactHash, Rid>) {
    this.#repo = repo
    this.#damaged = damaged
  }

  /** Artifacts of the message that is being read that were left for a later one. */
  get postponed(): number {
    return this.#postponed
  }

  /** Artifacts of that message that are here now and were not before. */
  get arrivals(): number {
    return this.#arrived - this.#waiting.size
  }

  /** The same, with deltas that wait for their source. */
  get arrivalsInAnyForm(): number {
    return this.#arrived
  }

  /** Tells whether that message brought a delta that waits for its source. */
  hasJustCome(hash: ArtifactHash): boolean {
    return this.#waiting.has(hash)
  }

  beginMessage(): void {
    this.#arrived = 0
    this.#waiting.clear()
    this.#postponed = 0
  }

  /**
   * Takes one artifact in, verified against its name.
   *
   * @throws {FossilError} `xfer.frame`, `hash.mismatch`, `delta.corrupt`; `xfer.limit`
   */
  take(card: FileCard | CfileCard, asPrivate: boolean): IntakeOutcome {
    if (this.#arrived >= maxNewArtifacts || workOf(this.#repo)?.isSpent === true) {
      return this.#postpone(card.hash, asPrivate)
    }
    const bytes = card.type === 'file' ? card.content : this.#expanded(card)
    if (bytes === undefined) return this.#postpone(card.hash, asPrivate)
    const outcome = this.#store(card, bytes, asPrivate)
    if (outcome.kind === 'postponed') return this.#postpone(card.hash, asPrivate)
    if ('isNew' in outcome && outcome.isNew) {
      this.#arrived++
      if (outcome.kind === 'waiting') this.#waiting.add(card.hash)
    }
    return outcome
  }

  /**
   * Holds the content of a shunned artifact for the deltas of it that come. Where it cannot be made
   * out it is passed over.
   *
   * @throws {FossilError} `xfer.frame`, `hash.mismatch`, `delta.corrupt`; `xfer.limit`
   */
  takeShunned(card: FileCard | CfileCard): void {
    const bytes = card.type === 'file' ? card.content : this.#expanded(card)
    if (bytes === undefined) return
    const { hash, deltaSource } = card
    if (deltaSource === undefined) this.#hold({ hash, content: bytes })
    else this.#holdExpanded(deltaSource, { hash, delta: bytes })
  }

  #holdExpanded(source: ArtifactHash, { hash, delta }: Deferred): void {
    const content = this.#expandedFrom(source, delta)
    if (content !== undefined) return this.#hold({ hash, content })
    this.#repo.env.mark?.('sync.delta-before-shunned')
    this.shunned.defer(source, { hash, delta })
  }

  /** Holds an artifact, and everything that waited for it, however long the chain is. */
  #hold(first: HeldSource): void {
    const coming = [first]
    for (let next = coming.pop(); next !== undefined; next = coming.pop()) {
      checkName(next.hash, next.content)
      for (const { hash, delta } of this.shunned.hold(next.hash, next.content)) {
        const content = this.#expandedFrom(next.hash, delta)
        if (content !== undefined) coming.push({ hash, content })
      }
    }
  }

  /** The output of a delta of what is here or held; its source is wanted where it is neither. */
  #expandedFrom(source: ArtifactHash, delta: Uint8Array): Uint8Array | undefined {
    const base = this.#contentOf(source) ?? this.#caughtUp(source)
    if (base === undefined) {
      if (isShunned(this.#repo, source)) this.shunned.want(source)
      return undefined
    }
    const isAllowed = this.#allowsOutput(checkedOutputSize(delta), base.length + delta.length)
    return isAllowed ? applyDelta(base, delta, { maxBytes: maxArtifactBytes }) : undefined
  }

  #contentOf(hash: ArtifactHash): Uint8Array | undefined {
    const rid = findHeld(this.#repo, hash)
    return rid === undefined ? this.shunned.content(hash) : readContent(this.#repo, rid)
  }

  /**
   * The content of a shunned artifact that waited for one which is not shunned, and which has come
   * since, as a delta of yet another or by another way.
   */
  #caughtUp(hash: ArtifactHash): Uint8Array | undefined {
    const awaited = this.shunned.awaitedFor(hash)
    if (awaited === undefined || findHeld(this.#repo, awaited) === undefined) return undefined
    for (const waiting of this.shunned.release(awaited)) this.#holdExpanded(awaited, waiting)
    return this.shunned.content(hash)
  }

  #postpone(hash: ArtifactHash, asPrivate: boolean): IntakeOutcome {
    workOf(this.#repo)?.take(stepsOf.phantom)
    if (findHeld(this.#repo, hash) === undefined) {
      ensureKnown(this.#repo, hash, { isPrivate: asPrivate })
      this.#postponed++
    }
    return { kind: 'postponed' }
  }

  #expanded({ compressed }: CfileCard): Uint8Array | undefined {
    const sizeBytes = declaredSize(compressed)
    if (sizeBytes <= maxArtifactBytes) {
      const usualBytes = usualExpansion * compressed.length
      if (!this.#allowsOutput(sizeBytes, usualBytes)) return undefined
    }
    return expandContent(compressed, { maxBytes: maxArtifactBytes })
  }

  #store(card: FileCard | CfileCard, bytes: Uint8Array, asPrivate: boolean): IntakeOutcome {
    const { hash, deltaSource } = card
    const compressed = card.type === 'cfile' ? card.compressed : undefined
    const whole = (content: Uint8Array, source: Rid | undefined): IntakeOutcome => {
      const arrival: Arrival = { hash, content, isPrivate: asPrivate }
      const form = compressed === undefined ? {} : { compressed: { bytes: compressed, source } }
      const damaged = this.#damaged.get(hash)
      if (damaged !== undefined) return this.#replace(damaged, arrival)
      return { kind: 'held', ...storeContent(this.#repo, { ...arrival, ...form }) }
    }
    if (deltaSource === undefined) return whole(bytes, undefined)
    const outputBytes = checkedOutputSize(bytes)
    const sourceRid = findHeld(this.#repo, deltaSource)
    if (sourceRid === undefined && isShunned(this.#repo, deltaSource)) {
      const content = this.#expandedFrom(deltaSource, bytes)
      if (content !== undefined) {
        this.#repo.env.mark?.('sync.delta-of-shunned')
        return whole(content, undefined)
      }
    }
    if (sourceRid !== undefined) {
      // A source that is damaged makes nothing: the artifact is asked for again, to come whole.
      if (this.#damaged.has(deltaSource)) return { kind: 'wanted' }
      const sourceBytes = sizeOf(this.#repo, sourceRid)
      const isAllowed = this.#allowsOutput(outputBytes, sourceBytes + bytes.length)
      if (!isAllowed) return { kind: 'postponed' }
      const source = readContent(this.#repo, sourceRid)
      if (source !== undefined) {
        return whole(applyDelta(source, bytes, { maxBytes: maxArtifactBytes }), sourceRid)
      }
    }
    const stored = storeUnresolved(this.#repo, {
      hash,
      source: deltaSource,
      delta: bytes,
      isPrivate: asPrivate,
      ...(compressed === undefined ? {} : { compressed }),
    })
    if (stored !== undefined) return { kind: 'waiting', ...stored }
    // Where the source is shunned or waits for this one, the artifact itself is still wanted.
    ensureKnown(this.#repo, hash, { isPrivate: asPrivate })
    return { kind: 'wanted' }
  }

  #replace(rid: Rid, arrival: Arrival): IntakeOutcome {
    replaceDamaged(this.#repo, rid, arrival)
    this.#damaged.delete(arrival.hash)
    return { kind: 'held', rid, isNew: true }
  }

  #allowsOutput(bytes: number, fromBytes: number): boolean {
    return workOf(this.#repo)?.allowsOutput(bytes, fromBytes) ?? true
  }
}

/** The declared length of a delta's output, checked before any of it is made. */
function checkedOutputSize(delta: Uint8Array): number {
  const bytes = deltaOutputSize(delta)
  if (bytes <= maxArtifactBytes) return bytes
  const reason = `promises ${bytes} bytes, more than the ${maxArtifactBytes} allowed`
  throw new FossilError('delta.corrupt', { offset: 0, reason })
}

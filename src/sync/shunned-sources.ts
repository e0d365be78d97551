/**
 * Contents of shunned artifacts that others are written as deltas of. A peer that does not shun
 * them sends such deltas in good faith, and the artifacts would never arrive: so their sources are
 * asked for, held in memory while the conversation lasts, and never stored. A stock client that
 * gets such a delta takes it for the content and fails (xfer.c:152-168).
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { maxShunnedBytes } from './limits.ts'

/** A shunned artifact that came as a delta of one that has not come. */
export interface Deferred {
  readonly hash: ArtifactHash
  readonly delta: Uint8Array
}

/** A server whose budget is spent answers with a name first, and another time with the content. */
const maxAsks = 4

/** The shunned sources of one side's conversation. */
export class ShunnedSources {
  readonly #contents = new Map<ArtifactHash, Uint8Array>()
  /** By the source that they wait for. */
  readonly #deferred = new Map<ArtifactHash, Deferred[]>()
  /** The source that each of them waits for. */
  readonly #sources = new Map<ArtifactHash, ArtifactHash>()
  /** Those that a delta wants which came since they were last asked for. */
  readonly #unasked = new Set<ArtifactHash>()
  /** The number of times that each was asked for. */
  readonly #asked = new Map<ArtifactHash, number>()
  #bytes = 0

  /** The content of a shunned artifact, where it has come. */
  content(hash: ArtifactHash): Uint8Array | undefined {
    return this.#contents.get(hash)
  }

  /** A delta came that takes this artifact to expand. */
  want(hash: ArtifactHash): void {
    if (this.#contents.has(hash)) return
    if ((this.#asked.get(hash) ?? 0) < maxAsks) this.#unasked.add(hash)
  }

  /** Keeps a delta until its source comes, as long as there is room. */
  defer(source: ArtifactHash, deferred: Deferred): void {
    if (!this.#takesRoom(deferred.delta.length)) return
    this.#deferred.set(source, [...(this.#deferred.get(source) ?? []), deferred])
    this.#sources.set(deferred.hash, source)
  }

  /** The artifact that a chain of deltas waits for, the last of which makes this one. */
  awaitedFor(hash: ArtifactHash): ArtifactHash | undefined {
    const passed = new Set<ArtifactHash>()
    let awaited: ArtifactHash | undefined
    for (let at = this.#sources.get(hash); at !== undefined; at = this.#sources.get(at)) {
      if (passed.has(at)) return undefined
      passed.add(at)
      awaited = at
    }
    return awaited
  }

  /** The deltas that waited for an artifact; they wait no longer. */
  release(source: ArtifactHash): readonly Deferred[] {
    const waited = this.#deferred.get(source) ?? []
    this.#deferred.delete(source)
    for (const { hash } of waited) this.#sources.delete(hash)
    return waited
  }

  /**
   * A shunned artifact came, verified. It is held as long as there is room.
   *
   * @returns what waited for it
   */
  hold(hash: ArtifactHash, content: Uint8Array): readonly Deferred[] {
    this.#unasked.delete(hash)
    if (this.#contents.has(hash) || !this.#takesRoom(content.length)) return []
    this.#contents.set(hash, content)
    return this.release(hash)
  }

  #takesRoom(bytes: number): boolean {
    if (this.#bytes + bytes > maxShunnedBytes) return false
    this.#bytes += bytes
    return true
  }

  /** Tells whether something is wanted that the peer was not asked for since. */
  hasUnasked(): boolean {
    return this.#unasked.size > 0
  }

  /** Names to ask for now: each once for each delta of it that came, and a few times at most. */
  takeToAsk(limit: number): ArtifactHash[] {
    const names = [...this.#unasked].slice(0, limit)
    for (const hash of names) {
      this.#unasked.delete(hash)
      this.#asked.set(hash, (this.#asked.get(hash) ?? 0) + 1)
    }
    return names
  }
}

/**
 * What one open repository remembers between statements. Everything here can be thrown away at
 * any moment and computed again; a rollback, or a change by another connection, does throw it away.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
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
}

/** Expanded contents kept in memory, at most. Stock keeps as much (content.c:80). */
const maxContentBytes = 50_000_000
/** Names of held artifacts kept in memory, at most. */
const maxNames = 200_000

/** The caches of one repository. */
export class RepoCache {
  readonly config = new Map<string, string | undefined>()
  holdings: Holdings = {}
  /**
   * What `unresolvedRids` found, kept up to date by whoever stores and resolves deltas: finding it
   * anew after each artifact would make a pull of n artifacts cost n² steps.
   */
  unresolved: Set<Rid> | undefined
  #names = new Map<ArtifactHash, Rid>()
  #contents = new Map<Rid, Uint8Array>()
  #contentBytes = 0

  /** Forgets everything. */
  clear(): void {
    this.config.clear()
    this.holdings = {}
    this.unresolved = undefined
    this.#names.clear()
    this.#contents.clear()
    this.#contentBytes = 0
  }

  /** The rid of an artifact that was here, content and all, when last looked at. */
  heldRid(hash: ArtifactHash): Rid | undefined {
    return this.#names.get(hash)
  }

  /** Remembers that `hash` is here, content and all. */
  rememberHeld(hash: ArtifactHash, rid: Rid): void {
    if (this.#names.size >= maxNames) this.#names.clear()
    this.#names.set(hash, rid)
  }

  /** Forgets one artifact whose content is about to change or go. */
  forget(hash: ArtifactHash, rid: Rid): void {
    this.#names.delete(hash)
    const content = this.#contents.get(rid)
    if (content === undefined) return
    this.#contents.delete(rid)
    this.#contentBytes -= content.length
  }

  /** Expanded content of `rid`; the reader must not change it. */
  content(rid: Rid): Uint8Array | undefined {
    const content = this.#contents.get(rid)
    if (content === undefined) return undefined
    // Reinserting makes the map's own order the order of last use.
    this.#contents.delete(rid)
    this.#contents.set(rid, content)
    return content
  }

  /** Keeps expanded content for the next reader. */
  rememberContent(rid: Rid, content: Uint8Array): void {
    if (this.#contents.has(rid) || content.length > maxContentBytes / 4) return
    this.#contents.set(rid, content)
    this.#contentBytes += content.length
    for (const [oldest, bytes] of this.#contents) {
      if (this.#contentBytes <= maxContentBytes) break
      this.#contents.delete(oldest)
      this.#contentBytes -= bytes.length
    }
  }
}

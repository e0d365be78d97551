/**
 * The word of a peer about what is public and what is private.
 *
 * A name alone moves only phantoms, and held content only where the peer may have private content
 * anyway: otherwise a hash overheard would publish, or hide, what it names. What is not believed is
 * asked for: who sends it publicly has it so. Stock believes every name (xfer.c:1440-1466); see
 * docs/divergences.md.
 * @module
 */

import { holdsPrivate, isPhantom, isPrivate, makePrivate, makePublic } from '../repo/blob.ts'
import { clusterArtifacts } from '../repo/cluster.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { publishHeld } from '../repo/store.ts'
import { ClusterVisibility, type ClusterVisibilityOptions } from './cluster-visibility.ts'

/** Rights and dealings of one side of a conversation. */
export interface VisibilityOptions extends Pick<ClusterVisibilityOptions, 'read'> {
  /** The peer may have private content, so that its word publishes. */
  readonly believesNames: boolean
  /** Takes note of what the peer holds in public, by its word, and is private here. */
  readonly onDoubted: (artifact: NamedArtifact) => void
}

/** The visibility of artifacts, as one peer tells of it. */
export class Visibility {
  readonly #repo: Repo
  readonly #options: VisibilityOptions
  readonly #clusters: ClusterVisibility

  constructor(repo: Repo, options: VisibilityOptions) {
    this.#repo = repo
    this.#options = options
    const onPublic = (artifact: NamedArtifact): boolean => this.#hearPublic(artifact)
    this.#clusters = new ClusterVisibility(repo, { read: options.read, onPublic })
  }

  /** The peer names an artifact that is known here. */
  hear(artifact: NamedArtifact, claimsPrivate: boolean): void {
    const { rid } = artifact
    const isHere = !isPhantom(this.#repo, rid)
    if (claimsPrivate) {
      if (isHere) return
      this.#repo.env.mark?.('sync.hidden-by-name')
      makePrivate(this.#repo, rid)
    } else if (!isHere) {
      makePublic(this.#repo, rid)
    } else {
      if (isPrivate(this.#repo, rid)) this.#hearPublic(artifact)
      this.#clusters.heed(artifact)
    }
  }

  /** The peer sent an artifact publicly: where it is a cluster, its members are public, too. */
  heedArrival(artifact: NamedArtifact): void {
    this.#clusters.heed(artifact)
  }

  /**
   * Doubts what is private here and named by a public cluster that is here, too: a sync that ended
   * early may have brought the one and not the other.
   */
  heedHeldClusters(): void {
    if (this.#options.believesNames || !holdsPrivate(this.#repo)) return
    for (const cluster of clusterArtifacts(this.#repo)) {
      if (!isPrivate(this.#repo, cluster.rid)) this.#clusters.heed(cluster)
    }
  }

  /** The peer holds in public what is private here. Returns whether that is believed. */
  #hearPublic(artifact: NamedArtifact): boolean {
    this.#repo.env.mark?.('sync.published-by-name')
    if (!this.#options.believesNames) {
      this.#options.onDoubted(artifact)
      return false
    }
    publishHeld(this.#repo, artifact.rid)
    return true
  }
}

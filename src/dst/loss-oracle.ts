/**
 * The record of what owners removed, and the rule by which an artifact may be gone for good.
 *
 * The rule: the owner of the last node that held it destroyed it there, in full knowledge. Whoever
 * else holds it at such a moment keeps it, and may lose it in the same way alone, or by a ban of
 * its server that it takes over as a clone. What is in the graveyard of one node counts as
 * destroyed: nobody else can have it.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact, isShunned } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { NodeId } from '../runner/model.ts'

/** An artifact at a node. */
export interface PlacedArtifact {
  readonly hash: ArtifactHash
  readonly nodeId: NodeId
}

/** A node that may hold something. */
interface Holder {
  readonly id: NodeId
  readonly repo: Repo
}

/**
 * The act that took an artifact from a node: `purged` moves it to the graveyard, `shunned` bans it
 * for good, `restored` puts a backup back that is from before it.
 */
export type Removal = 'purged' | 'shunned' | 'restored'

/** An artifact that is nowhere any more. */
export interface Loss {
  readonly hash: ArtifactHash
  /** The node whose owner removed it; where no rule explains the loss, the one that made it. */
  readonly nodeId: NodeId
  /** Undefined if no rule explains the loss. */
  readonly removal: Removal | undefined
  /** True time of the removal, in milliseconds since 1970. */
  readonly atMs: number | undefined
}

/** The latest act that took an artifact from a node, and those who held it then. */
interface Destruction {
  readonly loss: Loss
  readonly heirs: readonly NodeId[]
}

/** Removals of artifacts by the owners of nodes. */
export class LossOracle {
  readonly #latest = new Map<ArtifactHash, Destruction>()
  /** Bans that were lifted, by artifact. */
  readonly #lifted = new Map<ArtifactHash, Set<NodeId>>()

  /** The owner of one of the nodes took an artifact away there. */
  removed(
    { hash, nodeId }: PlacedArtifact,
    { removal, nodes, atMs }: { removal: Removal; nodes: readonly Holder[]; atMs: number },
  ): void {
    const others = nodes.filter(({ id }) => id !== nodeId)
    const heirs = others.filter(({ repo }) => hasArtifact(repo, hash)).map(({ id }) => id)
    this.#latest.set(hash, { loss: { hash, nodeId, removal, atMs }, heirs })
  }

  /** The owner of a node lifted a ban there; what was banned need not be here. */
  lifted({ hash, nodeId }: PlacedArtifact): void {
    this.#lifted.set(hash, (this.#lifted.get(hash) ?? new Set()).add(nodeId))
  }

  /** Somebody has it again. */
  made(hash: ArtifactHash): void {
    this.#latest.delete(hash)
  }

  /**
   * The removal that explains why nobody holds an artifact. Of those who held it then, each must
   * have banned it since: a clone takes over the bans of its server.
   */
  explanationOf(hash: ArtifactHash, nodes: readonly Holder[]): Loss | undefined {
    const latest = this.#latest.get(hash)
    const isBanned = (id: NodeId): boolean =>
      this.#lifted.get(hash)?.has(id) === true ||
      nodes.some((node) => node.id === id && isShunned(node.repo, hash))
    return latest?.heirs.every(isBanned) === true ? latest.loss : undefined
  }
}

/**
 * Artifacts of one run as their owners see them: made, published, removed again.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { NodeId } from '../runner/model.ts'
import { LossOracle, type PlacedArtifact, type Removal } from './loss-oracle.ts'
import type { AcknowledgedArtifact, CheckedNode, Finding, Truth } from './world.ts'

/** The time that news of a node may take to another, messages that wait for a sleeper included. */
const newsMs = 60_000

/** The artifacts of one run. */
export class ArtifactLedger {
  /** In the order they were made. */
  readonly acknowledged: AcknowledgedArtifact[] = []
  /** Artifacts that check-ins name which were private and are public. */
  readonly published = new Set<ArtifactHash>()
  /** Removed and not made again since, by node, and when (true time). */
  readonly givenUp = new Map<NodeId, Map<ArtifactHash, number>>()

  readonly losses = new LossOracle()
  /** Things that were seen otherwise than they were meant. */
  readonly misreadings: Finding[] = []

  /** The part of the truth that is here. */
  get told(): Pick<Truth, 'acknowledged' | 'published' | 'givenUp' | 'losses' | 'misreadings'> {
    const { acknowledged, published, givenUp, losses, misreadings } = this
    return { acknowledged, published, givenUp, losses, misreadings }
  }

  acknowledge(artifact: AcknowledgedArtifact): void {
    this.losses.made(artifact.hash)
    this.acknowledged.push(artifact)
    this.givenUp.get(artifact.nodeId)?.delete(artifact.hash)
  }

  /** A removal is undefined if a ban was lifted. */
  giveUp(
    { hash, nodeId }: PlacedArtifact,
    act: { nowMs: number; removal: Removal | undefined; nodes: readonly CheckedNode[] },
  ): void {
    const { nowMs, removal, nodes } = act
    if (removal === undefined) this.losses.lifted({ hash, nodeId })
    else this.losses.removed({ hash, nodeId }, { removal, nodes, atMs: nowMs })
    const hashes = this.givenUp.get(nodeId) ?? new Map<ArtifactHash, number>()
    this.givenUp.set(nodeId, hashes.set(hash, nowMs))
  }

  /**
   * The time at which the owner of a node removed an artifact there; undefined if that never
   * was.
   */
  givenUpAtMs(nodeId: NodeId, hash: ArtifactHash): number | undefined {
    return this.givenUp.get(nodeId)?.get(hash)
  }

  /** Tells whether that was so lately that news of before may still be on the way. */
  isNewlyGivenUp({ nodeId, hash }: PlacedArtifact, nowMs: number): boolean {
    return nowMs - (this.givenUpAtMs(nodeId, hash) ?? -Infinity) < newsMs
  }

  /** Tells whether an artifact was made at a node in private. */
  isPrivate({ nodeId, hash }: PlacedArtifact): boolean {
    return this.acknowledged.some(
      (each) => each.nodeId === nodeId && each.hash === hash && each.isPrivate,
    )
  }
}

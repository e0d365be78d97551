/**
 * Artifacts of one run as their owners see them: made, published, removed again.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { NodeId } from '../runner/model.ts'
import type { AcknowledgedArtifact } from './world.ts'

/** The time that news of a node may take to another, messages that wait for a sleeper included. */
const newsMs = 60_000

/** An artifact at a node. */
type Place = Pick<AcknowledgedArtifact, 'hash' | 'nodeId'>

/** The artifacts of one run. */
export class ArtifactLedger {
  /** In the order they were made. */
  readonly acknowledged: AcknowledgedArtifact[] = []
  /** Artifacts that check-ins name which were private and are public. */
  readonly published = new Set<ArtifactHash>()
  /** Removed and not made again since, by node, and when (true time). */
  readonly givenUp = new Map<NodeId, Map<ArtifactHash, number>>()

  acknowledge(artifact: AcknowledgedArtifact): void {
    this.acknowledged.push(artifact)
    this.givenUp.get(artifact.nodeId)?.delete(artifact.hash)
  }

  giveUp({ hash, nodeId }: Place, nowMs: number): void {
    const hashes = this.givenUp.get(nodeId) ?? new Map<ArtifactHash, number>()
    this.givenUp.set(nodeId, hashes.set(hash, nowMs))
  }

  /** When the owner of a node removed an artifact there; undefined where that never was. */
  givenUpAtMs(nodeId: NodeId, hash: ArtifactHash): number | undefined {
    return this.givenUp.get(nodeId)?.get(hash)
  }

  /** Tells whether that was so lately that news of before may still be on the way. */
  isNewlyGivenUp({ nodeId, hash }: Place, nowMs: number): boolean {
    return nowMs - (this.givenUpAtMs(nodeId, hash) ?? -Infinity) < newsMs
  }

  /** Tells whether an artifact was made at a node in private. */
  isPrivate({ nodeId, hash }: Place): boolean {
    return this.acknowledged.some(
      (each) => each.nodeId === nodeId && each.hash === hash && each.isPrivate,
    )
  }
}

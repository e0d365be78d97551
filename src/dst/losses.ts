/**
 * Losses: artifacts that somebody acknowledged and nobody holds any more.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact } from '../repo/blob.ts'
import type { NodeId } from '../runner/model.ts'
import type { Loss } from './loss-oracle.ts'
import type { World } from './world.ts'

/** All losses of a world as it is, in the order in which the artifacts were acknowledged. */
export function lossesOf({ nodes, truth: { acknowledged, losses } }: World): readonly Loss[] {
  const makers = new Map<ArtifactHash, NodeId>()
  for (const { hash, nodeId } of acknowledged) if (!makers.has(hash)) makers.set(hash, nodeId)
  return [...makers].flatMap(([hash, nodeId]) => {
    if (nodes.some(({ repo }) => hasArtifact(repo, hash))) return []
    const unexplained = { hash, nodeId, removal: undefined, atMs: undefined }
    return losses?.explanationOf(hash, nodes) ?? unexplained
  })
}

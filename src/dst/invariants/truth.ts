/**
 * Invariants against what the simulation knows: nothing is lost, nothing leaks.
 *
 * Verifies: a node still holds everything whose making it acknowledged, unless its owner has
 * shunned or purged it since; a private artifact is on no node but those that made it, as long as
 * private sync is off. Does not verify that others got it: that is convergence.
 * @module
 */

import { hasArtifact } from '../../repo/blob.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { type Invariant, isGivenUp, type World } from '../world.ts'

/** What a node acknowledged is there to stay. */
export const nothingLost: Invariant = {
  name: 'nothing-lost',
  holds: 'always',
  check: ({ nodes, truth }) => {
    const repos = new Map(nodes.map(({ id, repo }) => [id, repo]))
    for (const { hash, nodeId } of truth.acknowledged) {
      const repo = repos.get(nodeId)
      if (repo !== undefined && !hasArtifact(repo, hash)) {
        if (isGivenUp(truth, { hash, nodeId })) continue
        const detail = `${hash} was acknowledged here and is gone`
        throw new InvariantError('nothing-lost', { nodeId, detail })
      }
    }
  },
}

/** What is private stays where it was made. */
export const nothingLeaks: Invariant = {
  name: 'nothing-leaks',
  holds: 'always',
  check: (world) => {
    if (world.truth.syncsPrivate) return
    const makers = privateMakers(world)
    for (const [hash, ids] of makers) {
      for (const { id, repo } of world.nodes) {
        if (ids.has(id) || !hasArtifact(repo, hash)) continue
        const detail = `${hash} is private to ${[...ids].join(', ')} and held here`
        throw new InvariantError('nothing-leaks', { nodeId: id, detail })
      }
    }
  },
}

type Hash = World['truth']['acknowledged'][number]['hash']

/** Who made each artifact that everyone who made it made privately. */
function privateMakers({ truth }: World): Map<Hash, Set<string>> {
  const makers = new Map<Hash, Set<string>>()
  const isPublic = new Set<Hash>()
  for (const { hash, nodeId, isPrivate } of truth.acknowledged) {
    if (!isPrivate) isPublic.add(hash)
    makers.set(hash, (makers.get(hash) ?? new Set()).add(nodeId))
  }
  for (const hash of isPublic) makers.delete(hash)
  return makers
}

/**
 * Invariants against what the simulation knows: nothing is lost, nothing leaks.
 *
 * Verifies: a node still holds everything whose making it acknowledged, unless its owner has
 * shunned or purged it since; a private artifact is only where it was made, and where it can travel
 * to over links of nodes that ask for what is private; and once faults have ended it is everywhere
 * there, unless those who hold it may not push. Does not verify that others got what is public:
 * that is convergence.
 * @module
 */

import { hasArtifact, isShunned } from '../../repo/blob.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { type CheckedNode, type Invariant, isGivenUp, maySend, type World } from '../world.ts'
import { connected, privateLinks } from './reach.ts'

/** Everything that a node acknowledged is there to stay. */
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

/** Private artifacts stay where they were made, and with those who ask for them there. */
export const nothingLeaks: Invariant = {
  name: 'nothing-leaks',
  holds: 'always',
  check: (world) => {
    const groups = connected(world.nodes, privateLinks(world))
    for (const [hash, ids] of privateMakers(world)) {
      for (const group of groups) {
        if (group.some(({ id }) => ids.has(id))) continue
        const holder = group.find(({ repo }) => hasArtifact(repo, hash))
        if (holder === undefined) continue
        const detail = `${hash} is private to ${[...ids].join(', ')} and held here`
        throw new InvariantError('nothing-leaks', { nodeId: holder.id, detail })
      }
    }
  },
}

/** Private artifacts come to everybody who asks for them, wherever they can come from. */
export const privateConvergence: Invariant = {
  name: 'private-convergence',
  holds: 'settled',
  appliesTo: ({ truth }) => truth.asksPrivate.size > 0,
  check: (world) => {
    for (const hash of privateMakers(world).keys()) checkSpread(world, hash)
  },
}

/** A node that may push spreads it both ways; one that may not has it where those it asks do. */
function checkSpread(world: World, hash: Hash): void {
  const open = world.nodes.filter(({ repo }) => !isShunned(repo, hash))
  const holds = ({ repo }: CheckedNode): boolean => hasArtifact(repo, hash)
  const links = privateLinks(world)
  const spreads = links.filter(({ from }) => maySend(world.truth, from, 'artifacts'))
  for (const group of connected(open, spreads)) requireAll(group, group.find(holds), hash)
  for (const { from, to } of links) {
    const reader = open.filter(({ id }) => id === from)
    requireAll(
      reader,
      open.find((node) => node.id === to && holds(node)),
      hash,
    )
  }
}

/** All of a group hold what one of them holds. */
function requireAll(
  group: readonly CheckedNode[],
  holder: CheckedNode | undefined,
  hash: Hash,
): void {
  const lacking = group.find(({ repo }) => !hasArtifact(repo, hash))
  if (holder === undefined || lacking === undefined) return
  const detail = `${hash} is private, can come from ${holder.id} and is not here`
  throw new InvariantError('private-convergence', { nodeId: lacking.id, detail })
}

type Hash = World['truth']['acknowledged'][number]['hash']

/** Makers of each artifact that everyone who made it made privately. */
function privateMakers({ truth }: World): Map<Hash, Set<string>> {
  const makers = new Map<Hash, Set<string>>()
  const isPublic = new Set<Hash>()
  for (const { hash, nodeId, isPrivate } of truth.acknowledged) {
    if (!isPrivate) isPublic.add(hash)
    makers.set(hash, (makers.get(hash) ?? new Set()).add(nodeId))
  }
  for (const hash of [...isPublic, ...(truth.published ?? [])]) makers.delete(hash)
  return makers
}

/**
 * Convergence: once faults have ended and syncs are done, everybody has everything.
 *
 * Verifies: the public artifacts of all nodes are one set, with the same content behind each name;
 * every acknowledged public artifact is in it. What somebody shuns is one set wherever it can
 * travel: over links between nodes that do not shun it. Does not verify rids, storage form or the
 * order of arrival, which may differ.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { findHeld, hasArtifact, isPrivate, isShunned } from '../../repo/blob.ts'
import type { Repo } from '../../repo/repo.ts'
import { listShunned } from '../../repo/shun.ts'
import type { Direction } from '../../sim/network.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from '../holdings.ts'
import { InvariantError } from '../../runner/invariants.ts'
import {
  type AcknowledgedArtifact,
  type CheckedNode,
  type Invariant,
  isGivenUp,
  linksOf,
  maySend,
} from '../world.ts'
import { checkBlobIntegrity } from './content.ts'
import { connected } from './reach.ts'

/**
 * Every leaf holds the same public artifacts as the master, with the same content.
 *
 * @example
 * ```ts
 * checkConvergence(repo, new Map([['leaf-0', other]]))
 * ```
 * @param leaves by node id, in a fixed order
 * @throws {InvariantError} `convergence`, or `blob-integrity` where a name hides other content
 */
export function checkConvergence(master: Repo, leaves: ReadonlyMap<string, Repo>): void {
  checkEqual(master, leaves, () => true)
}

function checkEqual(
  master: Repo,
  leaves: ReadonlyMap<string, Repo>,
  isMeant: (hash: ArtifactHash) => boolean,
): void {
  const expected = publicBlobUuidsSorted(master).filter(isMeant)
  // Equal names mean equal content where every name holds what it says, so that is checked too.
  checkBlobIntegrity('master', master)
  for (const [nodeId, repo] of leaves) {
    const travels = travelsBetween(master, repo)
    const actual = publicBlobUuidsSorted(repo).filter(isMeant)
    compare(nodeId, expected.filter(travels), actual.filter(travels))
    checkBlobIntegrity(nodeId, repo)
  }
}

/**
 * Every leaf holds at least the public artifacts of the master.
 *
 * @example
 * ```ts
 * checkSubsetOf(repo, new Map([['leaf-0', other]]))
 * ```
 * @throws {InvariantError} `subset`
 */
export function checkSubsetOf(master: Repo, leaves: ReadonlyMap<string, Repo>): void {
  checkSubset(master, leaves, () => true)
}

function checkSubset(
  master: Repo,
  leaves: ReadonlyMap<string, Repo>,
  isMeant: (hash: ArtifactHash) => boolean,
): void {
  for (const [nodeId, repo] of leaves) {
    const held = new Set(allBlobUuidsSorted(repo))
    const travels = travelsBetween(master, repo)
    const expected = publicBlobUuidsSorted(master).filter(isMeant).filter(travels)
    const lacking = expected.find((hash) => !held.has(hash))
    if (lacking !== undefined) {
      throw new InvariantError('subset', { nodeId, detail: `${lacking} of the master is not here` })
    }
  }
}

export const convergence: Invariant = {
  name: 'convergence',
  holds: 'settled',
  check: (world) => {
    const { nodes, truth } = world
    const [master, ...leaves] = nodes
    if (master === undefined) return
    const shunned = shunnedAnywhere(nodes)
    const maySendAll = (id: string): boolean => maySend(truth, id, 'artifacts')
    const senders = leaves.filter(({ id }) => maySendAll(id))
    const others = leaves.filter(({ id }) => !maySendAll(id))
    const travels = (hash: ArtifactHash): boolean => !shunned.has(hash)
    checkEqual(master.repo, reposOf(senders), travels)
    // Who may not push has all that the others have, and what it made besides.
    checkSubset(master.repo, reposOf(others), travels)
    for (const hash of shunned) checkWhereItTravels([master, ...senders], linksOf(world), hash)
    const hidden = madeAgainInPrivate(truth.acknowledged, nodes)
    for (const { hash, nodeId, isPrivate: wasPrivate } of truth.acknowledged) {
      if (wasPrivate || !maySendAll(nodeId) || shunned.has(hash)) continue
      if (hidden.has(`${nodeId} ${hash}`)) continue
      // Its maker removed it, perhaps before anybody else had it; if not, all have it: see above.
      if (!isGivenUp(truth, { hash, nodeId })) checkEverywhere(nodes, hash)
    }
  },
}

/** Artifacts that their maker removed, made once more in private, and holds: by `node hash`. */
function madeAgainInPrivate(
  acknowledged: readonly AcknowledgedArtifact[],
  nodes: readonly CheckedNode[],
): ReadonlySet<string> {
  const again = acknowledged.filter((artifact) => artifact.isPrivate)
  return new Set(
    again.flatMap(({ hash, nodeId }) => {
      const maker = nodes.find(({ id }) => id === nodeId)
      const isHidden = maker !== undefined && hasArtifact(maker.repo, hash)
      return isHidden && !holdsInPublic(maker.repo, hash) ? [`${nodeId} ${hash}`] : []
    }),
  )
}

function shunnedAnywhere(nodes: readonly CheckedNode[]): ReadonlySet<ArtifactHash> {
  return new Set(nodes.flatMap(({ repo }) => listShunned(repo).map(({ hash }) => hash)))
}

/** Within each group of nodes that it can travel between, all hold an artifact or none does. */
function checkWhereItTravels(
  nodes: readonly CheckedNode[],
  links: readonly Direction[],
  hash: ArtifactHash,
): void {
  const open = nodes.filter(({ repo }) => !isShunned(repo, hash))
  for (const group of connected(open, links)) {
    const holders = group.filter(({ repo }) => holdsInPublic(repo, hash))
    const lacking = group.find((node) => !holders.includes(node))
    if (holders.length === 0 || lacking === undefined) continue
    const detail = `${hash} can come from ${holders[0]?.id} and is not here`
    throw new InvariantError('convergence', { nodeId: lacking.id, detail })
  }
}

function reposOf(nodes: readonly CheckedNode[]): Map<string, Repo> {
  return new Map(nodes.map(({ id, repo }) => [id, repo]))
}

function travelsBetween(a: Repo, b: Repo): (hash: ArtifactHash) => boolean {
  return (hash) => !isShunned(a, hash) && !isShunned(b, hash)
}

function checkEverywhere(nodes: readonly CheckedNode[], hash: ArtifactHash): void {
  for (const { id, repo } of nodes) {
    if (holdsInPublic(repo, hash)) continue
    const detail = `${hash} was acknowledged as public and did not arrive`
    throw new InvariantError('convergence', { nodeId: id, detail })
  }
}

function holdsInPublic(repo: Repo, hash: ArtifactHash): boolean {
  const rid = findHeld(repo, hash)
  return rid !== undefined && !isPrivate(repo, rid)
}

function compare(
  nodeId: string,
  expected: readonly ArtifactHash[],
  actual: readonly ArtifactHash[],
): void {
  const [theirs, ours] = [new Set(expected), new Set(actual)]
  const lacking = expected.filter((hash) => !ours.has(hash))
  const extra = actual.filter((hash) => !theirs.has(hash))
  if (lacking.length === 0 && extra.length === 0) return
  const detail = [
    lacking.length > 0 ? `lacks ${lacking.length} of the master's artifacts (${lacking[0]})` : '',
    extra.length > 0 ? `${extra.length} are here and not on the master (${extra[0]})` : '',
  ]
  throw new InvariantError('convergence', { nodeId, detail: detail.filter(Boolean).join('; ') })
}

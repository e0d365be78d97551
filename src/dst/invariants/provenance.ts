/**
 * Provenance: nothing comes from nowhere.
 *
 * Verifies that everything that a node holds was acknowledged by a node that made it, or is a
 * cluster. Names are hashes, so whatever else there is was stored by code that nobody asked to:
 * bytes that a liar sent and that bear their own name, something that an operation made and did
 * not tell of. Does not verify that it is what was meant: that is `last-word`.
 *
 * Says nothing of runs in which code of a caller's own may write. Costs a look at the name of each
 * artifact of a node that has changed.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { readArtifact } from '../../repo/content.ts'
import type { Repo } from '../../repo/repo.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { allBlobUuidsSorted } from '../holdings.ts'
import type { Invariant, Truth } from '../world.ts'
import { readOwnDeck } from '../own-cards.ts'
import { allNodes, ofEachNode } from './of-each-node.ts'

/** Everything that is known to come from somewhere, and how many acknowledgements are in it. */
interface Known {
  readonly hashes: Set<ArtifactHash>
  count: number
}

const remembered = new WeakMap<Truth['acknowledged'], Known>()

/** Acknowledged artifacts, and clusters that were found good; only ever added to. */
function knownOf({ acknowledged }: Pick<Truth, 'acknowledged'>): Set<ArtifactHash> {
  const known = remembered.get(acknowledged) ?? { hashes: new Set(), count: 0 }
  remembered.set(acknowledged, known)
  for (const { hash } of acknowledged.slice(known.count)) known.hashes.add(hash)
  known.count = acknowledged.length
  return known.hashes
}

/**
 * Whoever holds something has it from somebody.
 *
 * @throws {InvariantError} `provenance`
 */
export function checkProvenance(
  nodeId: string,
  repo: Repo,
  truth: Pick<Truth, 'acknowledged'>,
): void {
  const known = knownOf(truth)
  for (const hash of allBlobUuidsSorted(repo)) {
    if (known.has(hash)) continue
    if (!isCluster(repo, hash)) {
      const detail = `${hash} is here, and no operation made it`
      throw new InvariantError('provenance', { nodeId, detail })
    }
    known.add(hash)
  }
}

/**
 * Tells whether an artifact is a cluster. The artifacts that it names are looked at by themselves,
 * wherever they are.
 */
function isCluster(repo: Repo, hash: ArtifactHash): boolean {
  const deck = readOwnDeck(readArtifact(repo, hash))
  return deck?.cards.every(({ letter }) => letter === 'M') ?? false
}

export const provenance: Invariant = {
  name: 'provenance',
  holds: 'always',
  appliesTo: ({ truth }) => truth.tellsAll === true,
  ...ofEachNode(allNodes, (nodeId, repo, { truth }) => checkProvenance(nodeId, repo, truth)),
}

/**
 * Phantom invariants: a repository knows what it lacks.
 *
 * Verifies both directions: every row without content is listed as a phantom, and every phantom is
 * a row without content. The Go library checks that a phantom has a row, and no more.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'
import { allNodes, ofEachNode } from './of-each-node.ts'

/**
 * Phantoms and rows of size -1 without content are the same set.
 *
 * @example
 * ```ts
 * checkNoOrphanPhantoms('leaf-0', repo)
 * ```
 * @throws {InvariantError} `phantoms`
 */
export function checkNoOrphanPhantoms(nodeId: string, repo: Repo): void {
  const fail = (detail: string): InvariantError =>
    new InvariantError('phantoms', { nodeId, detail })
  const orphan = dbOf(repo)
    .prepare<[number]>(
      'SELECT rid FROM phantom WHERE rid NOT IN (SELECT rid FROM blob) ORDER BY rid LIMIT 1',
    )
    .get()
  if (orphan !== undefined) throw fail(`phantom ${orphan[0]} names no artifact`)
  const wrong = dbOf(repo)
    .prepare<[ArtifactHash, number, number]>(
      `SELECT blob.uuid, blob.size, phantom.rid IS NOT NULL
         FROM blob LEFT JOIN phantom USING(rid)
        WHERE (blob.size < 0) <> (phantom.rid IS NOT NULL)
           OR (blob.size < 0) <> (blob.content IS NULL)
        ORDER BY blob.rid LIMIT 1`,
    )
    .get()
  if (wrong === undefined) return
  const [hash, size, isListed] = wrong
  throw fail(`${hash} has size ${size} and is ${isListed ? '' : 'not '}listed as a phantom`)
}

export const phantoms: Invariant = {
  name: 'phantoms',
  holds: 'always',
  ...ofEachNode(allNodes, checkNoOrphanPhantoms),
}

/**
 * Content invariants: what a repository holds is what its names say.
 *
 * Verifies: every artifact that can be expanded hashes to its name and has the size its row says;
 * every delta has a source, and chains end. Does not verify: that anything is here at all.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import { type ArtifactHash, hashLike } from '../../hash/artifact-hash.ts'
import { unresolvedRids } from '../../repo/blob.ts'
import { readContent } from '../../repo/content.ts'
import { cacheOf, dbOf, type Repo } from '../../repo/repo.ts'
import type { Rid } from '../../repo/rid.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'
import { allNodes, ofEachNode } from './of-each-node.ts'
import { stateOf } from '../../repo/state.ts'

/** The state in which a repository was last found good. */
const verified = new WeakMap<Repo, string>()

/**
 * Every held artifact expands to content that hashes to its name, of the size its row says.
 * Phantoms, and deltas that wait for their source, have no content yet and are not looked at.
 *
 * @example
 * ```ts
 * checkBlobIntegrity('leaf-0', repo)
 * ```
 * @throws {InvariantError} `blob-integrity`
 */
export function checkBlobIntegrity(nodeId: string, repo: Repo): void {
  if (verified.get(repo) === stateOf(repo)) return
  // The check must see what is stored, not what was remembered when it was stored.
  cacheOf(repo).clear()
  const unresolved = unresolvedRids(repo)
  const rows = dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash, size: number]>(
      'SELECT rid, uuid, size FROM blob WHERE size >= 0 ORDER BY rid',
    )
    .all()
  for (const [rid, hash, size] of rows) {
    if (unresolved.has(rid)) continue
    const content = contentOrFail(nodeId, repo, rid)
    const actual = hashLike(hash, content)
    if (actual !== hash) throw violated(nodeId, `${hash} holds content that hashes to ${actual}`)
    if (content.length !== size) {
      throw violated(nodeId, `${hash} holds ${content.length} bytes and its row says ${size}`)
    }
  }
  verified.set(repo, stateOf(repo))
}

/**
 * Every delta belongs to an artifact with content and names a source that is known here, and every
 * chain of deltas ends.
 *
 * @example
 * ```ts
 * checkDeltaChains('leaf-0', repo)
 * ```
 * @throws {InvariantError} `delta-chains`
 */
export function checkDeltaChains(nodeId: string, repo: Repo): void {
  const fail = (detail: string): InvariantError =>
    new InvariantError('delta-chains', { nodeId, detail })
  const dangling = dbOf(repo)
    .prepare<[Rid, Rid]>(
      `SELECT delta.rid, delta.srcid FROM delta
         LEFT JOIN blob AS target ON target.rid = delta.rid
         LEFT JOIN blob AS source ON source.rid = delta.srcid
        WHERE source.rid IS NULL OR target.rid IS NULL OR target.size < 0
        ORDER BY delta.rid LIMIT 1`,
    )
    .get()
  if (dangling !== undefined) throw fail(`delta ${dangling[0]} of ${dangling[1]} lacks an end`)
  const looping = dbOf(repo)
    .prepare<[Rid]>(
      // What no full content or phantom can be reached from goes round in a circle.
      `WITH RECURSIVE grounded(rid) AS (
         SELECT blob.rid FROM blob WHERE NOT EXISTS(SELECT 1 FROM delta WHERE delta.rid = blob.rid)
         UNION
         SELECT delta.rid FROM grounded CROSS JOIN delta ON delta.srcid = grounded.rid
       )
       SELECT rid FROM delta WHERE rid NOT IN grounded ORDER BY rid LIMIT 1`,
    )
    .get()
  if (looping !== undefined) throw fail(`the delta chain of ${looping[0]} does not end`)
}

export const blobIntegrity: Invariant = {
  name: 'blob-integrity',
  holds: 'always',
  ...ofEachNode(allNodes, checkBlobIntegrity),
}

export const deltaChains: Invariant = {
  name: 'delta-chains',
  holds: 'always',
  ...ofEachNode(allNodes, checkDeltaChains),
}

function contentOrFail(nodeId: string, repo: Repo, rid: Rid): Uint8Array {
  try {
    const content = readContent(repo, rid)
    if (content !== undefined) return content
  } catch (error) {
    if (FossilError.is(error)) throw violated(nodeId, `artifact ${rid}: ${error.message}`)
    throw error
  }
  throw violated(nodeId, `artifact ${rid} has a size and no content`)
}

function violated(nodeId: string, detail: string): InvariantError {
  return new InvariantError('blob-integrity', { nodeId, detail })
}

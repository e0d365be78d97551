/**
 * The holdings of a repository, for comparing repositories.
 * @module
 */

import { parseArtifactHash, type ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact, unresolvedRids } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { listUnversioned } from '../repo/unversioned.ts'

/**
 * Hashes of all held artifacts, private ones included, ascending. Phantoms are not held.
 *
 * @example
 * ```ts
 * const same = `${allBlobUuidsSorted(repo)}` === `${allBlobUuidsSorted(other)}`
 * ```
 */
export function allBlobUuidsSorted(repo: Repo): ArtifactHash[] {
  return heldWhere(repo, 'TRUE')
}

/** Hashes of the held artifacts that sync carries to everyone, in ascending order. */
export function publicBlobUuidsSorted(repo: Repo): ArtifactHash[] {
  return heldWhere(repo, 'rid NOT IN (SELECT rid FROM private)')
}

/**
 * The number of artifacts held.
 *
 * @example
 * ```ts
 * countBlobs(repo) // artifacts whose content is here
 * ```
 */
export function countBlobs(repo: Repo): number {
  return allBlobUuidsSorted(repo).length
}

/** The number of unversioned files, without deleted ones. */
export function countUvFiles(repo: Repo): number {
  return listUnversioned(repo).filter(({ hash }) => hash !== undefined).length
}

/**
 * Tells whether an artifact is held. Unlike the Go library's, a phantom is not.
 *
 * @example
 * ```ts
 * if (!hasBlob(repo, hash)) throw new Error('it did not arrive')
 * ```
 */
export function hasBlob(repo: Repo, uuid: string): boolean {
  const hash = parseArtifactHash(uuid)
  return hash !== undefined && hasArtifact(repo, hash)
}

function heldWhere(repo: Repo, condition: string): ArtifactHash[] {
  const unresolved = unresolvedRids(repo)
  return dbOf(repo)
    .prepare<[Rid, ArtifactHash]>(
      `SELECT rid, uuid FROM blob WHERE size >= 0 AND ${condition} ORDER BY uuid`,
    )
    .all()
    .filter(([rid]) => !unresolved.has(rid))
    .map(([, hash]) => hash)
}

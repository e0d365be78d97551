/**
 * Damage here: held artifacts that cannot be read, or are not what their names say. A sync that
 * repairs (`--verily`) asks for them, and writes what comes in their place.
 *
 * May know the repository; what goes over the wire is the caller's.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { type ArtifactHash, matches } from '../hash/artifact-hash.ts'
import { isShunned, unresolvedRids } from '../repo/blob.ts'
import { readContent } from '../repo/content.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'

/**
 * Reads every artifact and compares it with its name, which takes as long as in `verify`. In rid
 * order.
 */
export function damagedArtifacts(repo: Repo): NamedArtifact[] {
  const unresolved = unresolvedRids(repo)
  return dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      'SELECT rid, uuid FROM blob WHERE size >= 0 ORDER BY rid',
    )
    .all()
    .filter(([rid, hash]) => !unresolved.has(rid) && !isShunned(repo, hash))
    .map(([rid, hash]) => ({ rid, hash }))
    .filter((artifact) => isDamaged(repo, artifact))
}

/** Tells whether an artifact that should be here cannot be read, or is something else. */
export function isDamaged(repo: Repo, { rid, hash }: NamedArtifact): boolean {
  try {
    const content = readContent(repo, rid)
    return content === undefined || !matches(hash, content)
  } catch (error) {
    if (FossilError.is(error, 'repo.corrupt')) return true
    throw error
  }
}

/**
 * The sayings that a repository has heard: those whose artifacts it holds.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { Carried } from './sayings.ts'
import type { Truth } from './world.ts'

/** Each saying once, in the order in which they were acknowledged. */
export function sayingsHeld(repo: Repo, { acknowledged }: Pick<Truth, 'acknowledged'>): Carried[] {
  const held = new Map<ArtifactHash, Carried>()
  for (const { hash, says } of acknowledged) {
    if (says !== undefined && !held.has(hash) && hasArtifact(repo, hash)) {
      held.set(hash, { hash, says })
    }
  }
  return [...held.values()]
}

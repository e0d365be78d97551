/**
 * The graph of check-ins as it is asked about from outside: by hash. Inside, walks go from row to
 * row. Every function throws `artifact.missing` for an artifact that is not known here.
 * @module
 */

import { branchOf as branchOfRid } from '../crosslink/branch.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hashOf, ridOf } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import * as walks from './ancestry.ts'
import { primaryParent as primaryParentOfRid } from './branch.ts'
import { changedFiles as changedFilesOfRid, type ChangedFile } from './changes.ts'
import { commonAncestor as commonAncestorOfRids } from './pivot.ts'
import { type ArtifactTag, artifactTags as artifactTagsOfRid } from './tags.ts'

/** The branch of a check-in. */
export function branchOf(repo: Repo, checkin: ArtifactHash): string {
  return branchOfRid(repo, ridOf(repo, checkin))
}

/** The parent whose line a check-in continues; undefined for the first of its line. */
export function primaryParent(repo: Repo, checkin: ArtifactHash): ArtifactHash | undefined {
  const rid = primaryParentOfRid(repo, ridOf(repo, checkin))
  return rid === undefined ? undefined : hashOf(repo, rid)
}

/** A check-in and its ancestors, newest first. */
export function ancestors(
  repo: Repo,
  checkin: ArtifactHash,
  options: walks.AncestorOptions = {},
): ArtifactHash[] {
  return hashesOf(repo, walks.ancestors(repo, ridOf(repo, checkin), options))
}

/**
 * A check-in and its descendants, oldest first.
 *
 * @param options.limit how many at most, the check-in itself included
 */
export function descendants(
  repo: Repo,
  checkin: ArtifactHash,
  options: { readonly limit?: number } = {},
): ArtifactHash[] {
  return hashesOf(repo, walks.descendants(repo, ridOf(repo, checkin), options))
}

/**
 * The leaves of all branches, newest first. `fossil leaves`.
 *
 * @param filter leaves of open lines, the default, of closed ones, or all
 */
export function leaves(repo: Repo, filter: 'open' | 'closed' | 'all' = 'open'): ArtifactHash[] {
  return hashesOf(repo, walks.leaves(repo, filter))
}

/** The leaves among the descendants of a check-in, newest first. `fossil descendants`. */
export function leafDescendants(
  repo: Repo,
  checkin: ArtifactHash,
  filter: 'open' | 'closed' | 'all' = 'all',
): ArtifactHash[] {
  return hashesOf(repo, walks.leafDescendants(repo, ridOf(repo, checkin), filter))
}

/**
 * The most recent check-in that both sides of a merge come from, which can be one of them;
 * undefined where they have nothing in common.
 *
 * @param sides.primary the check-in to be merged in
 * @param sides.secondaries the one that receives the merge, and what was already merged into it
 */
export function commonAncestor(
  repo: Repo,
  sides: { readonly primary: ArtifactHash; readonly secondaries: readonly ArtifactHash[] },
): ArtifactHash | undefined {
  const rid = commonAncestorOfRids(repo, {
    primary: ridOf(repo, sides.primary),
    secondaries: sides.secondaries.map((hash) => ridOf(repo, hash)),
  })
  return rid === undefined ? undefined : hashOf(repo, rid)
}

/** The files that a check-in changed, compared to its primary parent, by name in byte order. */
export function changedFiles(repo: Repo, checkin: ArtifactHash): ChangedFile[] {
  return changedFilesOfRid(repo, ridOf(repo, checkin))
}

/** Every tag of an artifact, cancelled ones too, by name in byte order. */
export function artifactTags(repo: Repo, artifact: ArtifactHash): ArtifactTag[] {
  return artifactTagsOfRid(repo, ridOf(repo, artifact))
}

function hashesOf(repo: Repo, rids: readonly Rid[]): ArtifactHash[] {
  return rids.flatMap((rid) => hashOf(repo, rid) ?? [])
}

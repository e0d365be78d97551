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

/**
 * The branch of a check-in.
 *
 * @example
 * ```ts
 * branchOf(repo, hash) // 'trunk'
 * ```
 */
export function branchOf(repo: Repo, checkin: ArtifactHash): string {
  return branchOfRid(repo, ridOf(repo, checkin))
}

/**
 * A check-in and its ancestors, newest first.
 *
 * @example
 * ```ts
 * const lastTen = ancestors(repo, hash, { limit: 10, through: 'primary' })
 * ```
 * @param options.limit at most so many, the check-in itself included
 * @param options.through `all` parents, the default; only the `primary` one, whose line a check-in
 *   continues; or `cherrypicks`, too, but not the ancestors of what was picked
 */
export function ancestors(
  repo: Repo,
  checkin: ArtifactHash,
  options: {
    readonly limit?: number
    readonly through?: 'all' | 'primary' | 'cherrypicks'
  } = {},
): ArtifactHash[] {
  return hashesOf(repo, walks.ancestors(repo, ridOf(repo, checkin), options))
}

/**
 * A check-in and its descendants, oldest first.
 *
 * @example
 * ```ts
 * const isFollowed = descendants(repo, hash, { limit: 2 }).length > 1
 * ```
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
 * Leaves, newest first: those of all branches, as `fossil leaves` lists them, or those that come
 * from one check-in, as `fossil descendants` does.
 *
 * @example
 * ```ts
 * for (const hash of leaves(repo)) console.log(branchOf(repo, hash), hash)
 * ```
 * @param options.of only descendants of this check-in
 * @param options.which leaves of open lines, of closed ones, or all; by default `all` of a
 *   check-in, else `open`
 */
export function leaves(
  repo: Repo,
  options: { readonly of?: ArtifactHash; readonly which?: 'open' | 'closed' | 'all' } = {},
): ArtifactHash[] {
  const { of, which } = options
  const rids =
    of === undefined
      ? walks.leaves(repo, which)
      : walks.leafDescendants(repo, ridOf(repo, of), which)
  return hashesOf(repo, rids)
}

function hashesOf(repo: Repo, rids: readonly Rid[]): ArtifactHash[] {
  return rids.flatMap((rid) => hashOf(repo, rid) ?? [])
}

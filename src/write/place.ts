/**
 * The place of a check-in: on a private branch or a public one, and whether a branch forks there.
 * Source: fossil src/checkin.c commit_cmd.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { branchOf, isLeaf, openLeaves } from '../crosslink/branch.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid, hashOf, isPrivate } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'
import { privateBranchColor } from './checkin-tags.ts'

/** The branch of private check-ins that are given no other. */
const privateBranch = 'private'

/**
 * Chooses the place of a check-in, as stock's `commit` has it: a child of a private one is private,
 * and a private one that follows a public one begins a branch, `private` unless it is given another
 * name. For `checkin`, which by itself begins no branch that is not asked for. checkin.c:2326-2334.
 *
 * @example
 * ```ts
 * const place = checkinPlace(repo, { parent: hash, isPrivate: true })
 * checkin(repo, { ...place, parent: hash, comment: 'a draft', user: 'ada', changes: [] })
 * ```
 * @returns the options of the check-in that say so
 */
export function checkinPlace(
  repo: Repo,
  asked: {
    readonly parent?: ArtifactHash | undefined
    readonly isPrivate?: boolean | undefined
    readonly branch?: string
    readonly branchColor?: string
    readonly color?: string
  },
): { readonly isPrivate: boolean; readonly branch?: string; readonly branchColor?: string } {
  const { parent, branch, branchColor, color } = asked
  const rid = parent === undefined ? undefined : findRid(repo, parent)
  const wasPrivate = rid !== undefined && isPrivate(repo, rid)
  const colored = branchColor === undefined ? {} : { branchColor }
  if (asked.isPrivate !== true || wasPrivate) {
    return { isPrivate: wasPrivate, ...(branch === undefined ? {} : { branch }), ...colored }
  }
  const hasColor = branchColor !== undefined || color !== undefined
  const own = hasColor ? colored : { branchColor: privateBranchColor }
  return { isPrivate: true, branch: branch ?? privateBranch, ...own }
}

/**
 * Refuses a check-in that would make a branch fork. Private ones may, as in stock, and so may the
 * first of a line. checkin.c:2335-2346, 2495-2514.
 *
 * @throws {FossilError} `checkin.fork`
 */
export function refuseFork(
  repo: Repo,
  {
    parent,
    branch,
    isPrivate: asPrivate,
  }: { parent: NamedArtifact | undefined; branch: string | undefined; isPrivate: boolean },
): void {
  if (parent === undefined) return
  if (branch !== undefined && branch !== privateBranch) {
    const leaves = openLeaves(repo, branch)
    if (leaves.length === 0) return
    throw new FossilError('checkin.fork', { parent: parent.hash, branch, leaves })
  }
  if (branch !== undefined || asPrivate || isLeaf(repo, parent.rid)) return
  const leaves = followers(repo, parent)
  throw new FossilError('checkin.fork', {
    parent: parent.hash,
    branch: branchOf(repo, parent.rid),
    leaves,
  })
}

/** The open leaves of the branch of a check-in, else its children there. */
function followers(repo: Repo, parent: NamedArtifact): ArtifactHash[] {
  const branch = branchOf(repo, parent.rid)
  const leaves = openLeaves(repo, branch)
  if (leaves.length > 0) return leaves
  return dbOf(repo)
    .prepare<[Rid]>('SELECT cid FROM plink WHERE pid = ? ORDER BY cid')
    .all(parent.rid)
    .filter(([rid]) => branchOf(repo, rid) === branch)
    .flatMap(([rid]) => hashOf(repo, rid) ?? [])
}

/**
 * Branches: which one a check-in is on, where it began, what it left, whether it goes on.
 * A branch is a property, `branch`, that propagates from a check-in to its primary descendants.
 * Source: fossil src/branch.c branch_of_rid, src/name.c start_of_branch, src/leaf.c,
 * src/descendants.c compute_youngest_ancestor_in_branch.
 * @module
 */

import type { Rid } from '../repo/rid.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { isPrivate } from '../repo/blob.ts'
import { globMatcher } from '../repo/globs.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { type TextColumn, textOf, textParameter } from '../repo/db-text.ts'
import { branchTagId } from '../repo/schema.ts'
import { branchOf, branchSql, branchTip, isOpenSql, mainBranch } from '../crosslink/branch.ts'

/** The parent whose line a check-in continues; undefined for the first of its line. */
export function primaryParent(repo: Repo, rid: Rid): Rid | undefined {
  return dbOf(repo)
    .prepare<[Rid]>('SELECT pid FROM plink WHERE cid = ? AND isprim ORDER BY pid LIMIT 1')
    .get(rid)?.[0]
}

/**
 * The first check-in of the branch that `rid` is on, following primary parents: `start:NAME`.
 */
export function branchStart(repo: Repo, rid: Rid): Rid {
  return walkBranch(repo, rid).start
}

/**
 * The check-in that the branch of `rid` left: `root:NAME`. The first check-in of all has no
 * parent to be the root; it stands for its own root.
 */
export function branchRoot(repo: Repo, rid: Rid): Rid {
  const { start, root } = walkBranch(repo, rid)
  return root ?? start
}

/**
 * The youngest ancestor of `rid` on the branch that the branch of `rid` left: its origin, or what
 * was merged in from there since. `merge-in:NAME`.
 */
export function lastMergeIn(repo: Repo, rid: Rid): Rid {
  const root = branchRoot(repo, rid)
  return youngestOnBranch(repo, rid, branchOf(repo, root)) ?? root
}

/** The youngest among `rid` and its ancestors, merges included, that is on `branch`. */
function youngestOnBranch(repo: Repo, rid: Rid, branch: string): Rid | undefined {
  return dbOf(repo)
    .prepare<[Rid]>(
      `WITH RECURSIVE ancestor(rid, mtime) AS (
         SELECT objid, mtime FROM event WHERE objid = ?
         UNION
         SELECT plink.pid, event.mtime FROM ancestor
           CROSS JOIN plink ON plink.cid = ancestor.rid
           CROSS JOIN event ON event.objid = plink.pid
          ORDER BY 2 DESC, 1 DESC
       )
       SELECT rid FROM ancestor
        WHERE EXISTS(SELECT 1 FROM tagxref
                      WHERE tagid = ${branchTagId} AND tagtype > 0
                        AND tagxref.rid = ancestor.rid AND value = CAST(? AS TEXT))
        LIMIT 1`,
    )
    .get(rid, textParameter(branch))?.[0]
}

/** Follows primary parents for as long as they are on the branch of `rid`. name.c:187-222. */
function walkBranch(repo: Repo, rid: Rid): { start: Rid; root: Rid | undefined } {
  const branch = branchOf(repo, rid)
  const isOnBranch = dbOf(repo).prepare(
    `SELECT 1 FROM tagxref
      WHERE tagid = ${branchTagId} AND tagtype > 0 AND value = CAST(? AS TEXT) AND rid = ?`,
  )
  const value = textParameter(branch)
  // Damaged rows can make a loop; artifacts cannot.
  const seen = new Set<Rid>([rid])
  let start = rid
  let parent = primaryParent(repo, start)
  while (parent !== undefined && !seen.has(parent)) {
    if (isOnBranch.get(value, parent) === undefined) return { start, root: parent }
    seen.add(parent)
    start = parent
    parent = primaryParent(repo, start)
  }
  return { start, root: undefined }
}

/** The number of children of a check-in that continue its line, on any branch and on its own. */
export function primaryChildren(repo: Repo, rid: Rid): { all: number; sameBranch: number } {
  const [all = 0, sameBranch = 0] =
    dbOf(repo)
      .prepare<[number, number]>(
        `SELECT count(*), count(CASE WHEN ${branchSql('pid')} = ${branchSql('cid')} THEN 1 END)
           FROM plink WHERE pid = ? AND isprim`,
      )
      .get(rid) ?? []
  return { all, sameBranch }
}

/**
 * Every branch with a check-in, by name in byte order.
 *
 * @example
 * ```ts
 * const open = branches(repo).filter(({ isOpen }) => isOpen)
 * ```
 * @param options.glob only names that match one of these patterns, as in the setting `ignore-glob`
 * @returns `isOpen`: some leaf of it is not closed;
 * `tip`: the check-in that the timeline shows last, undefined where it is not here; `isPrivate`:
 * that one is kept out of sync; `isMain`: as the setting `main-branch` says, `trunk` by default.
 */
export function branches(
  repo: Repo,
  options: { readonly glob?: string | undefined } = {},
): {
  readonly name: string
  readonly isOpen: boolean
  readonly tip: ArtifactHash | undefined
  readonly isPrivate: boolean
  readonly isMain: boolean
}[] {
  const { glob } = options
  const main = mainBranch(repo)
  const isAsked = glob === undefined ? () => true : globMatcher(repo, glob)
  return dbOf(repo)
    .prepare<[TextColumn, number]>(
      `SELECT CAST(value AS BLOB), max(EXISTS(
           SELECT 1 FROM leaf WHERE leaf.rid = tagxref.rid AND ${isOpenSql('leaf.rid')}))
         FROM tagxref
        WHERE tagid = ${branchTagId} AND tagtype > 0 AND value IS NOT NULL
        GROUP BY value ORDER BY value`,
    )
    .all()
    .map(([column, isOpen]) => ({ name: textOf(column), isOpen }))
    .filter(({ name }) => isAsked(name))
    .map(({ name, isOpen }) => {
      const tip = branchTip(repo, name)
      const asPrivate = tip !== undefined && isPrivate(repo, tip.rid)
      return {
        name,
        isOpen: isOpen === 1,
        tip: tip?.hash,
        isPrivate: asPrivate,
        isMain: name === main,
      }
    })
}

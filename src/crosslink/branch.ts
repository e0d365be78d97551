/**
 * Branches as the tables have them: the one a check-in is on, leaves, tips. A branch is a property,
 * `branch`, that propagates from a check-in to its primary descendants.
 * Source: fossil src/branch.c branch_of_rid, src/leaf.c, src/name.c.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { config } from '../repo/config.ts'
import { textParameter } from '../repo/db-text.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'
import { branchTagId, closedTagId } from '../repo/schema.ts'
import { property } from './properties.ts'

/**
 * The branch of a check-in without the property: the setting `main-branch`, or `trunk` where that
 * is not set or empty. Also the branch that a project's first check-in begins.
 */
export function mainBranch(repo: Repo): string {
  return config(repo, 'main-branch') || 'trunk'
}

/** The branch of a check-in. */
export function branchOf(repo: Repo, rid: Rid): string {
  return property(repo, rid, 'branch')?.value || mainBranch(repo)
}

/**
 * The branch of a check-in as SQL, to compare one with another. Without the property it is `trunk`
 * whatever the setting says, as in leaf.c: derived tables follow from artifacts, not from settings.
 *
 * @param rid SQL for the rid, such as `plink.cid`
 */
export function branchSql(rid: string): string {
  const named = `SELECT value FROM tagxref
    WHERE tagxref.rid = ${rid} AND tagid = ${branchTagId} AND tagtype > 0`
  return `coalesce((${named}), 'trunk')`
}

/** A condition that is true of check-ins without a child on their own branch. leaf.c is_a_leaf. */
export function isLeafSql(rid: string): string {
  return `NOT EXISTS(SELECT 1 FROM plink
    WHERE plink.pid = ${rid} AND ${branchSql('plink.pid')} = ${branchSql('plink.cid')})`
}

/**
 * Tells whether a check-in has no child on its own branch. The table `leaf` lists the same, once
 * the running transaction has derived what it stored.
 */
export function isLeaf(repo: Repo, rid: Rid): boolean {
  return (
    dbOf(repo)
      .prepare<[number]>(`SELECT ${isLeafSql('?')}`)
      .get(rid)?.[0] === 1
  )
}

/** Tells whether nothing more is expected to follow a check-in: it is tagged `closed`. */
export function isClosed(repo: Repo, rid: Rid): boolean {
  return property(repo, rid, 'closed') !== undefined
}

/** A condition that is true of what is not tagged `closed`. */
export function isOpenSql(rid: string): string {
  return `NOT EXISTS(SELECT 1 FROM tagxref AS closed
    WHERE closed.rid = ${rid} AND closed.tagid = ${closedTagId} AND closed.tagtype > 0)`
}

/**
 * The open leaves of a branch, sorted: where there is more than one, the branch has forked.
 * leaf.c leaf_ambiguity_warning.
 *
 * @param except check-ins that do not count
 */
export function openLeaves(
  repo: Repo,
  branch: string,
  except: readonly Rid[] = [],
): ArtifactHash[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT blob.uuid FROM leaf CROSS JOIN blob USING(rid)
        WHERE ${branchSql('leaf.rid')} = CAST(? AS TEXT)
          AND leaf.rid NOT IN (SELECT value FROM json_each(?))
          AND ${isOpenSql('leaf.rid')}
        ORDER BY blob.uuid`,
    )
    .all(textParameter(branch), JSON.stringify(except))
    .map(([hash]) => hash)
}

/** The check-in of a branch that the timeline shows last, open or closed. name.c:189-210. */
export function branchTip(repo: Repo, branch: string): NamedArtifact | undefined {
  const row = dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      `SELECT blob.rid, blob.uuid
         FROM tagxref JOIN event ON event.objid = tagxref.rid JOIN blob ON blob.rid = tagxref.rid
        WHERE tagxref.tagid = ${branchTagId} AND tagtype > 0
          AND tagxref.value = CAST(? AS TEXT) AND event.type = 'ci'
        ORDER BY event.mtime DESC, blob.rid DESC LIMIT 1`,
    )
    .get(textParameter(branch))
  return row === undefined ? undefined : { rid: row[0], hash: row[1] }
}

/**
 * The check-in to go on from: the latest of the main branch, or of all where that has none;
 * undefined in a repository without check-ins.
 *
 * @example
 * ```ts
 * const parent = latestCheckin(repo)
 * ```
 */
export function latestCheckin(repo: Repo): ArtifactHash | undefined {
  const latest = `SELECT uuid FROM event JOIN blob ON rid = objid WHERE type = 'ci'
    ORDER BY mtime DESC, rid DESC LIMIT 1`
  const tip = branchTip(repo, mainBranch(repo))?.hash
  return tip ?? dbOf(repo).prepare<[ArtifactHash]>(latest).get()?.[0]
}

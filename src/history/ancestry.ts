/**
 * Descent of check-ins: ancestors, descendants, primary lines, leaves, common ancestors.
 * Every walk is a loop or a recursive query, never a recursive function: lines are long.
 * Source: fossil src/descendants.c, src/pivot.c; the `plink` and `cherrypick` tables.
 * @module
 */

import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { branchSql, isClosed } from '../crosslink/branch.ts'

/** Limits of a walk. */
export interface WalkOptions {
  /** At most this many check-ins, the one asked about included; the closest in time. */
  readonly limit?: number
}

/** The ancestors that count. */
export interface AncestorOptions extends WalkOptions {
  /**
   * - `all`: through parents and merged-in parents; the default.
   * - `primary`: only through the parent whose line a check-in continues.
   * - `cherrypicks`: as `all`, and check-ins that were cherry-picked, but not their ancestors.
   */
  readonly through?: 'all' | 'primary' | 'cherrypicks'
}

/**
 * A check-in and its ancestors, newest first: ties are broken by rid, so that the order is total.
 * Parents that are not here are left out. descendants.c:compute_ancestors.
 */
export function ancestors(repo: Repo, rid: Rid, options: AncestorOptions = {}): Rid[] {
  const { limit = -1, through = 'all' } = options
  // A check-in can be both a parent and cherry-picked: two rows of the walk.
  const rows = through === 'cherrypicks' ? limit * 2 : limit
  return dbOf(repo)
    .prepare<[Rid]>(ancestorQueries[through])
    .all(rid, rows, limit)
    .map(([ancestor]) => ancestor)
}

function ancestorQuery(steps: string, condition: string): string {
  return `
    WITH RECURSIVE
    ${steps}
    ancestor(rid, mtime, isPicked) AS (
      SELECT objid, mtime, 0 FROM event WHERE objid = ?1
      UNION
      SELECT step.pid, event.mtime, step.isPicked FROM ancestor
        CROSS JOIN step ON step.cid = ancestor.rid
        CROSS JOIN event ON event.objid = step.pid
       WHERE NOT ancestor.isPicked AND ${condition}
       ORDER BY 2 DESC, 1 DESC, 3 LIMIT ?2
    )
    SELECT rid FROM ancestor GROUP BY rid ORDER BY max(mtime) DESC, rid DESC LIMIT ?3`
}

const parentSteps = 'step(pid, cid, isprim, isPicked) AS (SELECT pid, cid, isprim, 0 FROM plink),'

const ancestorQueries = {
  all: ancestorQuery(parentSteps, 'TRUE'),
  primary: ancestorQuery(parentSteps, 'step.isprim'),
  cherrypicks: ancestorQuery(
    `step(pid, cid, isPicked) AS (
       SELECT pid, cid, 0 FROM plink
       UNION ALL
       SELECT parentid, childid, 1 FROM cherrypick WHERE NOT isExclude
     ),`,
    'TRUE',
  ),
} as const

/**
 * A check-in and its descendants through all links, oldest first, ties by rid.
 * descendants.c:compute_descendants.
 */
export function descendants(repo: Repo, rid: Rid, options: WalkOptions = {}): Rid[] {
  return dbOf(repo)
    .prepare<[Rid]>(
      `WITH RECURSIVE found(rid, mtime) AS (
         SELECT ?1, -1e9
         UNION
         SELECT plink.cid, plink.mtime FROM found CROSS JOIN plink ON plink.pid = found.rid
          ORDER BY 2, 1 LIMIT ?2
       )
       SELECT rid FROM found GROUP BY rid ORDER BY min(mtime), rid`,
    )
    .all(rid, options.limit ?? -1)
    .map(([descendant]) => descendant)
}

/** A check-in and those whose line it continues, in generations: itself, its parent, … */
export function primaryLine(repo: Repo, rid: Rid, options: WalkOptions = {}): Rid[] {
  const { limit = Infinity } = options
  const parentOf = dbOf(repo).prepare<[Rid]>(
    'SELECT pid FROM plink WHERE cid = ? AND isprim ORDER BY pid LIMIT 1',
  )
  const line = new Set<Rid>()
  let next: Rid | undefined = rid
  // A set: damaged rows can make a loop; artifacts cannot.
  while (next !== undefined && !line.has(next) && line.size < limit) {
    line.add(next)
    next = parentOf.get(next)?.[0]
  }
  return [...line]
}

/** The leaves to list: of open lines, of closed ones, or all. */
export type LeafFilter = 'open' | 'closed' | 'all'

/** The leaves of all branches, newest first. `fossil leaves`. */
export function leaves(repo: Repo, filter: LeafFilter = 'open'): Rid[] {
  const rids = dbOf(repo)
    .prepare<[Rid]>(
      `SELECT leaf.rid FROM leaf JOIN event ON event.objid = leaf.rid
        ORDER BY event.mtime DESC, leaf.rid DESC`,
    )
    .all()
  return filtered(
    repo,
    rids.map(([rid]) => rid),
    filter,
  )
}

/**
 * The leaves that descend from a check-in, newest first; itself, where it is one. Merges into
 * other branches are not followed, nor counted as descent. descendants.c:compute_leaves.
 */
export function leafDescendants(repo: Repo, rid: Rid, filter: LeafFilter = 'all'): Rid[] {
  const found = dbOf(repo)
    .prepare<[Rid]>(
      `WITH RECURSIVE found(rid) AS (
         SELECT ?1
         UNION
         SELECT plink.cid FROM found CROSS JOIN plink ON plink.pid = found.rid
          WHERE plink.isprim
             OR ${branchSql('plink.pid')} = ${branchSql('plink.cid')}
       )
       SELECT leaf.rid FROM found
         JOIN leaf ON leaf.rid = found.rid
         JOIN event ON event.objid = leaf.rid
        ORDER BY event.mtime DESC, leaf.rid DESC`,
    )
    .all(rid)
  return filtered(
    repo,
    found.map(([leaf]) => leaf),
    filter,
  )
}

function filtered(repo: Repo, rids: readonly Rid[], filter: LeafFilter): Rid[] {
  if (filter === 'all') return [...rids]
  return rids.filter((rid) => isClosed(repo, rid) === (filter === 'closed'))
}

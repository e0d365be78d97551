/**
 * Leaves: check-ins without a child on their own branch (`leaf`).
 *
 * As in stock, only what has a branch or a child that has one is ever looked at.
 * Source: fossil src/leaf.c:130-200.
 * @module
 */

import type { Repo } from '../repo/repo.ts'
import { branchTagId } from '../repo/schema.ts'

const branchOf = (rid: string): string =>
  `coalesce((SELECT value FROM tagxref WHERE tagid = ${branchTagId} AND rid = ${rid}), 'trunk')`

const isLeafSql = `
  SELECT (EXISTS(SELECT 1 FROM tagxref WHERE rid = ?1 AND tagid = ${branchTagId})
          OR EXISTS(SELECT 1 FROM plink JOIN tagxref ON rid = cid AND tagid = ${branchTagId}
                     WHERE pid = ?1))
     AND NOT EXISTS(SELECT 1 FROM plink WHERE pid = ?1
                       AND ${branchOf('plink.pid')} = ${branchOf('plink.cid')})`

/** Looks again at everything whose branch or children changed. */
export function settleLeaves(repo: Repo): void {
  const { leaves } = repo.pending
  for (const rid of leaves) {
    const isLeaf = repo.db.prepare<[number]>(isLeafSql).get(rid)?.[0] === 1
    repo.db
      .prepare(
        isLeaf ? 'INSERT OR IGNORE INTO leaf(rid) VALUES(?)' : 'DELETE FROM leaf WHERE rid = ?',
      )
      .run(rid)
  }
  leaves.clear()
}

/**
 * Leaves: check-ins without a child on their own branch (`leaf`).
 * Source: fossil src/leaf.c:130-200.
 * @module
 */

import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import { branchTagId } from '../repo/schema.ts'
import { isLeafSql } from './branch.ts'

/** As in stock, only what has a branch or a child that has one is ever listed. */
const isListedSql = `
  SELECT (EXISTS(SELECT 1 FROM tagxref WHERE rid = ?1 AND tagid = ${branchTagId})
          OR EXISTS(SELECT 1 FROM plink JOIN tagxref ON rid = cid AND tagid = ${branchTagId}
                     WHERE pid = ?1))
     AND ${isLeafSql('?1')}`

/** Looks again at everything whose branch or children changed. */
export function settleLeaves(repo: Repo): void {
  const { leaves } = transactionOf(repo).pending
  for (const rid of leaves) {
    const isListed = dbOf(repo).prepare<[number]>(isListedSql).get(rid)?.[0] === 1
    dbOf(repo)
      .prepare(
        isListed ? 'INSERT OR IGNORE INTO leaf(rid) VALUES(?)' : 'DELETE FROM leaf WHERE rid = ?',
      )
      .run(rid)
  }
  leaves.clear()
}

/**
 * Chooses what an artifact is sent as a delta of: the parent check-in of a check-in, the previous
 * version of a file. The peer is likely to hold either.
 * Source: fossil src/xfer.c:425-476 (send_delta_parent).
 * @module
 */

import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'

/** Content up to this long is sent whole (xfer.c:610). */
const worthDeltaBytes = 100

/** The parent of a check-in. */
const parentCheckin = `
  SELECT pid FROM plink
   WHERE cid = ? AND NOT EXISTS(SELECT 1 FROM phantom WHERE rid = pid)
   ORDER BY isprim DESC, pid LIMIT 1`

/**
 * The version that a file had before the check-in that first brought this content.
 *
 * A file that was changed and changed back has its later version as `pid` of a later row; taking
 * that would send each of two versions as a delta of the other, and neither could be expanded. So
 * only the earliest row counts, as in stock (`min(mtime)`), and only where the version before is
 * older still: check-ins may say that they are older than their parents, and then stock does send
 * deltas in a circle.
 */
const previousVersion = `
  WITH born(fid, mtime, mid, pid) AS (
    SELECT mlink.fid, event.mtime, mlink.mid, mlink.pid
      FROM mlink CROSS JOIN event ON event.objid = mlink.mid
  )
  SELECT pid FROM (SELECT * FROM born WHERE fid = ?1 ORDER BY mtime, mid, pid LIMIT 1) AS first
   WHERE pid > 0 AND NOT EXISTS(SELECT 1 FROM phantom WHERE rid = pid)
     AND EXISTS(SELECT 1 FROM born
                 WHERE fid = first.pid AND (mtime, mid) < (first.mtime, first.mid))`

/** Returns the artifact to send `rid` as a delta of, or undefined to send it whole. */
export function parentOf(repo: Repo, rid: Rid, contentBytes: number): Rid | undefined {
  if (contentBytes <= worthDeltaBytes) return undefined
  for (const query of [parentCheckin, previousVersion]) {
    const row = dbOf(repo).prepare<[Rid]>(query).get(rid)
    if (row !== undefined) return row[0]
  }
  return undefined
}

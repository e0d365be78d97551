/**
 * The times of check-ins of one moment that stock may have left in a file. Stock puts a check-in
 * before one of its children, whichever it read last, and before none when the child came later or
 * was committed by itself; so its times depend on the order of arrival, and none of them is damage.
 *
 * Each is the time that some descendant says itself, less 25 ms for each generation between.
 *
 * Source: fossil src/manifest.c:1704-1713, 2105-2145 (time_fudge).
 * @module
 */

import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { taggedDate } from './event.ts'
import { farthestMove, increment, maxRounds, relations } from './time.ts'

/** Half a millisecond, in days: 25 ms taken off thirty times is not exact. */
const tolerance = 0.5 / 86_400_000

/**
 * Takes times of `main.event` that stock may give over into `temp.event`, where all tables were
 * worked out anew.
 */
export function acceptStockTimes(repo: Repo): void {
  const rows = dbOf(repo)
    .prepare<[rid: Rid, mtimeJulian: number, omtimeJulian: number]>(
      `SELECT objid, stored.mtime, stored.omtime
         FROM main.event AS stored JOIN temp.event AS ours USING(objid)
        WHERE stored.type = 'ci' AND ours.type = 'ci'
          AND abs(stored.omtime - ours.omtime) < ${tolerance} AND stored.mtime <> ours.mtime
          AND typeof(stored.mtime) = 'real'
          AND ${taggedDate('objid')} IS NULL
        ORDER BY objid`,
    )
    .all()
  const accept = dbOf(repo).prepare('UPDATE temp.event SET mtime = ?2 WHERE objid = ?1')
  for (const [rid, mtime, omtime] of rows) {
    if (Math.abs(mtime - omtime) < tolerance || isBeforeSome(repo, rid, mtime))
      accept.run(rid, mtime)
  }
}

/** Tells whether `mtime` is a place that some line of descendants gives. */
function isBeforeSome(repo: Repo, rid: Rid, mtime: number): boolean {
  const children = dbOf(repo).prepare<[rid: Rid, own: number]>(
    `SELECT DISTINCT child.objid, child.omtime
       FROM ${relations}, temp.event AS child
      WHERE pid = ?1 AND child.objid = cid AND child.type = 'ci'
        AND child.omtime > ?2 AND child.omtime < ?2 + ?3
      ORDER BY child.objid`,
  )
  let level: ReadonlySet<Rid> = new Set([rid])
  for (let distance = 1; distance <= maxRounds && level.size > 0; distance++) {
    const next = new Set<Rid>()
    for (const parent of level) {
      for (const [child, own] of children.all(parent, mtime, farthestMove)) {
        if (Math.abs(own - distance * increment - mtime) < tolerance) return true
        next.add(child)
      }
    }
    level = next
  }
  return false
}

/**
 * Check-ins of one moment in their order. A check-in that is not older than its child by its own
 * word, as after a script that commits twice in a second, is shown 25 ms before that child, but
 * never moved by two seconds or more.
 *
 * A check-in counts as a child of all its parents and of those it takes changes from, once its
 * primary parent is here: stock compares them then, and not before.
 *
 * Where several children qualify stock follows whichever it met last; here it is the oldest, since
 * a parent comes before all of them (docs/divergences.md).
 *
 * Source: fossil src/manifest.c:1704-1713, 2105-2145 (time_fudge).
 * @module
 */

import { compareAsBytes } from '../deck/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { taggedDate } from './event.ts'

/** Two seconds, in days. */
const window = 2 / 86_400
/** 25 milliseconds, in days. */
const increment = 25 / 86_400_000
/** A line of check-ins of one moment is put in order this far back from its end. */
const maxRounds = 30

/** One check-in that has a child of about the same moment. Times are Julian days. */
interface Pair {
  readonly child: Rid
  time: number
  childTime: number | undefined
  /** How far the line below it was followed, in check-ins. */
  followed: number
}

/** Puts the check-ins that came in order with their parents and children. */
export function settleTimes(repo: Repo): void {
  const { times } = transactionOf(repo).pending
  if (times.size === 0) return
  const affected = withAncestors(repo, times)
  times.clear()
  const pairs = new Map<Rid, Pair>()
  for (const rid of affected) addChain(repo, pairs, rid)
  order(pairs)
  const update = dbOf(repo).prepare(
    `UPDATE event SET mtime = coalesce(?2, omtime)
      WHERE objid = ?1 AND type = 'ci' AND mtime <> coalesce(?2, omtime)
        AND ${taggedDate('?1')} IS NULL`,
  )
  for (const rid of affected) update.run(rid, pairs.get(rid)?.time ?? null)
}

/** The check-ins that came, and those before them, as far back as an order can reach. */
function withAncestors(repo: Repo, rids: Iterable<Rid>): Set<Rid> {
  const all = new Set(rids)
  let level = [...all]
  for (let round = 0; round <= maxRounds && level.length > 0; round++) {
    level = level.flatMap((rid) => closeParents(repo, rid)).filter((rid) => !all.has(rid))
    for (const rid of level) all.add(rid)
  }
  return all
}

const relations = `
  (SELECT pid, cid FROM plink UNION SELECT parentid, childid FROM cherrypick WHERE NOT isExclude)`

function closeParents(repo: Repo, rid: Rid): Rid[] {
  return dbOf(repo)
    .prepare<[Rid]>(
      `SELECT parent.objid FROM event AS child, ${relations}, event AS parent
        WHERE child.objid = ?1 AND cid = ?1 AND parent.objid = pid
          AND child.type = 'ci' AND parent.type = 'ci'
          AND child.omtime < parent.omtime + ?2 AND child.omtime > parent.omtime - ?2
        ORDER BY parent.objid`,
    )
    .all(rid, window)
    .map(([parent]) => parent)
}

function pairOf(repo: Repo, rid: Rid): Pair | undefined {
  const oldest = closeChildren(repo, rid)[0]
  if (oldest === undefined) return undefined
  const [time, child, childTime] = oldest
  return { child, time, childTime, followed: 0 }
}

type ChildRow = [time: number, child: Rid, childTime: number, hash: ArtifactHash]

/**
 * Adds `first`, its child of the same moment, that one's child, and so on: as many as have a say in
 * where `first` goes.
 */
function addChain(repo: Repo, pairs: Map<Rid, Pair>, first: Rid): void {
  let rid: Rid | undefined = first
  for (let wanted = maxRounds; wanted > 0 && rid !== undefined; wanted--) {
    const known = pairs.get(rid)
    if (known !== undefined && known.followed >= wanted) return
    const pair: Pair | undefined = known ?? pairOf(repo, rid)
    if (pair === undefined) return
    pair.followed = wanted
    pairs.set(rid, pair)
    rid = pair.child
  }
}

function closeChildren(repo: Repo, rid: Rid): ChildRow[] {
  return dbOf(repo)
    .prepare<ChildRow>(
      `SELECT parent.omtime, child.objid, child.omtime, uuid
         FROM event AS parent, ${relations}, event AS child, blob
        WHERE parent.objid = ?1 AND pid = ?1 AND child.objid = cid AND blob.rid = cid
          AND child.type = 'ci' AND parent.type = 'ci'
          AND child.omtime < parent.omtime + ?2 AND child.omtime > parent.omtime - ?2
          AND EXISTS(SELECT 1 FROM plink CROSS JOIN event AS main ON main.objid = plink.pid
                      WHERE plink.cid = child.objid AND isprim AND main.type = 'ci')`,
    )
    .all(rid, window)
    .sort((a, b) => a[2] - b[2] || compareAsBytes(a[3], b[3]))
}

/** In each round a check-in moves before its child, then all learn where their children are. */
function order(pairs: ReadonlyMap<Rid, Pair>): void {
  for (let round = 0; round < maxRounds; round++) {
    let moved = false
    for (const pair of pairs.values()) {
      const { time, childTime } = pair
      if (childTime === undefined || time < childTime || time >= childTime + window) continue
      pair.time = childTime - increment
      moved = true
    }
    if (!moved) return
    for (const pair of pairs.values()) pair.childTime = pairs.get(pair.child)?.time
  }
}

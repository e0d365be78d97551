/**
 * Check-ins of one moment in their order. A check-in that is not older than its child by its own
 * word, as after a script that commits twice in a second, is shown 25 ms before that child, unless
 * its own word puts it two seconds or more after the child's.
 *
 * A check-in counts as a child of all its parents and of those it takes changes from, once its
 * primary parent is here: stock compares them then, and not before.
 *
 * A parent comes before all its children, wherever those are shown. Stock looks at one child of
 * each parent, the one it read last, and only at children less than two seconds younger
 * (docs/divergences.md).
 *
 * Source: fossil src/manifest.c:1704-1713, 2105-2145 (time_fudge).
 * @module
 */

import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { taggedDate } from './event.ts'

/** Two seconds, in days. */
const window = 2 / 86_400
/** 25 milliseconds, in days. */
export const increment: number = 25 / 86_400_000
/** A line of check-ins of one moment is put in order this far back from its end. */
export const maxRounds: number = 30
/** No check-in moves as far as this, in days. */
export const farthestMove: number = maxRounds * (window + increment)

/** One check-in and the children that may push it. Times are Julian days. */
interface Place {
  /** The time it says itself. */
  readonly own: number
  /** The time it is shown at, or was until now; a date tag's where there is one. */
  readonly stored: number
  readonly isTagged: boolean
  children: readonly Rid[]
  /** The time to which its children push it. */
  time: number
}

/**
 * Puts the check-ins that came in order with their parents and children. Each round goes one
 * generation up, as long as a check-in that moved stands in the way of a parent.
 */
export function settleTimes(repo: Repo): void {
  const { times } = transactionOf(repo).pending
  if (times.size === 0) return
  let rids = new Set(times)
  times.clear()
  const settled = new Map<Rid, number>()
  for (let round = 0; round <= maxRounds && rids.size > 0; round++) {
    const places = placesBelow(repo, rids)
    order(places)
    const parents = new Set<Rid>()
    for (const rid of rids) {
      const place = places.get(rid)
      if (place === undefined) continue
      if (!place.isTagged && place.time !== place.stored) show(repo, rid, place.time)
      const before = settled.get(rid) ?? place.stored
      settled.set(rid, place.time)
      if (round > 0 && place.time === before) continue
      for (const parent of parentsFrom(repo, rid, Math.min(before, place.time))) parents.add(parent)
    }
    rids = parents
  }
}

function show(repo: Repo, rid: Rid, mtimeJulian: number): void {
  repo.env.mark?.('crosslink.checkin-moved')
  dbOf(repo).prepare('UPDATE event SET mtime = ? WHERE objid = ?').run(mtimeJulian, rid)
}

/** Parents and children as SQL: `pid` and `cid`. */
export const relations = `
  (SELECT pid, cid FROM plink UNION SELECT parentid, childid FROM cherrypick WHERE NOT isExclude)`

/** Parents that would be shown at `time` or after it, and may move before it. */
function parentsFrom(repo: Repo, rid: Rid, time: number): Rid[] {
  return dbOf(repo)
    .prepare<[Rid]>(
      `SELECT parent.objid FROM event AS child, ${relations}, event AS parent
        WHERE child.objid = ?1 AND cid = ?1 AND parent.objid = pid
          AND child.type = 'ci' AND parent.type = 'ci'
          AND parent.omtime >= ?2 AND parent.omtime < child.omtime + ?3
        ORDER BY parent.objid`,
    )
    .all(rid, time, window)
    .map(([parent]) => parent)
}

/**
 * The check-ins `rids` and the children that have a say in where they go. Only a child that is
 * shown no later than the parent says can push it: a child whose own place is still to be found
 * comes into the next round by itself.
 */
function placesBelow(repo: Repo, rids: Iterable<Rid>): Map<Rid, Place> {
  const places = new Map<Rid, Place>()
  let level = new Set(rids)
  for (let depth = 0; depth <= maxRounds && level.size > 0; depth++) {
    const next = new Set<Rid>()
    for (const rid of level) {
      const place = placeOf(repo, rid)
      if (place === undefined) continue
      places.set(rid, place)
      if (depth < maxRounds) place.children = childrenUntil(repo, rid)
      for (const child of place.children) if (!places.has(child)) next.add(child)
    }
    level = next
  }
  return places
}

function placeOf(repo: Repo, rid: Rid): Place | undefined {
  const row = dbOf(repo)
    .prepare<[own: number, stored: number, isTagged: number]>(
      `SELECT omtime, mtime, ${taggedDate('objid')} IS NOT NULL FROM event
        WHERE objid = ? AND type = 'ci'`,
    )
    .get(rid)
  if (row === undefined) return undefined
  const [own, stored, isTagged] = row
  return { own, stored, isTagged: isTagged === 1, children: [], time: own }
}

function childrenUntil(repo: Repo, rid: Rid): Rid[] {
  return dbOf(repo)
    .prepare<[Rid]>(
      `SELECT child.objid FROM event AS parent, ${relations}, event AS child
        WHERE parent.objid = ?1 AND pid = ?1 AND child.objid = cid
          AND child.type = 'ci' AND parent.type = 'ci'
          AND parent.omtime < child.omtime + ?2
          AND (child.mtime <= parent.omtime OR ${taggedDate('child.objid')} IS NOT NULL)
          AND EXISTS(SELECT 1 FROM plink CROSS JOIN event AS main ON main.objid = plink.pid
                      WHERE plink.cid = child.objid AND isprim AND main.type = 'ci')
        ORDER BY child.objid`,
    )
    .all(rid, window)
    .map(([child]) => child)
}

/** In each round a check-in goes before the first of its children, as the last round left them. */
function order(places: ReadonlyMap<Rid, Place>): void {
  const parents = [...places.values()].filter(({ children }) => children.length > 0)
  for (let round = 0; round < maxRounds; round++) {
    const times = parents.map(({ own, children }) => {
      const first = children.reduce(
        (least, child) => Math.min(least, places.get(child)?.time ?? Infinity),
        Infinity,
      )
      return own < first ? own : first - increment
    })
    const isSettled = parents.every((place, at) => place.time === times[at])
    if (isSettled) return
    for (const [at, place] of parents.entries()) place.time = times[at] ?? place.own
  }
}

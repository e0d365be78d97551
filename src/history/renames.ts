/**
 * Renames of files from one check-in to another, as the check-ins between them tell.
 *
 * May know ancestry and the `mlink` table. Source: fossil src/path.c find_filename_changes, which
 * follows one path between the two; this follows every check-in that only one of them comes from.
 * @module
 */

import { assert } from '../base/assert.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { ancestors } from './ancestry.ts'
import { type TextColumn, textOf } from '../repo/db-text.ts'

/** Two check-ins, and what only one of them has. */
export interface RenameQuery {
  readonly from: ArtifactHash
  readonly to: ArtifactHash
  /** Names that only `from` has. */
  readonly deleted: ReadonlySet<string>
  /** Names that only `to` has. */
  readonly added: readonly string[]
}

/** The earlier name of each added file that was renamed. No earlier name occurs twice. */
export function renamesBetween(repo: Repo, query: RenameQuery): Map<string, string> {
  const { from, to, deleted, added } = query
  const [fromRid, toRid] = [findRid(repo, from), findRid(repo, to)]
  assert(fromRid !== undefined && toRid !== undefined, 'both check-ins were read')
  const [fromLine, toLine] = [ancestors(repo, fromRid), ancestors(repo, toRid)]
  const [inFrom, inTo] = [new Set(fromLine), new Set(toLine)]
  // From `to` back to where both meet, and forth again to `from`.
  const back = renamesByTime(repo, {
    rids: toLine.filter((rid) => !inFrom.has(rid)),
    order: 'DESC',
  })
  const forth = renamesByTime(repo, {
    rids: fromLine.filter((rid) => !inTo.has(rid)),
    order: 'ASC',
  })
  const tracked = new Map(added.map((name) => [name, name]))
  for (const renames of back) rename(tracked, reversed(renames))
  for (const renames of forth) rename(tracked, renames)
  const found = [...tracked].filter(([earlier]) => deleted.has(earlier))
  return new Map(found.map(([earlier, name]) => [name, earlier]))
}

/** Moves what is tracked from old keys to new ones, all at once: names can be swapped. */
function rename(tracked: Map<string, string>, moves: ReadonlyMap<string, string>): void {
  const arriving: [string, string][] = []
  for (const [key, newKey] of moves) {
    const name = tracked.get(key)
    if (name === undefined) continue
    tracked.delete(key)
    arriving.push([newKey, name])
  }
  for (const [key, name] of arriving) if (!tracked.has(key)) tracked.set(key, name)
}

/** The renames of one check-in: from the name in its primary parent to the one that it gives. */
export type Renames = ReadonlyMap<string, string>

/** The same, seen from the check-in. */
export function reversed(renames: Renames): Map<string, string> {
  return new Map([...renames].map(([before, after]) => [after, before]))
}

/** The renames that these check-ins made, one list for each, newest or oldest first. */
function renamesByTime(
  repo: Repo,
  { rids, order }: { rids: readonly Rid[]; order: 'ASC' | 'DESC' },
): Renames[] {
  const renames = renamesOf(repo, rids).map(([, each]) => each)
  return order === 'ASC' ? renames : renames.reverse()
}

/** The renames that these check-ins made, oldest first, without those that made none. */
export function renamesOf(repo: Repo, rids: readonly Rid[]): [checkin: Rid, Renames][] {
  const rows = dbOf(repo)
    .prepare<[Rid, TextColumn, TextColumn]>(
      `SELECT mlink.mid, CAST(earlier.name AS BLOB), CAST(later.name AS BLOB)
         FROM json_each(?) AS checkin
         CROSS JOIN mlink ON mlink.mid = checkin.value AND mlink.pfnid > 0 AND NOT mlink.isaux
         JOIN filename AS later ON later.fnid = mlink.fnid
         JOIN filename AS earlier ON earlier.fnid = mlink.pfnid
         JOIN event ON event.objid = mlink.mid
        ORDER BY event.mtime, mlink.mid, later.name`,
    )
    .all(JSON.stringify(rids))
  const byCheckin = new Map<Rid, Map<string, string>>()
  for (const [rid, before, after] of rows) {
    const renames = byCheckin.get(rid) ?? new Map<string, string>()
    const name = textOf(before)
    // Of two files that claim one origin, the first has it.
    if (!renames.has(name)) renames.set(name, textOf(after))
    byCheckin.set(rid, renames)
  }
  return [...byCheckin]
}

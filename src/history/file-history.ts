/**
 * The history of one file: every check-in that changed it, under this name and earlier ones.
 *
 * May know file changes and ancestry. Source: fossil src/finfo.c finfo_cmd; the `mlink` table.
 * @module
 */

import { msFromJulian } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { ridOf } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { ancestors } from './ancestry.ts'
import { branchOf } from '../crosslink/branch.ts'
import { changeColumns, changeOf, type ChangeRow, type ChangedFile } from './changes.ts'
import { type TextColumn, textIfAny, textOf, textParameter } from '../repo/db-text.ts'

/**
 * Every change of a file, newest first, ties by rid and then by name. Empty for a name that no
 * check-in knows.
 *
 * @example
 * ```ts
 * for (const { checkin, comment } of fileHistory(repo, 'tail.txt', { limit: 10 })) {
 *   console.log(checkin, comment)
 * }
 * ```
 */
export function fileHistory(
  repo: Repo,
  name: string,
  options: {
    /** At most this many. Default: all. */
    readonly limit?: number
    /** Leaves out this many of the newest. Default 0. */
    readonly offset?: number
    /** Only changes by this check-in and its ancestors. By default those on every branch. */
    readonly checkin?: ArtifactHash
    /**
     * Goes on with the name that the file had before a rename: with what happened under that name
     * until the last such rename. Default true. `fossil finfo` does not.
     */
    readonly followRenames?: boolean
  } = {},
): {
  /** The check-in that changed the file. */
  readonly checkin: ArtifactHash
  /** Milliseconds since 1970. */
  readonly dateMs: number
  /** Undefined where nobody said. */
  readonly user: string | undefined
  readonly comment: string
  readonly branch: string
  readonly change: ChangedFile
}[] {
  const { limit = -1, offset = 0, checkin, followRenames = true } = options
  const within =
    checkin === undefined ? null : JSON.stringify(ancestors(repo, ridOf(repo, checkin)))
  const names = JSON.stringify(namesOf(repo, name, followRenames))
  return dbOf(repo)
    .prepare<HistoryRow>(
      `SELECT ${changeColumns}, event.objid, blob.uuid, event.mtime,
              CAST(coalesce(event.euser, event.user) AS BLOB),
              CAST(coalesce(event.ecomment, event.comment) AS BLOB)
         FROM json_each(?1) AS known
         CROSS JOIN mlink ON mlink.fnid = known.value ->> 0 AND NOT mlink.isaux
         CROSS JOIN filename ON filename.fnid = mlink.fnid
         CROSS JOIN event ON event.objid = mlink.mid
         CROSS JOIN blob ON blob.rid = mlink.mid
         LEFT JOIN event AS renaming ON renaming.objid = known.value ->> 1
        WHERE (renaming.objid IS NULL
               OR event.mtime <= renaming.mtime
                  AND NOT (mlink.fid = 0 AND EXISTS(
                    SELECT 1 FROM mlink AS onward
                     WHERE onward.mid = mlink.mid AND onward.pfnid = mlink.fnid)))
          AND (?2 IS NULL OR mlink.mid IN (SELECT value FROM json_each(?2)))
        ORDER BY event.mtime DESC, event.objid DESC, filename.name LIMIT ?3 OFFSET ?4`,
    )
    .all(names, within, limit, offset)
    .map((row) => entryOf(repo, row))
}

type HistoryRow = [
  ...ChangeRow,
  checkin: Rid,
  hash: ArtifactHash,
  mtime: number,
  user: TextColumn,
  comment: TextColumn,
]

function entryOf(repo: Repo, row: HistoryRow): ReturnType<typeof fileHistory>[number] {
  const [name, fid, pid, mperm, content, prior, priorName, rid, hash, mtime, user, comment] = row
  return {
    checkin: hash,
    dateMs: msFromJulian(mtime),
    user: textIfAny(user),
    comment: textOf(comment),
    branch: branchOf(repo, rid),
    change: changeOf([name, fid, pid, mperm, content, prior, priorName]),
  }
}

/**
 * The names of all files that some check-in has or had, in byte order.
 *
 * @example
 * ```ts
 * const texts = fileNames(repo).filter((name) => name.endsWith('.txt'))
 * ```
 */
export function fileNames(repo: Repo): string[] {
  return dbOf(repo)
    .prepare<[TextColumn]>('SELECT CAST(name AS BLOB) FROM filename ORDER BY name')
    .all()
    .map(([name]) => textOf(name))
}

/** A row of `filename`, and the check-in that renamed it; null for the name that was asked for. */
type KnownName = readonly [fnid: number, renamedIn: Rid | null]

/**
 * The name and those that the file had before, each with the latest rename away from it. A name
 * is looked at again only when a later rename turns up.
 */
function namesOf(repo: Repo, name: string, followRenames: boolean): KnownName[] {
  const start = dbOf(repo)
    .prepare<[number]>('SELECT fnid FROM filename WHERE name = CAST(? AS TEXT)')
    .get(textParameter(name))?.[0]
  if (start === undefined) return []
  if (!followRenames) return [[start, null]]
  const renames = dbOf(repo).prepare<[fnid: number, rid: Rid, mtime: number]>(
    `SELECT pfnid, mid, max(event.mtime) FROM mlink JOIN event ON event.objid = mlink.mid
      WHERE fnid = ? AND pfnid > 0 AND pfnid <> fnid AND NOT isaux AND event.mtime <= ?
      GROUP BY pfnid ORDER BY pfnid`,
  )
  const known = new Map<number, { until: number; rid: Rid | null }>()
  known.set(start, { until: Infinity, rid: null })
  const pending = [start]
  for (let fnid = pending.pop(); fnid !== undefined; fnid = pending.pop()) {
    const until = Math.min(known.get(fnid)?.until ?? Infinity, 1e9)
    for (const [before, rid, mtime] of renames.all(fnid, until)) {
      if (mtime <= (known.get(before)?.until ?? -Infinity)) continue
      known.set(before, { until: mtime, rid })
      pending.push(before)
    }
  }
  return [...known].map(([fnid, { rid }]) => [fnid, rid])
}

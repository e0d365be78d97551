/**
 * Changes that a check-in made to files, by the `mlink` table.
 *
 * One row says that file `fnid` went from content `pid` to `fid` between a parent and a check-in;
 * 0 is "no such file", and a `pid` of -1 means that a merge brought it in. A row that tells of
 * the difference to a merged-in parent is marked `isaux`.
 * Source: fossil src/schema.c:305-331; src/timeline.c:2997-3020.
 * @module
 */

import type { FilePermission } from '../deck/file-name.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { type TextColumn, textIfAny, textOf } from '../repo/db-text.ts'

/** One file of a check-in, and what happened to it. */
export interface ChangedFile {
  readonly name: string
  /**
   * Compared to the primary parent:
   *
   * - `added`, `deleted`, `edited`: as `fossil timeline -v` says it. A rename deletes the old name;
   *   one that changes the content too is `edited` under the new name.
   * - `renamed`: the same content under a new name.
   * - `permission`: nothing but the permission changed.
   */
  readonly change: 'added' | 'deleted' | 'edited' | 'renamed' | 'permission'
  /** The content now; absent where the file is gone. */
  readonly hash?: ArtifactHash
  /** The content before; absent where there was no file, or a merge brought it. */
  readonly priorHash?: ArtifactHash
  /** The name before, where the check-in changed it. */
  readonly priorName?: string
  readonly permission: FilePermission
  /** A merge brought the file in. */
  readonly isMerged: boolean
}

/** The files that a check-in changed, compared to its primary parent, by name in byte order. */
export function changedFiles(repo: Repo, rid: Rid): ChangedFile[] {
  return dbOf(repo)
    .prepare<ChangeRow>(
      `SELECT ${changeColumns} FROM mlink
         JOIN filename ON filename.fnid = mlink.fnid
        WHERE mlink.mid = ? AND NOT mlink.isaux
        ORDER BY filename.name, mlink.fid, mlink.pid`,
    )
    .all(rid)
    .map(changeOf)
}

/** Columns of a {@link ChangeRow}, of `mlink` joined with `filename`. */
export const changeColumns = `
  CAST(filename.name AS BLOB), mlink.fid, mlink.pid, mlink.mperm,
  (SELECT uuid FROM blob WHERE rid = mlink.fid),
  (SELECT uuid FROM blob WHERE rid = mlink.pid),
  (SELECT CAST(name AS BLOB) FROM filename WHERE fnid = mlink.pfnid)`

/** A row of {@link changeColumns}. */
export type ChangeRow = [
  name: TextColumn,
  fid: number | null,
  pid: number | null,
  permission: number | null,
  hash: ArtifactHash | null,
  priorHash: ArtifactHash | null,
  priorName: TextColumn,
]

/** Reads a {@link ChangeRow}. */
export function changeOf(row: ChangeRow): ChangedFile {
  const [name, fid, pid, mperm, hash, priorHash, priorNameColumn] = row
  const priorName = textIfAny(priorNameColumn)
  return {
    name: textOf(name),
    change: changeKind(fid ?? 0, pid ?? 0, priorName !== undefined),
    ...(hash === null ? {} : { hash }),
    ...(priorHash === null ? {} : { priorHash }),
    ...(priorName === undefined ? {} : { priorName }),
    permission: mperm === 1 ? 'executable' : mperm === 2 ? 'symlink' : 'regular',
    isMerged: pid === -1,
  }
}

function changeKind(fid: number, pid: number, hasPriorName: boolean): ChangedFile['change'] {
  if (fid <= 0) return 'deleted'
  if (pid <= 0) return 'added'
  if (fid !== pid) return 'edited'
  return hasPriorName ? 'renamed' : 'permission'
}

/**
 * The files of a check-in: which there are, how large, since when; and their content.
 *
 * May know check-ins and the `mlink` table. Source: fossil src/checkin.c ls_cmd_rev;
 * src/browse.c compute_fileage.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { msFromJulian } from '../deck/date.ts'
import type { DeckFile } from '../deck/deck.ts'
import { type FilePermission, filePermission } from '../deck/file-name.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid } from '../repo/blob.ts'
import { checkinFiles } from '../write/checkin.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'
import { ancestors } from './ancestry.ts'

/** Which files to list. */
export interface FileListOptions {
  /** Only these files, and what is below these directories. */
  readonly paths?: readonly string[]
}

/** One file of a check-in. */
export interface ListedFile {
  readonly name: string
  readonly hash: ArtifactHash
  /** Undefined where the content is not here. */
  readonly sizeBytes: number | undefined
  readonly permission: FilePermission
  /** The check-in and the time, in ms since 1970, that brought this very content. */
  readonly changed: { readonly checkin: NamedArtifact; readonly dateMs: number } | undefined
}

/**
 * The files of a check-in, by name in byte order.
 *
 * A file changed when its content first came up among the ancestors of the check-in, merged ones
 * included, under whatever name: content that was lost and came back is as old as at first.
 *
 * @throws {FossilError} as {@link checkinFiles} does
 */
export function listFiles(
  repo: Repo,
  checkin: ArtifactHash,
  options: FileListOptions = {},
): ListedFile[] {
  const { paths } = options
  const files = checkinFiles(repo, checkin)
  const rid = findRid(repo, checkin)
  const lineage = new Set(rid === undefined ? [] : ancestors(repo, rid))
  return [...files.values()]
    .filter(({ name }) => paths === undefined || paths.some((path) => isBelow(name, path)))
    .flatMap((file) => {
      const { name, hash } = file
      return hash === undefined ? [] : [{ ...listed(repo, file, lineage), name, hash }]
    })
}

/** A file as a check-in has it. */
export interface FileContent {
  readonly hash: ArtifactHash
  /** The caller owns the bytes. */
  readonly content: Uint8Array
  readonly permission: FilePermission
}

/**
 * Reads one file of a check-in.
 *
 * @throws {FossilError} `name.unknown` when the check-in has no such file; `artifact.missing` when
 *   its content is not here; as {@link checkinFiles} does
 */
export function readFile(repo: Repo, checkin: ArtifactHash, name: string): FileContent {
  const file = checkinFiles(repo, checkin).get(name)
  if (file?.hash === undefined) {
    throw new FossilError('name.unknown', { name, reason: `no such file in check-in ${checkin}` })
  }
  const { hash, permissions } = file
  return { hash, content: readArtifact(repo, hash), permission: filePermission(permissions) }
}

function isBelow(name: string, path: string): boolean {
  return name === path || name.startsWith(`${path}/`)
}

function listed(
  repo: Repo,
  file: DeckFile,
  lineage: ReadonlySet<Rid>,
): Omit<ListedFile, 'name' | 'hash'> {
  const permission = filePermission(file.permissions)
  const row = repo.db
    .prepare<[Rid, number]>('SELECT rid, size FROM blob WHERE uuid = ?')
    .get(file.hash ?? '')
  if (row === undefined) return { sizeBytes: undefined, permission, changed: undefined }
  const [rid, size] = row
  return {
    sizeBytes: size < 0 ? undefined : size,
    permission,
    changed: firstUse(repo, rid, lineage),
  }
}

/** Where content first came up among the check-ins of `lineage`. */
function firstUse(repo: Repo, content: Rid, lineage: ReadonlySet<Rid>): ListedFile['changed'] {
  const uses = repo.db
    .prepare<[Rid, ArtifactHash, number]>(
      `SELECT mlink.mid, blob.uuid, event.mtime FROM mlink
         JOIN event ON event.objid = mlink.mid
         JOIN blob ON blob.rid = mlink.mid
        WHERE mlink.fid = ? AND mlink.fid <> mlink.pid
        ORDER BY event.mtime, mlink.mid`,
    )
    .iterate(content)
  for (const [rid, hash, mtime] of uses) {
    if (lineage.has(rid)) return { checkin: { rid, hash }, dateMs: msFromJulian(mtime) }
  }
  return undefined
}

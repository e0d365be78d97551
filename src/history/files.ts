/**
 * The files of a check-in: which there are, how large, since when; and their content.
 *
 * May know check-ins and the `mlink` table. Source: fossil src/checkin.c ls_cmd_rev;
 * src/browse.c compute_fileage.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { msFromJulian } from '../deck/date.ts'
import { type FilePermission, filePermission } from '../deck/file-name.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid } from '../repo/blob.ts'
import { manifestFiles } from '../write/checkin.ts'
import { readArtifact } from '../repo/content.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { ancestors } from './ancestry.ts'

/** One file of a check-in. */
export interface CheckinFile {
  /** Path from the root, with `/` between directories. */
  readonly name: string
  readonly hash: ArtifactHash
  readonly permission: FilePermission
  /** The file's name in the parent, where this check-in renames it. */
  readonly priorName?: string
  /** With `withDetails`; undefined where the content is not here. */
  readonly sizeBytes?: number | undefined
  /**
   * With `withDetails`: the check-in and the time, in ms since 1970, that brought this very
   * content, among the ancestors of the check-in that has the file.
   */
  readonly changed?: { readonly checkin: ArtifactHash; readonly dateMs: number } | undefined
}

type Details = Pick<CheckinFile, 'sizeBytes' | 'changed'>

/**
 * The files of a check-in by name, in the order of its manifest.
 *
 * @example
 * ```ts
 * for (const [path, file] of checkinFiles(repo, hash)) console.log(path, file.hash)
 * const sources = checkinFiles(repo, hash, { paths: ['src'], withDetails: true })
 * for (const { name, sizeBytes } of sources.values()) console.log(name, sizeBytes)
 * ```
 * @param options.paths only these files, and what is below these directories
 * @param options.withDetails tell the size of each, and what brought its content. Default false
 * @throws {FossilError} `artifact.missing` when the manifest or its baseline is not here;
 *   `checkin.invalid` when the artifact is not a check-in
 */
export function checkinFiles(
  repo: Repo,
  checkin: ArtifactHash,
  options: { readonly paths?: readonly string[]; readonly withDetails?: boolean } = {},
): Map<string, CheckinFile> {
  const { paths, withDetails = false } = options
  const files = new Map<string, CheckinFile>()
  const detailsOf = withDetails ? detailing(repo, checkin) : () => ({})
  for (const { name, hash, permissions, priorName } of manifestFiles(repo, checkin).values()) {
    if (hash === undefined || paths?.some((path) => isBelow(name, path)) === false) continue
    const renamed = priorName === undefined ? {} : { priorName }
    const permission = filePermission(permissions)
    files.set(name, { name, hash, permission, ...renamed, ...detailsOf(hash) })
  }
  return files
}

/**
 * Reads a file as a check-in has it. The caller owns the bytes.
 *
 * @example
 * ```ts
 * const { content } = readFile(repo, hash, 'tail.txt')
 * ```
 * @throws {FossilError} `name.unknown` when the check-in has no such file; `artifact.missing` when
 *   its content is not here; as {@link checkinFiles} does
 */
export function readFile(
  repo: Repo,
  checkin: ArtifactHash,
  name: string,
): CheckinFile & { readonly content: Uint8Array } {
  const file = checkinFiles(repo, checkin).get(name)
  if (file === undefined) {
    throw new FossilError('name.unknown', { name, reason: `no such file in check-in ${checkin}` })
  }
  return { ...file, content: readArtifact(repo, file.hash) }
}

function isBelow(name: string, path: string): boolean {
  return name === path || name.startsWith(`${path}/`)
}

/** Gives files their details, as those of one check-in. */
function detailing(repo: Repo, checkin: ArtifactHash): (hash: ArtifactHash) => Details {
  const ofCheckin = findRid(repo, checkin)
  const lineage = new Set(ofCheckin === undefined ? [] : ancestors(repo, ofCheckin))
  const select = dbOf(repo).prepare<[Rid, number]>('SELECT rid, size FROM blob WHERE uuid = ?')
  return (hash) => {
    const row = select.get(hash)
    if (row === undefined) return { sizeBytes: undefined, changed: undefined }
    const [rid, size] = row
    return { sizeBytes: size < 0 ? undefined : size, changed: firstUse(repo, rid, lineage) }
  }
}

/** The check-in among those of `lineage` in which content first came up. */
function firstUse(repo: Repo, content: Rid, lineage: ReadonlySet<Rid>): Details['changed'] {
  const uses = dbOf(repo)
    .prepare<[Rid, ArtifactHash, number]>(
      `SELECT mlink.mid, blob.uuid, event.mtime FROM mlink
         JOIN event ON event.objid = mlink.mid
         JOIN blob ON blob.rid = mlink.mid
        WHERE mlink.fid = ? AND mlink.fid <> mlink.pid
        ORDER BY event.mtime, mlink.mid`,
    )
    .iterate(content)
  for (const [rid, hash, mtime] of uses) {
    if (lineage.has(rid)) return { checkin: hash, dateMs: msFromJulian(mtime) }
  }
  return undefined
}

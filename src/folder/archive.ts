/**
 * Check-ins as archives. Nothing in them comes from the clock or the machine: the same check-in
 * gives the same archive.
 * Source: fossil src/zip.c zip_of_checkin; src/tar.c tarball_of_checkin, archive_base_name.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { formatDate, julianFromMs, msFromJulian } from '../deck/date.ts'
import { isSimplePath } from '../deck/file-name.ts'
import { encodeText } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { ridOf } from '../repo/blob.ts'
import { config } from '../repo/config.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { readCheckin } from '../write/checkin.ts'
import { archiveEntries } from './archive-entry.ts'
import { checkinTree } from './checkin-tree.ts'
import { gzip } from './gzip.ts'
import { tar } from './tar.ts'
import { zip } from './zip.ts'

/** Options for an archive of a check-in. */
export interface ArchiveOptions {
  readonly format: 'zip' | 'tar.gz'
  /**
   * The directory in which all files are; empty for none. By default
   * `PROJECT-YYYYMMDDHHMMSS-HASH`, in lowercase letters, digits, `_` and `-`.
   */
  readonly root?: string | undefined
  /** Only files that match one of these patterns: a list such as `*.c, doc/*`. */
  readonly include?: string | undefined
  /** No file that matches one of these patterns. */
  readonly exclude?: string | undefined
}

/**
 * A check-in as an archive, as stock's `zip` and `tarball` make it: every file under one directory,
 * all with the date of the check-in, and those of the setting `manifest`.
 *
 * The same check-in gives the same bytes, under one version of zlib.
 *
 * @example
 * ```ts
 * const { root, chunks } = archiveCheckin(repo, resolveName(repo, 'tip'), { format: 'zip' })
 * writeFileSync(`${root}.zip`, Buffer.concat([...chunks]))
 * ```
 * @throws {FossilError} `artifact.missing` when the manifest or its baseline is not here;
 *   `checkin.invalid` when the artifact is not a check-in; `option.invalid` for a root that leads
 *   out of the archive
 */
export function archiveCheckin(
  repo: Repo,
  checkin: ArtifactHash,
  options: ArchiveOptions,
): {
  /** The directory in which all files are; empty for none. */
  readonly root: string
  /** The files in it by name, without the root. */
  readonly names: readonly string[]
  /**
   * The archive, made as it is read, from the open repository. Throws `artifact.missing` where the
   * content of a file is not here, and `checkin.invalid` for a name too long for a ZIP archive.
   */
  readonly chunks: Iterable<Uint8Array>
} {
  const { format, root = defaultRoot(repo, checkin) } = options
  if (root !== '' && !isSimplePath(root)) {
    const reason = `"${root}" is no directory within an archive`
    throw new FossilError('option.invalid', { option: 'root', reason })
  }
  const { dateMs } = readCheckin(repo, checkin)
  const files = checkinTree(repo, checkin, { ...options, form: 'archive' })
  const mtimeSec = stockSeconds(dateMs)
  const entries = archiveEntries(files, root)
  const chunks =
    format === 'zip' ? zip(entries, { dateMs, mtimeSec }) : gzip(tar(entries, mtimeSec), mtimeSec)
  return { root, names: files.map(({ name }) => name), chunks }
}

/**
 * The second that stock works out from the Julian day of a date, cutting off, and so often the one
 * before. Within the range that archives can say.
 */
function stockSeconds(dateMs: number): number {
  const seconds = Math.trunc((julianFromMs(dateMs) - 2_440_587.5) * 86_400)
  return Math.min(0xffff_ffff, Math.max(0, seconds))
}

function defaultRoot(repo: Repo, checkin: ArtifactHash): string {
  const project = config(repo, 'short-project-name') || config(repo, 'project-name')
  const moment = formatDate(eventMs(repo, checkin), 'seconds').replaceAll(/\D/g, '')
  return safeName(`${project ?? 'unnamed'}-${moment}-${checkin.slice(0, 10)}`)
}

/** The time at which the timeline shows a check-in. */
function eventMs(repo: Repo, checkin: ArtifactHash): number {
  const row = dbOf(repo)
    .prepare<[number]>('SELECT mtime FROM event WHERE objid = ?')
    .get(ridOf(repo, checkin))
  return row === undefined ? readCheckin(repo, checkin).dateMs : msFromJulian(row[0])
}

/** A name for any system: bytes beyond ASCII become letters, as stock's do. tar.c sanitize_name. */
function safeName(name: string): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  let safe = ''
  for (const byte of encodeText(name)) {
    const character = String.fromCharCode(byte)
    // The byte is a signed char there, made an unsigned int of 32 bits.
    if (byte > 0x7f) safe += letters[(0x1_0000_0000 + byte - 0x100) % 26]
    else safe += /[\w-]/.test(character) ? character.toLowerCase() : '_'
  }
  return safe
}

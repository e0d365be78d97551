/**
 * Unversioned files: one current version of each, without history. A deleted file stays as a row
 * without hash, so that its deletion can be told to others.
 *
 * May know the table and the rule by which one version beats another; who may read and write, and
 * what goes over the wire, is sync/unversioned.ts.
 * Source: fossil src/unversioned.c; src/xfer.c:302-418.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import type { Statement } from '../db/driver.ts'
import { hasTable } from '../db/tables.ts'
import { noBytes } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { compressContent, expandContent } from '../base/zlib.ts'
import {
  type ArtifactHash,
  hashLike,
  isArtifactHash,
  matches,
  nameFor,
} from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { isUnversionedName } from '../xfer/unversioned-name.ts'
import { config, setConfig, unsetConfig } from './config.ts'
import { receivedFrom } from './rcvfrom.ts'
import { cacheOf, dbOf, type Repo } from './repo.ts'

/** unversioned.c:29-40. Made when the first file comes, as in stock. */
const unversionedTable = `
CREATE TABLE IF NOT EXISTS unversioned(
  uvid INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  rcvid INTEGER,
  mtime DATETIME,
  hash TEXT,
  sz INTEGER,
  encoding INT,
  content BLOB
);
`

/**
 * The setting in which stock and we keep the answer of {@link unversionedHash}; gone after every
 * change.
 */
const hashSetting = 'uv-hash'

/** The latest time that a row is read as: a whole number that JavaScript can hold. */
const maxMtimeSec = Number.MAX_SAFE_INTEGER

/** The most that a SQLite row can hold, less the room that stock leaves for the rest. */
const maxContentBytes = 1_000_000_000 - 850

/** One version of a file: all that decides which of two wins. */
export interface UnversionedVersion {
  /** Seconds since 1970. */
  readonly mtimeSec: number
  /** Undefined: the file was deleted then. */
  readonly hash: ArtifactHash | undefined
}

/** One row of the table. */
export interface UnversionedEntry extends UnversionedVersion {
  /** Satisfies `isUnversionedName` unless stock's upload page made it; then it cannot be sent. */
  readonly name: string
  /** Length of the content; 0 for a deleted file. */
  readonly sizeBytes: number
  /**
   * False for a deleted file, and for a *hole*: a hash whose content never came. We make no holes;
   * stock does, see docs/divergences.md.
   */
  readonly hasContent: boolean
}

/**
 * Outcomes of comparing our row of a name with another version of it. The place in this list is
 * what stock's `unversioned_status` returns (unversioned.c:161-198).
 *
 * - `absent`: there is no row.
 * - `theirs`: the other version replaces ours.
 * - `their-mtime`: same content (or both deleted), and the other has the later time.
 * - `same`: nothing differs.
 * - `our-mtime`: same content, and ours has the later time.
 * - `ours`: our version replaces the other.
 */
export const unversionedStatuses = [
  'absent',
  'theirs',
  'their-mtime',
  'same',
  'our-mtime',
  'ours',
] as const

/** One of {@link unversionedStatuses}. */
export type UnversionedStatus = (typeof unversionedStatuses)[number]

/**
 * Every row, deleted files included, by name in the order of its UTF-8 bytes.
 *
 * @example
 * ```ts
 * for (const { name, hash } of listUnversioned(repo)) {
 *   console.log(name, hash ?? 'removed')
 * }
 * ```
 */
export function listUnversioned(repo: Repo): UnversionedEntry[] {
  return isTableHere(repo) ? selectEntries(repo, 'ORDER BY name').all().map(entryOf(repo)) : []
}

/** Rows whose content never came, by name: see {@link UnversionedEntry.hasContent}. */
export function unversionedHoles(repo: Repo): UnversionedEntry[] {
  if (!isTableHere(repo)) return []
  const rows = selectEntries(repo, 'AND hash IS NOT NULL AND content IS NULL ORDER BY name').all()
  return rows.map(entryOf(repo)).filter(({ hasContent }) => !hasContent)
}

/** The row of one name, which may say that the file was deleted. */
export function findUnversioned(repo: Repo, name: string): UnversionedEntry | undefined {
  if (!isTableHere(repo)) return undefined
  const row = selectEntries(repo, 'AND name = ?').get(name)
  return row === undefined ? undefined : entryOf(repo)(row)
}

/**
 * The content of a file, verified against its hash; undefined where there is none: never written,
 * deleted, or a hole. The caller owns the bytes.
 *
 * @example
 * ```ts
 * const logo = readUnversioned(repo, 'logo.png')
 * ```
 * @throws {FossilError} `repo.unreadable` when the row is damaged
 */
export function readUnversioned(repo: Repo, name: string): Uint8Array | undefined {
  const entry = findUnversioned(repo, name)
  if (entry?.hash === undefined || !entry.hasContent) return undefined
  const row = dbOf(repo)
    .prepare<[number | null, Uint8Array | string | null]>(
      'SELECT encoding, content FROM unversioned WHERE name = ?',
    )
    .get(name)
  const stored = row?.[1] ?? noBytes
  if (typeof stored === 'string') throw damaged(repo, name, 'its content is not bytes')
  const content = row?.[0] === 1 ? expand(repo, name, stored) : stored
  if (!matches(entry.hash, content)) throw damaged(repo, name, 'its content is not what it was')
  return content
}

/**
 * Writes a file made here, whatever was there before.
 *
 * @example
 * ```ts
 * writeUnversioned(repo, { name: 'logo.png', content: bytes })
 * await sync(repo, transport, { unversioned: true })
 * ```
 * @param file.mtimeSec seconds since 1970; in a sync a version of the same name that is later wins.
 *   Left out: now, or later where needed to beat what it replaces, see {@link ownMtimeSec}
 * @returns the hash of the content, by the algorithm that the hash policy names
 * @throws {FossilError} `option.invalid` for a name or time that no card can carry; `repo.io` for
 *   content too long for a row
 */
export function writeUnversioned(
  repo: Repo,
  file: { name: string; content: Uint8Array; mtimeSec?: number | undefined },
): ArtifactHash {
  const { name, content } = file
  checkContent(file)
  const hash = nameFor(content, repo.hashPolicy)
  const mtimeSec = file.mtimeSec ?? ownMtimeSec(repo, { name, hash })
  checkMtime(mtimeSec)
  replaceRow(repo, { name, content, mtimeSec, hash })
  return hash
}

/**
 * Writes a file that arrived under a hash, whatever was there before: compare first.
 *
 * @throws {FossilError} `hash.mismatch` when the content is not what the hash says; otherwise as
 *   {@link writeUnversioned}
 */
export function storeUnversioned(
  repo: Repo,
  file: { name: string; content: Uint8Array; mtimeSec: number; hash: ArtifactHash },
): void {
  checkContent(file)
  checkMtime(file.mtimeSec)
  const actual = hashLike(file.hash, file.content)
  if (actual !== file.hash) throw new FossilError('hash.mismatch', { expected: file.hash, actual })
  replaceRow(repo, file)
}

/**
 * Deletes a file and remembers when. A name that was never here stays unknown, as in stock.
 *
 * @example
 * ```ts
 * removeUnversioned(repo, { name: 'logo.png' })
 * ```
 * @param file.mtimeSec as for {@link writeUnversioned}
 * @returns whether there was a row
 * @throws {FossilError} `option.invalid` for a time that no card can carry
 */
export function removeUnversioned(
  repo: Repo,
  file: { name: string; mtimeSec?: number | undefined },
): boolean {
  const mtimeSec = file.mtimeSec ?? ownMtimeSec(repo, { name: file.name, hash: undefined })
  checkMtime(mtimeSec)
  if (findUnversioned(repo, file.name) === undefined) return false
  repo.transaction(() => {
    dbOf(repo)
      .prepare(
        `UPDATE unversioned
            SET rcvid = ?, mtime = ?, hash = NULL, sz = 0, encoding = 0, content = NULL
          WHERE name = ?`,
      )
      .run(receivedFrom(repo), mtimeSec, file.name)
    unsetConfig(repo, hashSetting)
  })
  return true
}

/**
 * Changes the time of a row, deleted or not.
 *
 * @returns whether there was a row
 * @throws {FossilError} `option.invalid` for a time that no card can carry
 */
export function touchUnversioned(repo: Repo, file: { name: string; mtimeSec: number }): boolean {
  checkMtime(file.mtimeSec)
  if (findUnversioned(repo, file.name) === undefined) return false
  repo.transaction(() => {
    dbOf(repo)
      .prepare('UPDATE unversioned SET mtime = ? WHERE name = ?')
      .run(file.mtimeSec, file.name)
    unsetConfig(repo, hashSetting)
  })
  return true
}

/**
 * The hash of the catalogue: SHA-1 of a line `name YYYY-MM-DD HH:MM:SS hash` for each file that is
 * not deleted, by name. Two repositories with the same one need not compare their catalogues, so
 * the text is SQLite's own work, byte for byte that of stock. unversioned.c:48-83.
 *
 * @returns 40 lowercase hex digits; they are kept for the next time, in a transaction
 * @throws {FossilError} `repo.io` when they cannot be kept
 */
export function unversionedHash(repo: Repo): string {
  const known = config(repo, hashSetting)
  if (known !== undefined) return known
  if (!isTableHere(repo)) return sha1(noBytes)
  const text = dbOf(repo)
    .prepare<[Uint8Array | null]>(
      `SELECT CAST(group_concat(
                printf('%s %s %s', name, datetime(mtime, 'unixepoch'), hash) || char(10),
                '' ORDER BY name) AS BLOB)
         FROM unversioned WHERE hash IS NOT NULL`,
    )
    .get()?.[0]
  const hash = sha1(text ?? noBytes)
  setConfig(repo, hashSetting, hash)
  return hash
}

/**
 * The rule: the later time wins; at the same time the greater hash, where a deletion counts as `-`,
 * which is less than any. unversioned.c:180-195.
 */
export function compareVersions(
  ours: UnversionedVersion | undefined,
  theirs: UnversionedVersion,
): UnversionedStatus {
  if (ours === undefined) return 'absent'
  const laterSec = ours.mtimeSec - theirs.mtimeSec
  if (ours.hash === theirs.hash) {
    if (laterSec === 0) return 'same'
    return laterSec < 0 ? 'their-mtime' : 'our-mtime'
  }
  if (laterSec !== 0) return laterSec < 0 ? 'theirs' : 'ours'
  return (ours.hash ?? '-') < (theirs.hash ?? '-') ? 'theirs' : 'ours'
}

/**
 * The time of a version made here: now, by the clock of the repository, or the first second at
 * which the version beats the one it replaces. Without it a file that is written and deleted within
 * one second would come back from whoever saw the first version, and so would one that was written
 * where a clock is ahead.
 */
function ownMtimeSec(
  repo: Repo,
  { name, hash }: { name: string; hash: ArtifactHash | undefined },
): number {
  const nowSec = Math.floor(repo.env.clock.nowMs() / 1000)
  const before = findUnversioned(repo, name)
  if (before === undefined) return nowSec
  const status = compareVersions(before, { mtimeSec: before.mtimeSec, hash })
  const firstSec = status === 'ours' ? before.mtimeSec + 1 : before.mtimeSec
  if (firstSec > nowSec) repo.env.mark?.('repo.file-ahead-of-clock')
  return Math.max(nowSec, Math.min(firstSec, maxMtimeSec))
}

type Row = [name: string, mtimeSec: number, hash: string | null, sizeBytes: number, isHere: number]

/**
 * Times and sizes are kept within what a card can say: stock takes 64 bits, and more than 2^53
 * could not even be read. Stock stores uppercase hashes as they come.
 */
function selectEntries(repo: Repo, rest: string): Statement<Row> {
  return dbOf(repo).prepare<Row>(
    `SELECT name, max(0, min(coalesce(CAST(mtime AS INTEGER), 0), 9007199254740991)), lower(hash),
            max(0, min(coalesce(CAST(sz AS INTEGER), 0), 2147483647)), content IS NOT NULL
       FROM unversioned WHERE name IS NOT NULL ${rest}`,
  )
}

function entryOf(repo: Repo): (row: Row) => UnversionedEntry {
  return ([name, mtimeSec, hash, sizeBytes, isHere]) => {
    if (hash === null) {
      return { name, mtimeSec, hash: undefined, sizeBytes: 0, hasContent: false }
    }
    if (!isArtifactHash(hash)) throw damaged(repo, name, 'its hash is none')
    // Stock leaves the content of empty files out when they come in a sync (xfer.c:348, 405).
    const hasContent = isHere === 1 || matches(hash, noBytes)
    return { name, mtimeSec, hash, sizeBytes, hasContent }
  }
}

function isTableHere(repo: Repo): boolean {
  const cache = cacheOf(repo)
  cache.hasUnversioned ??= hasTable(dbOf(repo), 'unversioned')
  return cache.hasUnversioned
}

function makeTable(repo: Repo): void {
  if (isTableHere(repo)) return
  dbOf(repo).exec(unversionedTable)
  cacheOf(repo).hasUnversioned = true
}

function replaceRow(
  repo: Repo,
  file: { name: string; content: Uint8Array; mtimeSec: number; hash: ArtifactHash },
): void {
  const { content } = file
  const compressed = content.length > repo.deflateOverBytes ? compressContent(content) : undefined
  const isWorthIt = compressed !== undefined && compressed.length < 0.8 * content.length
  repo.transaction(() => {
    makeTable(repo)
    dbOf(repo)
      .prepare(
        `REPLACE INTO unversioned(name, rcvid, mtime, hash, sz, encoding, content)
         VALUES(?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        file.name,
        receivedFrom(repo),
        file.mtimeSec,
        file.hash,
        content.length,
        isWorthIt ? 1 : 0,
        isWorthIt ? compressed : content,
      )
    unsetConfig(repo, hashSetting)
  })
}

function expand(repo: Repo, name: string, stored: Uint8Array): Uint8Array {
  try {
    return expandContent(stored, { maxBytes: maxContentBytes })
  } catch (cause) {
    throw damaged(repo, name, 'its content cannot be expanded', cause)
  }
}

function checkContent(file: { name: string; content: Uint8Array }): void {
  requireBytes('content', file.content)
  if (!isUnversionedName(file.name)) {
    const reason = `${JSON.stringify(file.name)} is not a name that a sync can carry`
    throw new FossilError('option.invalid', { option: 'name', reason })
  }
  if (file.content.length > maxContentBytes) {
    const reason = `${file.content.length} bytes of an unversioned file do not fit a row`
    throw new FossilError('repo.io', { reason })
  }
}

function checkMtime(mtimeSec: number): void {
  if (Number.isSafeInteger(mtimeSec) && mtimeSec >= 0) return
  const reason = 'needs whole seconds since 1970'
  throw new FossilError('option.invalid', { option: 'mtimeSec', reason })
}

function damaged(repo: Repo, name: string, reason: string, cause?: unknown): FossilError {
  const file = `the unversioned file ${JSON.stringify(name)} is damaged`
  const detail = { path: repo.path, reason: `${file}: ${reason}` }
  return new FossilError('repo.unreadable', detail, cause === undefined ? {} : { cause })
}

/**
 * Everything that is known about one artifact: what it is, where it stands in the history, what
 * its tags are, who uses it. What `fossil info` and `fossil whatis` say.
 *
 * May know the timeline, tags and branches. Source: fossil src/info.c show_common_info; src/name.c
 * whatis_rid.
 * @module
 */

import { msFromJulian } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { isPhantom, isPrivate, ridOf } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { clusterTagId } from '../repo/schema.ts'
import type { EventKind } from './event-kind.ts'
import { type ArtifactTag, artifactTags } from './tags.ts'
import { type TextColumn, textIfAny, textOf } from '../repo/db-text.ts'
import { timeline, type TimelineEntry } from './timeline.ts'

/**
 * The role of an artifact in the repository: something on the timeline, a cluster, an `attachment`
 * (which names what is attached to what), a `file` of a check-in, an `attached` file, a `phantom`
 * that is known by name alone; `unknown` where nothing refers to it.
 */
export type ArtifactRole =
  EventKind | 'cluster' | 'attachment' | 'file' | 'attached' | 'phantom' | 'unknown'

/** One artifact. Lists are empty where they do not apply. */
export interface ArtifactInfo {
  readonly hash: ArtifactHash
  /** Its row in this repository, for those who look into the file: `rid:N` is a name for it. */
  readonly rowId: number
  readonly role: ArtifactRole
  /** Undefined for a phantom. */
  readonly sizeBytes: number | undefined
  readonly isPrivate: boolean
  /**
   * The time and source of its arrival; undefined for a phantom, and for content older than such
   * records.
   */
  readonly received:
    | {
        /** Milliseconds since 1970. */
        readonly dateMs: number
        readonly user: string | undefined
        readonly address: string | undefined
      }
    | undefined
  /** The entry on the timeline; undefined for an artifact that is not on it. */
  readonly entry: TimelineEntry | undefined
  /** The primary parent first, then merged-in ones, newest first. */
  readonly parents: readonly Relative[]
  /** Those that continue its line first, then those that merge it in, newest first. */
  readonly children: readonly Relative[]
  /** Check-ins that were cherry-picked into this one or backed out of it, newest first. */
  readonly picked: readonly PickedCheckin[]
  /** Check-ins into which this one was cherry-picked or in which it was backed out. */
  readonly pickedInto: readonly PickedCheckin[]
  readonly tags: readonly ArtifactTag[]
  /** Check-ins that brought this content, by name, newest first. */
  readonly uses: readonly {
    readonly name: string
    readonly checkin: ArtifactHash
    /** Milliseconds since 1970. */
    readonly dateMs: number
    readonly user: string | undefined
    readonly comment: string
  }[]
  /** The places where this content is attached, newest first. */
  readonly attachments: readonly {
    readonly fileName: string
    /** A wiki title, a ticket id, a technote id or the hash of a forum post. */
    readonly target: string
    readonly targetKind: 'wiki' | 'ticket' | 'technote' | undefined
    /** The artifact that attaches it. */
    readonly via: ArtifactHash
    /** Milliseconds since 1970. */
    readonly dateMs: number
    readonly user: string | undefined
    readonly comment: string
  }[]
}

/** A parent or child. */
export interface Relative {
  readonly hash: ArtifactHash
  /** Undefined where the artifact is not here. */
  readonly dateMs: number | undefined
  /** The child continues the parent's line; else it merges it in. */
  readonly isPrimary: boolean
}

/** The other end of a cherry-pick. */
export interface PickedCheckin {
  readonly hash: ArtifactHash
  /** Undefined where the artifact is not here. */
  readonly dateMs: number | undefined
  readonly isBackout: boolean
}

/**
 * Describes an artifact.
 *
 * @example
 * ```ts
 * const { role, tags } = artifactInfo(repo, hash)
 * ```
 * @throws {FossilError} `artifact.missing` when it is not known here, not even by name
 */
export function artifactInfo(repo: Repo, hash: ArtifactHash): ArtifactInfo {
  const rid = ridOf(repo, hash)
  const [size = -1] =
    dbOf(repo).prepare<[number]>('SELECT size FROM blob WHERE rid = ?').get(rid) ?? []
  const [entry] = timeline(repo, { hashes: [hash] })
  return {
    hash,
    rowId: rid,
    role: roleOf(repo, rid, entry),
    sizeBytes: size < 0 ? undefined : size,
    isPrivate: isPrivate(repo, rid),
    received: receipt(repo, rid),
    entry,
    parents: relatives(repo, rid, parentQuery),
    children: relatives(repo, rid, childQuery),
    picked: picks(repo, rid, pickedQuery),
    pickedInto: picks(repo, rid, pickedIntoQuery),
    tags: artifactTags(repo, rid),
    uses: fileUses(repo, rid),
    attachments: attachmentUses(repo, rid),
  }
}

function roleOf(repo: Repo, rid: Rid, entry: TimelineEntry | undefined): ArtifactRole {
  const has = (sql: string): boolean => dbOf(repo).prepare(sql).get(rid) !== undefined
  if (has('SELECT 1 FROM attachment WHERE attachid = ?')) return 'attachment'
  if (entry?.kind !== undefined) return entry.kind
  if (has(`SELECT 1 FROM tagxref WHERE rid = ? AND tagid = ${clusterTagId}`)) return 'cluster'
  if (has('SELECT 1 FROM mlink WHERE fid = ?')) return 'file'
  if (has('SELECT 1 FROM attachment JOIN blob ON blob.uuid = src WHERE blob.rid = ?')) {
    return 'attached'
  }
  return isPhantom(repo, rid) ? 'phantom' : 'unknown'
}

function receipt(repo: Repo, rid: Rid): ArtifactInfo['received'] {
  const row = dbOf(repo)
    .prepare<[number, TextColumn, TextColumn]>(
      `SELECT rcvfrom.mtime, CAST(user.login AS BLOB), CAST(rcvfrom.ipaddr AS BLOB)
         FROM blob JOIN rcvfrom ON rcvfrom.rcvid = blob.rcvid
         LEFT JOIN user ON user.uid = rcvfrom.uid
        WHERE blob.rid = ?`,
    )
    .get(rid)
  if (row === undefined) return undefined
  return { dateMs: msFromJulian(row[0]), user: textIfAny(row[1]), address: textIfAny(row[2]) }
}

const parentQuery = relativeQuery('pid', 'cid')
const childQuery = relativeQuery('cid', 'pid')

/** In the order of info.c:149-178. */
function relativeQuery(wanted: string, given: string): string {
  return `
    SELECT blob.uuid, event.mtime, coalesce(plink.isprim, 0) <> 0 FROM plink
      JOIN blob ON blob.rid = plink.${wanted}
      LEFT JOIN event ON event.objid = plink.${wanted}
     WHERE plink.${given} = ?
     ORDER BY 3 DESC, plink.mtime DESC, event.mtime DESC, blob.rid DESC`
}

type RelativeRow = [hash: ArtifactHash, mtime: number | null, flag: number]

function relatives(repo: Repo, rid: Rid, query: string): Relative[] {
  const rows = dbOf(repo).prepare<RelativeRow>(query).all(rid)
  return rows.map(([hash, mtime, isPrimary]) => ({
    hash,
    dateMs: mtime === null ? undefined : msFromJulian(mtime),
    isPrimary: isPrimary === 1,
  }))
}

const pickedQuery = pickQuery('parentid', 'childid')
const pickedIntoQuery = pickQuery('childid', 'parentid')

function pickQuery(wanted: string, given: string): string {
  return `
    SELECT blob.uuid, event.mtime, coalesce(isExclude, 0) <> 0 FROM cherrypick
      JOIN blob ON blob.rid = cherrypick.${wanted}
      LEFT JOIN event ON event.objid = cherrypick.${wanted}
     WHERE cherrypick.${given} = ?
     ORDER BY event.mtime DESC, blob.rid DESC`
}

function picks(repo: Repo, rid: Rid, query: string): PickedCheckin[] {
  const rows = dbOf(repo).prepare<RelativeRow>(query).all(rid)
  return rows.map(([hash, mtime, isBackout]) => ({
    hash,
    dateMs: mtime === null ? undefined : msFromJulian(mtime),
    isBackout: isBackout === 1,
  }))
}

function fileUses(repo: Repo, rid: Rid): ArtifactInfo['uses'] {
  return dbOf(repo)
    .prepare<
      [
        name: TextColumn,
        checkin: ArtifactHash,
        mtime: number,
        user: TextColumn,
        comment: TextColumn,
      ]
    >(
      `SELECT DISTINCT CAST(filename.name AS BLOB), blob.uuid, event.mtime,
              CAST(coalesce(euser, user) AS BLOB), CAST(coalesce(ecomment, comment) AS BLOB)
         FROM mlink
         JOIN filename ON filename.fnid = mlink.fnid
         JOIN event ON event.objid = mlink.mid
         JOIN blob ON blob.rid = mlink.mid
        WHERE mlink.fid = ? ORDER BY event.mtime DESC, mlink.mid DESC, filename.name`,
    )
    .all(rid)
    .map(([name, checkin, mtime, user, comment]) => ({
      name: textOf(name),
      checkin,
      dateMs: msFromJulian(mtime),
      user: textIfAny(user),
      comment: textOf(comment),
    }))
}

function attachmentUses(repo: Repo, rid: Rid): ArtifactInfo['attachments'] {
  return dbOf(repo)
    .prepare<
      [
        fileName: TextColumn,
        target: TextColumn,
        targetKind: 'wiki' | 'ticket' | 'technote' | null,
        via: ArtifactHash,
        mtime: number,
        user: TextColumn,
        comment: TextColumn,
      ]
    >(
      `SELECT CAST(filename AS BLOB), CAST(target AS BLOB),
              CASE WHEN EXISTS(SELECT 1 FROM tag WHERE tagname = 'tkt-' || target) THEN 'ticket'
                   WHEN EXISTS(SELECT 1 FROM tag WHERE tagname = 'wiki-' || target) THEN 'wiki'
                   WHEN EXISTS(SELECT 1 FROM tag WHERE tagname = 'event-' || target)
                   THEN 'technote' END,
              via.uuid, mtime, CAST(user AS BLOB), CAST(comment AS BLOB)
         FROM attachment
         JOIN blob ON blob.uuid = attachment.src
         JOIN blob AS via ON via.rid = attachment.attachid
        WHERE blob.rid = ? ORDER BY mtime DESC, via.rid DESC`,
    )
    .all(rid)
    .map(([fileName, target, targetKind, via, mtime, user, comment]) => ({
      fileName: textOf(fileName),
      target: textOf(target),
      targetKind: targetKind ?? undefined,
      via,
      dateMs: msFromJulian(mtime),
      user: textIfAny(user),
      comment: textOf(comment),
    }))
}

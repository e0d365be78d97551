/**
 * The timeline: what happened in a project, newest first.
 *
 * May know branches, ancestry and file changes. Source: fossil src/timeline.c, timeline_cmd,
 * timeline_query_for_tty and print_timeline; the `event` table, src/schema.c:366-392.
 * @module
 */

import { julianFromMs, msFromJulian } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { isPrivate, ridOf } from '../repo/blob.ts'
import type { Value } from '../db/driver.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { branchTagId } from '../repo/schema.ts'
import { ancestors, descendants } from './ancestry.ts'
import { primaryChildren } from './branch.ts'
import { isClosed, isLeaf } from '../crosslink/branch.ts'
import { type ChangedFile, changedFiles } from './changes.ts'
import { type EventKind, kindOfEvent, typeOfEvent } from './event-kind.ts'
import { symbolicTags } from '../crosslink/properties.ts'
import { type TextColumn, textIfAny, textOf, textParameter } from '../repo/db-text.ts'

/** Conditions on the entries to show. Every condition that is given must hold. */
export interface TimelineOptions {
  /** At most this many. Default: all. */
  readonly limit?: number
  /** Leaves out this many of those that `limit` counts. Default 0. */
  readonly offset?: number
  /** Only these kinds; with `path`, check-ins by default. */
  readonly kinds?: readonly EventKind[]
  /** Nothing later than this. */
  readonly before?: Moment
  /** Nothing earlier than this. */
  readonly after?: Moment
  /**
   * Only this check-in, its ancestors and what was cherry-picked into them. Stock also calls
   * these `parents`.
   */
  readonly ancestorsOf?: ArtifactHash
  /**
   * Only this check-in and its descendants, which stock also calls `children`. Here `limit` and
   * `offset` count from the check-in on, so that they show what followed it; still newest first.
   */
  readonly descendantsOf?: ArtifactHash
  /**
   * Only what carries this tag or is on this branch: check-ins, changes of its tags, and the wiki
   * pages about the branch and its check-ins. No check-in of another branch.
   */
  readonly branch?: string
  /** Only what bears this tag, by its name as it stands: `sym-release`, `bgcolor`, `wiki-Home`. */
  readonly tag?: string
  /** Only these artifacts. */
  readonly hashes?: readonly ArtifactHash[]
  /** Only check-ins that change this file, or a file below this directory. */
  readonly path?: string
  /** Tell which files each check-in changes. Default false. */
  readonly withFiles?: boolean
}

/** A point in time: a date, in ms since 1970, or when an entry happened. */
export type Moment = { readonly dateMs: number } | { readonly hash: ArtifactHash }

/**
 * Remarks on an entry, in the order in which they are told:
 *
 * - `merge`: it has several parents.
 * - `fork`, `branch`: several check-ins continue its line, at least two of them on its own
 *   branch, or not.
 * - `unpublished`: it is private.
 * - `leaf`: no check-in follows it on its own branch. Stock's `-F %p` says so of what is not
 *   continued at all.
 * - `closed`: nothing is to follow it.
 */
export type Mark = 'merge' | 'fork' | 'branch' | 'unpublished' | 'leaf' | 'closed'

/** One entry of the timeline. */
export interface TimelineEntry {
  readonly hash: ArtifactHash
  /** Undefined for a kind that this version does not know. */
  readonly kind: EventKind | undefined
  /** Milliseconds since 1970. */
  readonly dateMs: number
  /** The user who did it, as corrected since; undefined where nobody is named. */
  readonly user: string | undefined
  /** The comment, as corrected since. Of a wiki edit: `+`, `-` or `:` and the title. */
  readonly comment: string
  readonly branch: string | undefined
  /** Tags and branches by name, without `sym-`, in byte order. */
  readonly tags: readonly string[]
  readonly marks: readonly Mark[]
  /** True where some check-in continues its line, on whichever branch. */
  readonly isContinued: boolean
  /** With `withFiles`, for a check-in: by name. */
  readonly files?: readonly ChangedFile[]
}

/**
 * Entries of the timeline, newest first; ties are broken by rid, so that the order is total.
 *
 * @example
 * ```ts
 * for (const { hash, comment } of timeline(repo, { limit: 20, branch: 'trunk' })) {
 *   console.log(hash, comment)
 * }
 * const [entry] = timeline(repo, { hashes: [hash] })
 * const [release] = timeline(repo, { tag: 'sym-v1.0', kinds: ['checkin'] })
 * ```
 */
export function timeline(repo: Repo, options: TimelineOptions = {}): TimelineEntry[] {
  const { limit = -1, offset = 0 } = options
  const { sql, parameters } = condition(repo, options)
  const order = options.descendantsOf === undefined ? 'DESC' : 'ASC'
  const rows = dbOf(repo)
    .prepare<EntryRow>(
      `SELECT event.objid, blob.uuid, event.type, event.mtime,
              CAST(coalesce(event.euser, event.user) AS BLOB),
              CAST(coalesce(event.ecomment, event.comment) AS BLOB),
              CAST(branch.value AS BLOB),
              (SELECT count(*) FROM plink WHERE cid = event.objid)
         FROM event
         CROSS JOIN blob ON blob.rid = event.objid
         LEFT JOIN tagxref AS branch ON branch.rid = event.objid
              AND branch.tagid = ${branchTagId} AND branch.tagtype > 0
        WHERE ${sql}
        ORDER BY event.mtime ${order}, event.objid ${order} LIMIT ? OFFSET ?`,
    )
    .all(...parameters, limit, offset)
  if (order === 'ASC') rows.reverse()
  return rows.map((row) => entryOf(repo, row, options.withFiles === true))
}

type EntryRow = [
  rid: Rid,
  hash: ArtifactHash,
  type: string,
  mtime: number,
  user: TextColumn,
  comment: TextColumn,
  branch: TextColumn,
  parents: number,
]

function entryOf(repo: Repo, row: EntryRow, withFiles: boolean): TimelineEntry {
  const [rid, hash, type, mtime, user, comment, branch, parents] = row
  const kind = kindOfEvent(type)
  const children = primaryChildren(repo, rid)
  return {
    hash,
    kind,
    dateMs: msFromJulian(mtime),
    user: textIfAny(user),
    comment: textOf(comment),
    branch: textIfAny(branch),
    tags: symbolicTags(repo, rid),
    marks: marksOf(repo, rid, { parents, children }),
    isContinued: children.all > 0,
    ...(withFiles && kind === 'checkin' ? { files: changedFiles(repo, rid) } : {}),
  }
}

function marksOf(
  repo: Repo,
  rid: Rid,
  { parents, children }: { parents: number; children: ReturnType<typeof primaryChildren> },
): Mark[] {
  return [
    ...(parents > 1 ? (['merge'] as const) : []),
    ...(children.all > 1 ? ([children.sameBranch > 1 ? 'fork' : 'branch'] as const) : []),
    ...(isPrivate(repo, rid) ? (['unpublished'] as const) : []),
    ...(isLeaf(repo, rid) ? (['leaf'] as const) : []),
    ...(isClosed(repo, rid) ? (['closed'] as const) : []),
  ]
}

/** A condition on `event`, and on `branch` beside it, with its parameters in order. */
interface Condition {
  readonly sql: string
  readonly parameters: readonly Value[]
}

function condition(repo: Repo, options: TimelineOptions): Condition {
  const { before, after, ancestorsOf, descendantsOf, branch, tag, hashes, path } = options
  const kinds = options.kinds ?? (path === undefined ? undefined : (['checkin'] as const))
  const parts: Condition[] = []
  if (before !== undefined) parts.push(timeCondition('<=', before))
  if (after !== undefined) parts.push(timeCondition('>=', after))
  if (kinds !== undefined)
    parts.push(
      listCondition(
        'event.type',
        kinds.map((kind) => typeOfEvent[kind]),
      ),
    )
  if (ancestorsOf !== undefined) {
    const rids = ancestors(repo, ridOf(repo, ancestorsOf), {
      through: 'cherrypicks',
      ...closest(options),
    })
    parts.push(listCondition('event.objid', rids))
  }
  if (descendantsOf !== undefined) {
    const rids = descendants(repo, ridOf(repo, descendantsOf), closest(options))
    parts.push(listCondition('event.objid', rids))
  }
  if (branch !== undefined) parts.push(branchCondition(branch))
  if (tag !== undefined) parts.push(tagCondition(tag))
  if (hashes !== undefined) parts.push(hashCondition(hashes))
  if (path !== undefined) parts.push(pathCondition(path))
  return {
    sql: ['TRUE', ...parts.map(({ sql }) => sql)].join(' AND '),
    parameters: parts.flatMap(({ parameters }) => parameters),
  }
}

/** The number of relatives that can matter: all of them where another condition drops some. */
function closest(options: TimelineOptions): { limit?: number } {
  const { limit, offset = 0, kinds, before, after, branch, tag, hashes, path } = options
  const others = [kinds, before, after, branch, tag, hashes, path]
  if (limit === undefined || others.some((other) => other !== undefined)) return {}
  return { limit: limit + offset }
}

function timeCondition(operator: '<=' | '>=', moment: Moment): Condition {
  // Stored times are off by up to a tenth of a millisecond, to either side: `storedJulian`.
  const slackMs = operator === '<=' ? 0.5 : -0.5
  return 'dateMs' in moment
    ? { sql: `event.mtime ${operator} ?`, parameters: [julianFromMs(moment.dateMs + slackMs)] }
    : {
        sql: `event.mtime ${operator}
          (SELECT mtime FROM blob CROSS JOIN event ON objid = rid WHERE uuid = ?)`,
        parameters: [moment.hash],
      }
}

/** Lists can be longer than a statement takes parameters, so they go in as one of JSON. */
function listCondition(column: string, values: readonly (string | number)[]): Condition {
  const sql = `${column} IN (SELECT value FROM json_each(?))`
  return { sql, parameters: [JSON.stringify(values)] }
}

/** timeline.c:3344-3366. */
function branchCondition(branch: string): Condition {
  const name = textParameter(branch)
  const tag = textParameter(`sym-${branch}`)
  return {
    sql: `event.objid IN (
        SELECT rid FROM tagxref JOIN tag USING(tagid)
         WHERE tagtype > 0 AND tagname = CAST(? AS TEXT)
        UNION
        SELECT srcid FROM tagxref WHERE origid IN (
          SELECT rid FROM tagxref JOIN tag USING(tagid) WHERE tagname = CAST(? AS TEXT))
        UNION
        SELECT objid FROM event WHERE substr(comment, 2) = 'branch/' || CAST(? AS TEXT)
        UNION
        SELECT page.objid FROM event AS page
          JOIN blob ON blob.uuid = substr(page.comment, 10)
          JOIN tagxref ON tagxref.rid = blob.rid AND tagxref.tagid = ${branchTagId}
         WHERE substr(page.comment, 2, 8) = 'checkin/' AND tagxref.value = CAST(? AS TEXT))
      AND (branch.value IS NULL OR branch.value = CAST(? AS TEXT))`,
    parameters: [tag, tag, name, name, name],
  }
}

function tagCondition(tag: string): Condition {
  return {
    sql: `event.objid IN (
        SELECT rid FROM tagxref JOIN tag USING(tagid)
         WHERE tagtype > 0 AND tagname = CAST(? AS TEXT))`,
    parameters: [textParameter(tag)],
  }
}

function hashCondition(hashes: readonly ArtifactHash[]): Condition {
  const { sql, parameters } = listCondition('uuid', hashes)
  return { sql: `event.objid IN (SELECT rid FROM blob WHERE ${sql})`, parameters }
}

/** timeline.c:3324-3343, without regard to the meaning of `*`, `?` and `[` for GLOB. */
function pathCondition(path: string): Condition {
  const name = textParameter(path)
  return {
    sql: `EXISTS(SELECT 1 FROM mlink JOIN filename USING(fnid)
        WHERE mlink.mid = event.objid
          AND (name = CAST(? AS TEXT)
               OR (name > CAST(? AS TEXT) || '/' AND name < CAST(? AS TEXT) || '0')))`,
    parameters: [name, name, name],
  }
}

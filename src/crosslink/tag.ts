/**
 * Tags: what artifacts say of others, and what check-ins inherit from their parents.
 *
 * An artifact that says something of another explicitly counts for that one more than anything
 * inherited; of two that speak explicitly the later counts. A propagating tag (type 2) passes down
 * the lines of primary parents until one says otherwise. So the table is a function of the
 * artifacts, whatever the order they came in; stock's follows the order where times are equal, or
 * where an older explicit tag meets a newer inherited one (docs/divergences.md).
 *
 * Source: fossil src/tag.c, tag_insert and tag_propagate; `tagxref` in src/schema.c.
 * @module
 */

import { textOrNull, textParameter } from '../repo/db-text.ts'
import { hashOf } from '../repo/blob.ts'
import { cacheOf, dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import { type Rid, ridOfRow } from '../repo/rid.ts'
import {
  bgcolorTagId,
  branchTagId,
  commentTagId,
  dateTagId,
  parentTagId,
  userTagId,
} from '../repo/schema.ts'

/** `tagxref.tagtype`. A cancelled tag keeps its row: it is what stops an inherited one. */
export const tagTypes = { '-': 0, '+': 1, '*': 2 } as const

/** One T card, or a tag that a kind of artifact implies. */
export interface TagToInsert {
  readonly name: string
  readonly type: 0 | 1 | 2
  readonly value?: string
  /** The artifact that says so. */
  readonly source: Rid
  /** The time at which it was made: a Julian day. */
  readonly mtimeJulian: number
  /** The artifact of which it is said. */
  readonly target: Rid
}

/** The id of the tag of this name, made where there is none. */
export function tagIdOf(repo: Repo, name: string): number {
  const known = findTagId(repo, name)
  if (known !== undefined) return known
  const { lastRowid } = dbOf(repo)
    .prepare('INSERT INTO tag(tagname) VALUES(CAST(? AS TEXT))')
    .run(textParameter(name))
  cacheOf(repo).rememberTag(name, lastRowid)
  return lastRowid
}

/** The id of the tag of this name, or undefined where nothing was ever tagged so. */
export function findTagId(repo: Repo, name: string): number | undefined {
  const cached = cacheOf(repo).tagId(name)
  if (cached !== undefined) return cached
  const found = dbOf(repo)
    .prepare<[number]>('SELECT tagid FROM tag WHERE tagname = CAST(? AS TEXT)')
    .get(textParameter(name))?.[0]
  if (found !== undefined) cacheOf(repo).rememberTag(name, found)
  return found
}

/** Records what one artifact says of another, unless something later is said of it already. */
export function insertTag(repo: Repo, tag: TagToInsert): number {
  const tagid = tagIdOf(repo, tag.name)
  const before = dbOf(repo)
    .prepare<TagRow>('SELECT srcid, mtime, tagtype FROM tagxref WHERE rid = ? AND tagid = ?')
    .get(tag.target, tagid)
  if (before !== undefined && !prevails(repo, tag, before)) {
    repo.env.mark?.('crosslink.tag-superseded')
    return tagid
  }
  dbOf(repo)
    .prepare(
      `REPLACE INTO tagxref(tagid, tagtype, srcid, origid, value, mtime, rid)
       VALUES(?, ?, ?, ?, CAST(? AS TEXT), ?, ?)`,
    )
    .run(
      tagid,
      tag.type,
      tag.source,
      tag.target,
      textOrNull(tag.value),
      tag.mtimeJulian,
      tag.target,
    )
  tagChanged(repo, tagid, tag.target)
  for (const child of primaryChildren(repo, tag.target))
    transactionOf(repo).pending.inherit(tagid, child)
  return tagid
}

/**
 * Has everything that waits for it inherit its tags anew, from the nearest change downwards.
 * A tag that comes out as it was passes nothing on.
 */
export function settleInheritance(repo: Repo): void {
  const { inherited } = transactionOf(repo).pending
  for (const [tagid, rids] of inherited) {
    inherited.delete(tagid)
    const queue = [...rids].sort((a, b) => b - a)
    for (let rid = queue.pop(); rid !== undefined; rid = queue.pop()) {
      if (!inherit(repo, tagid, rid)) continue
      for (const child of primaryChildren(repo, rid)) queue.push(child)
    }
  }
}

/** Has `rid` inherit anew all that it has or that its primary parent hands down. */
export function inheritAll(repo: Repo, rid: Rid): void {
  const tagids = dbOf(repo)
    .prepare<[number]>(
      `SELECT tagid FROM tagxref
        WHERE tagtype = 2 AND rid IN (SELECT pid FROM plink WHERE cid = ?1 AND isprim)
       UNION SELECT tagid FROM tagxref WHERE rid = ?1 AND srcid = 0
       ORDER BY tagid`,
    )
    .all(rid)
  for (const [tagid] of tagids) transactionOf(repo).pending.inherit(tagid, rid)
}

type TagRow = [srcid: Rid, mtime: number, tagtype: number]

/** Tells whether `tag` counts for more than the row that is there. */
function prevails(repo: Repo, tag: TagToInsert, [srcid, mtime, tagtype]: TagRow): boolean {
  if (srcid === 0) return true
  if (mtime !== tag.mtimeJulian) return mtime < tag.mtimeJulian
  // Of several cards in one artifact the first counts, and `*` sorts before `+` before `-`.
  if (srcid === tag.source) return tag.type > tagtype
  // An artifact has the first say about itself; then the names decide, being the same everywhere.
  if (srcid === tag.target) return false
  if (tag.source === tag.target) return true
  repo.env.mark?.('crosslink.tags-of-one-moment')
  return (hashOf(repo, tag.source) ?? '') < (hashOf(repo, srcid) ?? '')
}

type InheritedRow = [origid: Rid, value: Uint8Array | null, mtime: number]

/** Returns whether the row of `rid` changed. */
function inherit(repo: Repo, tagid: number, rid: Rid): boolean {
  const own = dbOf(repo)
    .prepare<[srcid: Rid, ...InheritedRow]>(
      `SELECT srcid, origid, CAST(value AS BLOB), mtime FROM tagxref WHERE rid = ? AND tagid = ?`,
    )
    .get(rid, tagid)
  if (own !== undefined && own[0] !== 0) return false
  const handed = dbOf(repo)
    .prepare<InheritedRow>(
      `SELECT origid, CAST(value AS BLOB), tagxref.mtime FROM plink CROSS JOIN tagxref
        WHERE plink.cid = ? AND isprim AND rid = plink.pid AND tagid = ? AND tagtype = 2`,
    )
    .get(rid, tagid)
  if (handed === undefined) {
    if (own === undefined) return false
    dbOf(repo).prepare('DELETE FROM tagxref WHERE rid = ? AND tagid = ?').run(rid, tagid)
  } else {
    if (own !== undefined && isSame(own, handed)) return false
    const [origid, value, mtime] = handed
    dbOf(repo)
      .prepare(
        `REPLACE INTO tagxref(tagid, tagtype, srcid, origid, value, mtime, rid)
         VALUES(?, 2, 0, ?, CAST(? AS TEXT), ?, ?)`,
      )
      .run(tagid, origid, value, mtime, rid)
  }
  tagChanged(repo, tagid, rid)
  return true
}

function isSame([, ...own]: [Rid, ...InheritedRow], handed: InheritedRow): boolean {
  const [value, other] = [own[1], handed[1]]
  const isSameValue =
    value === null || other === null ? value === other : Buffer.compare(value, other) === 0
  return own[0] === handed[0] && own[2] === handed[2] && isSameValue
}

/** Leaves for the end of the transaction the other facts that depend on a tag. */
function tagChanged(repo: Repo, tagid: number, rid: Rid): void {
  const { pending } = transactionOf(repo)
  if (tagid === branchTagId) {
    pending.leaves.add(rid)
    for (const [pid] of dbOf(repo)
      .prepare<[Rid]>('SELECT pid FROM plink WHERE cid = ? ORDER BY pid')
      .all(rid)) {
      pending.leaves.add(pid)
    }
  } else if (tagid === parentTagId) pending.parentTags = true
  else if (tagid === commentTagId) pending.comments.add(rid)
  if (eventTags.has(tagid)) pending.events.add(rid)
}

const eventTags: ReadonlySet<number> = new Set([bgcolorTagId, commentTagId, userTagId, dateTagId])

function primaryChildren(repo: Repo, rid: Rid): Rid[] {
  return dbOf(repo)
    .prepare<[number]>('SELECT cid FROM plink WHERE pid = ? AND isprim ORDER BY cid DESC')
    .all(rid)
    .map(([cid]) => ridOfRow(cid))
}

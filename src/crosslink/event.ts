/**
 * The timeline: one `event` row for each artifact that is news.
 *
 * What tags say of an artifact (another comment, user, date or colour) is laid over what it says
 * itself. Source: fossil src/manifest.c:2412-2440 and src/tag.c:200-231; `event` in src/schema.c.
 * @module
 */

import { julianFromMs, msFromJulian, storedJulian } from '../deck/date.ts'
import { artifactLinks } from '../markup/links.ts'
import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { columnText, textOrNull } from '../repo/db-text.ts'
import { bgcolorTagId, commentTagId, dateTagId, userTagId } from '../repo/schema.ts'
import { putBacklinks } from './backlink.ts'

/** `event.type`: check-in, wiki, technote, ticket, forum, tag change. */
export type EventType = 'ci' | 'w' | 'e' | 't' | 'f' | 'g'

/** An event as an artifact tells it. */
export interface EventToPut {
  readonly type: EventType
  readonly rid: Rid
  /** A Julian day. */
  readonly mtimeJulian: number
  readonly user: string | undefined
  readonly comment: string | undefined
  readonly tagid?: number
  readonly brief?: string
}

const colorValue = (rid: string): string =>
  `(SELECT value FROM tagxref WHERE rid = ${rid} AND tagid = ${bgcolorTagId} AND tagtype > 0)`
// Of what is inherited only the colour shows, as in stock (tag.c:79-99).
const ownValue = (tagid: number, rid: string): string =>
  `(SELECT value FROM tagxref
     WHERE rid = ${rid} AND tagid = ${tagid} AND tagtype > 0 AND srcid <> 0)`

/** The Julian day that a `date` tag gives `rid`, as SQL; NULL for none, and for what is no date. */
export function taggedDate(rid: string): string {
  // A time that moves with the clock would be another one in each repository.
  return `(SELECT julianday(value) FROM tagxref
     WHERE rid = ${rid} AND tagid = ${dateTagId} AND tagtype > 0 AND srcid <> 0
       AND value COLLATE NOCASE NOT IN ('now', 'subsec', 'subsecond'))`
}

const putSql = `
  REPLACE INTO event(type, mtime, objid, tagid, user, comment, brief,
                     bgcolor, euser, ecomment, omtime)
  VALUES(?1, coalesce(${taggedDate('?3')}, ?2), ?3, ?4,
    CAST(?5 AS TEXT), CAST(?6 AS TEXT), CAST(?7 AS TEXT),
    ${colorValue('?3')}, ${ownValue(userTagId, '?3')}, ${ownValue(commentTagId, '?3')},
    CASE WHEN ?1 = 'ci' OR ${taggedDate('?3')} IS NOT NULL THEN ?2 END)`

/** Writes the row of one artifact, as its tags have it. */
export function putEvent(repo: Repo, event: EventToPut): void {
  const { type, rid, mtimeJulian, user, comment, tagid = null, brief } = event
  dbOf(repo)
    .prepare(putSql)
    .run(
      type,
      storedJulian(mtimeJulian),
      rid,
      tagid,
      textOrNull(user),
      textOrNull(comment),
      textOrNull(brief),
    )
}

/**
 * Lays the tags over the rows whose tags changed. A check-in's time goes back to what it says
 * itself; {@link settleTimes} then looks at its children again.
 */
export function settleEvents(repo: Repo): void {
  const update = dbOf(repo).prepare(
    `UPDATE event SET
       bgcolor = ${colorValue('objid')},
       euser = ${ownValue(userTagId, 'objid')},
       ecomment = ${ownValue(commentTagId, 'objid')},
       mtime = coalesce(${taggedDate('objid')}, omtime, mtime),
       omtime = CASE WHEN type = 'ci' THEN omtime
                     WHEN ${taggedDate('objid')} IS NULL THEN NULL
                     ELSE coalesce(omtime, mtime) END
     WHERE objid = ?`,
  )
  for (const rid of transactionOf(repo).pending.events) {
    update.run(rid)
    transactionOf(repo).pending.times.add(rid)
  }
  transactionOf(repo).pending.events.clear()
}

type CommentRow = [
  comment: Uint8Array | null,
  omtime: number | null,
  tagged: Uint8Array | null,
  taggedMtime: number | null,
]

/**
 * Finds the links in comments: those of a `comment` tag where there is one, else a check-in's own.
 * Stock dates the links of an edited comment by whichever artifact it read last
 * (docs/divergences.md); here the edit dates them.
 */
export function settleComments(repo: Repo): void {
  for (const rid of [...transactionOf(repo).pending.comments].sort((a, b) => a - b)) {
    const row = dbOf(repo)
      .prepare<CommentRow>(
        `SELECT CAST(event.comment AS BLOB), omtime, CAST(value AS BLOB), tagxref.mtime
           FROM (SELECT ?1 AS named)
           LEFT JOIN event ON objid = named AND type = 'ci'
           LEFT JOIN tagxref ON rid = named AND tagxref.tagid = ${commentTagId}
                            AND tagtype > 0 AND srcid <> 0`,
      )
      .get(rid)
    const [comment = null, omtime = null, tagged = null, taggedMtime = null] = row ?? []
    const text = columnText(tagged ?? comment) ?? ''
    putBacklinks(repo, {
      from: { type: 'comment', id: rid },
      targets: artifactLinks(text, { mimetype: 'wiki', isInline: true }),
      mtimeJulian: (tagged === null ? exact(omtime) : taggedMtime) ?? 0,
    })
  }
  transactionOf(repo).pending.comments.clear()
}

/** The Julian day that was rounded when it was stored: rounded again, it could be another one. */
function exact(stored: number | null): number | null {
  return stored === null ? null : julianFromMs(msFromJulian(stored))
}

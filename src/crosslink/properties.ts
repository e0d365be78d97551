/**
 * Properties and tags that hold for an artifact now, set on it or inherited, by `tagxref`.
 * Source: fossil src/tag.c; table comments in src/schema.c.
 * @module
 */

import { parseDate } from '../deck/date.ts'
import { decodeText } from '../base/text.ts'
import { columnText } from '../repo/db-text.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import {
  bgcolorTagId,
  branchTagId,
  closedTagId,
  commentTagId,
  dateTagId,
  hiddenTagId,
  userTagId,
} from '../repo/schema.ts'

/** `tag.tagid` of the properties that Fossil itself reads. */
const propertyIds = {
  bgcolor: bgcolorTagId,
  comment: commentTagId,
  user: userTagId,
  date: dateTagId,
  hidden: hiddenTagId,
  branch: branchTagId,
  closed: closedTagId,
} as const

/** A property that holds for an artifact. */
export interface Property {
  /** Empty where it has none. */
  readonly value: string
  /** True where descendants have it too. */
  readonly propagates: boolean
}

/** Returns a property of `rid`, set on it or inherited; undefined where there is none. */
export function property(
  repo: Repo,
  rid: Rid,
  name: keyof typeof propertyIds,
): Property | undefined {
  const row = dbOf(repo)
    .prepare<[value: Uint8Array | null, type: number]>(
      `SELECT CAST(value AS BLOB), tagtype FROM tagxref
        WHERE rid = ? AND tagid = ? AND tagtype > 0`,
    )
    .get(rid, propertyIds[name])
  if (row === undefined) return undefined
  return { value: columnText(row[0]) ?? '', propagates: row[1] === 2 }
}

/**
 * The date of a check-in, in milliseconds since 1970: that of its D card unless it was amended.
 * Not `event.mtime`, which stock moves by milliseconds to sort a parent before its child.
 */
export function shownDateMs(repo: Repo, rid: Rid, said: { readonly dateMs: number }): number {
  return parseDate(property(repo, rid, 'date')?.value ?? '') ?? said.dateMs
}

/**
 * The names that people gave an artifact, branches included, without the `sym-` that is stored
 * before each. In byte order.
 *
 * @param which `propagating` leaves out those on this check-in alone
 */
export function symbolicTags(repo: Repo, rid: Rid, which: 'all' | 'propagating' = 'all'): string[] {
  return dbOf(repo)
    .prepare<[Uint8Array]>(
      `SELECT CAST(tagname AS BLOB) FROM tagxref JOIN tag USING(tagid)
        WHERE rid = ? AND tagtype >= ? AND tagname GLOB 'sym-*' ORDER BY tagname`,
    )
    .all(rid, which === 'all' ? 1 : 2)
    .map(([name]) => decodeText(name).slice('sym-'.length))
}

/**
 * What the derived tables say of an artifact now: its tags, whether it is a leaf. Whoever writes a
 * change asks here what there is to change.
 * Source: fossil src/tag.c, src/leaf.c, src/wiki.c; table comments in src/schema.c.
 * @module
 */

import { parseDate } from '../deck/date.ts'
import { decodeText } from '../deck/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { config } from '../repo/config.ts'
import { columnText, textParameter } from '../repo/db-text.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'
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

/** The branch of a check-in that no tag puts on another. */
export const defaultBranch = 'trunk'

/** Tells whether this repository's own value of a setting says yes. db.c is_truth. */
export function isSettingOn(repo: Repo, name: string): boolean {
  return /^(?:on|yes|true|1)$/i.test(config(repo, name) ?? '')
}

/** A property that holds for an artifact. */
export interface Property {
  /** Empty where it has none. */
  readonly value: string
  /** Whether descendants have it too. */
  readonly propagates: boolean
}

/** Returns a property of `rid`, set on it or inherited; undefined where there is none. */
export function property(
  repo: Repo,
  rid: Rid,
  name: keyof typeof propertyIds,
): Property | undefined {
  const row = repo.db
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
 * Names of the tags of `rid` that begin with `sym-`, sorted.
 *
 * @param which `propagating` leaves out those on this check-in alone
 */
export function symbolicTags(repo: Repo, rid: Rid, which: 'all' | 'propagating'): string[] {
  return repo.db
    .prepare<[Uint8Array]>(
      `SELECT CAST(tagname AS BLOB) FROM tagxref JOIN tag USING(tagid)
        WHERE rid = ? AND tagtype >= ? AND tagname GLOB 'sym-*' ORDER BY tagname`,
    )
    .all(rid, which === 'all' ? 1 : 2)
    .map(([name]) => decodeText(name))
}

/** The check-in of a branch that the timeline shows last, open or closed. name.c:189-210. */
export function branchTip(repo: Repo, branch: string): NamedArtifact | undefined {
  const row = repo.db
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      `SELECT blob.rid, blob.uuid
         FROM tagxref JOIN event ON event.objid = tagxref.rid JOIN blob ON blob.rid = tagxref.rid
        WHERE tagxref.tagid = ${branchTagId} AND tagtype > 0
          AND tagxref.value = CAST(? AS TEXT) AND event.type = 'ci'
        ORDER BY event.mtime DESC, blob.rid DESC LIMIT 1`,
    )
    .get(textParameter(branch))
  return row === undefined ? undefined : { rid: row[0], hash: row[1] }
}

/** A check-in without a child on its own branch. leaf.c is_a_leaf. */
export function isLeaf(repo: Repo, rid: Rid): boolean {
  return (
    repo.db
      .prepare(
        `SELECT 1 FROM plink
          WHERE pid = ? AND ${branchSql('plink.pid')} = ${branchSql('plink.cid')} LIMIT 1`,
      )
      .get(rid) === undefined
  )
}

/**
 * The open leaves of a branch, sorted: where there is more than one, the branch has forked.
 * leaf.c leaf_ambiguity_warning.
 *
 * @param except check-ins that do not count
 */
export function openLeaves(repo: Repo, branch: string, except: readonly Rid[]): ArtifactHash[] {
  return repo.db
    .prepare<[ArtifactHash]>(
      `SELECT blob.uuid FROM leaf CROSS JOIN blob USING(rid)
        WHERE ${branchSql('leaf.rid')} = CAST(? AS TEXT)
          AND leaf.rid NOT IN (SELECT value FROM json_each(?))
          AND NOT EXISTS(SELECT 1 FROM tagxref WHERE tagxref.rid = leaf.rid
                            AND tagid = ${closedTagId} AND tagtype > 0)
        ORDER BY blob.uuid`,
    )
    .all(textParameter(branch), JSON.stringify(except))
    .map(([hash]) => hash)
}

/** The branch of a check-in, as SQL. */
function branchSql(rid: string): string {
  const named = `SELECT value FROM tagxref
    WHERE tagxref.rid = ${rid} AND tagid = ${branchTagId} AND tagtype > 0`
  return `coalesce((${named}), '${defaultBranch}')`
}

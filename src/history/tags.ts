/**
 * Tags and properties of an artifact, by the `tagxref` table.
 * Source: fossil src/schema.c:476-490; src/tag.c; src/info.c info_tags_of_checkin.
 * @module
 */

import { msFromJulian } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { type TextColumn, textOf } from '../repo/db-text.ts'

/** One tag or property of an artifact. */
export interface ArtifactTag {
  /** As stored: `sym-` before the names that people give. */
  readonly name: string
  readonly type: 'cancel' | 'single' | 'propagating'
  /** Undefined for a tag without a value. */
  readonly value: string | undefined
  /** The time at which the tag was given or cancelled, in ms since 1970. */
  readonly dateMs: number
  /** The artifact that says so; undefined where it came down from an ancestor. */
  readonly source: ArtifactHash | undefined
  /** The artifact to which the tag was first given: this one or an ancestor. */
  readonly origin: ArtifactHash | undefined
}

/** Every tag of an artifact, cancelled ones too, by name in byte order. */
export function artifactTags(repo: Repo, rid: Rid): ArtifactTag[] {
  return dbOf(repo)
    .prepare<
      [
        name: TextColumn,
        type: number,
        value: TextColumn,
        mtime: number,
        source: ArtifactHash | null,
        origin: ArtifactHash | null,
      ]
    >(
      `SELECT CAST(tagname AS BLOB), tagtype, CAST(value AS BLOB), mtime,
              (SELECT uuid FROM blob WHERE blob.rid = tagxref.srcid),
              (SELECT uuid FROM blob WHERE blob.rid = tagxref.origid)
         FROM tagxref JOIN tag USING(tagid) WHERE tagxref.rid = ? ORDER BY tagname`,
    )
    .all(rid)
    .map(([name, type, value, mtime, source, origin]) => ({
      name: textOf(name),
      type: type === 2 ? 'propagating' : type === 1 ? 'single' : 'cancel',
      value: value === null ? undefined : textOf(value),
      dateMs: msFromJulian(mtime),
      source: source ?? undefined,
      origin: origin ?? undefined,
    }))
}

/**
 * Tags of a whole repository, and what bears them.
 * Source: fossil src/tag.c tag_cmd (list, find).
 * @module
 */

import { textOf, textParameter, type TextColumn } from '../repo/db-text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { type EventKind, typeOfEvent } from './event-kind.ts'

/**
 * Names of the tags that something bears, in byte order, as they stand: `sym-release`, `bgcolor`,
 * `wiki-Home`.
 *
 * @example
 * ```ts
 * const names = tagNames(repo, { prefix: 'sym-' })
 * ```
 */
export function tagNames(repo: Repo, { prefix = '' }: { prefix?: string } = {}): string[] {
  return dbOf(repo)
    .prepare<[TextColumn]>(
      `SELECT CAST(tagname AS BLOB) FROM tag
        WHERE EXISTS(SELECT 1 FROM tagxref WHERE tagxref.tagid = tag.tagid AND tagtype > 0)
        ORDER BY tagname`,
    )
    .all()
    .map(([name]) => textOf(name))
    .filter((name) => name.startsWith(prefix))
}

/**
 * Artifacts on the timeline that bear a tag, the latest first. `name` as in {@link tagNames}.
 *
 * @example
 * ```ts
 * const [release] = taggedArtifacts(repo, 'sym-v1.0', { kind: 'checkin' })
 * ```
 * @param options.kind only what is on the timeline as this kind
 * @param options.limit at most so many; by default all
 */
export function taggedArtifacts(
  repo: Repo,
  name: string,
  options: { readonly kind?: EventKind; readonly limit?: number } = {},
): ArtifactHash[] {
  const { kind, limit = -1 } = options
  return dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT blob.uuid FROM tag
         CROSS JOIN tagxref ON tagxref.tagid = tag.tagid AND tagxref.tagtype > 0
         CROSS JOIN event ON event.objid = tagxref.rid
         CROSS JOIN blob ON blob.rid = event.objid
        WHERE tagname = CAST(?1 AS TEXT) AND (?2 IS NULL OR event.type = ?2)
        ORDER BY event.mtime DESC, event.objid DESC LIMIT ?3`,
    )
    .all(textParameter(name), kind === undefined ? null : typeOfEvent[kind], limit)
    .map(([hash]) => hash)
}

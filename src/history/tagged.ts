/**
 * Tags of a whole repository.
 * Source: fossil src/tag.c tag_cmd (list).
 * @module
 */

import { textOf, type TextColumn } from '../repo/db-text.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/**
 * Names of the tags that something bears, in byte order, as they stand: `sym-release`, `bgcolor`,
 * `wiki-Home`. What bears one, the timeline tells.
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

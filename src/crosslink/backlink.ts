/**
 * Backlinks: which texts mention which artifacts.
 * Source: fossil src/backlink.c; `backlink` in src/schema.c.
 * @module
 */

import { storedJulian } from '../deck/date.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/** `backlink.srctype`. schema.c:601-606. */
const sourceTypes = { comment: 0, ticket: 1, wiki: 2, technote: 3, forum: 4 } as const

/** The text that mentions: the rid of an artifact, or for a wiki page the id of its tag. */
export interface BacklinkSource {
  readonly type: keyof typeof sourceTypes
  readonly id: number
}

/** Makes `targets` the only links from a text. */
export function putBacklinks(
  repo: Repo,
  links: { from: BacklinkSource; targets: readonly string[]; mtimeJulian: number },
): void {
  clearBacklinks(repo, links.from)
  addBacklinks(repo, links)
}

/** Forgets the links from a text. */
export function clearBacklinks(repo: Repo, from: BacklinkSource): void {
  dbOf(repo)
    .prepare('DELETE FROM backlink WHERE srcid = ? AND srctype = ?')
    .run(from.id, sourceTypes[from.type])
}

/** Adds links from a text to those it has. */
export function addBacklinks(
  repo: Repo,
  links: { from: BacklinkSource; targets: readonly string[]; mtimeJulian: number },
): void {
  const insert = dbOf(repo).prepare(
    'REPLACE INTO backlink(target, srctype, srcid, mtime) VALUES(?, ?, ?, ?)',
  )
  for (const target of links.targets) {
    insert.run(target, sourceTypes[links.from.type], links.from.id, storedJulian(links.mtimeJulian))
  }
}

/**
 * A wiki page in the derived tables: each version follows its parents (`plink`), bears the tag
 * `wiki-TITLE` and stands on the timeline; links are those of the newest version.
 * Source: fossil src/manifest.c:2496-2529, src/backlink.c:181-199.
 * @module
 */

import { artifactLinks, mimetypeOf } from '../markup/links.ts'
import { julianFromMs } from '../deck/date.ts'
import type { WikiDeck } from '../deck/deck.ts'
import { encodeText } from '../base/text.ts'
import { findRid } from '../repo/blob.ts'
import { type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { clearBacklinks, putBacklinks, type BacklinkSource } from './backlink.ts'
import { linkParents } from './checkin.ts'
import { putEvent } from './event.ts'
import { cText } from './event-text.ts'
import { findTagId, insertTag } from './tag.ts'
import { newestVersion, versionTag } from './version.ts'

/** Records what the version `rid` of a page says. */
export function linkWikiPage(repo: Repo, rid: Rid, deck: WikiDeck): void {
  const { wikiTitle, user, parents } = deck
  const mtimeJulian = julianFromMs(deck.dateMs)
  linkParents(repo, rid, { parents, mtimeJulian })
  const sizeBytes = textSize(deck.content)
  insertTag(repo, {
    name: versionTag('wiki', wikiTitle),
    type: 1,
    value: String(sizeBytes),
    source: rid,
    mtimeJulian,
    target: rid,
  })
  const [parent] = parents
  const isEdit = parent !== undefined && findRid(repo, parent) !== undefined
  const change = sizeBytes === 0 ? '-' : isEdit ? ':' : '+'
  putEvent(repo, { type: 'w', rid, mtimeJulian, user, comment: change + wikiTitle })
  transactionOf(repo).pending.wikiPages.add(wikiTitle)
}

/** Finds the links of the pages that changed. */
export function settleWikiPages(repo: Repo): void {
  for (const title of [...transactionOf(repo).pending.wikiPages].sort()) {
    const tagid = findTagId(repo, versionTag('wiki', title))
    if (tagid === undefined) continue
    const from: BacklinkSource = { type: 'wiki', id: tagid }
    const newest = newestVersion(repo, 'wiki', title)
    if (newest === undefined) {
      clearBacklinks(repo, from)
      continue
    }
    const { content, mimetype, dateMs } = newest.deck
    putBacklinks(repo, {
      from,
      targets: artifactLinks(content, { mimetype: mimetypeOf(mimetype), isInline: false }),
      mtimeJulian: julianFromMs(dateMs),
    })
  }
  transactionOf(repo).pending.wikiPages.clear()
}

/** Bytes of a page's text without the whitespace before it: the value of its tag. */
export function textSize(content: string): number {
  return encodeText(cText(content.replace(/^[\t-\r ]+/, ''))).length
}

/**
 * Wiki pages: each version is an artifact that names the one before it.
 * Specification: fileformat.wiki §2.4. Source: fossil src/wiki.c wiki_cmd_commit, wiki_put.
 * @module
 */

import type { WikiDeck } from '../deck/deck.ts'
import { newestVersion } from '../crosslink/version.ts'
import type { Repo } from '../repo/repo.ts'
import {
  type Author,
  checkText,
  invalid,
  mimetypeCard,
  stamp,
  writeDeck,
  type Written,
} from './artifact.ts'

/**
 * Writes a page, or the next version of one.
 *
 * @example
 * ```ts
 * writeWiki(repo, { title: 'Home', content: 'Welcome.' }, { user: 'ada' })
 * ```
 * @throws {FossilError} `artifact.invalid` for a title that no page can have; `repo.io`
 */
export function writeWiki(
  repo: Repo,
  page: {
    /** 1 to 100 bytes, no control characters, spaces only one by one and inside. */
    readonly title: string
    /** Empty deletes the page: it is listed no more, and its history stays. */
    readonly content: string
    /** Such as `text/x-markdown`. By default that of the version before, at first wiki text. */
    readonly mimetype?: string
    /** Of this change, for the timeline. Stock writes none. */
    readonly comment?: string
  },
  author: Author,
): Written {
  const { title, content, comment } = page
  // Stock shows a page of its own under these names, which is not in the history. wiki.c:154.
  if (/^sand ?box$/i.test(title)) throw invalid('wiki', 'the sandbox is not a page')
  checkText('wiki', content)
  return repo.transaction(() => {
    const current = newestVersion(repo, 'wiki', title)
    const mimetype = page.mimetype ?? current?.deck.mimetype
    const deck: WikiDeck = {
      kind: 'wiki',
      ...(comment === undefined || comment === '' ? {} : { comment }),
      ...stamp(repo, author, current?.deck.dateMs),
      wikiTitle: title,
      ...mimetypeCard(mimetype),
      parents: current === undefined ? [] : [current.hash],
      content,
    }
    return writeDeck(repo, deck, { replaces: current })
  })
}

/** A version of a page to write. */
export type WikiPage = Parameters<typeof writeWiki>[1]

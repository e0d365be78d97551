/**
 * Links from text to artifacts: what stock keeps in its `backlink` table, so that a page about an
 * artifact can name the texts that mention it.
 *
 * Entry of this layer; knows text, not artifacts: a target is a name that may belong to none.
 * Reference: fossil 2.21 src/backlink.c. docs/divergences.md lists where we differ.
 * @module
 */

import { markdownLinks } from './markdown-links.ts'
import { wikiLinks } from './wiki-links.ts'

/** The markup of a text. Links are sought in the first two only. */
export type Mimetype = 'wiki' | 'markdown' | 'other'

/**
 * The markup that a mimetype stands for, as on an N card. Without one, text is Fossil's wiki;
 * the empty mimetype is `other`. Source: backlink.c:316-321.
 */
export function mimetypeOf(mimetype: string | undefined): Mimetype {
  if (mimetype === undefined || mimetype.includes('wiki')) return 'wiki'
  return mimetype.includes('markdown') ? 'markdown' : 'other'
}

/**
 * The names of artifacts that `text` links to: 4 to 64 lowercase hexadecimal digits each, in the
 * order of the links, without repeats. Time grows with the length of `text`, whatever is in it.
 *
 * `isInline` tells a comment (of a check-in or a ticket) from a page. Stock hands it on and then
 * finds the same links in both (wikiformat.c:1998 asks for another flag), and so do we.
 *
 * @param text as `decodeText` gives it; it ends at a NUL, as in stock
 */
export function artifactLinks(
  text: string,
  options: { mimetype: Mimetype; isInline: boolean },
): string[] {
  const names = new Set<string>()
  const onLink = (target: string): void => {
    const name = artifactName(target)
    if (name !== undefined) names.add(name)
  }
  const [content = ''] = text.split('\0', 1)
  if (options.mimetype === 'wiki') wikiLinks(content, onLink)
  if (options.mimetype === 'markdown') markdownLinks(content, onLink)
  return [...names]
}

/** The artifact that a link's target names: its hash or a prefix. Source: backlink.c:219-239. */
function artifactName(target: string): string | undefined {
  const name = target.startsWith('/info/') ? target.slice('/info/'.length) : target
  return name.length <= 64 && /^[0-9a-f]{4,}$/i.test(name) ? name.toLowerCase() : undefined
}

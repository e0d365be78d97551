/**
 * Links from text to artifacts, found by looking: brackets with hexadecimal digits in them. Right
 * for what the operations of a simulation write, and for most of what people do; shares no code
 * with src/markup, which reads all of both languages as stock does.
 *
 * It knows what it does not know. A text with markup that may hide brackets or move their ends
 * (tags but for bold and italics; in Markdown also code, escapes, labels, footnotes, images,
 * brackets in brackets or over several lines) is not judged, and whoever asks has to leave it out.
 * @module
 */

/** Targets in the order of the links, once each; `unjudged` where this finder cannot tell. */
export type OwnLinks = readonly string[] | 'unjudged'

/** Finds links in a text of this mimetype, as an N card gives it. */
export function findOwnLinks(text: string, mimetype: string | undefined): OwnLinks {
  const [content = ''] = text.split('\0', 1)
  if (!content.includes('[')) return []
  if (mimetype === undefined || mimetype.includes('wiki')) return inWiki(content)
  return mimetype.includes('markdown') ? inMarkdown(content) : []
}

/** `[target]`, `[target|label]`. */
function inWiki(text: string): OwnLinks {
  if (hasForeignTags(text)) return 'unjudged'
  return names([...text.matchAll(/\[([^\]|]*)[^\]]*\]/g)].map(([, target = '']) => target))
}

/** `[label](target)`; brackets without parentheses are no link. */
function inMarkdown(text: string): OwnLinks {
  const isBeyond = /[\\`^]|~~~|!\[|\]:|\]\[|\[[^\]]*[[\n]| {4}|\t/.test(text)
  if (isBeyond || hasForeignTags(text)) return 'unjudged'
  const links = [...text.matchAll(/\[([^[\]]*)\][ \n]*\(([^()]*)\)/g)]
  const isPlain = links.every(
    ([, label = '', target = '']) => !label.includes('|') && /^[\w/.:?=&#-]*$/.test(target),
  )
  return isPlain ? names(links.map(([, , target = '']) => target)) : 'unjudged'
}

/** A `<` that may begin a tag other than these is beyond this finder. */
function hasForeignTags(text: string): boolean {
  return /<[a-z/!]/i.test(text.replace(/<\/?[bi]>/g, ''))
}

/** Artifacts are named by 4 to 64 digits, by themselves or as a page of the server. */
function names(targets: readonly string[]): string[] {
  const found = targets.map((target) => /^(?:\/info\/)?([0-9a-f]{4,64}) *$/i.exec(target)?.[1])
  return [...new Set(found.flatMap((name) => name?.toLowerCase() ?? []))]
}

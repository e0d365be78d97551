/**
 * Links in Fossil's wiki text: `[target]` and `[target|label]`, where markup lets them be links.
 *
 * Depends on nothing else in this project. Markup matters in three ways only: brackets inside a
 * tag are part of the tag, and `<nowiki>` and `<verbatim>` take brackets literally.
 * Reference: fossil 2.21 src/wikiformat.c, wiki_extract_links (1984-2127) and what it calls.
 * @module
 */

/** Elements of wiki text; any other tag is plain text. Source: wikiformat.c, aMarkup. */
const elements = new Set(
  (
    'a abbr address article aside b big blockquote br center cite code col colgroup dd del dfn ' +
    'div dl dt em font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li nav nobr nowiki ol p ' +
    'pre s samp section small span strike strong sub sup table tbody td tfoot th thead title tr ' +
    'tt u ul var verbatim'
  ).split(' '),
)

/** Attributes that count, on whichever element. Source: wikiformat.c, aAttribute. */
const attributes = new Set(
  (
    'align alt bgcolor border cellpadding cellspacing class clear color colspan compact face ' +
    'height href hspace id links name rowspan size src start style target title type valign ' +
    'value vspace width'
  ).split(' '),
)

/** Stock keeps no more of one tag's attributes. */
const maxAttributes = 8

/** A tag: where it ends (exclusive), and the element's name in lowercase. */
interface Tag {
  readonly end: number
  readonly name: string
  readonly isEnd: boolean
}

/** Calls `onLink` with the target of every link in `text`, blanks after it taken off. */
export function wikiLinks(text: string, onLink: (target: string) => void): void {
  const tags = new Tags(text)
  const lastBracket = text.lastIndexOf(']')
  const special = /[<[]/g
  let areLinks = true
  let isVerbatim = false

  while (special.test(text)) {
    const at = special.lastIndex - 1
    if (text[at] === '[') {
      if (!areLinks || isVerbatim || at > lastBracket) continue
      special.lastIndex = text.indexOf(']', at) + 1
      onLink(linkTarget(text.slice(at + 1, special.lastIndex - 1)))
      continue
    }

    const tag = tags.at(at)
    if (tag === undefined || !elements.has(tag.name)) continue
    if (isVerbatim) {
      if (tag.name !== 'verbatim' || !tag.isEnd) continue
      isVerbatim = false
    } else if (tag.name === 'nowiki') {
      areLinks = tag.isEnd
    } else if (tag.name === 'verbatim' && !tag.isEnd) {
      if (isNamed(text.slice(at, tag.end))) return
      isVerbatim = true
    }
    special.lastIndex = tag.end
  }
}

/** The text before the label; the first character stays, be it a blank. */
function linkTarget(link: string): string {
  const bar = link.indexOf('|')
  let end = bar === -1 ? link.length : bar
  while (end > 1 && link[end - 1] === ' ') end--
  return link.slice(0, end)
}

/**
 * Tells whether a `<verbatim …>` tag has an id, which only an end tag with the same id would end.
 *
 * None does: stock compares the end tag's id with the text from the start tag's id to the end of
 * the document, having put back the byte that ended the id (wikiformat.c:1379, 2116, 2124). What
 * counts as the id is the first attribute's value; where that has none, there is no id.
 */
function isNamed(tag: string): boolean {
  const attribute = attributePattern()
  attribute.lastIndex = '<verbatim'.length
  if (tag[attribute.lastIndex] === '-') return true
  const seen = new Set<string>()
  let isFirstValued = false

  while (/[\t-\r ]/.test(tag[attribute.lastIndex] ?? '')) attribute.lastIndex++
  while (seen.size < maxAttributes) {
    const [, rawName = '', value, bare = '', terminator] = attribute.exec(tag) ?? []
    const name = rawName.toLowerCase()
    if (name === '') break
    if (!attributes.has(name) || seen.has(name) || /["']/.test(bare)) continue
    if (seen.size === 0) isFirstValued = value !== undefined
    seen.add(name)
    if (terminator === '>') break
  }
  return isFirstValued && seen.has('id')
}

/** Groups: name, value with its quotes, value without quotes, what ended that value. */
function attributePattern(): RegExp {
  const value = /"[^"]*"?|'[^']*'?|([^\t-\r >]*)([^]?)/
  return new RegExp(
    `([a-z][a-z0-9]*)[\\t-\\r ]*(?:=[\\t-\\r ]*(${value.source}))?[\\t-\\r ]*`,
    'iy',
  )
}

/** Finds tags, each in constant time once the text has been looked through. */
class Tags {
  readonly #text: string
  #ends: Int32Array | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** The tag that begins with the `<` at `at`. Source: wikiformat.c:492-512, html_tag_length. */
  at(at: number): Tag | undefined {
    const head = /<(\/?)([a-z][a-z0-9]*)[a-z0-9-]*/iy
    head.lastIndex = at
    const [, slash = '', name = ''] = head.exec(this.#text) ?? []
    if (name === '') return undefined
    const after = head.lastIndex
    const end = this.#text.startsWith('/>', after)
      ? after + 2
      : /[\t-\r >]/.test(this.#text[after] ?? '')
        ? this.#end(after)
        : 0
    return end === 0 ? undefined : { end, name: name.toLowerCase(), isEnd: slash === '/' }
  }

  /** The end of the tag whose name ends at `at`, or 0. */
  #end(at: number): number {
    this.#ends ??= tagEnds(this.#text)
    return this.#ends[at] ?? 0
  }
}

/**
 * For every position outside of quotes, the end of the tag that surrounds it, or 0 for none.
 * Made at once, from the right: to look for it from each `<` costs time squared.
 */
function tagEnds(text: string): Int32Array {
  const ends = new Int32Array(text.length + 1)
  const nextQuote = { '"': -1, "'": -1 }
  for (let at = text.length - 1; at >= 0; at--) {
    const character = text[at]
    if (character === '>') ends[at] = at + 1
    else if (character === '"' || character === "'") {
      const closing = nextQuote[character]
      ends[at] = closing === -1 ? 0 : (ends[closing + 1] ?? 0)
      nextQuote[character] = at
    } else ends[at] = ends[at + 1] ?? 0
  }
  return ends
}

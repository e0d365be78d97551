/**
 * Blocks of Markdown: paragraphs, headings, quotes, lists, tables; and code and raw HTML, in which
 * there are no links.
 *
 * Knows indexed text, lines, lists, tables and inline Markdown. Reference: fossil 2.21
 * src/markdown.c:2318-2366, parse_block, and what it calls.
 * @module
 */

import { afterMatch } from './characters.ts'
import { IndexedText, type Landmark, landmark } from './indexed-text.ts'
import { type MarkdownContext, maxDepth, nested, parseInline } from './markdown-inline.ts'
import {
  afterEmptyLine,
  bullet,
  codeIndent,
  isFence,
  isRule,
  isUnderline,
  itemNumber,
  lineEnd,
  quoteMark,
} from './markdown-lines.ts'
import { listItem } from './markdown-list.ts'
import { Tables } from './markdown-table.ts'

const bar = landmark(/\|/)
const tagEnd = landmark(/>/)
const commentEnd = landmark(/-->/)

/** Elements whose content is no Markdown, by the end tag before an empty line that ends them. */
const rawElements = new Map(
  ['html', 'pre', 'script'].map((name) => [
    name,
    landmark(new RegExp(`</${name}>(?=[ \\t]*(?:$|\\n[ \\t]*(?:\\n|$)))`, 'i')),
  ]),
)

/** Reports the links in `text`, a whole document or what is inside a quote or an item. */
export function parseBlocks(context: MarkdownContext, text: string): void {
  // Stock goes on, and finds no link: its inline parser gives up at this depth.
  if (context.depth > maxDepth || text === '') return
  const blocks = new Blocks(context, new IndexedText(text))
  for (let at = 0; at < text.length;) at = blocks.parse(at)
}

/** The blocks of one text. Every method takes the start of a block and returns its end. */
class Blocks {
  readonly #context: MarkdownContext
  readonly #source: IndexedText
  readonly #text: string
  readonly #tables: Tables | undefined

  constructor(context: MarkdownContext, source: IndexedText) {
    this.#context = context
    this.#source = source
    this.#text = source.text
    const hasBar = source.next(bar, 0, this.#text.length) < this.#text.length
    this.#tables = hasBar ? new Tables(source) : undefined
  }

  parse(at: number): number {
    const text = this.#text
    if (text[at] === '#') return this.#parseHeading(at)
    const skipped = (text[at] === '<' ? this.#afterHtml(at) : undefined) ?? afterEmptyLine(text, at)
    if (skipped !== undefined) return skipped
    if (isRule(text, at)) return lineEnd(text, at) + 1
    if (quoteMark(text, at) > 0) return this.#parseQuote(at)
    if (codeIndent(text, at) > 0) return this.#afterCode(at)
    if (bullet(text, at) > 0 || itemNumber(text, at) > 0) return this.#parseList(at)
    if (this.#tables?.isRow(at) === true) return this.#tables.parse(this.#context, at)
    const fenced = isFence(text, at) ? this.#source.codeEnd(at, text.length) : undefined
    return fenced ?? this.#parseParagraph(at)
  }

  #parseInline(start: number, end: number): void {
    nested(this.#context, 1, () => parseInline(this.#context, this.#source, start, end))
  }

  /** A heading after `#` marks; a paragraph where there is no heading. markdown.c:1964. */
  #parseHeading(at: number): number {
    const text = this.#text
    const marks = afterMatch(/#{1,6}/y, text, at)
    const start = afterMatch(/[ \t]*/y, text, marks)
    const next = lineEnd(text, start)
    let end = next
    while (end > start && text[end - 1] === '#') end--
    while (end > start && ' \t'.includes(text[end - 1] ?? '')) end--
    if (start === marks || end <= start) return this.#parseParagraph(at)
    this.#parseInline(start, end)
    return next
  }

  /** A paragraph, its last line a heading where it is underlined. markdown.c:1679. */
  #parseParagraph(at: number): number {
    const text = this.#text
    let isHeading = false
    let end = at
    let next = at
    while (end < text.length) {
      next = Math.min(lineEnd(text, end) + 1, text.length)
      isHeading = isUnderline(text, end)
      if (isHeading || afterEmptyLine(text, end) !== undefined) break
      if ((end > at && text[end] === '#') || isRule(text, end)) {
        next = end
        break
      }
      end = next
    }
    while (end > at && text[end - 1] === '\n') end--

    const lastLine = isHeading ? text.lastIndexOf('\n', end - 1) : -1
    if (lastLine > at) {
      this.#parseInline(at, lastLine)
      this.#parseInline(lastLine + 1, end)
    } else this.#parseInline(at, end)
    return next
  }

  /** Lines with marks, and lines below them up to an empty one. markdown.c:1630. */
  #parseQuote(at: number): number {
    const text = this.#text
    const lines: string[] = []
    let next = at
    while (next < text.length) {
      const mark = quoteMark(text, next)
      const after = Math.min(lineEnd(text, next) + 1, text.length)
      if (mark === 0 && afterEmptyLine(text, next) !== undefined) {
        const isOver =
          after === text.length ||
          (quoteMark(text, after) === 0 && afterEmptyLine(text, after) === undefined)
        if (isOver) {
          next = after
          break
        }
      }
      lines.push(text.slice(next + mark, after))
      next = after
    }
    nested(this.#context, 1, () => parseBlocks(this.#context, lines.join('')))
    return next
  }

  /** Past indented lines and empty ones. Source: markdown.c:1753, parse_blockcode. */
  #afterCode(at: number): number {
    const text = this.#text
    let next = at
    while (next < text.length) {
      if (codeIndent(text, next) === 0 && afterEmptyLine(text, next) === undefined) break
      next = Math.min(lineEnd(text, next) + 1, text.length)
    }
    return next
  }

  /** Source: markdown.c:1941, parse_list; 1894-1926 for what becomes of an item. */
  #parseList(at: number): number {
    const context = this.#context
    let next = at
    let areBlocks = false
    for (let isOver = false; !isOver && next < this.#text.length;) {
      const item = listItem(this.#text, next)
      if (item === undefined) break
      next = item.next
      isOver = item.isLast
      areBlocks ||= item.hasEmptyLine
      nested(context, 3, () => {
        if (areBlocks) parseBlocks(context, item.text)
        else parseInline(context, new IndexedText(item.text))
        parseBlocks(context, item.sublist)
      })
    }
    return next
  }

  /** Past raw HTML: an element, a comment or a rule. Source: markdown.c:2034, parse_htmlblock. */
  #afterHtml(at: number): number | undefined {
    const text = this.#text
    const [name = ''] = text.slice(at + 1, at + 8).match(/^[0-9A-Za-z]*/) ?? []
    const endTag = rawElements.get(name.toLowerCase())
    if (endTag !== undefined) return this.#afterElement(endTag, at)
    const closing = text.startsWith('<!--', at)
      ? this.#source.next(commentEnd, at + 5, text.length)
      : /^hr/i.test(name)
        ? this.#source.next(tagEnd, at + 3, text.length)
        : text.length
    return closing + 1 < text.length ? afterEmptyLine(text, closing + 1) : undefined
  }

  #afterElement(endTag: Landmark, at: number): number | undefined {
    const text = this.#text
    const closing = this.#source.next(endTag, at, text.length)
    if (closing === text.length) return undefined
    const nextLine = lineEnd(text, closing) + 1
    return nextLine < text.length ? lineEnd(text, nextLine) + 1 : nextLine
  }
}

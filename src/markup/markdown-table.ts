/**
 * Tables in Markdown: rows of cells between bars. Each cell is a text of its own.
 *
 * Knows indexed text and inline Markdown. Code spans hide bars, and even the ends of lines.
 * Reference: fossil 2.21 src/markdown.c: 1508-1540, is_table_sep and
 * is_tableline; 2131-2315, parse_table_cell to parse_table.
 * @module
 */

import { afterMatch } from './characters.ts'
import { type IndexedText, landmark, PlaceMap } from './indexed-text.ts'
import { lineEnd } from './markdown-lines.ts'
import { type MarkdownContext, nested, parseInline } from './markdown-inline.ts'

const special = landmark(/\n|`|(?<!\\)\|/)

/** One text's tables. Remembers where lines end once code spans have been stepped over. */
export class Tables {
  readonly #source: IndexedText
  /** For a place in a line: where its line ends, and how many bars are before that (2 at most). */
  readonly #rests = new PlaceMap<{ readonly end: number; readonly bars: number }>()

  constructor(source: IndexedText) {
    this.#source = source
  }

  /** Tells whether the line at `at` is a row: is_tableline. */
  isRow(at: number): boolean {
    const { text } = this.#source
    const start = afterMatch(/[ \t]*/y, text, at)
    const { end, bars } = this.#rest(start)
    if (bars !== 1) return bars > 1
    // One bar separates two cells, unless it is taken both for the first and for the last.
    let last = end - 1
    while (last >= at && ' \t\n'.includes(text[last] ?? '')) last--
    const isLast = last >= at && text[last] === '|' && (last === at || text[last - 1] !== '\\')
    return !(text[start] === '|' && isLast)
  }

  /** Parses the table at `at`, where {@link isRow} holds, and returns where it ends. */
  parse(context: MarkdownContext, at: number): number {
    const { text } = this.#source
    let next = at
    nested(context, 1, () => {
      const headEnd = lineEnd(text, at)
      if (headEnd === text.length) {
        next = this.#parseRow(context, at, headEnd)
        return
      }
      const rulerEnd = afterMatch(/[ \t\-:|]*/y, text, headEnd + 1)
      const hasHead = text[rulerEnd] === '\n'
      nested(context, hasHead ? 1 : 0, () => {
        if (hasHead) this.#parseRow(context, at, headEnd)
        next = hasHead ? rulerEnd + 1 : at
        while (next < text.length && this.isRow(next)) {
          next = this.#parseRow(context, next, text.length)
        }
      })
    })
    return next
  }

  /** Parses the row at `at`, and returns where it ends, `end` at the latest: parse_table_row. */
  #parseRow(context: MarkdownContext, at: number, end: number): number {
    const { text } = this.#source
    let next = afterMatch(/[ \t]*\|?/y, text, at)
    let isOver = false
    while (next < end && !isOver) {
      const start = afterMatch(/:?[ \t]*/y, text, next)
      const cellEnd = this.#cellEnd(start, end)
      next = Math.min(cellEnd + 1, end)
      isOver = text[cellEnd] === '\n' && cellEnd < end
      let last = next > start && text[cellEnd - 1] === ':' ? cellEnd - 1 : cellEnd
      while (last > start && ' \t'.includes(text[last - 1] ?? '')) last--
      nested(context, 2, () => parseInline(context, this.#source, start, last))
    }
    return isOver ? next : end
  }

  /** The bar or newline that ends the cell which goes on at `at`, or `end`. */
  #cellEnd(at: number, end: number): number {
    let next = at
    for (;;) {
      next = this.#source.next(special, next, end)
      if (next === end || this.#source.text[next] !== '`') return next
      next = this.#afterCode(next, end)
    }
  }

  #rest(from: number): { readonly end: number; readonly bars: number } {
    const { text } = this.#source
    const places: { at: number; bars: number }[] = []
    let rest: { end: number; bars: number } | undefined
    for (let at = from; rest === undefined;) {
      rest = this.#rests.get(at)
      if (rest !== undefined) break
      const next = this.#source.next(special, at, text.length)
      places.push({ at, bars: text[next] === '|' ? 1 : 0 })
      if (text[next] === '|') at = next + 1
      else if (text[next] === '`') at = this.#afterCode(next, text.length)
      else rest = { end: next, bars: 0 }
    }
    for (const { at, bars } of places.reverse()) {
      rest = { end: rest.end, bars: Math.min(rest.bars + bars, 2) }
      this.#rests.set(at, rest)
    }
    return rest
  }

  #afterCode(at: number, end: number): number {
    return this.#source.codeEnd(at, end) ?? this.#source.runEnd(at, end)
  }
}

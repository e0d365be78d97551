/**
 * Footnotes in Markdown: defined by `[^label]: text` or inline as `(^text)`. Links count in the
 * footnotes that the text refers to.
 *
 * Knows characters and labels. Reference: fossil 2.21 src/markdown.c: 2508-2625, is_footnote;
 * 1113-1249, get_footnote to add_inline_footnote; 2714-2805, markdown.
 * @module
 */

import { afterMatch, isSpace } from './characters.ts'
import { normalLabel, referenceLabel } from './markdown-labels.ts'

/** Footnotes may refer to footnotes; stock goes over them this often. */
const maxRounds = 5

/** The definition at a place, and the place at which the text goes on. */
export interface FootnoteDefinition {
  readonly label: string
  readonly text: string
  /** Names of CSS classes before the text, with their punctuation. */
  readonly classes: string
  readonly next: number
}

interface Footnote {
  readonly text: string
  /** The number that its first reference gave it, from 1; 0 before. */
  mark: number
  isParsed: boolean
}

/** The footnotes of one document. */
export class Footnotes {
  readonly #labelled = new Map<string, FootnoteDefinition[]>()
  readonly #byLabel = new Map<string, Footnote>()
  readonly #inOrder: Footnote[] = []
  #marks = 0

  /** Remembers one more definition. All come before {@link join}. */
  define(definition: FootnoteDefinition): void {
    const same = this.#labelled.get(definition.label)
    if (same === undefined) this.#labelled.set(definition.label, [definition])
    else same.push(definition)
  }

  /** Makes one footnote of all definitions of one label. */
  join(): void {
    for (const [label, definitions] of this.#labelled) {
      const items = definitions.map(({ classes, text }) => `<li>${classes}${text}</li>\n`)
      const [only = '', ...others] = definitions.map(({ text }) => text)
      const text = others.length === 0 ? only : `<ul class='fn-joined'>\n${items.join('')}</ul>\n`
      this.#byLabel.set(label, this.#add(text))
    }
  }

  /** The text between `start` and `end` refers to a footnote by its label; there may be none. */
  refer(text: string, start: number, end: number): void {
    const label = this.#byLabel.size > 0 ? referenceLabel(text, start, end) : undefined
    const footnote = label === undefined ? undefined : this.#byLabel.get(label)
    if (footnote?.mark === 0) footnote.mark = ++this.#marks
  }

  /** Adds the footnote that the text holds where it refers to it; an empty one is none. */
  addInline(raw: string): boolean {
    const start = afterMatch(/[ \t]*(?:\r?\n|\r)?[ \t]*/y, raw, 0)
    if (start >= raw.length) return false
    const textStart = start + classesLength(raw, start)
    const isEmpty = isBlank(raw, textStart)
    if (isEmpty && textStart === start) return false
    const footnote = this.#add(isEmpty ? raw.slice(start, textStart) : raw.slice(textStart))
    footnote.mark = ++this.#marks
    return true
  }

  /** Calls `parse` with the text of each footnote in use. It may bring more into use. */
  parseAll(parse: (text: string) => void): void {
    let seen = -1
    for (let round = 0; round < maxRounds && seen !== this.#marks; round++) {
      seen = this.#marks
      const used = this.#inOrder.filter(({ mark }) => mark > 0)
      const others = this.#inOrder.filter(({ mark }) => mark === 0)
      for (const footnote of [...used.sort((a, b) => a.mark - b.mark), ...others]) {
        if (footnote.mark === 0 || footnote.isParsed) continue
        footnote.isParsed = true
        parse(footnote.text)
      }
    }
  }

  #add(text: string): Footnote {
    const footnote = { text, mark: 0, isParsed: false }
    this.#inOrder.push(footnote)
    return footnote
  }
}

/** The definition of a footnote that begins at `at`, the start of a line. */
export function footnoteDefinition(text: string, at: number): FootnoteDefinition | undefined {
  if (at + 5 >= text.length) return undefined
  const head = /\[\^([^\]\n\r]*)\]:[ \t]*/y
  head.lastIndex = at
  const [, rawLabel = ''] = head.exec(text) ?? []
  const label = normalLabel(rawLabel)
  const start = head.lastIndex
  if (label === undefined || start >= text.length) return undefined

  const body = footnoteBody(text, start)
  const content = trimEnd(body.content)
  if (content === '' && (body.classes === '' || body.content === '')) return undefined
  const isBare = content === ''
  return {
    label,
    text: isBare ? body.classes : content,
    classes: isBare ? '' : body.classes,
    next: body.next,
  }
}

/** The first line from `start` on, and the lines below it that are indented alike. */
function footnoteBody(
  text: string,
  start: number,
): { content: string; classes: string; next: number } {
  const lines: string[] = []
  let classes = ''
  let at = start
  const isHere = !'\n\r'.includes(text[at] ?? '')
  if (isHere) {
    classes = text.slice(at, at + classesLength(text, at))
    const line = at + classes.length
    at = afterLine(text, line)
    lines.push(text.slice(line, at))
  } else {
    at = afterNewline(text, at)
  }

  const indent = afterMatch(/ */y, text, at) - at
  if (indent >= 2 && at + indent < text.length) {
    const spaces = ' '.repeat(indent)
    for (let isSecond = !isHere; at + indent < text.length; isSecond = false) {
      if (!text.startsWith(spaces, at)) break
      at += indent
      if (isSecond) {
        const classesAt = afterMatch(/[ \t]*/y, text, at)
        classes = text.slice(classesAt, classesAt + classesLength(text, classesAt))
        if (classes !== '') at = classesAt + classes.length
      }
      const next = afterLine(text, at)
      lines.push(text.slice(at, next))
      at = next
    }
  }
  return { content: lines.join(''), classes, next: at }
}

function afterLine(text: string, at: number): number {
  return afterNewline(text, afterMatch(/[^\n\r]*/y, text, at))
}

function afterNewline(text: string, at: number): number {
  return afterMatch(/\r\n|[\n\r]|/y, text, at)
}

/** The length of a list of classes as `.one.two:` at `at`, or 0. markdown.c:1185-1202. */
function classesLength(text: string, at: number): number {
  return afterMatch(/(?:(?:\.[0-9A-Za-z-]+)+:(?=[\t-\r ]))?/y, text, at) - at
}

function isBlank(text: string, from: number): boolean {
  return afterMatch(/[\t-\r ]*/y, text, from) === text.length
}

/** Takes blanks off the end. A pattern that ends in `$` would try at every blank. */
function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text[end - 1])) end--
  return text.slice(0, end)
}

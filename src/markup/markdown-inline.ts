/**
 * Inline Markdown: finds the links in one stretch of text, a paragraph or a cell of a table.
 *
 * Knows indexed text, labels, footnotes, emphasis. Everything that could hide a link or move its
 * ends is parsed as stock does; what only shows (entities, line breaks, automatic links to other
 * sites) is text here. Reference: fossil 2.21 src/markdown.c:436-540, 854-1430.
 * @module
 */

import { type IndexedText, landmark } from './indexed-text.ts'
import { EmphasisMarkers } from './markdown-emphasis.ts'
import type { Footnotes } from './markdown-footnotes.ts'
import type { LinkLabels } from './markdown-labels.ts'

/** Deeper than this, text stays text. Source: markdown.c:377, too_deep. */
export const maxDepth = 200

/** State that all parts of one document share. */
export interface MarkdownContext {
  readonly labels: LinkLabels
  readonly notes: Footnotes
  readonly onLink: (target: string) => void
  /** Counted as stock counts its working buffers, so that both give up at the same place. */
  depth: number
}

/** A stretch of inline text. Nothing after `end` is seen. */
interface Stretch {
  readonly source: IndexedText
  readonly start: number
  readonly end: number
  readonly markers: Partial<Record<'*' | '_', EmphasisMarkers>>
}

/** The reading of a bracketed text: a link with a target, or something without. */
interface Reference {
  readonly next: number
  readonly target?: string
}

const active = landmark(/[*_`[(<\\]/)
const closingBracket = landmark(/\]/)
const closingParenthesis = landmark(/(?<!\\)\)/)
const tagEnd = landmark(/>/)
const commentEnd = landmark(/-->/)

/** Reports the links between `start` and `end` of `source`. */
export function parseInline(
  context: MarkdownContext,
  source: IndexedText,
  start = 0,
  end = source.text.length,
): void {
  if (context.depth > maxDepth) return
  const stretch: Stretch = { source, start, end, markers: {} }
  for (let at = source.next(active, start, end); at < end;) {
    at = source.next(active, parseActive(context, stretch, at) ?? at + 1, end)
  }
}

/** Runs `parse` as deep in the document as `levels` more of stock's working buffers. */
export function nested(context: MarkdownContext, levels: number, parse: () => void): void {
  context.depth += levels
  parse()
  context.depth -= levels
}

/**
 * The place at which parsing goes on after what begins at `at`, or undefined where nothing does.
 */
function parseActive(context: MarkdownContext, stretch: Stretch, at: number): number | undefined {
  const { source, end } = stretch
  const character = source.text[at]
  switch (character) {
    case '*':
    case '_':
      return parseEmphasis(context, stretch, at, character)
    case '`':
      return source.codeEnd(at, end)
    case '\\':
      return at + 2
    case '<':
      return afterTag(source, at, end)
    case '(':
      return parseFootnote(context, stretch, at)
    default:
      return parseBrackets(context, stretch, at)
  }
}

function parseEmphasis(
  context: MarkdownContext,
  stretch: Stretch,
  at: number,
  marker: '*' | '_',
): number | undefined {
  const { source, end, markers } = stretch
  markers[marker] ??= new EmphasisMarkers(source, end, marker)
  const emphasis = markers[marker].at(at, at > stretch.start ? (source.text[at - 1] ?? ' ') : ' ')
  if (emphasis === undefined) return undefined
  nested(context, 1, () => parseInline(context, source, emphasis.start, emphasis.end))
  return emphasis.next
}

/** Past the tag, comment or automatic link at `at`; of a comment, `>` stays. markdown.c:436. */
function afterTag(source: IndexedText, at: number, end: number): number | undefined {
  const { text } = source
  if (text.startsWith('<!--', at)) {
    const comment = source.next(commentEnd, at + 6, end)
    return comment < end ? comment : undefined
  }
  const name = text[at + 1] === '/' ? at + 2 : at + 1
  if (!/[A-Za-z]/.test(text[name] ?? '')) return undefined
  const closing = source.next(tagEnd, name, end)
  return closing < end ? closing + 1 : undefined
}

/** A footnote that stands by itself, `(^text)`. Source: markdown.c:1280-1297, char_footnote. */
function parseFootnote(
  context: MarkdownContext,
  { source, end }: Stretch,
  at: number,
): number | undefined {
  if (source.text[at + 1] !== '^') return undefined
  const closing = source.closing(at, end)
  if (closing === undefined) return undefined
  const isAdded = context.notes.addInline(source.text.slice(at + 2, closing))
  return isAdded ? closing + 1 : undefined
}

/** A link, an image or a reference to a footnote. Source: markdown.c:1303-1430, char_link. */
function parseBrackets(
  context: MarkdownContext,
  { source, start, end }: Stretch,
  at: number,
): number | undefined {
  const { text } = source
  const closing = source.closing(at, end)
  if (closing === undefined) return undefined
  if (text[at + 1] === '^' && end - at > 3) {
    context.notes.refer(text, at + 2, closing)
    return closing + 1
  }

  const reference = parseReference(context, source, { at, closing, end })
  if (reference === undefined) return undefined
  const isImage = at > start && text[at - 1] === '!'
  if (isImage) return reference.next
  nested(context, 3, () => parseInline(context, source, at + 1, closing))
  if (reference.target !== undefined) context.onLink(reference.target)
  return reference.next
}

/** The part after the bracketed text: a target, a label, a footnote, or nothing at all. */
function parseReference(
  context: MarkdownContext,
  source: IndexedText,
  { at, closing, end }: { at: number; closing: number; end: number },
): Reference | undefined {
  const { text } = source
  const open = source.afterBlanks(closing + 1, end)
  const opening = open < end ? text[open] : undefined
  if (opening === '(') {
    const isNote = open + 2 < end && text[open + 1] === '^'
    return isNote ? parseNote(context, source, open, end) : parseTarget(source, open, end)
  }
  if (opening === '[') return parseLabel(context, source, { at, closing, open, end })

  const target = context.labels.target(text, at + 1, closing)
  return target === undefined ? undefined : { next: closing + 1, target }
}

/** `[text](^note)`. Where the note is empty, stock makes a link to nowhere of it. */
function parseNote(
  context: MarkdownContext,
  source: IndexedText,
  open: number,
  end: number,
): Reference | undefined {
  const closing = source.closing(open, end)
  if (closing === undefined) return undefined
  context.notes.addInline(source.text.slice(open + 2, closing))
  return { next: closing + 1 }
}

/** `[text](target "title")`. */
function parseTarget(source: IndexedText, open: number, end: number): Reference | undefined {
  const closing = source.next(closingParenthesis, open + 1, end)
  if (closing === end) return undefined
  return { next: closing + 1, target: inlineTarget(source.text.slice(open + 1, closing)) }
}

/** `[text][label]`, `[label][]`, and the same with `^` for a footnote. */
function parseLabel(
  context: MarkdownContext,
  source: IndexedText,
  { at, closing, open, end }: { at: number; closing: number; open: number; end: number },
): Reference | undefined {
  const { text } = source
  const labelEnd = source.next(closingBracket, open, end)
  if (labelEnd === end) return undefined
  const isNote = text[open + 1] === '^'
  const labelStart = open + (isNote ? 2 : 1)
  const [from, to] = labelStart === labelEnd ? [at + 1, closing] : [labelStart, labelEnd]
  if (isNote) {
    context.notes.refer(text, from, to)
    return { next: labelEnd + 1 }
  }
  const target = context.labels.target(text, from, to)
  return target === undefined ? undefined : { next: labelEnd + 1, target }
}

/**
 * The target between the parentheses of a link: before a title in quotes, without angle brackets
 * and without any backslash. Source: markdown.c:1004-1073, get_link_inline.
 */
function inlineTarget(span: string): string {
  const [blanks = ''] = /^[ \t\n]*/.exec(span) ?? []
  let start = blanks.length
  const quote = span.slice(start).search(/['"]/)
  let end = quote === -1 ? span.length : start + quote
  if (quote !== -1) {
    // Without a quote at its end, a title is none, and its first quote is part of the target.
    let last = span.length - 1
    while (last > end + 1 && ' \t\n'.includes(span[last] ?? '')) last--
    if (!'\'"'.includes(span[last] ?? '')) end++
  }
  while (end > start && ' \t\n'.includes(span[end - 1] ?? '')) end--
  if (span[start] === '<') start++
  if (end > 0 && span[end - 1] === '>') end--
  return span.slice(start, Math.max(start, end)).replaceAll('\\', '')
}

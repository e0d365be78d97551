/**
 * Labels in Markdown: `[label]: target` defines one, `[text][label]` and `[label]` refer to it.
 *
 * Knows characters. Reference: fossil 2.21 src/markdown.c: 2377-2498, is_ref; 231-270,
 * build_ref_id; 1079-1104, get_link_ref.
 * @module
 */

import { compareText } from '../base/bytes.ts'
import { afterMatch } from './characters.ts'

/** CommonMark's bound on a label (§4.7). Stock has none, and takes time squared for it. */
const maxLabelLength = 999

/** The definition at a place, and the place at which the text goes on. */
export interface LabelDefinition {
  readonly label: string
  readonly target: string
  readonly next: number
}

/** The form in which labels are compared: one space for blanks, lowercase ASCII; or undefined. */
export function normalLabel(raw: string): string | undefined {
  const label = raw
    .split(/[ \t\n]+/)
    .filter((word) => word !== '')
    .join(' ')
  return label === '' ? undefined : label.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Normalizes the label of a reference; undefined also where it is too long to name anything. */
export function referenceLabel(text: string, start: number, end: number): string | undefined {
  return end - start > maxLabelLength ? undefined : normalLabel(text.slice(start, end))
}

/** The definition of a link's label that begins at `at`, the start of a line. */
export function labelDefinition(text: string, at: number): LabelDefinition | undefined {
  if (at + 3 >= text.length) return undefined
  const head = / {0,3}\[(?!\^)([^\n\r\]]*)\]:[ \t]*(?:\n\r?|\r)?[ \t]*(<?)/y
  head.lastIndex = at
  const [, rawLabel = '', angle] = head.exec(text) ?? []
  const label = normalLabel(rawLabel)
  const start = head.lastIndex
  if (label === undefined || (angle === '' && start === text.length)) return undefined

  const end = afterMatch(/[^ \t\n\r]*/y, text, start)
  const next = afterTitle(text, end)
  if (next === undefined) return undefined
  return { label, target: text.slice(start, text[end - 1] === '>' ? end - 1 : end), next }
}

/**
 * The end of the definition whose target ends at `at`: at the end of a line, after a title if there
 * is one there or alone on the next line; undefined where something else follows.
 */
function afterTitle(text: string, at: number): number | undefined {
  const blanks = afterMatch(/[ \t]*/y, text, at)
  if (blanks < text.length && !'\n\r\'"('.includes(text[blanks] ?? '')) return undefined
  let lineEnd: number | undefined
  if (blanks >= text.length || '\n\r'.includes(text[blanks] ?? '')) lineEnd = blanks
  if (text.startsWith('\n\r', blanks)) lineEnd = blanks + 1

  const open = lineEnd === undefined ? blanks : afterMatch(/[ \t]*/y, text, lineEnd + 1)
  if (open + 1 >= text.length || !'\'"('.includes(text[open] ?? '')) return lineEnd
  const titleLineEnd = afterMatch(/[^\n\r]*/y, text, open + 1)
  let last = titleLineEnd - 1
  while (last > open + 1 && ' \t'.includes(text[last] ?? '')) last--
  if (last <= open + 1 || !'\'")'.includes(text[last] ?? '')) return lineEnd
  return text.startsWith('\n\r', titleLineEnd) ? titleLineEnd + 1 : titleLineEnd
}

/**
 * The targets that labels stand for. Of two definitions of one label, either may win, depending
 * on all labels: stock takes what its binary search meets first.
 */
export class LinkLabels {
  readonly #definitions: { readonly label: string; readonly target: string }[] = []
  #isSorted = true

  /** Remembers one more definition. */
  define(label: string, target: string): void {
    this.#definitions.push({ label, target })
    this.#isSorted = false
  }

  /** The target of the label between `start` and `end` of `text`. */
  target(text: string, start: number, end: number): string | undefined {
    const all = this.#definitions
    if (all.length === 0) return undefined
    const label = referenceLabel(text, start, end)
    if (label === undefined) return undefined
    // Stable, as in stock's C library.
    if (!this.#isSorted) all.sort((a, b) => compareText(a.label, b.label))
    this.#isSorted = true

    let low = 0
    let high = all.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = compareText(label, all[middle]?.label ?? '')
      if (order === 0) return all[middle]?.target
      if (order < 0) high = middle
      else low = middle + 1
    }
    return undefined
  }
}

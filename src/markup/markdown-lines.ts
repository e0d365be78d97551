/**
 * The kind of a line of Markdown by its beginning: empty, a rule, an item of a list, a quote, code.
 *
 * Knows characters. Every function looks at `text` from `at`, the start of a line, and no further
 * than that line. Reference: fossil 2.21 src/markdown.c:1441-1618.
 * @module
 */

import { afterMatch } from './characters.ts'

/** The start of the line after an empty one (or past the end), or undefined: is_empty. */
export function afterEmptyLine(text: string, at: number): number | undefined {
  const end = afterMatch(/[ \t]*/y, text, at)
  return end >= text.length || text[end] === '\n' ? end + 1 : undefined
}

/** The end of the line that contains `at`: its newline, or the end of the text. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

/** Tells whether the line is a horizontal rule: is_hrule. */
export function isRule(text: string, at: number): boolean {
  const start = afterMatch(/ {0,3}/y, text, at)
  const character = text[start]
  if (character !== '*' && character !== '-' && character !== '_') return false
  let count = 0
  for (let i = start; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === character) count++
    else if (text[i] !== ' ' && text[i] !== '\t') return false
  }
  return count >= 3
}

/** Tells whether the line makes a heading of the one before: is_headerline. */
export function isUnderline(text: string, at: number): boolean {
  const end = afterMatch(/(?:=+|-+)[ \t]*/y, text, at)
  return end > at && (end === text.length || text[end] === '\n')
}

/** The length of the mark of a quote at the start of the line, or 0: prefix_quote. */
export function quoteMark(text: string, at: number): number {
  return afterMatch(/ {0,3}>[ \t]?/y, text, at) - at
}

/** The length of the indentation that makes the line code, or 0: prefix_code. */
export function codeIndent(text: string, at: number): number {
  return afterMatch(/\t| {4}/y, text, at) - at
}

/** The length of the bullet and the blanks around it, or 0: prefix_uli. */
export function bullet(text: string, at: number): number {
  return afterMatch(/ {0,3}[*+-][ \t]+/y, text, at) - at
}

/** The length of the number and the blanks around it, or 0: prefix_oli. */
export function itemNumber(text: string, at: number): number {
  return afterMatch(/ {0,3}[0-9]+[.)][ \t]+/y, text, at) - at
}

/** Tells whether a fence of three or more backticks or tildes opens here: prefix_fencedcode. */
export function isFence(text: string, at: number): boolean {
  const size = text.length - at
  // The last three characters of the text do not count, nor does a fence longer than its rest.
  const end = afterMatch(/`+|~+/y, text, at)
  const count = Math.min(end - at, Math.max(1, size - 3))
  return end > at && count >= 3 && count < size - count
}

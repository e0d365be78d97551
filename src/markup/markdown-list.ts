/**
 * Items of lists in Markdown: which lines belong to one, and what they are without indentation.
 *
 * Knows characters and lines. Reference: fossil 2.21 src/markdown.c:1805-1937, parse_listitem.
 * @module
 */

import { afterMatch } from './characters.ts'
import { afterEmptyLine, bullet, isRule, itemNumber, lineEnd } from './markdown-lines.ts'

/** One item of a list. */
export interface ListItem {
  /** Its text, bullet and indentation taken off, before the first item of a list inside it. */
  readonly text: string
  /** The rest: from that item on, or empty. */
  readonly sublist: string
  readonly next: number
  /** An empty line inside makes blocks of its text, and of the texts of the items after it. */
  readonly hasEmptyLine: boolean
  /** No item of this list follows. */
  readonly isLast: boolean
}

/** The item at `at`, or undefined where none begins there. */
export function listItem(text: string, at: number): ListItem | undefined {
  const mark = bullet(text, at) || itemNumber(text, at)
  if (mark === 0) return undefined
  const indent = afterMatch(/ {0,3}/y, text, at) - at
  const [lines, sublist]: [string[], string[]] = [[], []]
  let part = lines
  let isAfterEmpty = false
  let hasEmptyLine = false

  let next = Math.min(lineEnd(text, at + mark) + 1, text.length)
  lines.push(text.slice(at + mark, next))
  while (next < text.length) {
    const afterEmpty = afterEmptyLine(text, next)
    if (afterEmpty !== undefined) {
      isAfterEmpty = true
      next = Math.min(afterEmpty, text.length)
      continue
    }
    const inner = afterMatch(/\t| {0,4}/y, text, next)
    const width = text[next] === '\t' ? 8 : inner - next
    if (startsItem(text, inner)) {
      hasEmptyLine ||= isAfterEmpty
      if (width === indent) break
      part = sublist
    } else if (isAfterEmpty) {
      if (width < 4) return item({ isLast: true })
      part.push('\n')
      hasEmptyLine = true
    }
    isAfterEmpty = false
    next = Math.min(lineEnd(text, inner) + 1, text.length)
    part.push(text.slice(inner, next))
  }
  return item({ isLast: false })

  function item({ isLast }: { isLast: boolean }): ListItem {
    return { text: lines.join(''), sublist: sublist.join(''), next, hasEmptyLine, isLast }
  }
}

function startsItem(text: string, at: number): boolean {
  return (bullet(text, at) > 0 && !isRule(text, at)) || itemNumber(text, at) > 0
}

/**
 * Insertions and removals that fit in several places, moved to where short lines surround them,
 * such as empty ones. Stock does so in a diff, and not in an annotation.
 *
 * Source: fossil src/diff.c diff_optimize, its comparisons as they are there.
 * @module
 */

import type { Edit } from './line-diff.ts'

type Moving = { -readonly [K in keyof Edit]: Edit[K] }

/** One insertion or removal on its way. */
interface Slider {
  readonly edit: Moving
  /** The edit after it, which copies what this one leaves behind. */
  readonly next: Moving
  /** The lines of the side that has it, and the first of its lines there. */
  readonly lines: readonly string[]
  at: number
  readonly count: number
  /** The lines before it, as the other side has them, and how many. */
  readonly others: readonly string[]
  atOthers: number
}

/** Moves the edits that make `after` from `before`. They still do. */
export function slideEdits(
  edits: readonly Edit[],
  before: readonly string[],
  after: readonly string[],
): Edit[] {
  const moving: Moving[] = edits.map((edit) => ({ ...edit }))
  let [atA, atB] = [0, 0]
  for (const [index, edit] of moving.entries()) {
    const next = moving[index + 1] ?? { copy: 0, remove: 0, insert: 0 }
    const [startA, startB] = [atA + edit.copy, atB + edit.copy]
    if (edit.remove === 0 && edit.insert > 0) {
      const place = { lines: after, at: startB, others: before, atOthers: startA }
      const slider = { edit, next, count: edit.insert, ...place }
      slideUp(slider)
      slideDown(slider, 1)
    } else if (edit.remove > 0 && edit.insert === 0) {
      const place = { lines: before, at: startA, others: before, atOthers: startA }
      const slider = { edit, next, count: edit.remove, ...place }
      slideUp(slider)
      slideDown(slider, 0)
    }
    atA += edit.copy + edit.remove
    atB += edit.copy + edit.insert
  }
  return moving
}

function slideUp(slider: Slider): void {
  const { edit, lines, others, count } = slider
  while (edit.copy > 0) {
    const last = slider.at + count - 1
    if (others[slider.atOthers - 1] !== lines[last]) return
    const inside = size(others, slider.atOthers - 1) + size(lines, last - 1)
    if (size(others, slider.atOthers) + size(lines, last) <= inside) return
    move(slider, -1)
  }
}

/** A removal is compared with its first line, where an insertion is with its second. */
function slideDown(slider: Slider, second: 0 | 1): void {
  const { next, lines, count } = slider
  while (next.copy > 0) {
    const [first, past] = [slider.at, slider.at + count]
    if (lines[first] !== lines[past]) return
    const moved = size(lines, first + second) + size(lines, past)
    if (size(lines, first) + size(lines, past - 1) <= moved) return
    move(slider, 1)
  }
}

function move(slider: Slider, by: 1 | -1): void {
  slider.edit.copy += by
  slider.next.copy -= by
  slider.at += by
  slider.atOthers += by
}

/** Bytes of a line without its newline. */
function size(lines: readonly string[], at: number): number {
  const line = lines[at] ?? ''
  return line.endsWith('\n') ? line.length - 1 : line.length
}

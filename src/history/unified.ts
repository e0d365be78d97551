/**
 * Unified diffs: the hunks of a line difference, and their text.
 *
 * May know line differences and artifact text. Source: fossil src/diff.c contextDiff;
 * https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html.
 * @module
 */

import { decodeText } from '../base/text.ts'
import { diffLines, type Edit } from './line-diff.ts'
import { slideEdits } from './slide.ts'
import { lineBytes, textLines } from './text-lines.ts'

/** Options for comparing two contents. */
export interface DiffOptions {
  /** Unchanged lines to show around changes. Default 5, as stock. */
  readonly contextLines?: number
  /** See {@link diffLines}. */
  readonly maxSteps?: number
}

/** Changes that are close together, with what is around them. */
export interface Hunk {
  /** The first line, from 1; the line before, where the side has none here. */
  readonly beforeStart: number
  readonly beforeCount: number
  readonly afterStart: number
  readonly afterCount: number
  readonly lines: readonly {
    /** ` ` is on both sides, `-` only before, `+` only after. */
    readonly sign: ' ' | '-' | '+'
    /** Without its newline; bytes that are not UTF-8 as artifact text has them. */
    readonly text: string
    /** False for a last line without a newline. */
    readonly hasNewline: boolean
  }[]
}

/** One line of a hunk. */
type HunkLine = Hunk['lines'][number]

/** The difference between two contents. */
export type ContentDiff =
  | { readonly kind: 'binary' }
  | {
      readonly kind: 'text'
      readonly hunks: readonly Hunk[]
      readonly insertedLines: number
      readonly removedLines: number
      /** False where the texts are too different to search for all that they have in common. */
      readonly isThorough: boolean
    }

/**
 * Compares two contents line by line. Unlike stock, a newline at the end that is missing on one
 * side is a difference.
 */
export function diffContents(
  before: Uint8Array,
  after: Uint8Array,
  options: DiffOptions = {},
): ContentDiff {
  const [a, b] = [textLines(before), textLines(after)]
  if (a === undefined || b === undefined) return { kind: 'binary' }
  const diff = diffLines(a, b, options.maxSteps)
  const edits = slideEdits(diff.edits, a, b)
  return {
    kind: 'text',
    hunks: hunksOf(a, b, { edits, context: Math.max(0, options.contextLines ?? 5) }),
    insertedLines: edits.reduce((sum, { insert }) => sum + insert, 0),
    removedLines: edits.reduce((sum, { remove }) => sum + remove, 0),
    isThorough: diff.isThorough,
  }
}

/** The text of hunks, each line ended by a newline. Nothing for no hunks. */
export function formatHunks(hunks: readonly Hunk[]): string {
  return hunks.map(formatHunk).join('')
}

function formatHunk(hunk: Hunk): string {
  const { beforeStart, beforeCount, afterStart, afterCount, lines } = hunk
  const range = `@@ -${beforeStart},${beforeCount} +${afterStart},${afterCount} @@\n`
  const body = lines.map(({ sign, text, hasNewline }) =>
    hasNewline ? `${sign}${text}\n` : `${sign}${text}\n\\ No newline at end of file\n`,
  )
  return range + body.join('')
}

/** An edit that changes something, and where its changes begin on both sides, from 0. */
interface PlacedEdit extends Edit {
  readonly atA: number
  readonly atB: number
}

function hunksOf(
  a: readonly string[],
  b: readonly string[],
  { edits, context }: { edits: readonly Edit[]; context: number },
): Hunk[] {
  const groups: PlacedEdit[][] = []
  let [atA, atB] = [0, 0]
  for (const edit of edits) {
    const placed = { ...edit, atA: atA + edit.copy, atB: atB + edit.copy }
    atA = placed.atA + edit.remove
    atB = placed.atB + edit.insert
    if (edit.remove + edit.insert === 0) continue
    const group = groups.at(-1)
    if (group !== undefined && edit.copy < context * 2) group.push(placed)
    else groups.push([placed])
  }
  return groups.map((group) => hunkOf(a, b, { group, context }))
}

function hunkOf(
  a: readonly string[],
  b: readonly string[],
  { group, context }: { group: readonly PlacedEdit[]; context: number },
): Hunk {
  const lines: HunkLine[] = []
  const put = (
    sign: HunkLine['sign'],
    from: readonly string[],
    start: number,
    end: number,
  ): void => {
    for (const line of from.slice(start, end)) lines.push(hunkLine(sign, line))
  }
  const [first] = group
  const lead = Math.min(context, first?.copy ?? 0)
  const [startA, startB] = [(first?.atA ?? 0) - lead, (first?.atB ?? 0) - lead]
  let [endA, endB] = [startA, startB]
  for (const { atA, atB, remove, insert } of group) {
    put(' ', a, endA, atA)
    put('-', a, atA, (endA = atA + remove))
    put('+', b, atB, (endB = atB + insert))
  }
  // To stock an end that is close belongs to the hunk, as a change that is close does.
  const rest = a.length - endA
  const tail = rest < context * 2 ? rest : context
  put(' ', a, endA, endA + tail)
  const [beforeCount, afterCount] = [endA + tail - startA, endB + tail - startB]
  return {
    beforeStart: beforeCount === 0 ? startA : startA + 1,
    beforeCount,
    afterStart: afterCount === 0 ? startB : startB + 1,
    afterCount,
    lines,
  }
}

function hunkLine(sign: HunkLine['sign'], line: string): HunkLine {
  return { sign, text: decodeText(lineBytes(line)), hasNewline: line.endsWith('\n') }
}

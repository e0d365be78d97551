/**
 * The three-way merge of texts: what each side changed of the pivot, put together line by line.
 * Where both changed the same lines in different ways, the result has both, between the marks that
 * stock writes.
 *
 * May know texts and line differences. Source: fossil src/merge3.c (blob_merge of 2.21).
 * @module
 */

import { assert } from '../base/assert.ts'
import { diffLines, type Edit } from '../history/line-diff.ts'
import { slideEdits } from '../history/slide.ts'
import { contentOf, hasCrLf, type Text, type TextEncoding, textOf } from './text.ts'

/**
 * Lines that both sides changed, and differently. Each start counts from 1, in the file of that
 * side; a count can be 0, and then the start is the line after.
 */
export interface ConflictHunk {
  readonly pivotStart: number
  readonly pivotCount: number
  readonly targetStart: number
  readonly targetCount: number
  readonly sourceStart: number
  readonly sourceCount: number
}

/** A merge of texts. */
export interface TextMerge {
  /** The merged text; with marks where there are hunks. */
  readonly content: Uint8Array
  /** The conflicts, in order. None where the merge is clean. */
  readonly hunks: readonly ConflictHunk[]
}

/** Three versions of a file. */
export interface Versions<T> {
  readonly pivot: T
  /** The version that receives the merge: stock's local copy. */
  readonly target: T
  readonly source: T
}

/** Marks around the versions of a conflict; the first three are followed by a line number. */
const marks = {
  begin: '<<<<<<< BEGIN MERGE CONFLICT: local copy shown first <<<<<<<<<<<<',
  pivot: '||||||| COMMON ANCESTOR content follows |||||||||||||||||||||||||',
  source: '======= MERGED IN content follows ===============================',
  end: '>>>>>>> END MERGE CONFLICT >>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>',
} as const

/**
 * Merges three versions of a file. Undefined where that takes more than lines: one is binary, or
 * the sides changed the encoding in different ways.
 */
export function mergeTexts(contents: Versions<Uint8Array>): TextMerge | undefined {
  const [pivot, target, source] = [
    textOf(contents.pivot),
    textOf(contents.target),
    textOf(contents.source),
  ]
  if (pivot === undefined || target === undefined || source === undefined) return undefined
  const encoding = mergedEncoding({ pivot, target, source })
  if (encoding === undefined) return undefined
  const merging = new Merging({ pivot, target, source })
  const { lines, hunks } = merging.run()
  const ends = { pivot: pivot.endsInNewline, target: target.endsInNewline }
  const end = mergedValue({ ...ends, source: source.endsInNewline })
  const endsInNewline =
    merging.endsInMark || (end ?? target.endsInNewline ?? source.endsInNewline ?? true)
  return { content: contentOf({ lines, endsInNewline, encoding }), hunks }
}

/** Tells whether a text has a line that begins with a mark. merge3.c contains_merge_marker. */
export function hasMergeMarks(content: Uint8Array): boolean {
  const text = textOf(content)
  return (
    text?.lines.some((line) => Object.values(marks).some((mark) => line.startsWith(mark))) ?? false
  )
}

/** The value that a side changed, or that both did alike; undefined where they did not agree. */
export function mergedValue<T>({ pivot, target, source }: Versions<T>): T | undefined {
  if (target === source || source === pivot) return target
  return target === pivot ? source : undefined
}

/** An empty text has no encoding of its own: a file that both sides added has an empty pivot. */
function mergedEncoding({ pivot, target, source }: Versions<Text>): TextEncoding | undefined {
  const own = pivot.lines.length > 0 || pivot.encoding !== 'plain'
  return mergedValue<TextEncoding | undefined>({
    pivot: own ? pivot.encoding : undefined,
    target: target.encoding,
    source: source.encoding,
  })
}

type Side = keyof Versions<unknown>
type Changing = { -readonly [K in keyof Edit]: Edit[K] }

const sides: readonly Side[] = ['pivot', 'target', 'source']

/** One merge, from the first line to the last. */
class Merging {
  endsInMark = false
  readonly #texts: Versions<Text>
  readonly #target: Edits
  readonly #source: Edits
  readonly #carriage: '' | '\r'
  readonly #at: Record<Side, number> = { pivot: 0, target: 0, source: 0 }
  readonly #lines: string[] = []
  readonly #hunks: ConflictHunk[] = []
  /** True where the last line so far was the last of its version, and had no newline there. */
  #isCutLine = false

  constructor(texts: Versions<Text>) {
    const { pivot, target, source } = texts
    this.#texts = texts
    this.#target = new Edits(pivot, target)
    this.#source = new Edits(pivot, source)
    this.#carriage = hasCrLf(target) && hasCrLf(source) ? '\r' : ''
  }

  run(): { lines: readonly string[]; hunks: readonly ConflictHunk[] } {
    for (;;) {
      const [target, source] = [this.#target.next(), this.#source.next()]
      if (target === undefined || source === undefined) break
      this.#step(target, source)
    }
    this.#takeRest('target', this.#target)
    this.#takeRest('source', this.#source)
    const isWhole = sides.every((side) => this.#at[side] === this.#texts[side].lines.length)
    assert(isWhole, 'every line of every version was looked at')
    return { lines: this.#lines, hunks: this.#hunks }
  }

  #step(target: Changing, source: Changing): void {
    if (target.copy > 0 && source.copy > 0) this.#takeCommon(target, source)
    else if (target.copy > 0 && target.copy >= source.remove) {
      this.#takeChange('source', source, target)
    } else if (source.copy > 0 && source.copy >= target.remove) {
      this.#takeChange('target', target, source)
    } else if (this.#isSameChange(target, source)) {
      this.#skip({ pivot: target.remove, target: target.insert })
      this.#take('source', source.insert)
      this.#target.drop()
      this.#source.drop()
    } else this.#takeBoth()
  }

  #takeCommon(target: Changing, source: Changing): void {
    const count = Math.min(target.copy, source.copy)
    this.#take('pivot', count)
    this.#skip({ target: count, source: count })
    target.copy -= count
    source.copy -= count
  }

  /** Takes what one side made of lines that the other, `unchanged`, has as they were. */
  #takeChange(side: 'target' | 'source', change: Changing, unchanged: Changing): void {
    const other = side === 'target' ? 'source' : 'target'
    this.#skip({ pivot: change.remove, [other]: change.remove })
    this.#take(side, change.insert)
    unchanged.copy -= change.remove
    this.#edits(side).drop()
  }

  /** A newline that only one of them has at its end makes two changes of them, as in stock. */
  #isSameChange(target: Edit, source: Edit): boolean {
    const { copy, remove, insert } = target
    if (source.copy !== copy || source.remove !== remove || source.insert !== insert) return false
    const [a, b] = [this.#texts.target, this.#texts.source]
    for (let i = 0; i < insert; i++) {
      if (a.lines[this.#at.target + i] !== b.lines[this.#at.source + i]) return false
    }
    return insert === 0 || this.#isCut('target', insert) === this.#isCut('source', insert)
  }

  /** Tells whether the next lines of a side include a last one without a newline. */
  #isCut(side: Side, count: number): boolean {
    const { lines, endsInNewline } = this.#texts[side]
    return endsInNewline === false && this.#at[side] + count === lines.length
  }

  /**
   * A conflict: as many lines of the pivot as it takes until both sides go on with it, and what
   * each side has in their place.
   */
  #takeBoth(): void {
    let size = 1
    while (!this.#target.copiesAfter(size) || !this.#source.copiesAfter(size)) size++
    const pivotCount = Math.min(size, this.#texts.pivot.lines.length - this.#at.pivot)
    const [targetCount, sourceCount] = [this.#target.pass(size), this.#source.pass(size)]
    const { pivot, target, source } = this.#at
    this.#hunks.push({
      pivotStart: pivot + 1,
      pivotCount,
      targetStart: target + 1,
      targetCount,
      sourceStart: source + 1,
      sourceCount,
    })
    this.#mark(`${marks.begin} (line ${target + 1})`)
    this.#take('target', targetCount)
    this.#mark(`${marks.pivot} (line ${pivot + 1})`)
    this.#take('pivot', pivotCount)
    this.#mark(`${marks.source} (line ${source + 1})`)
    this.#take('source', sourceCount)
    this.#mark(marks.end)
  }

  /** Takes what one side has after the last line of the pivot. */
  #takeRest(side: 'target' | 'source', edits: Edits): void {
    for (let edit = edits.next(); edit !== undefined; edit = edits.next()) {
      assert(edit.copy === 0 && edit.remove === 0, 'both sides came to the end of the pivot')
      this.#take(side, edit.insert)
      edits.drop()
    }
  }

  #edits(side: 'target' | 'source'): Edits {
    return side === 'target' ? this.#target : this.#source
  }

  #take(side: Side, count: number): void {
    if (count === 0) return
    const { lines } = this.#texts[side]
    const from = this.#at[side]
    for (let at = from; at < from + count; at++) this.#lines.push(lines[at] ?? '')
    this.#isCutLine = this.#isCut(side, count)
    this.#at[side] += count
    this.endsInMark = false
  }

  /** A mark, after the end of a line as these texts have it. merge3.c ensure_line_end. */
  #mark(text: string): void {
    const last = this.#lines.length - 1
    if (this.#isCutLine && last >= 0) this.#lines[last] += this.#carriage
    this.#lines.push(text + this.#carriage)
    this.#isCutLine = false
    this.endsInMark = true
  }

  #skip(counts: Partial<Record<Side, number>>): void {
    for (const side of sides) this.#at[side] += counts[side] ?? 0
  }
}

/** The edits that make one side from the pivot, and how far the merge has come with them. */
class Edits {
  readonly #edits: Changing[]
  #at = 0

  constructor(pivot: Text, side: Text) {
    const { edits } = diffLines(pivot.lines, side.lines)
    this.#edits = slideEdits(edits, pivot.lines, side.lines).map((edit) => ({ ...edit }))
  }

  /** The edit to look at, which has something left; undefined after the last. */
  next(): Changing | undefined {
    for (; this.#at < this.#edits.length; this.#at++) {
      const edit = this.#edits[this.#at]
      if (edit !== undefined && edit.copy + edit.remove + edit.insert > 0) return edit
    }
    return undefined
  }

  drop(): void {
    this.#at++
  }

  /** Tells whether the pivot's line after the next `size` is copied. merge3.c ends_at_CPY. */
  copiesAfter(size: number): boolean {
    let left = size
    for (let at = this.#at; left > 0; at++) {
      const edit = this.#edits[at]
      if (edit === undefined || edit.copy >= left) return true
      left -= edit.copy
      if (edit.remove > left) return false
      left -= edit.remove
    }
    return true
  }

  /**
   * Passes `size` lines of the pivot. merge3.c output_one_side.
   *
   * @returns the number of lines that this side has in their place
   */
  pass(size: number): number {
    let [left, count] = [size, 0]
    while (left > 0) {
      const edit = this.#edits[this.#at]
      if (edit === undefined) break
      const copied = Math.min(edit.copy, left)
      count += copied
      left -= copied
      edit.copy -= copied
      if (edit.copy > 0 || left === 0) break
      count += edit.insert
      left -= edit.remove
      this.#at++
    }
    return count
  }
}

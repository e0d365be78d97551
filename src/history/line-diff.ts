/**
 * Line differences: what to copy, remove and insert to make one text from another. Where the same
 * difference can be told in several ways, as stock tells it.
 *
 * What begins and ends both texts is set apart; then the longest block of lines that both have,
 * near the middle, divides the rest in two, and so on.
 *
 * The result is not always the shortest. The work is bounded: beyond the bound, what is left is
 * removed and inserted as a whole, and the result says so.
 *
 * Source: fossil src/diff.c diff_all, longestCommonSequence, optimalLCS.
 * @module
 */

import { assert } from '../base/assert.ts'
import { Lines } from './line-hash.ts'

/** Copy lines that both have, then remove some of the one and insert some of the other. */
export interface Edit {
  readonly copy: number
  readonly remove: number
  readonly insert: number
}

/** Edits that make one text from another. */
export interface LineDiff {
  /** In order. Only the last may be a copy alone; none begins with less than it could copy. */
  readonly edits: readonly Edit[]
  /** False where the search for common lines was given up. */
  readonly isThorough: boolean
}

/**
 * The number of lines that are compared before the search is given up: about half a second
 * (measured).
 */
export const defaultMaxSteps = 50_000_000

/** A range of lines on each side: from `a` up to `endA`, from `b` up to `endB`. */
interface Range {
  readonly a: number
  readonly endA: number
  readonly b: number
  readonly endB: number
}

/**
 * Finds how to make `after` from `before`. Lines are strings of bytes, one code unit a byte.
 *
 * @param maxSteps a bound on comparisons of lines
 */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
  maxSteps: number = defaultMaxSteps,
): LineDiff {
  const search = new Search(new Lines(before, after), maxSteps)
  const { a, b } = search.lines
  let [start, endA, endB] = [0, a.length, b.length]
  while (endA > 0 && endB > 0 && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  while (start < endA && start < endB && a[start] === b[start]) start++
  const runs = [
    { a: 0, endA: start, b: 0, endB: start },
    ...search.commonRuns({ a: start, endA, b: start, endB }),
    { a: endA, endA: a.length, b: endB, endB: b.length },
  ]
  return { edits: editsOf(runs, a.length, b.length), isThorough: search.isThorough }
}

/** The search for blocks of lines that both texts have. */
class Search {
  readonly lines: Lines
  isThorough = true
  readonly #maxSteps: number
  #steps = 0

  constructor(lines: Lines, maxSteps: number) {
    this.lines = lines
    this.#maxSteps = maxSteps
  }

  /** The blocks that both have in `whole`, in order. diff.c diff_step, without its recursion. */
  commonRuns(whole: Range): Range[] {
    const runs: Range[] = []
    const open: { range: Range; isCommon: boolean }[] = [{ range: whole, isCommon: false }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { range, isCommon } = next
      if (isCommon) {
        runs.push(range)
        continue
      }
      const { a, endA, b, endB } = range
      if (endA <= a || endB <= b) continue
      if (this.#steps > this.#maxSteps) {
        this.isThorough = false
        continue
      }
      const run = this.#longest(range)
      this.#steps += endA - a
      const length = run.endA - run.a
      if (length <= 5 && !(length > 0 && this.lines.isDistinct(range, run))) continue
      open.push({ range: { a: run.endA, endA, b: run.endB, endB }, isCommon: false })
      open.push({ range: run, isCommon: true })
      open.push({ range: { a, endA: run.a, b, endB: run.b }, isCommon: false })
    }
    return runs
  }

  /**
   * The longest block of common lines that hash chains lead to, of equals the one nearest to the
   * middle. Where they lead to none in a small range, all pairs are tried. diff.c
   * longestCommonSequence.
   */
  #longest(range: Range): Range {
    const none = { a: range.a, endA: range.a, b: range.b, endB: range.b }
    let best = none
    for (let cutoff = 4; best.endA === best.a && cutoff <= 64; cutoff *= 4) {
      const found = this.#longestWithin(range, cutoff)
      best = found.best
      if (!found.isCut) break
    }
    const isSmall = (range.endA - range.a) * (range.endB - range.b) < 2500
    return best.endA === best.a && isSmall ? this.#longestOfAll(range) : best
  }

  #longestWithin(range: Range, cutoff: number): { best: Range; isCut: boolean } {
    const none = { a: range.a, endA: range.a, b: range.b, endB: range.b }
    const span = range.endA - range.a + (range.endB - range.b)
    const middle = Math.floor((range.endA + range.a) / 2)
    let [best, previous, isCut]: [Range, Range, boolean] = [none, none, false]
    let bestScore = -Infinity
    for (let i = range.a; i < range.endA; i++) {
      const found = this.#candidate(i, range, cutoff)
      if (found === 'cut') isCut = true
      if (typeof found === 'string') continue
      // The chain counts from 1, and so does this comparison.
      if (i < best.endA && found + 1 >= best.b && found + 1 < best.endB) continue
      if (i < previous.endA && found + 1 >= previous.b && found + 1 < previous.endB) continue
      const run = this.#extended(i, found, range)
      const skew = Math.abs(run.a - range.a - (run.b - range.b))
      const distance = Math.abs(Math.floor((run.a + run.endA) / 2) - middle)
      const score = (run.endA - run.a) * span - (skew + distance)
      if (score > bestScore) {
        bestScore = score
        best = run
      } else if (run.endA > previous.endA) previous = run
    }
    return { best, isCut }
  }

  /** A line of `b` that is line `i` of `a`; `cut` where the chain was left before its end. */
  #candidate(i: number, { b, endB }: Range, cutoff: number): number | 'none' | 'cut' {
    const { lines } = this
    let followed = 0
    for (let j = lines.firstInB(i); j !== -1; j = lines.nextInB(j)) {
      this.#steps++
      // The last line of the range is found by what precedes it only, as there.
      if (j >= b && j + 1 < endB && lines.a[i] === lines.b[j]) return j
      if (followed++ > cutoff) return 'cut'
    }
    return 'none'
  }

  #extended(i: number, j: number, range: Range): Range {
    const { a: linesA, b: linesB } = this.lines
    let [a, b, endA, endB] = [i, j, i + 1, j + 1]
    while (a > range.a && b > range.b && linesA[a - 1] === linesB[b - 1]) {
      a--
      b--
    }
    while (endA < range.endA && endB < range.endB && linesA[endA] === linesB[endB]) {
      endA++
      endB++
    }
    this.#steps += endA - a
    return { a, endA, b, endB }
  }

  /** The first of the longest blocks. diff.c optimalLCS. */
  #longestOfAll(range: Range): Range {
    const { a: linesA, b: linesB } = this.lines
    let best = { a: range.a, endA: range.a, b: range.b, endB: range.b }
    let length = 0
    for (let i = range.a; i < range.endA - length; i++) {
      for (let j = range.b; j < range.endB - length; j++) {
        this.#steps++
        if (linesA[i] !== linesB[j] || linesA[i + length] !== linesB[j + length]) continue
        let k = 1
        while (i + k < range.endA && j + k < range.endB && linesA[i + k] === linesB[j + k]) k++
        if (k <= length) continue
        length = k
        best = { a: i, endA: i + k, b: j, endB: j + k }
      }
    }
    return best
  }
}

function editsOf(runs: readonly Range[], lengthA: number, lengthB: number): Edit[] {
  const edits: Edit[] = []
  let [atA, atB, copy] = [0, 0, 0]
  const end = { a: lengthA, endA: lengthA, b: lengthB, endB: lengthB }
  for (const run of [...runs, end]) {
    const [remove, insert] = [run.a - atA, run.b - atB]
    assert(remove >= 0 && insert >= 0, 'what is copied is in order on both sides')
    if (remove > 0 || insert > 0) {
      edits.push({ copy, remove, insert })
      copy = 0
    }
    copy += run.endA - run.a
    atA = run.endA
    atB = run.endB
  }
  return copy > 0 ? [...edits, { copy, remove: 0, insert: 0 }] : edits
}

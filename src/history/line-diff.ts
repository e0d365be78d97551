/**
 * Line differences: what to copy, remove and insert to make one text from another.
 *
 * The work is bounded. A shortest edit costs time and memory that grow with the square of its
 * length (Myers 1986), so one that is longer than a limit is not searched for: lines that occur
 * once on both sides then hold the texts together, and the result says that it may be longer
 * than need be.
 *
 * Depends on nothing else in this project, but for asserts. Reference: fossil src/diff.c, which
 * bounds its search by dividing the texts (diff.c longestCommonSequence).
 * @module
 */

import { diffArrays } from 'diff'

import { assert } from '../base/assert.ts'

/** Copy lines that both have, then remove some of the one and insert some of the other. */
export interface Edit {
  readonly copy: number
  readonly remove: number
  readonly insert: number
}

/** How to make one text from another. */
export interface LineDiff {
  /** In order. Only the last may be a copy alone; none begins with less than it could copy. */
  readonly edits: readonly Edit[]
  /** False where the shortest edit was not searched for. */
  readonly isMinimal: boolean
}

/**
 * How many lines may be removed and inserted, of those that both sides have, before the search
 * is given up: by then it has cost up to half a second (measured on shuffled lines).
 */
export const defaultMaxEdits = 2000

/** Each edit may look at every line: the product of both is bounded too. */
const maxComparisons = 5e8

/**
 * Finds a shortest way to make `after` from `before`, within bounds.
 *
 * @param maxEdits a bound on removed and inserted lines that occur on both sides; lower for texts
 *   of more than 250,000 lines together. The time grows with its product with the number of
 *   lines, and with its square
 */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
  maxEdits: number = defaultMaxEdits,
): LineDiff {
  const [a, b] = numbered(before, after)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  const [middleA, middleB] = [shared(a, start, endA, b, endB), shared(b, start, endB, a, endA)]
  const shortest = matchShortest(a, b, { middleA, middleB, maxEdits })
  const matches = shortest ?? matchUnique(a, b, { middleA, middleB, start })
  const runs = [{ atA: 0, atB: 0, count: start }, ...matches]
  runs.push({ atA: endA, atB: endB, count: a.length - endA })
  return { edits: editsOf(runs, a.length, b.length), isMinimal: shortest !== undefined }
}

/** Lines that both sides have in one piece. */
interface Run {
  readonly atA: number
  readonly atB: number
  readonly count: number
}

/** Lines as numbers, the same for the same line. */
function numbered(before: readonly string[], after: readonly string[]): [number[], number[]] {
  const numbers = new Map<string, number>()
  const numberOf = (line: string): number => {
    let number = numbers.get(line)
    if (number === undefined) numbers.set(line, (number = numbers.size))
    return number
  }
  return [before.map(numberOf), after.map(numberOf)]
}

/**
 * Where in `lines`, from `start` to `end`, stands what the other side has too in its middle. The
 * rest is removed or inserted in any case, and would only lengthen the search.
 */
function shared(
  lines: readonly number[],
  start: number,
  end: number,
  others: readonly number[],
  endOthers: number,
): number[] {
  const there = new Set(others.slice(start, endOthers))
  const places: number[] = []
  for (let at = start; at < end; at++) if (there.has(lines[at] ?? -1)) places.push(at)
  return places
}

/** A shortest edit by jsdiff; undefined where it is longer than allowed. */
function matchShortest(
  a: readonly number[],
  b: readonly number[],
  search: { middleA: readonly number[]; middleB: readonly number[]; maxEdits: number },
): Run[] | undefined {
  const { middleA, middleB, maxEdits } = search
  const [linesA, linesB] = [middleA.map((at) => a[at] ?? -1), middleB.map((at) => b[at] ?? -1)]
  const affordable = Math.floor(maxComparisons / (linesA.length + linesB.length + 1))
  const maxEditLength = Math.min(maxEdits, affordable)
  const changes = diffArrays(linesA, linesB, { maxEditLength })
  if (changes === undefined) return undefined
  const runs: Run[] = []
  let [atA, atB] = [0, 0]
  for (const { added, removed, count } of changes) {
    for (let i = 0; i < (added || removed ? 0 : count); i++) {
      runs.push({ atA: middleA[atA + i] ?? 0, atB: middleB[atB + i] ?? 0, count: 1 })
    }
    if (!added) atA += count
    if (!removed) atB += count
  }
  return runs
}

/**
 * Lines that stand once on each side, in the longest series that is in the same order on both;
 * and what is the same around each of them.
 */
function matchUnique(
  a: readonly number[],
  b: readonly number[],
  search: { middleA: readonly number[]; middleB: readonly number[]; start: number },
): Run[] {
  const { middleA, middleB, start } = search
  const [placesA, placesB] = [onlyPlaces(a, middleA), onlyPlaces(b, middleB)]
  const pairs: [number, number][] = []
  for (const [line, atA] of placesA) {
    const atB = placesB.get(line)
    if (atA !== undefined && atB !== undefined) pairs.push([atA, atB])
  }
  const [endA, endB] = [(middleA.at(-1) ?? -1) + 1, (middleB.at(-1) ?? -1) + 1]
  const runs: Run[] = []
  let [fromA, fromB] = [start, start]
  for (const [anchorA, anchorB] of longestRising(pairs)) {
    if (anchorA < fromA || anchorB < fromB) continue
    let [atA, atB] = [anchorA, anchorB]
    while (atA > fromA && atB > fromB && a[atA - 1] === b[atB - 1]) {
      atA--
      atB--
    }
    let count = anchorA - atA + 1
    while (atA + count < endA && atB + count < endB && a[atA + count] === b[atB + count]) count++
    runs.push({ atA, atB, count })
    fromA = atA + count
    fromB = atB + count
  }
  return runs
}

/** The place of each line in order; undefined for one that stands at several. */
function onlyPlaces(
  lines: readonly number[],
  places: readonly number[],
): Map<number, number | undefined> {
  const found = new Map<number, number | undefined>()
  for (const at of places) {
    const line = lines[at] ?? -1
    found.set(line, found.has(line) ? undefined : at)
  }
  return found
}

/** The longest series of `pairs`, which rise on the left, that rises on the right too. */
function longestRising(
  pairs: readonly (readonly [number, number])[],
): (readonly [number, number])[] {
  // ends[n] is the pair that ends a series of n + 1 with the lowest right side.
  const ends: number[] = []
  const previous: number[] = []
  for (const [i, [, right]] of pairs.entries()) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < right) low = middle + 1
      else high = middle
    }
    previous.push(low === 0 ? -1 : (ends[low - 1] ?? -1))
    ends[low] = i
  }
  const series: (readonly [number, number])[] = []
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) {
    const pair = pairs[at]
    if (pair !== undefined) series.push(pair)
  }
  return series.reverse()
}

function editsOf(runs: readonly Run[], lengthA: number, lengthB: number): Edit[] {
  const edits: Edit[] = []
  let [atA, atB, copy] = [0, 0, 0]
  for (const run of [...runs, { atA: lengthA, atB: lengthB, count: 0 }]) {
    const [remove, insert] = [run.atA - atA, run.atB - atB]
    assert(remove >= 0 && insert >= 0, 'what is copied is in order on both sides')
    if (remove > 0 || insert > 0) {
      edits.push({ copy, remove, insert })
      copy = 0
    }
    copy += run.count
    atA = run.atA + run.count
    atB = run.atB + run.count
  }
  return copy > 0 ? [...edits, { copy, remove: 0, insert: 0 }] : edits
}

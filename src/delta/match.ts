/**
 * Finds what a target repeats of a source: the search inside `createDelta`.
 *
 * Decides exactly as stock does, so that deltas are the same byte for byte; what differs is how
 * little is compared to decide it. Source: fossil src/delta.c:402-521.
 * @module
 */

import { digitCount } from './digits.ts'
import { type Landmarks, landmarksOf, windowBytes, windowHash } from './landmarks.ts'

/** The number of blocks of a bucket that are tried for one window. */
const searchLimit = 250

/** Stock's price of a copy: three marks and the digits of three numbers. delta.c:463-466. */
const copyMarks = 3
const shortestMatch = copyMarks + 3

/** Searches one target for the blocks of one source. Its fields are the last match found. */
export class MatchFinder {
  /** Target bytes from the base to the match: the insert that goes before the copy. */
  literal = 0
  /** Length of the match in bytes. */
  length = 0
  /** The place in the source at which the match begins. */
  offset = 0

  readonly #source: DataView
  readonly #target: DataView
  // Reading a view's own `byteLength` costs more than rolling the hash (measured).
  readonly #sourceBytes: number
  readonly #targetBytes: number
  readonly #landmarks: Landmarks

  /** Keeps views of both; `source` must be longer than a window. */
  constructor(source: Uint8Array, target: Uint8Array) {
    this.#source = viewOf(source)
    this.#target = viewOf(target)
    this.#sourceBytes = source.length
    this.#targetBytes = target.length
    this.#landmarks = landmarksOf(this.#source)
  }

  /**
   * Finds the first window of the target at or after `base` that has a match worth a copy, and
   * the best match for it.
   *
   * @param base how far the delta has come in the target; more than a window must remain
   * @returns whether there is one
   */
  find(base: number): boolean {
    const source = this.#source
    const target = this.#target
    const { heads, previous } = this.#landmarks
    const buckets = heads.length >>> 0 // an unsigned 32-bit remainder is twice as fast (measured)
    const lastWindow = this.#targetBytes - windowBytes
    let sum = 0
    let weighted = 0
    for (let i = 0; i < windowBytes; i++) {
      sum += target.getInt8(base + i)
      weighted += sum
    }
    for (let at = base; ; at++) {
      let block = heads[windowHash(sum, weighted) % buckets] ?? 0
      let tries = searchLimit
      while (block !== 0 && tries > 0 && !mayMatch(source, block, target, at, base)) {
        block = previous[block] ?? 0
        tries--
      }
      if (block !== 0 && this.#findAt(at, base, block, tries)) return true
      if (at >= lastWindow) return false
      const leaving = target.getInt8(at)
      sum = (sum - leaving + target.getInt8(at + windowBytes)) | 0
      weighted = (weighted - windowBytes * leaving + sum) | 0
    }
  }

  /**
   * Takes the longest match through the window at `at` among the blocks of one bucket.
   *
   * In a run of one byte, or of a pattern whose period divides a block, each candidate matches a
   * little further than the one tried before it, and comparing them whole would take quadratic
   * time, as it does in stock. So: where the last two candidates stood `step` apart and match
   * `prefixBefore` and `prefix` bytes, the target repeats itself every `step` bytes that far. A
   * third one `step` further on, once its first `step` bytes agree, need not be compared there.
   */
  #findAt(at: number, base: number, first: number, limit: number): boolean {
    const source = this.#source
    const target = this.#target
    const { previous } = this.#landmarks
    const sourceBytes = this.#sourceBytes
    const targetBytes = this.#targetBytes
    let best = 0
    let fromBefore = -1
    let step = -1
    let prefix = 0
    let prefixBefore = 0
    for (let block = first, tries = limit; block !== 0 && tries > 0; tries--) {
      const from = (block - 1) * windowBytes
      block = previous[block] ?? 0
      // Going back stops at the second byte of the source. delta.c:452.
      const back = commonSuffix(source, from, target, at, Math.min(at - base, from - 1))
      const room = Math.min(sourceBytes - from, targetBytes - at)
      // A match that wins holds at `reach` too: one byte rules out most candidates.
      const reach = Math.max(best + 1, shortestMatch) - back - 1
      if (reach >= room) continue
      if (reach >= 0 && source.getInt8(from + reach) !== target.getInt8(at + reach)) continue

      let known = 0
      if (fromBefore - from === step) {
        const periodic = Math.min(room, prefix, prefixBefore + step)
        if (periodic > step && commonPrefix(source, from, target, at, step) === step) {
          known = periodic
        }
      }
      step = fromBefore - from
      fromBefore = from
      prefixBefore = prefix
      prefix = known + commonPrefix(source, from + known, target, at + known, room - known)

      const length = back + prefix
      const literal = at - base - back
      const offset = from - back
      const price = digitCount(literal) + digitCount(length) + digitCount(offset) + copyMarks
      if (length <= best || length < price) continue
      best = length
      this.literal = literal
      this.length = length
      this.offset = offset
    }
    return best > 0
  }
}

/**
 * Tells whether a match through the start of `block` can reach {@link shortestMatch} bytes: four
 * must agree from there on, or three before it. Decides nearly every window without a match.
 */
function mayMatch(
  source: DataView,
  block: number,
  target: DataView,
  at: number,
  base: number,
): boolean {
  const from = (block - 1) * windowBytes
  if (source.getInt32(from) === target.getInt32(at)) return true
  return (
    from > 0 && at - base >= 3 && (source.getInt32(from - 3) ^ target.getInt32(at - 3)) >>> 8 === 0
  )
}

/** The number of bytes that agree from `i` in `a` and `j` in `b`, at most `limit`. */
function commonPrefix(a: DataView, i: number, b: DataView, j: number, limit: number): number {
  let n = 0
  // Sixteen at a time: twice as fast as four and far faster than one (measured).
  while (
    n + 16 <= limit &&
    a.getInt32(i + n) === b.getInt32(j + n) &&
    a.getInt32(i + n + 4) === b.getInt32(j + n + 4) &&
    a.getInt32(i + n + 8) === b.getInt32(j + n + 8) &&
    a.getInt32(i + n + 12) === b.getInt32(j + n + 12)
  ) {
    n += 16
  }
  while (n < limit && a.getInt8(i + n) === b.getInt8(j + n)) n++
  return n
}

/** The number of bytes that agree before `i` in `a` and `j` in `b`, at most `limit`. */
function commonSuffix(a: DataView, i: number, b: DataView, j: number, limit: number): number {
  let n = 0
  while (n < limit && a.getInt8(i - n - 1) === b.getInt8(j - n - 1)) n++
  return n
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

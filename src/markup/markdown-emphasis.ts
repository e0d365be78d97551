/**
 * Emphasis in Markdown: which marker closes which.
 *
 * Stock looks for the closing marker from every opening one, by a search that steps over code
 * spans and links and starts afresh after each candidate. The same here, but every place that a
 * search passes remembers where the search ended, so that all together take linear time.
 * Knows characters and indexed text. Reference: fossil 2.21 src/markdown.c:589-845.
 * @module
 */

import { isAlnum, isSpace } from './characters.ts'
import { type IndexedText, type Landmark, landmark, PlaceMap } from './indexed-text.ts'

/** The number of markers that open (and close) the emphasis: 3 is the mark of both at once. */
type Strength = 1 | 2 | 3

/** Emphasis that was found: what is inside, and where parsing goes on. */
export interface Emphasis {
  readonly start: number
  readonly end: number
  readonly next: number
}

/** One turn of a search: where it stands, and its result when it has one. */
interface Step {
  readonly at: number
  readonly found?: number
}

/** No closing marker. Stock's searches return 0 for it. */
const none = -1

/** Constructs in which markers may be hidden: code spans and links. */
const hiding = landmark(/[`[]/)
const closingBracket = landmark(/\]/)
const repeats = new Map([
  ['[', landmark(/\[/)],
  ['(', landmark(/\(/)],
])

/** One kind of marker in one stretch of inline text. Searches end at its end. */
export class EmphasisMarkers {
  readonly #source: IndexedText
  readonly #end: number
  readonly #marker: string
  readonly #same: Landmark
  readonly #found = new PlaceMap<number>()
  readonly #closings = {
    1: new PlaceMap<number>(),
    2: new PlaceMap<number>(),
    3: new PlaceMap<number>(),
  }

  constructor(source: IndexedText, end: number, marker: '*' | '_') {
    this.#source = source
    this.#end = end
    this.#marker = marker
    this.#same = marks[marker]
  }

  /**
   * The emphasis that the marker at `at` opens, if it does; `before` is the character before it.
   * Source: markdown.c:808-845, char_emphasis.
   */
  at(at: number, before: string): Emphasis | undefined {
    const { text } = this.#source
    let size = 1
    while (size <= 3 && text[at + size] === this.#marker) size++
    const start = at + size
    // At least one character and a closing marker must follow; `**` opens nothing by itself.
    if (size > 3 || start + 1 >= this.#end) return undefined
    if (!isLeftFlanking(before, text[start] ?? ' ')) return undefined
    if (this.#marker === '_' && isAlnum(before)) return undefined
    if (size === 3) return this.#triple(start)

    const end = this.#close(size === 1 ? 1 : 2, start)
    return end === none ? undefined : { start, end, next: end + size }
  }

  /** Three markers: the first that closes tells what they mean. markdown.c:760-800, parse_emph3. */
  #triple(start: number): Emphasis | undefined {
    const first = this.#close(3, start)
    if (first === none) return undefined
    const count = [1, 2].findIndex((i) => !this.#isMarker(first + i)) + 1 || 3
    if (count === 3) return { start, end: first, next: first + 3 }

    // Two that close leave one open, and one leaves two: the others are text of the inside.
    const strength = count === 2 ? 1 : 2
    const end = this.#close(strength, start - 1)
    return end === none ? undefined : { start: start - 3 + strength, end, next: end + strength }
  }

  /**
   * The place at which emphasis of `strength` that is sought from `from` on is closed, or `none`.
   */
  #close(strength: Strength, from: number): number {
    const known = this.#closings[strength]
    const passed: number[] = []
    let closing: number | undefined
    for (let at = from; closing === undefined;) {
      closing = known.get(at)
      if (closing !== undefined) break
      passed.push(at)
      const candidate = at < this.#end ? this.#search(at) : none
      const resumed = candidate === none ? none : this.#resume(strength, candidate)
      if (resumed === none) closing = candidate
      at = resumed
    }
    for (const place of passed) known.set(place, closing)
    return closing
  }

  /** `none` where the marker at `at` closes emphasis of `strength`; else where to search on. */
  #resume(strength: Strength, at: number): number {
    const { text } = this.#source
    const before = text[at - 1] ?? ' '
    if (strength === 3) return ' \t\n'.includes(before) ? at : none
    if (strength === 1 && this.#isMarker(at + 1)) return at + 1

    const afterAt = at + strength
    const after = afterAt < this.#end ? (text[afterAt] ?? ' ') : ' '
    const closes =
      (strength === 1 || this.#isMarker(at + 1)) &&
      isRightFlanking(before, after) &&
      (this.#marker === '*' || !isAlnum(after))
    return closes ? none : at + strength - 1
  }

  #isMarker(at: number): boolean {
    return at < this.#end && this.#source.text[at] === this.#marker
  }

  /** The next marker after `from`, or `none`. Source: markdown.c:589-632, find_emph_char. */
  #search(from: number): number {
    const { text } = this.#source
    const passed: number[] = []
    let found: number | undefined
    for (let at = text[from] === '`' ? this.#afterCode(from) : from + 1; found === undefined;) {
      found = this.#found.get(at)
      if (found !== undefined) break
      passed.push(at)
      const step = this.#step(at)
      found = step.found
      at = step.at
    }
    for (const place of passed) this.#found.set(place, found)
    return found
  }

  /** Past the code span at `at`, or past its opening mark where it is not closed. */
  #afterCode(at: number): number {
    return this.#source.codeEnd(at, this.#end) ?? this.#source.runEnd(at, this.#end)
  }

  /** One turn of the search. */
  #step(from: number): Step {
    const source = this.#source
    const { text } = source
    const end = this.#end
    const marker = source.next(this.#same, from, end)
    const hidden = source.next(hiding, from, end)
    const at = Math.min(marker, hidden)
    if (at >= end) return { at, found: none }
    if (text[at - 1] === '\\') return { at: at + 1 }
    if (at === marker) return { at, found: at }
    if (text[at] === '`') return { at: this.#afterCode(at) }
    return this.#stepOverLink(at)
  }

  /**
   * Steps over what may be a link. Where it is none, a marker inside counts after all. The end of
   * `[a](b` is sought by its opening bracket, as in stock, so that it rarely is found.
   */
  #stepOverLink(at: number): Step {
    const source = this.#source
    const end = this.#end
    const bracket = source.next(closingBracket, at + 1, end)
    const first = source.next(this.#same, at + 1, bracket)
    const inside = first < bracket ? first : none
    const after = source.afterBlanks(bracket + 1, end)
    if (after >= end) return { at: after, found: inside }

    const repeat = repeats.get(source.text[after] ?? '')
    if (repeat === undefined) return inside === none ? { at: after } : { at, found: inside }
    const again = source.next(repeat, after + 1, end)
    if (again < end) return { at: again + 1 }
    const later = source.next(this.#same, after + 1, end)
    return { at: again, found: inside === none && later < end ? later : inside }
  }
}

const marks = { '*': landmark(/\*/), _: landmark(/_/) }

/** Tells whether a marker between these two can open emphasis. Source: markdown.c:655-660. */
function isLeftFlanking(before: string, after: string): boolean {
  return !isSpace(after) && (isAlnum(after) || !isAlnum(before))
}

/** Tells whether a marker between these two can close emphasis. Source: markdown.c:661-666. */
function isRightFlanking(before: string, after: string): boolean {
  return !isSpace(before) && (isAlnum(before) || !isAlnum(after))
}

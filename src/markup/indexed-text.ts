/**
 * Text that answers "where is the next …?" at once: what keeps the Markdown parser's time in
 * proportion to the text where stock looks ahead again and again.
 *
 * Each kind of landmark is looked up in the whole text the first time that it is asked for.
 * Depends on nothing else in this project.
 * @module
 */

/** A kind of place in a text. Texts remember landmarks by identity: declare each one once. */
export interface Landmark {
  readonly pattern: RegExp
}

/** Declares a landmark: the last character of what `pattern` matches. */
export function landmark(pattern: RegExp): Landmark {
  return { pattern: new RegExp(pattern.source, `${pattern.flags}g`) }
}

const brackets: Readonly<Record<string, { all: Landmark; closing: string }>> = {
  '[': { all: landmark(/[[\]]/), closing: ']' },
  '(': { all: landmark(/[()]/), closing: ')' },
}

const fences: Readonly<Record<string, Landmark>> = { '`': landmark(/`/), '~': landmark(/~/) }
const afterBlanks = landmark(/(?<=[ \t\n])[^ \t\n]/)

/** Runs of one character, in order. */
interface Runs {
  readonly starts: readonly number[]
  readonly lengths: readonly number[]
  /** For each run, the next one that is longer, or the number of runs. */
  readonly longer: readonly number[]
}

/** A text and the landmarks found in it so far. Positions and ends are offsets in code units. */
export class IndexedText {
  readonly text: string
  readonly #landmarks = new Map<Landmark, readonly number[]>()
  readonly #runs = new Map<string, Runs>()
  readonly #closings = new Map<string, readonly number[]>()

  constructor(text: string) {
    this.text = text
  }

  /** The first `mark` at or after `from`, or `end` where none is before `end`. */
  next(mark: Landmark, from: number, end: number): number {
    const positions = this.#positions(mark)
    return Math.min(positions[firstAtLeast(positions, from)] ?? end, end)
  }

  /** The first character at or after `from` that is no space, tab or newline, or `end`. */
  afterBlanks(from: number, end: number): number {
    const isBlank = from < end && ' \t\n'.includes(this.text[from] ?? '')
    return isBlank ? this.next(afterBlanks, from, end) : Math.min(from, end)
  }

  /**
   * The bracket that closes the `[` or `(` at `at`, or undefined where none does before `end`.
   * Brackets after a backslash do not count, but may be the one at `at`. Source:
   * markdown.c:1257-1275, matching_bracket_offset.
   */
  closing(at: number, end: number): number | undefined {
    const bracket = this.text[at] ?? ''
    const kind = brackets[bracket]
    if (kind === undefined) return undefined
    const positions = this.#positions(kind.all)
    const closings = this.#closings.get(bracket) ?? this.#matched(bracket, kind.closing, positions)
    this.#closings.set(bracket, closings)
    const closing = closings[firstAtLeast(positions, at)] ?? end
    return closing < end ? closing : undefined
  }

  /** The end of the run of one character, a backtick or a tilde, that goes on at `at`. */
  runEnd(at: number, end: number): number {
    const { starts, lengths } = this.#runsOf(this.text[at] ?? '')
    const run = firstAtLeast(starts, at + 1) - 1
    return Math.min((starts[run] ?? at) + (lengths[run] ?? 0), end)
  }

  /**
   * The end of the code span whose opening mark is the rest of the run at `at`, or undefined
   * where as many characters of that kind in a row do not follow before `end`.
   */
  codeEnd(at: number, end: number): number | undefined {
    const { starts, lengths, longer } = this.#runsOf(this.text[at] ?? '')
    const opened = this.runEnd(at, end)
    const size = opened - at
    for (let run = firstAtLeast(starts, opened); run < starts.length; run = longer[run] ?? run) {
      const start = starts[run] ?? end
      if (start + size > end) return undefined
      if ((lengths[run] ?? 0) >= size) return start + size
    }
    return undefined
  }

  #positions(mark: Landmark): readonly number[] {
    const known = this.#landmarks.get(mark)
    if (known !== undefined) return known
    const positions: number[] = []
    const { pattern } = mark
    pattern.lastIndex = 0
    while (pattern.test(this.text)) positions.push(pattern.lastIndex - 1)
    this.#landmarks.set(mark, positions)
    return positions
  }

  /** For each bracket among `positions` that opens, by index, where it is closed. */
  #matched(opening: string, closing: string, positions: readonly number[]): number[] {
    const matched: number[] = []
    // The brackets that wait for each level to close: the one that opened it and escaped ones.
    const waiting: number[][] = [[]]
    for (const [i, at] of positions.entries()) {
      const isEscaped = this.text[at - 1] === '\\'
      if (this.text[at] === opening) {
        if (isEscaped) waiting.at(-1)?.push(i)
        else waiting.push([i])
      } else if (this.text[at] === closing && !isEscaped) {
        for (const open of waiting.pop() ?? []) matched[open] = at
        if (waiting.length === 0) waiting.push([])
      }
    }
    return matched
  }

  #runsOf(character: string): Runs {
    const known = this.#runs.get(character)
    if (known !== undefined) return known
    const mark = fences[character]
    const runs = mark === undefined ? findRuns([]) : findRuns(this.#positions(mark))
    this.#runs.set(character, runs)
    return runs
  }
}

/** Knowledge about places of a text: a `Map`, but one without its bound of 2^24 entries. */
export class PlaceMap<V> {
  readonly #pages: (Map<number, V> | undefined)[] = []

  get(at: number): V | undefined {
    return this.#pages[at >>> 20]?.get(at)
  }

  set(at: number, value: V): void {
    const page = (this.#pages[at >>> 20] ??= new Map<number, V>())
    page.set(at, value)
  }
}

function findRuns(positions: readonly number[]): Runs {
  const starts: number[] = []
  const lengths: number[] = []
  for (const [i, at] of positions.entries()) {
    const isNew = i === 0 || positions[i - 1] !== at - 1
    if (isNew) starts.push(at)
    if (isNew) lengths.push(1)
    else lengths[lengths.length - 1] = at + 1 - (starts.at(-1) ?? at)
  }

  const longer = lengths.map(() => lengths.length)
  const shorter: number[] = []
  for (const [run, length] of lengths.entries()) {
    while (shorter.length > 0 && (lengths[shorter.at(-1) ?? 0] ?? 0) < length) {
      longer[shorter.pop() ?? 0] = run
    }
    shorter.push(run)
  }
  return { starts, lengths, longer }
}

/** The index of the first of ascending `positions` that is `from` or more. */
function firstAtLeast(positions: readonly number[], from: number): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((positions[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}

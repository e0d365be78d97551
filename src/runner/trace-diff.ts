/**
 * The first divergence of two traces. Lines are matched by their subject and their cause
 * (line-keys.ts), so that an extra line in one trace does not make everything after it differ.
 *
 * Both traces are read side by side, one moment of virtual time at a time. Up to the first
 * divergence the lines of one moment are kept, and a name for each event. Behind it a digest of
 * each line that has not been found in the other trace yet, up to a limit: then the oldest count
 * as missing, and the comparison says so.
 * @module
 */

import type { TraceEvent } from '../sim/trace.ts'
import { CauseIndex, type ChainLink, readChain } from './cause-chain.ts'
import { differingFields, factsText, type FieldDifference } from './line-facts.ts'
import type { KeyedLine } from './line-keys.ts'
import { MomentReader } from './trace-moments.ts'
import { parseTraceLine, readTrace, type TraceSource } from './trace-reader.ts'
import { type DifferenceCount, type Side, UnmatchedLines } from './unmatched-lines.ts'

/**
 * - `equal`: the same lines, descriptions of messages excepted.
 * - `renumbered`: the same lines with other numbers of events: one run had events without trace
 *   lines.
 * - `reordered`: the same lines at the same times, in another order.
 * - `different`: anything else.
 */
export type ComparisonVerdict = 'equal' | 'renumbered' | 'reordered' | 'different'

/** One line of a divergence in its own trace. */
export interface DivergentLine {
  /** Number of the line, from 1. */
  readonly number: number
  readonly line: TraceEvent
  /** The event of the line and its causes, nearest first. */
  readonly chain: readonly ChainLink[]
}

/** A place where two traces part. */
export interface TraceDivergence {
  /** Undefined if the trace has no such line; the same for `b`. */
  readonly a?: DivergentLine
  readonly b?: DivergentLine
  /** Fields that differ, if both traces have the line; empty if only its place differs. */
  readonly fields: readonly FieldDifference[]
  /** The first line with a difference of the trace that has no such line, at the same moment. */
  readonly instead?: DivergentLine
}

/** The common lines of two traces. */
interface CommonLines {
  readonly lines: number
  /** Virtual time of the last of them. */
  readonly untilMs: number
  /** The last of them, in the form of the first trace. */
  readonly last: readonly TraceEvent[]
}

/** The comparison of two traces. */
export interface TraceComparison {
  readonly verdict: ComparisonVerdict
  /** Differences in the runs: seed, model, nodes. */
  readonly runs: readonly FieldDifference[]
  /** The common lines before the first divergence; all of them if there is none. */
  readonly common: CommonLines
  readonly divergence?: TraceDivergence
  /** Lines that differ from there on, by type and node; the most first. */
  readonly after: readonly DifferenceCount[]
  /** True if some may have been counted although they match: see the limit above. */
  readonly isPartial: boolean
}

/** Limits of a comparison. */
export interface ComparisonOptions {
  /** Common lines to keep. Default 5. */
  readonly context?: number
  /** Lines of each trace that may wait for their counterpart. Default 500,000. */
  readonly mostUnmatched?: number
}

/** Compares two traces. @throws {FossilError} `trace.invalid` where one is none */
export function comparisonOf(
  a: TraceSource,
  b: TraceSource,
  options: ComparisonOptions = {},
): TraceComparison {
  const { context = 5, mostUnmatched = 500_000 } = options
  const runs = differingFields(runLine(a), runLine(b))
  const whole = identical(a, b)
  if (whole !== undefined) {
    return { verdict: 'equal', runs, common: { ...whole, last: [] }, after: [], isPartial: false }
  }
  return new Comparison({ a, b }, { context, mostUnmatched }).result(runs)
}

function runLine(source: TraceSource): TraceEvent | undefined {
  for (const { line } of readTrace(source)) return line
  return undefined
}

/** The extent of two traces that are equal to the byte; undefined if they are not. */
function identical(a: TraceSource, b: TraceSource): Omit<CommonLines, 'last'> | undefined {
  const others = b.lines()[Symbol.iterator]()
  let lines = 0
  let last = ''
  for (const line of a.lines()) {
    if (others.next().value !== line) {
      others.return?.()
      return undefined
    }
    lines += 1
    last = line
  }
  if (others.next().done !== true) {
    others.return?.()
    return undefined
  }
  return { lines, untilMs: parseTraceLine(last, { trace: a.name, number: lines }).atMs }
}

interface Sides<T> {
  readonly a: T
  readonly b: T
}

/** A line of one trace, of the other, or of both; or of one, and another one of the other. */
type Place = { readonly [side in Side | 'instead']?: KeyedLine | undefined }

/** Both traces on their way to a verdict. */
class Comparison {
  readonly #sources: Sides<TraceSource>
  readonly #context: number
  readonly #causes: Sides<CauseIndex> = { a: new CauseIndex(), b: new CauseIndex() }
  readonly #unmatched: UnmatchedLines
  #first: Place | undefined
  #order: Place | undefined
  #isRenumbered = false
  #lines = 0
  #untilMs = 0
  #last: readonly TraceEvent[] = []

  constructor(
    sources: Sides<TraceSource>,
    { context, mostUnmatched }: { context: number; mostUnmatched: number },
  ) {
    this.#sources = sources
    this.#context = context
    this.#unmatched = new UnmatchedLines(mostUnmatched)
  }

  result(runs: readonly FieldDifference[]): TraceComparison {
    this.#read()
    const parted = this.#first ?? this.#order
    const common = { lines: this.#lines, untilMs: this.#untilMs, last: this.#last }
    return {
      verdict: this.#verdict(runs),
      runs,
      common,
      ...(parted === undefined ? {} : { divergence: this.#divergence(parted) }),
      after: this.#unmatched.counts(),
      isPartial: this.#unmatched.isPartial,
    }
  }

  #verdict(runs: readonly FieldDifference[]): ComparisonVerdict {
    if (this.#first !== undefined || runs.length > 0) return 'different'
    if (this.#order !== undefined) return 'reordered'
    return this.#isRenumbered ? 'renumbered' : 'equal'
  }

  #read(): void {
    const [a, b] = [
      new MomentReader(this.#sources.a, this.#causes.a),
      new MomentReader(this.#sources.b, this.#causes.b),
    ]
    for (;;) {
      const atMs = Math.min(a.peek()?.atMs ?? Infinity, b.peek()?.atMs ?? Infinity)
      if (atMs === Infinity) return
      const [ofA, ofB] = [a, b].map((reader) => linesAt(reader, atMs))
      this.#compare(atMs, { a: ofA ?? [], b: ofB ?? [] })
    }
  }

  /** Compares the lines of one moment. */
  #compare(atMs: number, { a, b }: Sides<readonly KeyedLine[]>): void {
    const [ofA, ofB] = [byKey(a), byKey(b)]
    const lines = { a: a.filter(isComparedWith(ofB)), b: b.filter(isComparedWith(ofA)) }
    if (this.#first === undefined) this.#findFirst(lines, { a: ofA, b: ofB })
    if (this.#first === undefined) this.#untilMs = atMs
    this.#unmatched.add('a', lines.a)
    this.#unmatched.add('b', lines.b)
  }

  #findFirst({ a, b }: Sides<readonly KeyedLine[]>, of: Sides<KeyedLines>): void {
    const [atA, atB] = [firstOdd(a, of.b), firstOdd(b, of.a)]
    this.#keepCommon(a.slice(0, atA), of.b)
    if (atA === a.length && atB === b.length) return this.#noteOrder(a, b)
    const first = choose({ a: atA, b: atB }, { a: a[atA], b: b[atB] }, of)
    this.#first = first
    const alone = first.a === undefined ? first.b : first.b === undefined ? first.a : undefined
    // What is missing at this moment may happen at another one.
    if (alone !== undefined) this.#unmatched.lookFor(alone.key)
  }

  #keepCommon(lines: readonly KeyedLine[], others: KeyedLines): void {
    this.#lines += lines.length
    this.#isRenumbered ||= lines.some(({ key, line }) => {
      const other = others.get(key)?.line
      return other?.event !== line.event || other.cause !== line.cause
    })
    const last = [...this.#last, ...lines.map(({ line }) => line)]
    this.#last = this.#context === 0 ? [] : last.slice(-this.#context)
  }

  #noteOrder(a: readonly KeyedLine[], b: readonly KeyedLine[]): void {
    const at = a.findIndex(({ key }, index) => key !== b[index]?.key)
    const [one, other] = [a[at], b[at]]
    if (one !== undefined && other !== undefined) this.#order ??= { a: one, b: other }
  }

  #divergence(parted: Place): TraceDivergence {
    const a = parted.a ?? this.#unmatched.found('a')
    const b = parted.b ?? this.#unmatched.found('b')
    const { instead } = parted
    const lacking = a === undefined ? 'a' : b === undefined ? 'b' : undefined
    return {
      ...(a === undefined ? {} : { a: this.#withChain('a', a) }),
      ...(b === undefined ? {} : { b: this.#withChain('b', b) }),
      fields: a !== undefined && a.key === b?.key ? differingFields(a.line, b.line) : [],
      ...(lacking === undefined || instead === undefined
        ? {}
        : { instead: this.#withChain(lacking, instead) }),
    }
  }

  #withChain(side: Side, { line, number }: KeyedLine): DivergentLine {
    const chain = this.#causes[side].chainOf(line.event)
    return { number, line, chain: readChain(this.#sources[side], chain) }
  }
}

type KeyedLines = ReadonlyMap<string, KeyedLine>

function linesAt(reader: MomentReader, atMs: number): readonly KeyedLine[] {
  const moment = reader.peek()
  if (moment?.atMs !== atMs) return []
  reader.take()
  return moment.lines
}

function byKey(lines: readonly KeyedLine[]): KeyedLines {
  return new Map(lines.map((line) => [line.key, line]))
}

/**
 * The run is compared before everything else, and a digest of the state only where both traces have
 * one of the same moment: it comes every so many events, those that tell nothing included.
 */
function isComparedWith(others: KeyedLines): (line: KeyedLine) => boolean {
  return ({ key, line: { type } }) => type !== 'run' && (type !== 'state' || others.has(key))
}

/** Index of the first line that the other trace lacks, or has with other facts. */
function firstOdd(lines: readonly KeyedLine[], others: KeyedLines): number {
  const index = lines.findIndex(({ key, line }) => {
    const other = others.get(key)
    return other === undefined || factsText(other.line) !== factsText(line)
  })
  return index === -1 ? lines.length : index
}

/**
 * Of the first odd lines of both traces the one that has less before it; at the same place one that
 * the other trace lacks: a fault comes before the message that it strikes.
 */
function choose(
  at: Sides<number>,
  odd: Sides<KeyedLine | undefined>,
  of: Sides<KeyedLines>,
): Place {
  const [a, b] = [
    odd.a === undefined ? undefined : of.b.get(odd.a.key),
    odd.b === undefined ? undefined : of.a.get(odd.b.key),
  ]
  const ofA: Place = { ...(odd.a && { a: odd.a }), ...(a ? { b: a } : { instead: odd.b }) }
  const ofB: Place = { ...(odd.b && { b: odd.b }), ...(b ? { a: b } : { instead: odd.a }) }
  if (odd.b === undefined || (odd.a !== undefined && at.a < at.b)) return ofA
  if (odd.a === undefined || at.b < at.a) return ofB
  if (a === undefined && b === undefined) return { a: odd.a, b: odd.b }
  return a === undefined ? ofA : ofB
}

/**
 * The trace: everything that happened in a run, one JSON object a line, and a hash of it all. Two
 * runs are the same run if and only if their hashes are equal. Knows nothing of the meaning of the
 * events.
 * @module
 */

import { createHash } from 'node:crypto'

import { assert } from '../base/assert.ts'

/**
 * Values that an event may hold. Numbers are safe integers, since the printed form of a fraction is
 * not worth hashing.
 */
export type TraceValue =
  string | number | boolean | null | readonly TraceValue[] | { readonly [key: string]: TraceValue }

/** One thing that happened, in the format of docs/trace-format.md. */
export type TraceEvent = {
  /** Number of the event in which it happened; 0 outside events. */
  readonly event: number
  /** Number of the event in which that event was scheduled; 0 if outside events. */
  readonly cause: number
  /** Logical time of the event. */
  readonly lamport: number
  /** Virtual time since the beginning of the run. */
  readonly atMs: number
  readonly type: string
  readonly [fact: string]: TraceValue
}

/** Names that no fact of an event may have. */
export const reservedNames = ['event', 'cause', 'lamport', 'atMs', 'type'] as const

/** The version of the format, which begins every trace: see docs/trace-format.md. */
export const traceFormat = 1

/** Characters of lines to gather before hashing them: one large update beats many small ones. */
const batchLength = 1 << 16

/** The events of one run, on their way to a hash and, if wanted, to a sink. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #onLine: ((line: string) => void) | undefined
  #batch = ''
  #events = 0

  /** @param options `onLine` gets each line, without its newline, as it is emitted */
  constructor({ onLine }: { onLine?: (line: string) => void } = {}) {
    this.#onLine = onLine
  }

  /** The number of events emitted. */
  get events(): number {
    return this.#events
  }

  /**
   * Adds an event. Its line is `JSON.stringify(event)`: keys stay in the order the emitter gave
   * them (digits-only keys first, as everywhere in JavaScript), so an emitter writes one type of
   * event in one place.
   */
  emit(event: TraceEvent): void {
    const line = lineOf(event)
    this.#events += 1
    this.#batch += line + '\n'
    if (this.#batch.length >= batchLength) this.#hashBatch()
    this.#onLine?.(line)
  }

  /** Gives the sink an explanatory line, which is no event and not part of the hash. */
  explain(event: TraceEvent): void {
    this.#onLine?.(lineOf(event))
  }

  /**
   * SHA-256, in lowercase hex, of every event so far, each with its newline: the `sha256sum` of the
   * trace in a file, without explanations. The trace goes on.
   */
  hash(): string {
    this.#hashBatch()
    return this.#hash.copy().digest('hex')
  }

  #hashBatch(): void {
    this.#hash.update(this.#batch, 'utf8')
    this.#batch = ''
  }
}

/** The place at which two traces part. A side that has ended has no line there. */
export type Divergence = {
  /** Index of the line, from 0. */
  readonly index: number
  readonly a: string | undefined
  readonly b: string | undefined
}

/** The first line in which two traces differ, or undefined when they are equal. */
export function firstDivergence(
  linesA: readonly string[],
  linesB: readonly string[],
): Divergence | undefined {
  const length = Math.max(linesA.length, linesB.length)
  for (let index = 0; index < length; index++) {
    const [a, b] = [linesA[index], linesB[index]]
    if (a !== b) return { index, a, b }
  }
  return undefined
}

function lineOf(event: TraceEvent): string {
  assert(isTraceValue(event), 'a trace holds strings, safe integers, booleans and null')
  return JSON.stringify(event)
}

function isTraceValue(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (Array.isArray(value)) return value.every(isTraceValue)
  return typeof value === 'object' && Object.values(value).every(isTraceValue)
}

/**
 * Reading of traces: a source of lines, each checked and parsed. Knows the lines that every model
 * writes, and no model. Format: docs/trace-format.md.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { reservedNames, traceFormat, type TraceEvent, type TraceValue } from '../sim/trace.ts'

/** A trace that can be read any number of times, such as a file. */
export interface TraceSource {
  /** The path, for errors and for people. */
  readonly name: string
  /** The lines from the first one, without newlines. */
  lines(): Iterable<string>
}

/** A line and its place, from 1. */
export interface NumberedLine {
  readonly number: number
  readonly line: TraceEvent
}

/** The lines of one event, in order; each line outside events is by itself. */
export interface EventLines {
  readonly event: number
  readonly cause: number
  readonly atMs: number
  readonly lines: readonly NumberedLine[]
}

/**
 * Reads a trace line by line, with only one in memory.
 *
 * @throws {FossilError} `trace.invalid` at the first line that does not belong to a trace of this
 *   format, or if time runs backwards
 */
export function* readTrace(source: TraceSource): Generator<NumberedLine> {
  let number = 0
  let lastMs = 0
  for (const text of source.lines()) {
    number += 1
    const line = parseTraceLine(text, { trace: source.name, number })
    if (number > 1 && line.type === 'run') throw invalid(source, number, 'a second run begins here')
    if (line.atMs < lastMs) throw invalid(source, number, 'time runs backwards')
    lastMs = line.atMs
    yield { number, line }
  }
  if (number === 0) throw invalid(source, 1, 'it is empty')
}

/** Reads a trace event by event, with the lines of one in memory. */
export function* readEvents(source: TraceSource): Generator<EventLines> {
  let lines: NumberedLine[] = []
  for (const numbered of readTrace(source)) {
    const [first] = lines
    const { event } = numbered.line
    if (first !== undefined && (event === 0 || event !== first.line.event)) {
      yield eventOf(first, lines)
      lines = []
    }
    lines.push(numbered)
  }
  const [first] = lines
  if (first !== undefined) yield eventOf(first, lines)
}

/**
 * Parses one line.
 *
 * @param at the trace, and the place of the line there, from 1
 * @throws {FossilError} `trace.invalid`
 */
export function parseTraceLine(text: string, at: { trace: string; number: number }): TraceEvent {
  const fail = (reason: string): FossilError =>
    invalid({ name: at.trace }, at.number, at.number === 1 ? `not a trace: ${reason}` : reason)
  const json = parsed(text)
  if (!isRecord(json)) throw fail('the line is no JSON object, or was cut short')
  if (!isTraceEvent(json)) {
    const missing = reservedNames.find((name) => !hasReserved(json, name))
    throw fail(`the line has no ${String(missing)}, or none of its kind`)
  }
  if (at.number === 1) checkBeginning(json, fail)
  return json
}

/** All else that JSON can say is a fact of a line. */
function isTraceEvent(json: Readonly<Record<string, unknown>>): json is TraceEvent {
  return reservedNames.every((name) => hasReserved(json, name))
}

function hasReserved(
  json: Readonly<Record<string, unknown>>,
  name: (typeof reservedNames)[number],
): boolean {
  return name === 'type' ? typeof json.type === 'string' : isCount(json[name])
}

function checkBeginning(line: TraceEvent, fail: (reason: string) => FossilError): void {
  if (line.type !== 'run') throw fail('it does not begin with a line of type run')
  if (line.format === traceFormat) return
  throw fail(`its format is ${JSON.stringify(line.format)}, and ${traceFormat} is read here`)
}

/** A fact of a line where it is a text; empty if it is none. */
export function textOf(line: TraceEvent, name: string): string {
  const value: TraceValue | undefined = line[name]
  return typeof value === 'string' ? value : ''
}

/** A fact of a line where it is a list of texts; those of it that are. */
export function textsOf(line: TraceEvent, name: string): readonly string[] {
  const value: TraceValue | undefined = line[name]
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

function eventOf({ line }: NumberedLine, lines: readonly NumberedLine[]): EventLines {
  return { event: line.event, cause: line.cause, atMs: line.atMs, lines }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function invalid({ name }: Pick<TraceSource, 'name'>, line: number, reason: string): FossilError {
  return new FossilError('trace.invalid', { trace: name, line, reason })
}

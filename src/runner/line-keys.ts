/**
 * Names for the lines of a trace that stay the same when others come or go: a line is known by its
 * subject (an exchange, an operation, a fault) and by its cause, never by its number.
 * @module
 */

import { hash } from 'node:crypto'

import type { TraceEvent } from '../sim/trace.ts'
import { explanations } from './run-trace.ts'
import { type EventLines, textOf } from './trace-reader.ts'

/** A line that can be looked for in another trace. */
export interface KeyedLine {
  /** Unique in its trace; equal for the same line in two traces. */
  readonly key: string
  readonly line: TraceEvent
  readonly number: number
}

/** Fields that name an event of their own, each unique among those of two nodes. */
const strongNames = ['exchange', 'datagram', 'stream', 'id'] as const

/** Fields that identify one of several lines. All others are its content. */
const names = [
  'node',
  'peer',
  ...strongNames,
  'send',
  'message',
  'fromPpm',
  'site',
  'use',
  'trigger',
  'from',
  'to',
  'name',
] as const

/** Characters of a digest: 84 bits, so that a million of events do not collide. */
const digestLength = 14

/** The keys of one trace, as it is read. */
export class LineKeys {
  /** The key of each event, which names its effects. */
  readonly #events = new Map<number, string>()
  readonly #occurrences = new Map<string, number>()

  /** The comparable lines of the next event, without explanations. */
  keysOf({ event, cause, lines }: EventLines): KeyedLine[] {
    const told = lines.filter(({ line }) => !explanations.has(line.type))
    const facts = told.map(({ line }) => line)
    if (facts.length === 0) return []
    const name = this.#nameOf(cause, facts)
    if (event > 0) this.#events.set(event, name)
    const seen = new Map<string, number>()
    return told.map(({ line, number }) => {
      const identity = identityOf(line)
      const count = (seen.get(identity) ?? 0) + 1
      seen.set(identity, count)
      return { key: `${name} ${identity} ${count}`, line, number }
    })
  }

  /** The name of an event, or else its cause with a count. */
  #nameOf(cause: number, lines: readonly TraceEvent[]): string {
    const named = lines.find((line) => strongNames.some((name) => textOf(line, name) !== ''))
    if (named !== undefined) return digestOf(identityOf(named))
    const [first] = lines
    const telling = lines.find(({ type }) => type !== 'fault' && type !== 'state') ?? first
    const what = telling === undefined ? '' : identityOf(telling)
    const text = `${this.#events.get(cause) ?? ''} ${what}`
    const count = (this.#occurrences.get(text) ?? 0) + 1
    this.#occurrences.set(text, count)
    return digestOf(`${text} ${count}`)
  }
}

/** Short and equal for equal texts. */
export function digestOf(text: string): string {
  return hash('sha1', text, 'base64url').slice(0, digestLength)
}

function identityOf(line: TraceEvent): string {
  const parts = names.map((name) => line[name] ?? '')
  return JSON.stringify([line.type, ...parts])
}

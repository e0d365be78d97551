/**
 * Lines of a trace as sentences: what happened, to whom, and which faults struck. Types of a
 * model's own are written field by field.
 * @module
 */

import { reservedNames, type TraceEvent, type TraceValue } from '../sim/trace.ts'
import { textOf, textsOf } from './trace-reader.ts'

type Wording = (line: TraceEvent) => string

const of = (line: TraceEvent, name: string): string => textOf(line, name)

/** The name of a line's subject: an exchange, a datagram or a stream. */
function thing(line: TraceEvent): string {
  const name = of(line, 'exchange') || of(line, 'datagram') || of(line, 'stream')
  return typeof line.send === 'number' ? `${name}, send ${line.send}` : name
}

function struck(line: TraceEvent): string {
  const faults = [...textsOf(line, 'faults'), ...textsOf(line, 'damage')]
  return faults.length === 0 ? '' : ` (${faults.join(', ')})`
}

const sends: Wording = (line) =>
  `${of(line, 'node')} sends the ${line.type.replace('.', ' ')} of ${thing(line)} ` +
  `to ${of(line, 'peer')}${struck(line)}`
const arrives: Wording = (line) =>
  `the ${of(line, 'message') || 'part'} of ${thing(line)} reaches ${of(line, 'node')} ` +
  `from ${of(line, 'peer')}${struck(line)}`
const isLost: Wording = (line) =>
  `the ${of(line, 'message') || 'part'} of ${thing(line)} from ${of(line, 'peer')} ` +
  `does not reach ${of(line, 'node')}, which is down or cut off`
const streams: Wording = (line) =>
  `${line.type.replace('.', ' ')}: ${of(line, 'node')} and ${of(line, 'peer')}, ${thing(line)}` +
  (of(line, 'reason') === '' ? struck(line) : ` (${of(line, 'reason')})`)
const happensTo =
  (what: string): Wording =>
  (line) =>
    `${of(line, 'node')} ${what}`

const wordings: Readonly<Record<string, Wording>> = {
  run: (line) => `a run of ${of(line, 'model')} with seed ${JSON.stringify(line.seed)} begins`,
  tick: (line) =>
    `${of(line, 'node')} begins to look for work` +
    (of(line, 'peer') === '' ? ` (${of(line, 'trigger')})` : ` with ${of(line, 'peer')}`),
  request: sends,
  reply: sends,
  'reply.unheard': (line) => `${sends(line)}, which nobody awaits`,
  arrival: arrives,
  lost: isLost,
  failure: (line) =>
    `${of(line, 'node')} is told that ${thing(line)} with ${of(line, 'peer')} ` +
    `has failed (${of(line, 'reason')})`,
  'answer.failed': (line) =>
    `${of(line, 'node')} cannot answer ${thing(line)} of ${of(line, 'peer')}: ${of(line, 'error')}`,
  fault: (line) =>
    `a fault strikes at ${of(line, 'site')}, use ${of(line, 'use') || JSON.stringify(line.use)}: ` +
    JSON.stringify(line.outcome),
  partition: (line) =>
    of(line, 'node') === ''
      ? `messages from ${of(line, 'from')} to ${of(line, 'to')} begin to vanish`
      : `${of(line, 'node')} is cut off`,
  heal: happensTo('is connected again'),
  crash: happensTo('crashes'),
  restart: happensTo('starts again'),
  stop: happensTo('stops'),
  join: happensTo('joins'),
  pause: happensTo('pauses'),
  resume: happensTo('goes on'),
  'faults.end': () => 'all faults end',
  state: () => 'the state of all nodes',
  datagram: sends,
  'datagram.arrival': arrives,
  'datagram.lost': isLost,
  'stream.arrival': arrives,
  'stream.lost': isLost,
  'stream.connect': streams,
  'stream.accept': streams,
  'stream.open': streams,
  'stream.send': streams,
  'stream.end': streams,
  'stream.ended': streams,
  'stream.stalled': streams,
  'stream.broken': streams,
  operation: (line) =>
    `${of(line, 'node')}: operation ${of(line, 'id')}, ${of(line, 'op')}, ` +
    `is ${of(line, 'outcome')}${of(line, 'error') === '' ? '' : ` (${of(line, 'error')})`}`,
}

/** One line as a sentence without its time and event. */
export function lineText(line: TraceEvent): string {
  const wording = Object.hasOwn(wordings, line.type) ? wordings[line.type] : undefined
  return wording === undefined ? plainText(line) : wording(line)
}

/** The time and the event of a line, as people look for them: `4.760 s #8`. */
export function momentText({ atMs, event }: Pick<TraceEvent, 'atMs' | 'event'>): string {
  return `${(atMs / 1000).toFixed(3)} s ${event === 0 ? '  ' : `#${event}`}`
}

/** A value of a line as text, no longer than a line of a terminal. */
export function valueText(value: TraceValue | undefined): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
}

const longestValue = 120

const common: ReadonlySet<string> = new Set([...reservedNames, 'node'])

/** A line of a type that only its model understands. */
function plainText(line: TraceEvent): string {
  const facts = Object.entries(line).filter(([name]) => !common.has(name))
  const told = facts.map(([name, value]) => `${name} ${valueText(value)}`).join(', ')
  const where = of(line, 'node') === '' ? '' : `${of(line, 'node')}: `
  return `${where}${line.type}${told === '' ? '' : `, ${told}`}`
}

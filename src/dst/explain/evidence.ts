/**
 * Evidence about one thing in one trace: who held it when, which messages speak of it, and what
 * else happened to the nodes meanwhile.
 * @module
 */

import type { NodeId } from '../../runner/model.ts'
import { OutageStory } from '../../runner/outage-story.ts'
import { type Passage, Passages } from '../../runner/passages.ts'
import { readEvents, textOf, textsOf, type TraceSource } from '../../runner/trace-reader.ts'
import type { TraceEvent, TraceValue } from '../../sim/trace.ts'
import type { Mention, Standing, Subject } from './subject.ts'

/** A change of the thing at a node. */
export interface Change {
  readonly node: NodeId
  readonly standing: Standing
  readonly isGained: boolean
  /** Position of its line in the trace. */
  readonly number: number
  /** The line of type `holding`. */
  readonly line: TraceEvent
  /** All lines of the event. */
  readonly event: readonly TraceEvent[]
}

/** A message that speaks of the thing. */
export interface Speech {
  readonly mention: Mention
  readonly passage: Passage
  readonly card: string
  readonly number: number
}

/** All that a trace tells. */
export interface Evidence {
  readonly nodes: readonly NodeId[]
  readonly changes: readonly Change[]
  readonly speeches: readonly Speech[]
  /** Operations that name an artifact as theirs, and writes of files. */
  readonly made: readonly TraceEvent[]
  readonly passages: readonly Passage[]
  readonly outages: OutageStory
  /** Ends of syncs in errors, and answers that failed. */
  readonly errors: readonly TraceEvent[]
  /** Replies that consist of an error, by their passage. */
  readonly refusals: ReadonlyMap<Passage, string>
  /** Nodes that ask for private artifacts, as some request of theirs says. */
  readonly asksPrivate: ReadonlySet<NodeId>
  readonly hasMessages: boolean
  readonly hasHoldings: boolean
  /** Messages of which not all cards are told. */
  readonly shortened: number
  readonly endMs: number
}

type Gathered = {
  -readonly [field in keyof Evidence]: Evidence[field] extends readonly (infer T)[]
    ? T[]
    : Evidence[field]
}

/**
 * Reads a whole trace. Kept are the lines of exchanges, those about the thing, and little else.
 *
 * @throws {FossilError} `trace.invalid`
 */
export function gather(source: TraceSource, subject: Subject): Evidence {
  const passages = new Passages()
  const refusals = new Map<Passage, string>()
  const asksPrivate = new Set<NodeId>()
  const evidence: Gathered = {
    nodes: [],
    changes: [],
    speeches: [],
    made: [],
    passages: [],
    outages: new OutageStory(),
    errors: [],
    refusals,
    asksPrivate,
    hasMessages: false,
    hasHoldings: false,
    shortened: 0,
    endMs: 0,
  }
  for (const { lines } of readEvents(source)) {
    const event = lines.map(({ line }) => line)
    for (const { line, number } of lines) {
      evidence.endMs = line.atMs
      passages.add(line)
      evidence.outages.add(line)
      if (line.type === 'run') evidence.nodes.push(...textsOf(line, 'nodes'))
      if (line.type === 'sync.failed' || line.type === 'answer.failed') evidence.errors.push(line)
      if (isMaking(line, subject)) evidence.made.push(line)
      if (line.type === 'holding') takeHolding(evidence, subject, { line, number, event })
      if (line.type !== 'message') continue
      evidence.hasMessages = true
      const { cards, more } = contentOf(line.content)
      if (more > 0) evidence.shortened += 1
      const passage = passages.of(line)
      if (passage === undefined || textOf(line, 'message') === 'reply.unheard') continue
      for (const card of cards) {
        const mention = subject.mention(card)
        if (mention !== undefined) evidence.speeches.push({ mention, passage, card, number })
        if (card.startsWith('pragma send-private')) asksPrivate.add(passage.from)
        if (card.startsWith('error ')) refusals.set(passage, card.slice('error '.length))
      }
    }
  }
  evidence.passages.push(...passages.all())
  return { ...evidence, speeches: evidence.speeches.filter(isOfThisVersion(subject, evidence)) }
}

/**
 * Tells whether a speech is about this version: a request for a file or a row names none, and
 * before anybody had this one it was for another.
 */
function isOfThisVersion(
  { kind }: Subject,
  { changes, hasHoldings }: Evidence,
): (speech: Speech) => boolean {
  if (kind === 'artifact' || !hasHoldings) return () => true
  const first = changes.find(({ isGained }) => isGained)?.number ?? Infinity
  return ({ mention, number }) => mention !== 'asked' || number > first
}

function takeHolding(
  evidence: Gathered,
  subject: Subject,
  { line, number, event }: { line: TraceEvent; number: number; event: readonly TraceEvent[] },
): void {
  evidence.hasHoldings = true
  for (const isGained of [false, true]) {
    for (const text of textsOf(line, isGained ? 'gained' : 'lost')) {
      const standing = subject.standing(text)
      if (standing === undefined) continue
      const node = textOf(line, 'node')
      evidence.changes.push({ node, standing, isGained, number, line, event })
    }
  }
}

function isMaking(line: TraceEvent, { mark }: Subject): boolean {
  if (line.type === 'operation') return line.hash === mark
  return (line.type === 'uvWrite' || line.type === 'uvDelete') && line.name === mark
}

function contentOf(content: TraceValue | undefined): { cards: readonly string[]; more: number } {
  const { cards, more }: { readonly cards?: unknown; readonly more?: unknown } = Object(content)
  return {
    cards: Array.isArray(cards) ? cards.filter((card) => typeof card === 'string') : [],
    more: typeof more === 'number' ? more : 0,
  }
}

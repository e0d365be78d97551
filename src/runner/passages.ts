/**
 * Messages of exchanges on their way: each from its sending to its fate, reconstructed from the
 * lines of a trace.
 * @module
 */

import type { TraceEvent } from '../sim/trace.ts'
import type { NodeId } from './model.ts'
import { textOf, textsOf } from './trace-reader.ts'

/**
 * - `arrived`: it came as it was sent.
 * - `damaged`: it came cut short or corrupted.
 * - `lost`: it never came, or nobody waited for it any more.
 * - `underway`: the trace ends before it came.
 */
export type Fate = 'arrived' | 'damaged' | 'lost' | 'underway'

/** One request or reply. */
export interface Passage {
  readonly kind: 'request' | 'reply'
  readonly from: NodeId
  readonly to: NodeId
  readonly exchange: string
  /** The line that sends it. */
  readonly sent: TraceEvent
  readonly fate: Fate
  /** The line that ends it, if there is one. */
  readonly ended?: TraceEvent
}

type OpenPassage = { -readonly [field in keyof Passage]: Passage[field] }

/** The messages of all exchanges of one trace, in the order they were sent. */
export class Passages {
  readonly #all: OpenPassage[] = []
  readonly #byName = new Map<string, OpenPassage>()

  /** Takes the next line of a trace; ignores lines of other types. */
  add(line: TraceEvent): void {
    switch (line.type) {
      case 'request':
      case 'reply':
        return this.#send(line, line.type)
      case 'arrival':
        return this.#arrive(line)
      case 'lost':
        return this.#end(line, messageOf(line), 'lost')
      case 'failure':
        this.#end(line, 'request', 'lost')
        return this.#end(line, 'reply', 'lost')
    }
  }

  /** All messages so far. */
  all(): readonly Passage[] {
    return this.#all
  }

  /** The request or reply that a line of its exchange, or a description, is about. */
  of(line: TraceEvent): Passage | undefined {
    return this.#find(line, messageOf(line))
  }

  #send(line: TraceEvent, kind: Passage['kind']): void {
    const [from, to] = [textOf(line, 'node'), textOf(line, 'peer')]
    const passage: OpenPassage = {
      kind,
      from,
      to,
      exchange: textOf(line, 'exchange'),
      sent: line,
      fate: 'underway',
    }
    this.#all.push(passage)
    this.#byName.set(keyOf(kind, { from, to, exchange: passage.exchange }), passage)
  }

  #arrive(line: TraceEvent): void {
    const isWhole = textsOf(line, 'damage').length === 0
    this.#end(line, messageOf(line), isWhole ? 'arrived' : 'damaged')
  }

  /**
   * Ends a passage. One that arrived whole stays so, even if a duplicate is damaged or its sender
   * gives up.
   */
  #end(line: TraceEvent, kind: Passage['kind'], fate: Fate): void {
    const passage = this.#find(line, kind)
    if (passage === undefined || passage.fate === 'arrived') return
    if (passage.fate === 'damaged' && fate === 'lost') return
    passage.fate = fate
    passage.ended = line
  }

  #find(line: TraceEvent, kind: Passage['kind']): OpenPassage | undefined {
    const [node, peer] = [textOf(line, 'node'), textOf(line, 'peer')]
    const exchange = textOf(line, 'exchange')
    const name = (from: NodeId, to: NodeId): OpenPassage | undefined =>
      this.#byName.get(keyOf(kind, { from, to, exchange }))
    if (line.type === 'failure') return kind === 'request' ? name(node, peer) : name(peer, node)
    return isOfSender(line) ? name(node, peer) : name(peer, node)
  }
}

function isOfSender({ type }: TraceEvent): boolean {
  return type === 'message' || type === 'request' || type === 'reply'
}

function messageOf(line: TraceEvent): Passage['kind'] {
  return textOf(line, 'message').startsWith('reply') || line.type === 'reply' ? 'reply' : 'request'
}

function keyOf(
  kind: Passage['kind'],
  { from, to, exchange }: Pick<Passage, 'from' | 'to' | 'exchange'>,
): string {
  return `${kind} ${from}→${to} ${exchange}`
}

/**
 * The nodes of one run and their lives: each starts, is polled, answers, crashes and starts again.
 * @module
 */

import { assert } from '../base/assert.ts'
import type { SimClock } from '../sim/clock.ts'
import type { RandomSource } from '../sim/random.ts'
import type { Exchanges } from './exchanges.ts'
import type { NodeHandle, NodeId, TickEvent, TickOutcome, TraceFacts } from './model.ts'
import type { PendingEvents } from './pending-events.ts'
import type { Rest } from './rest.ts'
import type { Ticks } from './ticks.ts'
import type { Turns } from './turns.ts'

/** The parts of a run that its nodes use. */
export interface NodesOptions {
  readonly clock: SimClock
  readonly source: RandomSource
  readonly events: PendingEvents
  readonly exchanges: Exchanges
  readonly ticks: Ticks
  readonly turns: Turns
  readonly rest: Rest
  /** From one tick of a node to its next. */
  readonly pollIntervalMs: number
  readonly note: (type: string, facts: TraceFacts) => void
  /** Number of the present event. */
  readonly step: () => number
  /** Has the model start a node, for the first time or again. */
  readonly startNode: (id: NodeId) => NodeHandle
  /** Tells the model that a node has crashed. */
  readonly onCrash: (id: NodeId) => void
}

/** The nodes of one run. */
export class Nodes {
  /** Crashes so far. */
  crashes = 0
  readonly #options: NodesOptions
  /** Nodes that are up. */
  readonly #handles = new Map<NodeId, NodeHandle>()
  /** Polls of each node so far, over all its lives. */
  readonly #polls = new Map<NodeId, number>()
  /** Counts of immediate ticks by node. */
  readonly #wanted = new Map<NodeId, number>()

  constructor(options: NodesOptions) {
    this.#options = options
  }

  /** Tells whether a node is up: it was started, and has not crashed since. */
  isUp(id: NodeId): boolean {
    return this.#handles.has(id)
  }

  /** Nodes that are up and tick, in the order they were started. */
  tickingIds(): NodeId[] {
    return [...this.#handles].filter(([, { tick }]) => tick !== undefined).map(([id]) => id)
  }

  /** Starts a node for the first time. */
  start(id: NodeId): void {
    const { clock, source, pollIntervalMs, startNode } = this.#options
    const node = startNode(id)
    this.#handles.set(id, node)
    if (node.tick === undefined) return
    const firstMs = source.stream(`timer/${id}`).next().int(0, pollIntervalMs)
    this.#schedulePoll(node, { timeMs: clock.nowMs() + firstMs, nodeId: id, type: 'timer' })
  }

  /** A node stops dead: see {@link Simulation.crash}. */
  crash(id: NodeId): void {
    if (!this.#handles.delete(id)) return
    const { note, exchanges, ticks, turns, rest, step, onCrash } = this.#options
    this.crashes++
    note('crash', { node: id })
    exchanges.forget(id)
    ticks.forget(id)
    turns.end(id)
    rest.moved(step())
    onCrash(id)
  }

  /** A node that has crashed starts again. */
  restart(id: NodeId): void {
    if (this.isUp(id)) return
    this.#options.note('restart', { node: id })
    this.start(id)
  }

  /** Lets a node tick now, in an event of its own. */
  tickNow(id: NodeId): void {
    const { clock, events, ticks, turns } = this.#options
    const count = (this.#wanted.get(id) ?? 0) + 1
    this.#wanted.set(id, count)
    const event: TickEvent = { timeMs: clock.nowMs(), nodeId: id, type: 'syncNow' }
    const happen = (): void => {
      const node = this.#handles.get(id)
      if (node === undefined) return
      ticks.begin(node, event, () => turns.begin(id, `syncNow#${count}`))
    }
    events.add({ timeMs: event.timeMs, node: id, happen })
  }

  /** A tick of a node begins; the returned function takes its outcome. */
  beginTick({ nodeId: id, type }: TickEvent): (outcome: TickOutcome) => void {
    const { note, step, turns, rest } = this.#options
    const startStep = step()
    note('tick', { node: id, trigger: type })
    return (outcome) => {
      turns.end(id)
      rest.ticked(id, outcome, { startStep, endStep: step() })
    }
  }

  /** Lets a node answer a request. */
  answer(id: NodeId, request: Uint8Array): Promise<Uint8Array> {
    const node = this.#handles.get(id)
    assert(node !== undefined, `${id} is a node of the model`)
    assert(node.answer !== undefined, `a link leads to ${id}, which answers`)
    return node.answer(request)
  }

  /** One poll after another, as long as the node lives. */
  #schedulePoll(node: NodeHandle, event: TickEvent): void {
    const { events, ticks, turns, pollIntervalMs } = this.#options
    const { nodeId: id, timeMs } = event
    const happen = (): void => {
      if (this.#handles.get(id) !== node) return
      const count = (this.#polls.get(id) ?? 0) + 1
      this.#polls.set(id, count)
      this.#schedulePoll(node, { ...event, timeMs: timeMs + pollIntervalMs })
      ticks.begin(node, event, () => turns.begin(id, `poll#${count}`))
    }
    events.add({ timeMs, node: id, happen, isMoot: () => this.#handles.get(id) !== node })
  }
}

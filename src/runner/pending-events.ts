/**
 * The future events of a run, in the order of their times. Those that have become moot by then are
 * skipped.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { Direction } from '../sim/network.ts'
import { EventQueue } from '../sim/queue.ts'
import type { Causality, CausalStamp } from './causality.ts'
import type { NodeId } from './model.ts'
import { requireInteger } from '../base/options.ts'

/** A future event. */
export interface PendingEvent {
  /** Virtual time, in milliseconds since 1970. */
  readonly timeMs: number
  /** The node at which it happens; undefined if there is none, as when a partition begins. */
  readonly node?: NodeId | undefined
  /** The direction of a link by which it comes: it waits while that is clogged. */
  readonly via?: Direction | undefined
  /** True if done to its node and not by it: it happens even while the node is paused. */
  readonly isImposed?: boolean
  readonly happen: () => void | Promise<void>
  /** Tells whether nobody waits for it any more, so that it never takes place. */
  readonly isMoot?: () => boolean
}

/** An event, and the one in which it was scheduled. */
export interface ScheduledEvent {
  readonly event: PendingEvent
  readonly origin: CausalStamp
}

/** The pending events of one run. */
export class PendingEvents {
  readonly #clock: Clock
  readonly #causality: Causality
  readonly #queue = new EventQueue<ScheduledEvent>()
  /** Due events of paused nodes, in the order of their times. */
  readonly #held = new Map<NodeId, ScheduledEvent[]>()
  /** The time at which the present pause of a node began. */
  readonly #pausedAtMs = new Map<NodeId, number>()
  /** The total length of a node's past pauses. */
  readonly #pausedMs = new Map<NodeId, number>()
  /** Due arrivals over clogged directions, in the order of their times. */
  readonly #clogged = new Map<string, Clog>()

  constructor(clock: Clock, causality: Causality) {
    this.#clock = clock
    this.#causality = causality
  }

  /** The present time, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#clock.nowMs()
  }

  /** @throws {FossilError} `option.invalid` for a time in the past */
  add(event: PendingEvent): void {
    requireInteger('timeMs', event.timeMs, { min: this.#clock.nowMs() })
    this.#queue.push(event.timeMs, { event, origin: this.#causality.present })
  }

  /** Holds the events of a node until it is resumed. */
  pause(node: NodeId): void {
    if (this.#held.has(node)) return
    this.#held.set(node, [])
    this.#pausedAtMs.set(node, this.nowMs)
  }

  /** Lets all held events of a node happen now, in the order of their times. */
  resume(node: NodeId): void {
    const held = this.#held.get(node) ?? []
    this.#pausedMs.set(node, this.pausedMs(node))
    this.#pausedAtMs.delete(node)
    this.#held.delete(node)
    this.#requeue(held)
  }

  /** Holds arrivals over a direction until it is unclogged as often as it was clogged. */
  clog(direction: Direction): void {
    const clog = this.#clogged.get(nameOf(direction)) ?? { times: 0, held: [] }
    clog.times += 1
    this.#clogged.set(nameOf(direction), clog)
  }

  /** Ends a clog; with the last one all held arrivals happen now, in order. */
  unclog(direction: Direction): void {
    const clog = this.#clogged.get(nameOf(direction))
    if (clog === undefined) return
    clog.times -= 1
    if (clog.times > 0) return
    this.#clogged.delete(nameOf(direction))
    this.#requeue(clog.held)
  }

  /** Ends every clog. */
  unclogAll(): void {
    const clogs = [...this.#clogged.values()]
    this.#clogged.clear()
    for (const { held } of clogs) this.#requeue(held)
  }

  /** Nodes that are paused. */
  get paused(): readonly NodeId[] {
    return [...this.#held.keys()]
  }

  /** Time for which a node has been paused so far, in milliseconds. */
  pausedMs(node: NodeId): number {
    const sinceMs = this.#pausedAtMs.get(node) ?? this.nowMs
    return (this.#pausedMs.get(node) ?? 0) + this.nowMs - sinceMs
  }

  /** The next event, left where it is. */
  peek(): PendingEvent | undefined {
    for (;;) {
      const next = this.#queue.peek()?.event
      if (next === undefined) return undefined
      const held = this.#heldWith(next.event)
      if (held === undefined && next.event.isMoot?.() !== true) return next.event
      this.#queue.pop()
      held?.push(next)
    }
  }

  /** Takes the next event out. */
  next(): ScheduledEvent | undefined {
    return this.peek() === undefined ? undefined : this.#queue.pop()?.event
  }

  #requeue(held: readonly ScheduledEvent[]): void {
    const timeMs = this.#clock.nowMs()
    for (const { event, origin } of held) {
      this.#queue.push(timeMs, { event: { ...event, timeMs }, origin })
    }
  }

  /** The held events that an event must join; undefined if nothing holds it. */
  #heldWith({ node, isImposed = false, via }: PendingEvent): ScheduledEvent[] | undefined {
    if (via !== undefined && this.#clogged.size > 0) {
      const clog = this.#clogged.get(nameOf(via))
      if (clog !== undefined) return clog.held
    }
    return node === undefined || isImposed ? undefined : this.#held.get(node)
  }
}

/** A clogged direction: the number of its clogs, and the held arrivals. */
interface Clog {
  times: number
  readonly held: ScheduledEvent[]
}

function nameOf({ from, to }: Direction): string {
  return `${from}→${to}`
}

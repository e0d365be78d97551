/**
 * Events that are still to happen in a run, in the order of their times. Those that have become
 * moot by then are passed over.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { Direction } from '../sim/network.ts'
import { EventQueue } from '../sim/queue.ts'
import type { Causality, CausalStamp } from './causality.ts'
import type { NodeId } from './model.ts'
import { requireInteger } from '../base/options.ts'

/** An event that is still to happen. */
export interface PendingEvent {
  /** Virtual time, in milliseconds since 1970. */
  readonly timeMs: number
  /** The node that it happens at; left out where it is none, as when a partition begins. */
  readonly node?: NodeId | undefined
  /** The direction of a link that it comes by: it waits as long as that is clogged. */
  readonly via?: Direction | undefined
  /** Done to its node and not by it: it happens also while the node is paused. */
  readonly isImposed?: boolean
  readonly happen: () => void | Promise<void>
  /** True when nobody waits for it any more, so that it never takes place. */
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
  /** Events of paused nodes whose time has come, in that order. */
  readonly #held = new Map<NodeId, ScheduledEvent[]>()
  /** The time at which the present pause of a node began. */
  readonly #pausedAtMs = new Map<NodeId, number>()
  /** The length of all pauses of a node that are over. */
  readonly #pausedMs = new Map<NodeId, number>()
  /** Arrivals over clogged directions whose time has come, in that order. */
  readonly #clogged = new Map<string, Clog>()

  constructor(clock: Clock, causality: Causality) {
    this.#clock = clock
    this.#causality = causality
  }

  /** The present time, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#clock.nowMs()
  }

  /** @throws {FossilError} `option.invalid` for a time that is past */
  add(event: PendingEvent): void {
    requireInteger('timeMs', event.timeMs, { min: this.#clock.nowMs() })
    this.#queue.push(event.timeMs, { event, origin: this.#causality.present })
  }

  /** Holds what happens at a node until it is resumed. */
  pause(node: NodeId): void {
    if (this.#held.has(node)) return
    this.#held.set(node, [])
    this.#pausedAtMs.set(node, this.nowMs)
  }

  /** Lets everything happen now that was held at a node, in the order of its times. */
  resume(node: NodeId): void {
    const held = this.#held.get(node) ?? []
    this.#pausedMs.set(node, this.pausedMs(node))
    this.#pausedAtMs.delete(node)
    this.#held.delete(node)
    this.#requeue(held)
  }

  /** Holds what arrives over a direction until that is unclogged as often as it was clogged. */
  clog(direction: Direction): void {
    const clog = this.#clogged.get(nameOf(direction)) ?? { times: 0, held: [] }
    clog.times += 1
    this.#clogged.set(nameOf(direction), clog)
  }

  /** Ends a clog; with the last one everything that it held arrives now, in order. */
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

  /** The events that an event is to wait with; undefined where nothing holds it. */
  #heldWith({ node, isImposed = false, via }: PendingEvent): ScheduledEvent[] | undefined {
    if (via !== undefined && this.#clogged.size > 0) {
      const clog = this.#clogged.get(nameOf(via))
      if (clog !== undefined) return clog.held
    }
    return node === undefined || isImposed ? undefined : this.#held.get(node)
  }
}

/** A clogged direction: how often it is, and what waits. */
interface Clog {
  times: number
  readonly held: ScheduledEvent[]
}

function nameOf({ from, to }: Direction): string {
  return `${from}→${to}`
}

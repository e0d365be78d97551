/**
 * Events of single nodes, and the queue they wait in.
 * @module
 */

import type { NodeId, TickEvent } from '../runner/model.ts'
import { EventQueue as KernelQueue } from '../sim/queue.ts'

/** Something that happens to one node at one time. */
export type Event = TickEvent | UvEvent

/** The type of an event: see {@link TickEvent} and {@link UvEvent}. */
export type EventType = Event['type']

/** The fields of every event. */
interface At {
  /** Virtual time, in milliseconds since 1970. */
  readonly timeMs: number
  readonly nodeId: NodeId
}

/** A change to an unversioned file at a node, without a tick. */
export type UvEvent = UvWriteEvent | UvDeleteEvent

/** Writes a file, whether or not it exists. */
export interface UvWriteEvent extends At, UvChange {
  readonly type: 'uvWrite'
  readonly data: Uint8Array
}

/** Deletes a file; does nothing if there never was one. */
export interface UvDeleteEvent extends At, UvChange {
  readonly type: 'uvDelete'
}

interface UvChange {
  readonly name: string
  /** Seconds since 1970. Undefined: the time of the node's clock then. */
  readonly mtimeSec: number | undefined
}

/**
 * Events by time; events of the same time in the order they were pushed.
 *
 * @example
 * ```ts
 * const queue = new EventQueue<{ timeMs: number; what: string }>()
 * queue.pushEvent({ timeMs: 5, what: 'sync' })
 * queue.popEvent()?.what // 'sync'
 * ```
 */
export class EventQueue<E extends { readonly timeMs: number } = Event> {
  readonly #queue = new KernelQueue<E>()

  /** The number of waiting events. */
  get len(): number {
    return this.#queue.size
  }

  pushEvent(event: E): void {
    this.#queue.push(event.timeMs, event)
  }

  /** Takes the earliest event out. */
  popEvent(): E | undefined {
    return this.#queue.pop()?.event
  }

  /** The earliest event, left in the queue. */
  peekEvent(): E | undefined {
    return this.#queue.peek()?.event
  }
}

/**
 * What a node is told, and the queue it waits in.
 * @module
 */

import { EventQueue as KernelQueue } from '../sim/queue.ts'

/** Identifies a node: `master`, or a leaf such as `leaf-0`. */
export type NodeId = string

/** `timer`: the poll interval of a leaf has passed. `syncNow`: somebody wants it now. */
export type EventType = 'timer' | 'syncNow'

/** Something that happens to one node at one time. */
export interface Event {
  /** Virtual time, in milliseconds since 1970. */
  readonly timeMs: number
  readonly type: EventType
  readonly nodeId: NodeId
}

/** Events by time; events of the same time in the order they were pushed. */
export class EventQueue<E extends { readonly timeMs: number } = Event> {
  readonly #queue = new KernelQueue<E>()

  /** How many events wait. */
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

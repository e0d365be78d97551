/**
 * The event queue: a binary heap in the total order (time, sequence). Knows nothing of the events.
 * @module
 */

import { assert } from '../base/assert.ts'

/** An event and its place in the order. `seq` counts the pushes of one queue from 0. */
export type Scheduled<E> = { readonly atMs: number; readonly seq: number; readonly event: E }

/** Events in the order they happen. Ties break by insertion, so the order is total and replays. */
export class EventQueue<E> {
  readonly #heap: Scheduled<E>[] = []
  #seq = 0

  /** The number of events still to come. */
  get size(): number {
    return this.#heap.length
  }

  /** The next event, left in the queue. */
  peek(): Scheduled<E> | undefined {
    return this.#heap[0]
  }

  /** Schedules `event` at `atMs`, a whole number of milliseconds; returns its sequence number. */
  push(atMs: number, event: E): number {
    assert(Number.isSafeInteger(atMs), 'time is a whole number of milliseconds')
    const entry = { atMs, seq: this.#seq++, event }
    this.#heap.push(entry)
    this.#siftUp(entry)
    return entry.seq
  }

  /** Takes the next event out. */
  pop(): Scheduled<E> | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (last !== undefined && last !== first) this.#siftDown(last)
    return first
  }

  /** Moves `entry` from the last place towards the root, past every later event. */
  #siftUp(entry: Scheduled<E>): void {
    const heap = this.#heap
    let at = heap.length - 1
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt]
      if (parent === undefined || precedes(parent, entry)) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = entry
  }

  /** Moves `entry` from the root, which it replaces, towards the leaves, past earlier events. */
  #siftDown(entry: Scheduled<E>): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let childAt = 2 * at + 1
      let child = heap[childAt]
      const right = heap[childAt + 1]
      if (child !== undefined && right !== undefined && precedes(right, child)) {
        child = right
        childAt += 1
      }
      if (child === undefined || precedes(entry, child)) break
      heap[at] = child
      at = childAt
    }
    heap[at] = entry
  }
}

function precedes<E>(a: Scheduled<E>, b: Scheduled<E>): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq)
}

/**
 * Events that are still to happen in a run, in the order of their times. Those that have become
 * moot by then are passed over.
 * @module
 */

import type { Clock } from '../base/env.ts'
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

  constructor(clock: Clock, causality: Causality) {
    this.#clock = clock
    this.#causality = causality
  }

  /** @throws {FossilError} `option.invalid` for a time that is past */
  add(event: PendingEvent): void {
    requireInteger('timeMs', event.timeMs, { min: this.#clock.nowMs() })
    this.#queue.push(event.timeMs, { event, origin: this.#causality.present })
  }

  /** The next event, left where it is. */
  peek(): PendingEvent | undefined {
    for (;;) {
      const event = this.#queue.peek()?.event.event
      if (event?.isMoot === undefined || !event.isMoot()) return event
      this.#queue.pop()
    }
  }

  /** Takes the next event out. */
  next(): ScheduledEvent | undefined {
    return this.peek() === undefined ? undefined : this.#queue.pop()?.event
  }
}

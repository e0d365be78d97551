/**
 * What waits to happen in a simulation, in the order of its times; what has become moot by then is
 * passed over.
 * @module
 */

import type { Clock } from '../base/env.ts'
import { requireInteger } from './config.ts'
import { type Event, EventQueue } from './event.ts'
import type { Happening } from './sim-network.ts'

/** An event for a node, or something that the simulator does itself. */
export type Queued = Event | (Happening & { readonly timeMs: number; readonly type: 'happening' })

/** The agenda of one simulation. */
export class Agenda {
  readonly #clock: Clock
  readonly #queue = new EventQueue<Queued>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Adds an event for a node. @throws {FossilError} `option.invalid` for a time that is past */
  add(event: Event): void {
    this.#push(event)
  }

  /** Adds something else. @throws {FossilError} `option.invalid` for a time that is past */
  schedule(timeMs: number, happening: Happening): void {
    this.#push({ timeMs, type: 'happening', ...happening })
  }

  /** What happens next, left where it is. */
  peek(): Queued | undefined {
    for (;;) {
      const event = this.#queue.peekEvent()
      if (event?.type !== 'happening' || !event.isMoot()) return event
      this.#queue.popEvent()
    }
  }

  /** Takes what happens next out. */
  next(): Queued | undefined {
    return this.peek() === undefined ? undefined : this.#queue.popEvent()
  }

  #push(event: Queued): void {
    requireInteger('timeMs', event.timeMs, { min: this.#clock.nowMs() })
    this.#queue.pushEvent(event)
  }
}

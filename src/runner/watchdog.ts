/**
 * The watchdog of a run: events without end at one moment of virtual time are no progress.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { NodeId } from './model.ts'

/** Events at one moment that no sound run comes near: a thousand nodes that all act at once. */
const mostEventsAtOnce = 100_000

/** Watches the events of one run. */
export class Watchdog {
  #timeMs = -1
  #events = 0

  /**
   * An event is about to happen.
   *
   * @throws {FossilError} `sim.stuck` where virtual time stands still
   */
  sees({ timeMs, node }: { readonly timeMs: number; readonly node?: NodeId | undefined }): void {
    if (timeMs !== this.#timeMs) {
      this.#timeMs = timeMs
      this.#events = 0
    }
    if (++this.#events <= mostEventsAtOnce) return
    throw new FossilError('sim.stuck', { node: node ?? '', events: this.#events - 1 })
  }
}

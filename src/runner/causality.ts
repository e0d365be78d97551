/**
 * Cause and effect in a run: the number of each event, the event that scheduled it, and its logical
 * time. Everything that an event can depend on has a smaller logical time than the event itself.
 *
 * Source: L. Lamport, Time, Clocks, and the Ordering of Events in a Distributed System, 1978.
 * @module
 */

import type { NodeId } from './model.ts'

/** The place of an event in the order of cause and effect. */
export interface CausalStamp {
  /** Number of the event, from 1; 0 outside events. */
  readonly event: number
  /** Number of the event in which it was scheduled; 0 if outside events. */
  readonly cause: number
  /** Logical time; 0 outside events. */
  readonly lamport: number
}

/** The stamp before the first event, between two events, and after the last. */
const outside: CausalStamp = { event: 0, cause: 0, lamport: 0 }

/** The events of one run as they happen, one at a time. */
export class Causality {
  /** The latest logical time of each node; events of no node have a clock of their own. */
  readonly #clocks = new Map<NodeId | undefined, number>()
  #present = outside
  #last = outside

  /** The event that happens now. */
  get present(): CausalStamp {
    return this.#present
  }

  /** The event that began last, whether or not it still happens. */
  get last(): CausalStamp {
    return this.#last
  }

  /**
   * An event begins.
   *
   * @param node the node that it happens at, undefined for none
   * @param origin the event in which it was scheduled
   */
  begin(node: NodeId | undefined, origin: CausalStamp): void {
    const lamport = Math.max(this.#clocks.get(node) ?? 0, origin.lamport) + 1
    this.#clocks.set(node, lamport)
    this.#last = { event: this.#last.event + 1, cause: origin.event, lamport }
    this.#present = this.#last
  }

  /** The event has ended. */
  end(): void {
    this.#present = outside
  }
}

/**
 * Turns: names for the work of a node, after the event that began it. Faults are named by them, so
 * that one fault that goes away moves no fault of another sync.
 *
 * - `poll#14`: the 14th poll of the node by its timer, skipped ones included; `syncNow#2`: the
 *   second time that somebody wanted it at once;
 * - `look#3`: the third time that the node looks at a peer by itself; `timer#9`: its ninth timer;
 * - `poll#14.round#2`: from the second request that this tick sends to a peer;
 * - `leaf-2/poll#14.round#2`: the answer to that request; with `.copy`, to its duplicate;
 * - `checkins/leaf-2#3`: the third operation of a workload there; `action#5`: the fifth other one;
 * - `call#3`: the third request that a node sends outside its ticks;
 * - `start`: before anything else.
 * @module
 */

import type { Direction } from '../sim/network.ts'
import type { NodeId } from './model.ts'

interface Tick {
  readonly name: string
  /** Requests sent, by receiver. */
  readonly rounds: Map<NodeId, number>
  turn: string
}

/** The turns of one run. */
export class Turns {
  readonly #ticks = new Map<NodeId, Tick>()
  /** Looks under way, by node and peer. */
  readonly #looks = new Map<NodeId, Map<NodeId, Tick>>()
  /** The look that the code of a node went on with last, where it is under way. */
  readonly #latest = new Map<NodeId, Tick>()
  readonly #calls = new Map<string, number>()
  /** An answer, an operation or a timer that is under way: one at a time. */
  #present: string | undefined

  /** A tick of a node begins. */
  begin(id: NodeId, name: string): void {
    this.#ticks.set(id, { name, rounds: new Map(), turn: name })
  }

  /** The tick of a node has ended. */
  end(id: NodeId): void {
    this.#ticks.delete(id)
  }

  /** A node begins to look at a peer by itself. */
  beginLook({ from, to }: Direction, name: string): void {
    const look = { name, rounds: new Map(), turn: name }
    this.#looks.set(from, (this.#looks.get(from) ?? new Map<NodeId, Tick>()).set(to, look))
    this.#latest.set(from, look)
  }

  /** The code of a node goes on after an exchange with a peer. */
  resume({ from, to }: Direction): void {
    const look = this.#looks.get(from)?.get(to)
    if (look !== undefined) this.#latest.set(from, look)
  }

  /** The look of a node at a peer has ended. */
  endLook({ from, to }: Direction): void {
    const look = this.#looks.get(from)?.get(to)
    this.#looks.get(from)?.delete(to)
    if (this.#latest.get(from) === look) this.#latest.delete(from)
  }

  /** A node has crashed. */
  forget(id: NodeId): void {
    this.#ticks.delete(id)
    this.#looks.delete(id)
    this.#latest.delete(id)
  }

  /** The name of the request that a node sends now. */
  send({ from, to }: Direction): string {
    const tick = this.#looks.get(from)?.get(to) ?? this.#ticks.get(from)
    if (tick === undefined) {
      const calls = (this.#calls.get(`${from}/${to}`) ?? 0) + 1
      this.#calls.set(`${from}/${to}`, calls)
      return `call#${calls}`
    }
    const rounds = (tick.rounds.get(to) ?? 0) + 1
    tick.rounds.set(to, rounds)
    tick.turn = `${tick.name}.round#${rounds}`
    return tick.turn
  }

  /** Runs an operation, or the action of a timer, under its name. */
  act(name: string, action: () => void): void {
    const before = this.#present
    this.#present = name
    try {
      action()
    } finally {
      this.#present = before
    }
  }

  /** Lets a node answer under the name of the request. */
  async answer<T>(name: string, action: () => Promise<T>): Promise<T> {
    const before = this.#present
    this.#present = name
    try {
      return await action()
    } finally {
      this.#present = before
    }
  }

  /** The turn that a node is in. */
  of(id: NodeId): string {
    const latest = this.#latest.get(id) ?? this.#ticks.get(id)
    return this.#present ?? latest?.turn ?? 'start'
  }
}

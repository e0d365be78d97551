/**
 * One life of a node, as a gate between its code and the run: requests of dead code have no effect.
 *
 * A crash is not an exception, which code would catch and clean up after. It is silence.
 * @module
 */

import { hash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import type { Clock, Random } from '../base/env.ts'
import { requireInteger } from '../base/options.ts'
import { longestMs } from '../sim/link.ts'
import type {
  DatagramKind,
  KeyValueStore,
  NodeHost,
  NodeId,
  Stream,
  TickOutcome,
  TraceFacts,
} from './model.ts'
import type { PendingEvents } from './pending-events.ts'

/** The parts of a run that one life of a node uses. */
export interface IncarnationParts {
  readonly id: NodeId
  readonly clock: Clock
  readonly random: Random
  readonly events: PendingEvents
  /** Entries that the node stored in earlier lives; changed in place. */
  readonly stored: Map<string, Uint8Array>
  readonly exchange: NodeHost['exchange']
  readonly send: (to: NodeId, bytes: Uint8Array, kind: DatagramKind) => void
  readonly connect: NodeHost['connect']
  readonly look: NodeHost['look']
  readonly note: (type: string, facts: TraceFacts) => void
  readonly fail: (error: Error) => void
  /** Runs code of the node in the present event. */
  readonly act: (action: () => void) => void
  /** @throws {FossilError} `sim.foreignWait` if the node goes on by itself */
  readonly requireTurn: () => void
}

const never = new Promise<never>(() => {})

/** A life of a node. */
export class Incarnation implements NodeHost {
  readonly id: NodeId
  readonly clock: Clock
  readonly random: Random
  readonly store: KeyValueStore
  readonly #parts: IncarnationParts
  #isAlive = true
  #timers = 0

  constructor(parts: IncarnationParts) {
    this.id = parts.id
    this.clock = parts.clock
    this.random = parts.random
    this.#parts = parts
    this.store = storeOver(parts.stored, () => this.#isAlive)
  }

  /** True while a timer of this life is pending. */
  get isWaiting(): boolean {
    return this.#timers > 0
  }

  /** Ends this life. */
  end(): void {
    this.#isAlive = false
    this.#timers = 0
  }

  after(ms: number, action: () => void): () => void {
    requireInteger('ms', ms, { min: 0, max: longestMs })
    if (!this.#isAlive) return () => {}
    const { id, clock, events, act, requireTurn } = this.#parts
    requireTurn()
    const timer = { isOver: false }
    const end = (): void => {
      if (timer.isOver) return
      timer.isOver = true
      this.#timers--
    }
    this.#timers++
    events.add({
      timeMs: clock.nowMs() + ms,
      node: id,
      isMoot: () => timer.isOver || !this.#isAlive,
      happen: () => {
        end()
        act(action)
      },
    })
    return () => {
      if (this.#isAlive) end()
    }
  }

  /** Random bytes for code that was not written for a simulation. */
  drawBytes(length: number): Uint8Array {
    // The next life goes on with the stream, whatever the dead still draw.
    if (!this.#isAlive) return new Uint8Array(length)
    this.#parts.requireTurn()
    return this.random.bytes(length)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.#isAlive) return never
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const abort = (): void => {
      cancel()
      // As on every platform, it may be no error.
      if (this.#isAlive) reject(signal?.reason)
    }
    const cancel = this.after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort)
    return promise
  }

  exchange(to: NodeId, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#isAlive ? this.#parts.exchange(to, request, signal) : never
  }

  send(to: NodeId, bytes: Uint8Array): void {
    this.#send(to, bytes, 'datagram')
  }

  notify(to: NodeId, bytes: Uint8Array): void {
    this.#send(to, bytes, 'notice')
  }

  connect(to: NodeId): Promise<Stream> {
    if (!this.#isAlive) return never
    this.#parts.requireTurn()
    return this.#parts.connect(to)
  }

  digest(algorithm: string, bytes: Uint8Array): Uint8Array {
    return hash(algorithm, bytes, 'buffer')
  }

  look(peer: NodeId): (outcome: TickOutcome) => void {
    if (!this.#isAlive) return () => {}
    this.#parts.requireTurn()
    const told = this.#parts.look(peer)
    const state = { isOver: false }
    return (outcome) => {
      if (!this.#isAlive) return
      assert(!state.isOver, 'a look has one outcome')
      state.isOver = true
      told(outcome)
    }
  }

  note(type: string, facts: TraceFacts): void {
    if (this.#isAlive) this.#parts.note(type, facts)
  }

  emit(effect: () => void): void {
    if (this.#isAlive) effect()
  }

  fail(error: Error): void {
    if (this.#isAlive) this.#parts.fail(error)
  }

  #send(to: NodeId, bytes: Uint8Array, kind: DatagramKind): void {
    if (!this.#isAlive) return
    this.#parts.requireTurn()
    this.#parts.send(to, bytes, kind)
  }
}

/** A store whose values nobody else can change. */
function storeOver(stored: Map<string, Uint8Array>, isAlive: () => boolean): KeyValueStore {
  return {
    get: (key) => stored.get(key)?.slice(),
    set: (key, value) => {
      if (isAlive()) stored.set(key, value.slice())
    },
    delete: (key) => {
      if (isAlive()) stored.delete(key)
    },
    keys: () => [...stored.keys()].sort(),
  }
}

/**
 * The node whose code runs now. `src/sim/world.ts` routes the globals for time, randomness and the
 * network by it: inside a node they are those of the simulation, elsewhere the real ones. Unless
 * that module is loaded, nothing is routed, and a context costs nothing.
 * @module
 */

import { AsyncLocalStorage } from 'node:async_hooks'

/** The surroundings of a node for code that was not written for a simulation. */
export interface SimulatedGlobals {
  /** Name of the node. */
  readonly id: string
  /** Milliseconds since 1970, by the node's own clock. */
  nowMs(): number
  /** Milliseconds of true time since the node has started. */
  uptimeMs(): number
  /**
   * Calls `action` once, `ms` from now: a whole number from 0.
   *
   * @returns a function that cancels it
   */
  after(ms: number, action: () => void): () => void
  /** Fresh bytes, which the caller owns. */
  randomBytes(length: number): Uint8Array
  /** Digest of bytes; the algorithm as `node:crypto` names it. */
  digest(algorithm: string, bytes: Uint8Array): Uint8Array
  /** Tells whether the node can send a request to `host`, the name of another one in lower case. */
  reaches(host: string): boolean
  /** Sends a request to a node that it reaches, and resolves to the reply. */
  exchange(host: string, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
  /** Ends the run with an error. */
  fail(error: Error): void
}

let here: AsyncLocalStorage<SimulatedGlobals | undefined> | undefined

/** Begins to keep the context, by which globals are routed from now on. */
export function keepContext(): void {
  here ??= new AsyncLocalStorage()
}

/** The surroundings of the node whose code runs now; undefined outside of nodes. */
export function presentNode(): SimulatedGlobals | undefined {
  return here?.getStore()
}

/** Runs code of a node; its continuations are code of that node, too. */
export function runInside<T>(node: SimulatedGlobals, action: () => T): T {
  return here === undefined ? action() : here.run(node, action)
}

/** Runs code that belongs to no node, though one calls it: an observer, or a real upstream. */
export function runOutside<T>(action: () => T): T {
  return here?.getStore() === undefined ? action() : here.run(undefined, action)
}

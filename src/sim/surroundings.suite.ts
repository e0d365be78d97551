/**
 * The surroundings of a node as a test moves them: time by hand, bytes that count, one peer.
 * @module
 */

import { hash } from 'node:crypto'
import { quiesce } from '../base/env.ts'
import { simulationStartMs } from './clock.ts'
import { runInside, type SimulatedGlobals } from './context.ts'
import { EventQueue } from './queue.ts'

/** The beginning of a test's time. */
export const startMs = simulationStartMs

/** Surroundings of a node called `here`, which reaches `peer`. */
export class Surroundings implements SimulatedGlobals {
  readonly id = 'here'
  /** Errors that the run has ended in. */
  readonly failures: Error[] = []
  readonly requests: Uint8Array[] = []
  /** The answer of the peer. */
  answer: (request: Uint8Array) => Promise<Uint8Array> = (request) => Promise.resolve(request)
  #nowMs = startMs
  #drawn = 0
  readonly #events = new EventQueue<() => void>()

  nowMs(): number {
    return this.#nowMs
  }

  uptimeMs(): number {
    return this.#nowMs - startMs
  }

  after(ms: number, action: () => void): () => void {
    let isOver = false
    this.#events.push(this.#nowMs + ms, () => {
      if (!isOver) action()
    })
    return () => {
      isOver = true
    }
  }

  /** Bytes that count from 1. */
  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => ++this.#drawn)
  }

  digest(algorithm: string, bytes: Uint8Array): Uint8Array {
    return hash(algorithm, bytes, 'buffer')
  }

  reaches(host: string): boolean {
    return host === 'peer'
  }

  exchange(_host: string, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    this.requests.push(request)
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('given up')))
      this.answer(request).then(resolve, reject)
    })
  }

  fail(error: Error): void {
    this.failures.push(error)
  }

  /** Runs code of the node, and what it continues with at once. */
  async run<T>(action: () => T): Promise<T> {
    const result = runInside(this, action)
    await quiesce()
    return result
  }

  /** Lets time pass, and timers fire. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    await quiesce()
    for (;;) {
      const next = this.#events.peek()
      if (next === undefined || next.atMs > endMs) break
      this.#events.pop()
      this.#nowMs = next.atMs
      next.event()
      await quiesce()
    }
    this.#nowMs = endMs
  }
}

/**
 * Streams as nodes see them: an end of a connection to another node.
 * @module
 */

import { noBytes, concat } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { NodeId, Stream } from './model.ts'

/** The ways in which a stream, or an attempt to connect, fails for one of its ends. */
export type BreakReason = 'refused' | 'reset' | 'timeout' | 'aborted'

/** The error in which a stream ends for a node. */
export function brokenBy(reason: BreakReason): FossilError {
  return reason === 'aborted'
    ? new FossilError('transport.aborted', { reason: 'simulated' })
    : new FossilError('transport.failed', { reason: `simulated: ${reason}` })
}

/** The connection of an end. */
export interface EndOptions {
  readonly name: string
  readonly peer: NodeId
  /** Called before the code of the node goes on, since what it awaited has come. */
  readonly wake: () => void
  /** @throws {FossilError} `sim.foreignWait` if the code of the node may not go on now */
  readonly requireTurn: () => void
  /** Sends a copy of the caller's bytes. */
  readonly send: (bytes: Uint8Array) => void
  readonly end: () => void
  readonly abort: () => void
}

interface Waiter {
  readonly resolve: (bytes: Uint8Array | undefined) => void
  readonly reject: (error: FossilError) => void
}

/** An end of a stream, and its arrivals. */
export class StreamEnd implements Stream {
  readonly name: string
  readonly peer: NodeId
  readonly #options: EndOptions
  /** Bytes that have arrived, still to be received. */
  #arrived: Uint8Array[] = []
  /** True while arrived bytes wait to join those that follow. */
  #isHeld = false
  /** The other end has ended its direction: `untold` as long as the node does not know. */
  #peerEnd: 'none' | 'untold' | 'told' = 'none'
  #hasEnded = false
  #failure: BreakReason | undefined
  #isDead = false
  #waiter: Waiter | undefined

  constructor(options: EndOptions) {
    this.name = options.name
    this.peer = options.peer
    this.#options = options
  }

  /** Tells whether the node waits for bytes. */
  get isWaiting(): boolean {
    return this.#waiter !== undefined
  }

  /** Tells whether anything can still happen here: neither dead, broken nor ended both ways. */
  get isLive(): boolean {
    const isClosed = this.#hasEnded && this.#peerEnd !== 'none'
    return !this.#isDead && this.#failure === undefined && !isClosed
  }

  send(bytes: Uint8Array): void {
    if (this.#isDead) return
    this.#options.requireTurn()
    if (this.#hasEnded) {
      const reason = `nothing is sent on ${this.name} after its end`
      throw new FossilError('option.invalid', { option: 'send', reason })
    }
    if (this.#failure === undefined && bytes.length > 0) this.#options.send(bytes)
  }

  end(): void {
    if (this.#isDead || this.#hasEnded) return
    this.#options.requireTurn()
    this.#hasEnded = true
    if (this.#failure === undefined) this.#options.end()
  }

  abort(): void {
    if (!this.isLive) return
    this.#options.requireTurn()
    this.#options.abort()
  }

  receive(): Promise<Uint8Array | undefined> {
    if (this.#waiter !== undefined) {
      const reason = `a call on ${this.name} waits already`
      return Promise.reject(new FossilError('option.invalid', { option: 'receive', reason }))
    }
    return new Promise((resolve, reject) => {
      if (this.#isDead) return
      this.#options.requireTurn()
      this.#waiter = { resolve, reject }
      this.#settle()
    })
  }

  /** Takes bytes that arrive; if held, the node sees them together with the next. */
  take(bytes: Uint8Array, isHeld: boolean): void {
    this.#arrived.push(bytes)
    this.#isHeld = isHeld
    this.#wake()
  }

  /** Takes the end of the other direction. */
  takeEnd(): void {
    this.#peerEnd = 'untold'
    this.#isHeld = false
    this.#wake()
  }

  /** Breaks the stream for this end. */
  fail(reason: BreakReason): void {
    this.#failure = reason
    this.#isHeld = false
    this.#wake()
  }

  /** Ends the life of this end with its node: its waits never settle. */
  die(): void {
    this.#isDead = true
    this.#waiter = undefined
  }

  #wake(): void {
    if (this.#waiter !== undefined && this.#isReady()) this.#options.wake()
    this.#settle()
  }

  #isReady(): boolean {
    const hasBytes = !this.#isHeld && this.#arrived.some(({ length }) => length > 0)
    return hasBytes || this.#peerEnd !== 'none' || this.#failure !== undefined
  }

  /** Delivers arrivals in their order: bytes, the end, the break. */
  #settle(): void {
    const waiter = this.#waiter
    if (waiter === undefined || !this.#isReady()) return
    this.#waiter = undefined
    const bytes = this.#takeArrived()
    if (bytes.length > 0) return waiter.resolve(bytes)
    const isNews = this.#peerEnd === 'untold'
    if (isNews) this.#peerEnd = 'told'
    if (isNews || this.#failure === undefined) waiter.resolve(undefined)
    else waiter.reject(brokenBy(this.#failure))
  }

  #takeArrived(): Uint8Array {
    if (this.#isHeld) return noBytes
    return concat(this.#arrived.splice(0))
  }
}

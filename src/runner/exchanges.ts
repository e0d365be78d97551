/**
 * Exchanges between nodes. One is up to four events: the request arrives (perhaps twice), the reply
 * arrives, or the sender is told that something failed. The kernel's network plans them; this file
 * moves the bytes.
 * @module
 */

import { hash } from 'node:crypto'

import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import type { FaultKind } from '../sim/link.ts'
import type { Arrival, Direction, ExchangePlan, Failure, Network } from '../sim/network.ts'
import type { NodeId, TraceFacts } from './model.ts'
import type { PendingEvents } from './pending-events.ts'

/** The parts of a run that exchanges use. */
export interface ExchangeOptions {
  readonly network: Network
  readonly events: PendingEvents
  /** Adds a line to the trace. */
  readonly note: (type: string, facts: TraceFacts) => void
  /** A message as the trace digests it. */
  readonly canonical: (message: Uint8Array) => Uint8Array
  /** The name of the request that a node sends now: see turns.ts. */
  readonly nameOf: (direction: Direction) => string
  /** Lets a node answer a request; `turn` names that. */
  readonly answer: (id: NodeId, request: Uint8Array, turn: string) => Promise<Uint8Array>
  /** The code of this node is about to go on: its exchange has ended. */
  readonly onEnd: (from: NodeId) => void
  /** True where the trace names receivers; where all requests go to one node, it need not. */
  readonly namesReceivers: boolean
}

type Waiting = {
  readonly resolve: (reply: Uint8Array) => void
  readonly reject: (error: FossilError) => void
  isOver: boolean
  ignoreSignal: () => void
}

function abortedBy({ reason: cause }: AbortSignal): FossilError {
  return new FossilError('transport.aborted', { reason: 'simulated' }, { cause })
}

/** The exchanges of one run. */
export class Exchanges {
  readonly #options: ExchangeOptions
  /** Counts of the exchanges that each node waits for. */
  readonly #waiting = new Map<NodeId, number>()

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  /** Tells whether a node waits for a reply or a failure. */
  isWaiting(id: NodeId): boolean {
    return (this.#waiting.get(id) ?? 0) > 0
  }

  /**
   * Sends a request. Resolves when the reply arrives. What is on its way when `signal` aborts still
   * arrives, and nobody awaits it.
   *
   * @throws {FossilError} `transport.failed` when the sender is told of a failure;
   *   `transport.aborted`
   */
  exchange(
    { from, to }: Direction,
    request: Uint8Array,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    if (signal?.aborted === true) return Promise.reject(abortedBy(signal))
    const { network, events } = this.#options
    const plan = network.planExchange({ from, to }, this.#options.nameOf({ from, to }))
    this.#noteMessage('request', plan, request, plan.faults)
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { resolve, reject, isOver: false, ignoreSignal: () => {} }
      this.#waiting.set(from, (this.#waiting.get(from) ?? 0) + 1)
      if (signal !== undefined) this.#heed(signal, plan, waiting)
      for (const arrival of plan.arrivals) {
        events.add({
          timeMs: arrival.atMs,
          happen: () => this.#requestArrives(plan, arrival, request, waiting),
        })
      }
      events.add({
        timeMs: plan.failure.atMs,
        happen: () => this.#fails(plan, plan.failure, waiting),
        isMoot: () => waiting.isOver,
      })
    })
  }

  #heed(signal: AbortSignal, plan: ExchangePlan, waiting: Waiting): void {
    const giveUp = (): void => {
      this.#end(plan, waiting)
      this.#options.note('failure', { ...this.#factsOf(plan), reason: 'aborted' })
      waiting.reject(abortedBy(signal))
    }
    signal.addEventListener('abort', giveUp)
    waiting.ignoreSignal = () => signal.removeEventListener('abort', giveUp)
  }

  async #requestArrives(
    plan: ExchangePlan,
    arrival: Arrival,
    request: Uint8Array,
    waiting: Waiting,
  ): Promise<void> {
    const { network, events } = this.#options
    const seen = network.receive(arrival, request)
    if (seen === undefined) return
    const reply = await this.#answer(plan, seen, arrival === plan.arrivals[0] ? '' : '.copy')
    if (reply === undefined) return
    if (!arrival.isAwaited) {
      this.#noteMessage('reply.unheard', plan, reply, [])
      return
    }
    const { arrival: back, faults } = network.planReply(plan)
    this.#noteMessage('reply', plan, reply, faults)
    if (back === undefined) return
    events.add({
      timeMs: back.atMs,
      happen: () => this.#replyArrives(plan, back, reply, waiting),
      isMoot: () => waiting.isOver,
    })
  }

  /** The reply to a request, or undefined where its receiver fails: then the sender times out. */
  async #answer(
    plan: ExchangePlan,
    request: Uint8Array,
    copy: '' | '.copy',
  ): Promise<Uint8Array | undefined> {
    try {
      return await this.#options.answer(plan.to, request, `${plan.from}/${plan.at}${copy}`)
    } catch (error) {
      if (!FossilError.is(error)) throw error
      this.#options.note('upstream.failed', { ...this.#factsOf(plan), error: error.code })
      return undefined
    }
  }

  #replyArrives(plan: ExchangePlan, arrival: Arrival, reply: Uint8Array, waiting: Waiting): void {
    const seen = this.#options.network.receive(arrival, reply)
    if (seen === undefined) return
    this.#end(plan, waiting)
    waiting.resolve(seen)
  }

  #fails(plan: ExchangePlan, { reason }: Failure, waiting: Waiting): void {
    this.#end(plan, waiting)
    this.#options.note('failure', { ...this.#factsOf(plan), reason })
    waiting.reject(new FossilError('transport.failed', { reason: `simulated: ${reason}` }))
  }

  #end({ from }: ExchangePlan, waiting: Waiting): void {
    assert(!waiting.isOver, 'an exchange ends once')
    waiting.isOver = true
    waiting.ignoreSignal()
    this.#waiting.set(from, (this.#waiting.get(from) ?? 1) - 1)
    this.#options.onEnd(from)
  }

  #noteMessage(
    type: string,
    plan: ExchangePlan,
    body: Uint8Array,
    faults: readonly FaultKind[],
  ): void {
    const message = this.#options.canonical(body)
    this.#options.note(type, {
      ...this.#factsOf(plan),
      bytes: message.length,
      sha1: hash('sha1', message, 'hex'),
      ...(faults.length > 0 ? { faults: faults.join(' ') } : {}),
    })
  }

  /** Which exchange it is: the fields that every line about it begins with. */
  #factsOf({ from, to, number, at }: ExchangePlan): TraceFacts {
    return {
      node: from,
      ...(this.#options.namesReceivers ? { to } : {}),
      exchange: number,
      at: at ?? '',
    }
  }
}

/**
 * The network between the leaves and the master. An exchange is up to four events: the request
 * arrives (perhaps twice), the reply arrives, or the sender is told that something failed.
 * What happens to each is planned by sim/network.ts; this file moves the bytes.
 * @module
 */

import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import { sha1 } from '../hash/hash.ts'
import type { FaultKind, FaultRates } from '../sim/link.ts'
import type { Arrival, ExchangePlan, Failure, Network } from '../sim/network.ts'
import type { Transport } from '../sync/transport.ts'
import { decodeMessage } from '../xfer/frame.ts'
import type { NodeId } from './event.ts'
import { maxMessageBytes } from '../sync/limits.ts'

/** The node id of the upstream. */
export const masterId: NodeId = 'master'

/** What the network needs of the simulator. */
export interface NetworkHost {
  /** Runs `happen` at virtual time `timeMs`, as an event of its own unless `isMoot()` by then. */
  schedule(timeMs: number, happening: Happening): void
  /** Notes something for the trace. */
  note(type: string, facts: Record<string, string | number>): void
  /** The code of this node is about to go on: its exchange has ended. */
  woke(nodeId: NodeId): void
}

/** An event of the network. */
export interface Happening {
  readonly happen: () => void | Promise<void>
  /** True when nobody waits for it any more, so that it never takes place. */
  readonly isMoot: () => boolean
}

type Waiting = {
  readonly resolve: (reply: Uint8Array) => void
  readonly reject: (error: FossilError) => void
  isOver: boolean
}

/** Links between leaves and the upstream, as the Go library's `SimNetwork`. */
export class SimNetwork {
  readonly #network: Network
  readonly #upstream: Transport
  readonly #host: NetworkHost
  readonly #waiting = new Map<NodeId, number>()
  #rates: FaultRates

  /** @param rates what the links of `network` begin with */
  constructor(network: Network, rates: FaultRates, upstream: Transport, host: NetworkHost) {
    this.#network = network
    this.#rates = rates
    this.#upstream = upstream
    this.#host = host
  }

  /** Sets the chance, from 0 to 1, that a request is lost, and the same for a reply. */
  setDropRate(rate: number): void {
    const ppm = ppmOf('dropRate', rate)
    this.setRates({ ...this.#rates, requestLost: ppm, replyLost: ppm })
  }

  /** Sets the chance, from 0 to 1, that a reply breaks off somewhere. */
  setTruncateRate(rate: number): void {
    this.setRates({ ...this.#rates, replyCut: ppmOf('truncateRate', rate) })
  }

  /** Sets all fault rates, in parts per million. */
  setRates(rates: FaultRates): void {
    this.#rates = rates
    this.#network.setRates(rates)
  }

  /** Cuts a node off, both ways. */
  partition(id: NodeId): void {
    this.#network.partition(id)
  }

  /** Loses what goes `from` one node `to` another; the other way stays open. */
  partitionOneWay(from: NodeId, to: NodeId): void {
    this.#network.partitionOneWay({ from, to })
  }

  /** Ends every partition of a node. */
  heal(id: NodeId): void {
    this.#network.heal(id)
  }

  /** Ends every partition. */
  healAll(): void {
    this.#network.healAll()
  }

  /** How often each fault struck. */
  faultCounts(): Readonly<Record<FaultKind, number>> {
    return this.#network.counts()
  }

  /** The way from a node to the upstream. */
  transport(nodeId: NodeId): SimTransport {
    return new SimTransport((request) => this.#exchange(nodeId, request))
  }

  /** Whether a node waits for a reply or a failure. */
  isWaiting(nodeId: NodeId): boolean {
    return (this.#waiting.get(nodeId) ?? 0) > 0
  }

  #exchange(from: NodeId, request: Uint8Array): Promise<Uint8Array> {
    const plan = this.#network.planExchange({ from, to: masterId })
    this.#noteMessage('request', plan, request, plan.faults)
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { resolve, reject, isOver: false }
      this.#waiting.set(from, (this.#waiting.get(from) ?? 0) + 1)
      for (const arrival of plan.arrivals) {
        this.#host.schedule(arrival.atMs, {
          happen: () => this.#requestArrives(plan, arrival, request, waiting),
          isMoot: () => false,
        })
      }
      this.#host.schedule(plan.failure.atMs, {
        happen: () => this.#fails(plan, plan.failure, waiting),
        isMoot: () => waiting.isOver,
      })
    })
  }

  async #requestArrives(
    plan: ExchangePlan,
    arrival: Arrival,
    request: Uint8Array,
    waiting: Waiting,
  ): Promise<void> {
    const seen = this.#network.receive(arrival, request)
    if (seen === undefined) return
    const reply = await this.#answer(plan, seen)
    if (reply === undefined) return
    if (!arrival.isAwaited) {
      this.#noteMessage('reply.unheard', plan, reply, [])
      return
    }
    const { arrival: back, faults } = this.#network.planReply(plan)
    this.#noteMessage('reply', plan, reply, faults)
    if (back === undefined) return
    this.#host.schedule(back.atMs, {
      happen: () => this.#replyArrives(plan, back, reply, waiting),
      isMoot: () => waiting.isOver,
    })
  }

  /** The reply to a request, or undefined where the upstream fails: then the sender times out. */
  async #answer(plan: ExchangePlan, request: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      return await this.#upstream.exchange(request)
    } catch (error) {
      if (!FossilError.is(error)) throw error
      const { code } = error
      this.#host.note('upstream.failed', { node: plan.from, exchange: plan.number, error: code })
      return undefined
    }
  }

  #replyArrives(plan: ExchangePlan, arrival: Arrival, reply: Uint8Array, waiting: Waiting): void {
    const seen = this.#network.receive(arrival, reply)
    if (seen === undefined) return
    this.#end(plan, waiting)
    waiting.resolve(seen)
  }

  #fails(plan: ExchangePlan, failure: Failure, waiting: Waiting): void {
    this.#end(plan, waiting)
    this.#host.note('failure', { node: plan.from, exchange: plan.number, reason: failure.reason })
    waiting.reject(new FossilError('transport.failed', { reason: `simulated: ${failure.reason}` }))
  }

  #end(plan: ExchangePlan, waiting: Waiting): void {
    assert(!waiting.isOver, 'an exchange ends once')
    waiting.isOver = true
    this.#waiting.set(plan.from, (this.#waiting.get(plan.from) ?? 1) - 1)
    this.#host.woke(plan.from)
  }

  /** Notes what was said, by its logical content: compressed bytes differ between zlib builds. */
  #noteMessage(
    type: string,
    plan: ExchangePlan,
    body: Uint8Array,
    faults: readonly FaultKind[],
  ): void {
    const message = withoutTimestamp(logicalContent(body))
    this.#host.note(type, {
      node: plan.from,
      exchange: plan.number,
      bytes: message.length,
      sha1: sha1(message),
      ...(faults.length > 0 ? { faults: faults.join(' ') } : {}),
    })
  }
}

/** A leaf's way to the upstream. */
export class SimTransport implements Transport {
  readonly #send: (request: Uint8Array) => Promise<Uint8Array>

  /** Use {@link SimNetwork.transport}. */
  constructor(send: (request: Uint8Array) => Promise<Uint8Array>) {
    this.#send = send
  }

  /** Resolves when the simulated reply arrives; rejects when the sender is told of a failure. */
  exchange(request: Uint8Array): Promise<Uint8Array> {
    return this.#send(request)
  }
}

/** A user's own node may send anything; what cannot be unwrapped is noted as it is. */
function logicalContent(body: Uint8Array): Uint8Array {
  try {
    return decodeMessage(body, { maxBytes: maxMessageBytes })
  } catch (error) {
    if (FossilError.is(error, 'xfer.frame')) return body
    throw error
  }
}

/**
 * The message without the server's clock, which ends a reply as a comment: the time of the event is
 * in the trace anyway, and a stock server's clock is the host's.
 */
function withoutTimestamp(message: Uint8Array): Uint8Array {
  const tailAt = Math.max(0, message.length - 64)
  const tail = Buffer.from(message.subarray(tailAt)).toString('latin1')
  const at = /(?:^|\n)# timestamp [^\n]*\n$/.exec(tail)?.index
  return at === undefined ? message : message.subarray(0, tailAt + at)
}

function ppmOf(option: string, rate: number): number {
  if (rate >= 0 && rate <= 1) return Math.round(rate * 1_000_000)
  throw new FossilError('option.invalid', { option, reason: `${rate} is not between 0 and 1` })
}

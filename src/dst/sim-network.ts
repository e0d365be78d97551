/**
 * The network between the leaves and the master, as a test handles it: rates, partitions, and the
 * way from a leaf to the master.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { NodeId } from '../runner/model.ts'
import type { FaultKind, FaultRates } from '../sim/link.ts'
import type { Direction, Network } from '../sim/network.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'

/** The node id of the upstream. */
export const masterId: NodeId = 'master'

/** The side of a simulation that its network acts on. */
interface NetworkParts {
  readonly network: Network
  readonly model: { readonly topology: { readonly nodes: readonly NodeId[] } }
  exchange(direction: Direction, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
}

/** Links between leaves and the upstream, as the Go library's `SimNetwork`. */
export class SimNetwork {
  readonly #network: Network
  readonly #parts: NetworkParts

  /** Use `Simulator.network`. */
  constructor(parts: NetworkParts) {
    this.#network = parts.network
    this.#parts = parts
  }

  /** Sets the chance, from 0 to 1, that a request is lost, and the same for a reply. */
  setDropRate(rate: number): void {
    const ppm = ppmOf('dropRate', rate)
    this.setRates({ ...this.#network.rates, requestLost: ppm, replyLost: ppm })
  }

  /** Sets the chance, from 0 to 1, that a reply breaks off somewhere. */
  setTruncateRate(rate: number): void {
    this.setRates({ ...this.#network.rates, replyCut: ppmOf('truncateRate', rate) })
  }

  /** Sets all fault rates, in parts per million. */
  setRates(rates: FaultRates): void {
    this.#network.setRates(rates)
  }

  /** Cuts a node off, both ways. @throws {FossilError} `option.invalid` for no node */
  partition(id: NodeId): void {
    this.#check(id)
    this.#network.partition(id)
  }

  /**
   * Loses messages `from` one node `to` another; the other way stays open.
   *
   * @throws {FossilError} `option.invalid` for no node
   */
  partitionOneWay(from: NodeId, to: NodeId): void {
    for (const id of [from, to]) this.#check(id)
    this.#network.partitionOneWay({ from, to })
  }

  /** Ends every partition of a node. @throws {FossilError} `option.invalid` for no node */
  heal(id: NodeId): void {
    this.#check(id)
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

  #check(id: NodeId): void {
    const { nodes } = this.#parts.model.topology
    if (nodes.includes(id)) return
    const reason = `no node "${id}": there are ${nodes.join(', ')}`
    throw new FossilError('option.invalid', { option: 'nodeId', reason })
  }

  /** The way from a node to the upstream. */
  transport(nodeId: NodeId): SimTransport {
    const direction = { from: nodeId, to: masterId }
    return new SimTransport((request, signal) => this.#parts.exchange(direction, request, signal))
  }
}

/** A leaf's way to the upstream. */
export class SimTransport implements Transport {
  readonly #send: (request: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>

  /** Use {@link SimNetwork.transport}. */
  constructor(send: (request: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>) {
    this.#send = send
  }

  /** Resolves when the simulated reply arrives; rejects when the sender is told of a failure. */
  exchange(request: Uint8Array, { signal }: ExchangeOptions = {}): Promise<Uint8Array> {
    return this.#send(request, signal)
  }
}

/** A chance from 0 to 1 in parts per million. @throws {FossilError} `option.invalid` */
export function ppmOf(option: string, rate: number): number {
  if (rate >= 0 && rate <= 1) return Math.round(rate * 1_000_000)
  throw new FossilError('option.invalid', { option, reason: `${rate} is not between 0 and 1` })
}

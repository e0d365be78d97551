/**
 * A test's control over the network between the leaves and the master: rates, partitions, and the
 * transport from a leaf to the master.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { NodeId } from '../runner/model.ts'
import type { Direction, Network } from '../sim/network.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'
import { NetworkControls } from './network-controls.ts'

/** The node id of the upstream. */
export const masterId: NodeId = 'master'

/** The side of a simulation that its network acts on. */
interface NetworkParts {
  readonly network: Network
  readonly model: { readonly topology: { readonly nodes: readonly NodeId[] } }
  exchange(direction: Direction, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
}

/**
 * Links between leaves and the upstream, as the Go library's `SimNetwork`.
 *
 * @example
 * ```ts
 * simulator.network().partition('leaf-0')
 * ```
 */
export class SimNetwork extends NetworkControls {
  readonly #parts: NetworkParts

  /** Use `Simulator.network`. */
  constructor(parts: NetworkParts) {
    super(parts.network)
    this.#parts = parts
  }

  protected override requireNode(id: NodeId): void {
    const { nodes } = this.#parts.model.topology
    if (nodes.includes(id)) return
    const reason = `no node "${id}": there are ${nodes.join(', ')}`
    throw new FossilError('option.invalid', { option: 'nodeId', reason })
  }

  /** The transport from a node to the upstream. */
  transport(nodeId: NodeId): SimTransport {
    const direction = { from: nodeId, to: masterId }
    return new SimTransport((request, signal) => this.#parts.exchange(direction, request, signal))
  }
}

/**
 * A leaf's transport to the upstream.
 *
 * @example
 * ```ts
 * await simulator.network().transport('leaf-0').exchange(request)
 * ```
 */
export class SimTransport implements Transport {
  readonly #send: (request: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>

  /** Use {@link SimNetwork.transport}. */
  constructor(send: (request: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>) {
    this.#send = send
  }

  /** Resolves when the simulated reply arrives; rejects when the sender learns of a failure. */
  exchange(request: Uint8Array, { signal }: ExchangeOptions = {}): Promise<Uint8Array> {
    return this.#send(request, signal)
  }
}

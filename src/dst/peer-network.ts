/**
 * A network of peers without a master, driven by whoever syncs: each exchange advances virtual time
 * until its reply arrives or its sender learns of a failure. For tests of a few repositories; for a
 * whole run of many, use a {@link Simulator} with a topology other than a star.
 *
 *     const network = new PeerNetwork({ seed: 1 })
 *     network.addPeer('a', a)
 *     network.addPeer('b', b)
 *     await sync(a, network.transport('a', 'b'))
 *
 * @module
 */

import type { Buggify } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import { Causality } from '../runner/causality.ts'
import { Exchanges } from '../runner/exchanges.ts'
import type { NodeId } from '../runner/model.ts'
import { PendingEvents } from '../runner/pending-events.ts'
import { Turns } from '../runner/turns.ts'
import { SimClock } from '../sim/clock.ts'
import { FaultLog } from '../sim/fault.ts'
import { type Direction, Network } from '../sim/network.ts'
import { RandomSource } from '../sim/random.ts'
import { MockFossil } from './mock-fossil.ts'
import { NetworkControls } from './network-controls.ts'
import { SimTransport } from './sim-network.ts'

/**
 * Peers and the links between them.
 *
 * @example
 * ```ts
 * const network = new PeerNetwork({ seed: 7 })
 * network.addPeer('ada', repo)
 * network.addPeer('ben', other)
 * await sync(repo, network.transport('ada', 'ben'))
 * ```
 */
export class PeerNetwork extends NetworkControls {
  readonly #clock: SimClock
  readonly #causality = new Causality()
  readonly #events: PendingEvents
  readonly #exchanges: Exchanges
  readonly #turns = new Turns()
  readonly #peers = new Map<NodeId, MockFossil>()
  #buggify: Buggify | undefined
  /** Events happen one after another, whoever asked for them. */
  #latest: Promise<boolean> = Promise.resolve(true)

  /** @throws {FossilError} `option.invalid` for a seed that is no safe integer */
  constructor({ seed }: { readonly seed: number }) {
    const clock = new SimClock()
    const source = new RandomSource(seed)
    const network = new Network({ clock, source, faults: new FaultLog(source) })
    super(network)
    this.#clock = clock
    this.#events = new PendingEvents(clock, this.#causality)
    this.#exchanges = new Exchanges({
      network,
      events: this.#events,
      mark: () => {},
      note: () => {},
      canonical: (message) => message,
      onMessage: () => {},
      nameOf: (direction) => this.#turns.send(direction),
      isUp: (id) => this.#peers.has(id),
      answer: ({ to }, request) => this.#peer(to).exchange(request),
      onUnheard: () => {},
      onEnd: () => {},
    })
  }

  /** Virtual time, which only exchanges move. */
  clock(): SimClock {
    return this.#clock
  }

  /**
   * Adds a peer, which answers the others from now on. The caller closes its repository.
   *
   * @throws {FossilError} `option.invalid` for a second peer of one name
   */
  addPeer(id: NodeId, repo: Repo): void {
    if (this.#peers.has(id)) {
      throw new FossilError('option.invalid', { option: 'id', reason: `"${id}" is a peer already` })
    }
    const peer = new MockFossil(repo)
    if (this.#buggify !== undefined) peer.setBuggify(this.#buggify)
    this.#peers.set(id, peer)
  }

  /** Sets the fault decisions of all peers, including those added later. */
  setBuggify(buggify: Buggify): void {
    this.#buggify = buggify
    for (const peer of this.#peers.values()) peer.setBuggify(buggify)
  }

  /**
   * The transport from one peer to another.
   *
   * @throws {FossilError} `option.invalid` if there is no such peer, or both are the same
   */
  transport(source: NodeId, target: NodeId): PeerTransport {
    this.#peer(source)
    this.#peer(target)
    if (source === target) {
      const reason = `"${source}" does not sync with itself`
      throw new FossilError('option.invalid', { option: 'target', reason })
    }
    return new SimTransport((request, signal) =>
      this.#exchange({ from: source, to: target }, request, signal),
    )
  }

  protected override requireNode(id: NodeId): void {
    this.#peer(id)
  }

  #peer(id: NodeId): MockFossil {
    const peer = this.#peers.get(id)
    if (peer !== undefined) return peer
    throw new FossilError('option.invalid', { option: 'id', reason: `no peer "${id}"` })
  }

  async #exchange(
    direction: Direction,
    request: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const reply = this.#exchanges.exchange(direction, request, signal)
    const state = { isOver: false }
    const end = (): void => {
      state.isOver = true
    }
    reply.then(end, end)
    while (!state.isOver && (await this.#step()));
    return reply
  }

  #step(): Promise<boolean> {
    this.#latest = this.#latest.then(() => this.#happen())
    return this.#latest
  }

  /** Lets the next event happen; false if none is left. */
  async #happen(): Promise<boolean> {
    const next = this.#events.next()
    if (next === undefined) return false
    this.#clock.advanceTo(next.event.timeMs)
    this.#causality.begin(next.event.node, next.origin)
    try {
      await next.event.happen()
    } finally {
      this.#causality.end()
    }
    return true
  }
}

/** A transport from one peer to another. */
export type PeerTransport = SimTransport

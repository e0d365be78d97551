/**
 * A network of peers without a master, driven by whoever syncs: each exchange makes virtual time go
 * on until its reply arrives, or its sender is told of a failure. For tests of a few repositories;
 * a whole run of many is a {@link Simulator} with another topology than a star.
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
import { type FaultKind, type FaultRates, noFaults } from '../sim/link.ts'
import { type Direction, Network } from '../sim/network.ts'
import { RandomSource } from '../sim/random.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'
import { MockFossil } from './mock-fossil.ts'
import { ppmOf } from './sim-network.ts'

/** Peers and the links between them. */
export class PeerNetwork {
  readonly #clock = new SimClock()
  readonly #causality = new Causality()
  readonly #events: PendingEvents
  readonly #network: Network
  readonly #exchanges: Exchanges
  readonly #turns = new Turns()
  readonly #peers = new Map<NodeId, MockFossil>()
  #buggify: Buggify | undefined
  /** Events happen one after another, whoever asked for them. */
  #latest: Promise<boolean> = Promise.resolve(true)

  /** @throws {FossilError} `option.invalid` for a seed that is no safe integer */
  constructor({ seed }: { readonly seed: number }) {
    const source = new RandomSource(seed)
    this.#events = new PendingEvents(this.#clock, this.#causality)
    const faults = new FaultLog(source)
    this.#network = new Network({ clock: this.#clock, source, faults })
    this.#exchanges = new Exchanges({
      network: this.#network,
      events: this.#events,
      note: () => {},
      canonical: (message) => message,
      onMessage: () => {},
      nameOf: (direction) => this.#turns.send(direction),
      isUp: (id) => this.#peers.has(id),
      answer: (id, request) => this.#peer(id).exchange(request),
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

  /** Decides when the peers take unlucky turns, those that are added later included. */
  setBuggify(buggify: Buggify): void {
    this.#buggify = buggify
    for (const peer of this.#peers.values()) peer.setBuggify(buggify)
  }

  /** Sets the chance, from 0 to 1, that a request is lost, and the same for a reply. */
  setDropRate(rate: number): void {
    const ppm = ppmOf('dropRate', rate)
    this.setRates({ ...noFaults, requestLost: ppm, replyLost: ppm })
  }

  /** Sets all fault rates, in parts per million. */
  setRates(rates: FaultRates): void {
    this.#network.setRates(rates)
  }

  /** Cuts a peer off, both ways. @throws {FossilError} `option.invalid` for no peer */
  partition(id: NodeId): void {
    this.#peer(id)
    this.#network.partition(id)
  }

  /** Ends every partition of a peer. @throws {FossilError} `option.invalid` for no peer */
  heal(id: NodeId): void {
    this.#peer(id)
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

  /**
   * The way from one peer to another.
   *
   * @throws {FossilError} `option.invalid` where there is no such peer, or they are one
   */
  transport(source: NodeId, target: NodeId): PeerTransport {
    this.#peer(source)
    this.#peer(target)
    if (source === target) {
      const reason = `"${source}" does not sync with itself`
      throw new FossilError('option.invalid', { option: 'target', reason })
    }
    return new PeerTransport((request, signal) =>
      this.#exchange({ from: source, to: target }, request, signal),
    )
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
    const over = new AbortController()
    const end = (): void => over.abort()
    reply.then(end, end)
    while (!over.signal.aborted && (await this.#step()));
    return reply
  }

  #step(): Promise<boolean> {
    this.#latest = this.#latest.then(() => this.#happen())
    return this.#latest
  }

  /** Lets the next event happen; false where nothing is left to happen. */
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

/** A peer's way to another. */
export class PeerTransport implements Transport {
  readonly #send: (request: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>

  /** Use {@link PeerNetwork.transport}. */
  constructor(send: (request: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>) {
    this.#send = send
  }

  /** Resolves when the simulated reply arrives; rejects when the sender is told of a failure. */
  exchange(request: Uint8Array, { signal }: ExchangeOptions = {}): Promise<Uint8Array> {
    return this.#send(request, signal)
  }
}

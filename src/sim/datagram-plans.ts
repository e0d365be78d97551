/**
 * The network, at the level of datagrams: messages without an answer, whose sender never learns
 * their fate. It plans, and runs nothing; links and partitions are those of a network.
 *
 * Each fault is a decision of the fault log at `net/<from>→<to>/dgram/<kind>`, and its use is the
 * name that the caller gives the datagram, such as `poll#14.datagram#2`. A plan depends on that
 * name alone: not on other datagrams, and not on the length of what is sent.
 *
 * Knows nothing of the meaning of the bytes.
 * @module
 */

import type { Clock } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { FaultLog } from './fault.ts'
import {
  corrupt,
  type Corruption,
  type DatagramRateKind,
  datagramRateKinds,
  drawLatency,
  maxDatagramBytes,
  noDatagramFaults,
} from './link.ts'
import { MessageFaults } from './message-faults.ts'
import type { Direction, Network } from './network.ts'
import type { RandomSource, RandomStream } from './random.ts'

/** Everything that can happen to a datagram. */
export type DatagramFaultKind = DatagramRateKind | 'partitioned'

/** A datagram that reaches its receiver, unless the network is partitioned by then. */
export type DatagramArrival = Direction & {
  readonly atMs: number
  /** Undefined for the first that arrives: a later one is a `copy`, or `stale`. */
  readonly again?: 'copy' | 'stale'
  readonly corruption: Corruption | undefined
}

/** The fate of a datagram, as known when it leaves. */
export type DatagramPlan = Direction & {
  /** The name of the datagram, unique in its direction. */
  readonly at: string
  /** The first one first; then copies. */
  readonly arrivals: readonly DatagramArrival[]
  readonly faults: readonly DatagramFaultKind[]
}

/** The parts of a simulation that plans are made of. */
export type PlanParts = {
  readonly clock: Clock
  readonly source: RandomSource
  readonly faults: FaultLog
  readonly network: Network
}

type Link = { readonly name: string; readonly latency: RandomStream; sent: number }

/** The datagrams of one simulation. */
export class DatagramPlans {
  readonly #parts: PlanParts
  readonly #links = new Map<string, Link>()
  readonly #counts: Record<DatagramFaultKind, number> = { ...noDatagramFaults, partitioned: 0 }

  constructor(parts: PlanParts) {
    this.#parts = parts
  }

  /** The number of times that each kind of fault struck. */
  counts(): Readonly<Record<DatagramFaultKind, number>> {
    return { ...this.#counts }
  }

  /** @throws {FossilError} `option.invalid` for a datagram too large for the link */
  checkSize(direction: Direction, bytes: Uint8Array): void {
    const most = this.#parts.network.linkOf(direction).maxDatagramBytes ?? maxDatagramBytes
    if (bytes.length <= most) return
    const reason = `holds ${bytes.length} bytes, and the link carries ${most}`
    throw new FossilError('option.invalid', { option: 'datagram', reason })
  }

  /**
   * A datagram leaves now.
   *
   * @param at the name of the datagram, unique in its direction
   * @param sizeBytes its length, asked if the link has a bandwidth
   * @throws {FossilError} `option.invalid` when an override asks for an outcome that its site
   *   cannot have
   */
  plan(direction: Direction, at: string, sizeBytes = (): number => 0): DatagramPlan {
    const { from, to } = direction
    const { clock, faults: log, network } = this.#parts
    const link = this.#link(direction)
    const config = network.linkOf(direction)
    const { datagrams: rates = noDatagramFaults, latency, spike, staleness } = config
    const message = new MessageFaults<DatagramRateKind>(
      log,
      { name: link.name, rates, spike, staleness },
      { number: link.sent++, at },
    )
    const arrivals: DatagramArrival[] = []
    if (network.isBlocked(direction)) {
      message.faults.push('partitioned')
    } else if (!message.strikes('lost')) {
      const sendingMs = network.sendingMs(direction, sizeBytes, config)
      const travelMs = sendingMs + drawLatency(link.latency.named(at), latency)
      const atMs = clock.nowMs() + travelMs + message.spikeMs('delayed')
      const corruption = message.corruption('corrupted')
      arrivals.push({ from, to, atMs, corruption })
      const copies = [
        { again: 'copy', afterMs: message.spikeMs('duplicated') },
        { again: 'stale', afterMs: message.staleMs('stale') },
      ] as const
      for (const { again, afterMs } of copies) {
        if (afterMs === 0) continue
        arrivals.push({ from, to, atMs: atMs + afterMs, again, corruption: undefined })
      }
    }
    for (const kind of message.faults) this.#counts[kind] += 1
    return { from, to, at, arrivals, faults: message.faults }
  }

  /**
   * A datagram arrives now: the bytes its receiver sees, or undefined when a partition that began
   * on the way swallowed it. Undamaged bytes come back as the same array.
   */
  receive(arrival: DatagramArrival, bytes: Uint8Array): Uint8Array | undefined {
    if (this.#parts.network.isBlocked(arrival)) {
      this.#counts.partitioned += 1
      return undefined
    }
    return arrival.corruption === undefined ? bytes : corrupt(bytes, arrival.corruption)
  }

  #link({ from, to }: Direction): Link {
    const name = `net/${from}→${to}/dgram`
    let link = this.#links.get(name)
    if (link === undefined) {
      link = { name, latency: this.#parts.source.stream(`${name}/latency`), sent: 0 }
      this.#links.set(name, link)
    }
    return link
  }
}

/** Every kind of fault of a datagram that strikes at a rate, and `partitioned`. */
export const datagramFaultKinds: readonly DatagramFaultKind[] = [
  ...datagramRateKinds,
  'partitioned',
]

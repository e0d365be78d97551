/**
 * The network, at the level of ordered streams that can break, such as TCP's. It plans, and runs
 * nothing; links and partitions are those of a network. The simulator asks when a node connects
 * (`planConnect`), when one sends bytes (`planSend`), and when other news travels along a stream:
 * that it was accepted, that it ends, that it is broken (`travelMs`).
 *
 * Plans give travel times; the mover of the bytes keeps them in order. Each fault is a decision of
 * the fault log at `net/<from>→<to>/stream/<kind>`, by the direction in which the bytes travel. Its
 * use is the name of the connection or of the send, such as `leaf-1/poll#14.stream#1.send#3`. A
 * plan depends on that name alone: not on other streams, not on earlier sends, and not on the
 * length of the send.
 *
 * Knows nothing of the meaning of the bytes.
 * @module
 */

import type { PlanParts } from './datagram-plans.ts'
import {
  drawLatency,
  million,
  noStreamFaults,
  type StreamRateKind,
  streamRateKinds,
  type Stretch,
} from './link.ts'
import { MessageFaults } from './message-faults.ts'
import type { Direction } from './network.ts'
import type { Draw, RandomSource, RandomStream } from './random.ts'

/** Everything that can happen to a stream. */
export type StreamFaultKind = StreamRateKind | 'partitioned'

/** The fate of an attempt to connect, as known when it begins. */
export type ConnectPlan = {
  /** True if refused without asking the other node. */
  readonly isRefused: boolean
  /** The time until the other node hears of it, or until a refusal comes back. */
  readonly travelMs: number
  /** The time that a node waits for the other. */
  readonly timeoutMs: number
  readonly faults: readonly StreamFaultKind[]
}

/** A chunk in which a part of a send arrives. */
export type Chunk = Stretch & { readonly travelMs: number }

/** The fate of bytes that are sent, as known when they leave. */
export type SendPlan = {
  /** In order, without gaps, from the beginning; up to the break where there is one. */
  readonly chunks: readonly Chunk[]
  /** The place at which the stream breaks, if it does: 1000000 for after the last byte. */
  readonly brokenAtPpm: number | undefined
  /** True if its beginning joins the bytes before it, when both arrive at once. */
  readonly isJoined: boolean
  readonly faults: readonly StreamFaultKind[]
}

type Link = {
  readonly name: string
  readonly latency: RandomStream
  readonly split: RandomStream
  connects: number
  sends: number
}

/** The maximum number of chunks of one send. */
const mostChunks = 3

/** The streams of one simulation. */
export class StreamPlans {
  readonly #parts: PlanParts
  readonly #links = new Map<string, Link>()
  readonly #counts: Record<StreamFaultKind, number> = { ...noStreamFaults, partitioned: 0 }

  constructor(parts: PlanParts) {
    this.#parts = parts
  }

  /**
   * The number of times that each kind of fault struck; `partitioned` counts stalls of a direction.
   */
  counts(): Readonly<Record<StreamFaultKind, number>> {
    return { ...this.#counts }
  }

  /**
   * A node connects to another now.
   *
   * @param at the name of the connection
   * @throws {FossilError} `option.invalid` when an override asks for what its site cannot do
   */
  planConnect(direction: Direction, at: string): ConnectPlan {
    const link = this.#link(direction)
    const message = this.#message(direction, { number: link.connects++, at })
    const isRefused = !this.isBlocked(direction) && message.strikes('refused')
    const slowMs = isRefused ? 0 : message.spikeMs('slowStart')
    return {
      isRefused,
      travelMs: this.travelMs(direction, at) + slowMs,
      timeoutMs: this.timeoutMs(direction),
      faults: this.#counted(message.faults),
    }
  }

  /**
   * Bytes are sent now.
   *
   * @param at the name of the connection and the number of the send
   * @param sizeBytes their length, asked if the link has a bandwidth
   * @throws {FossilError} `option.invalid` when an override asks for what its site cannot do
   */
  planSend(direction: Direction, at: string, sizeBytes = (): number => 0): SendPlan {
    const link = this.#link(direction)
    const message = this.#message(direction, { number: link.sends++, at })
    const delayMs = message.spikeMs('delayed')
    const brokenAtPpm = message.breakAtPpm('broken')
    const { network } = this.#parts
    const config = network.linkOf(direction)
    const { latency } = config
    const sendingMs = network.sendingMs(direction, sizeBytes, config)
    // Its last byte leaves then, its first ones earlier.
    const leavesMs = (toPpm: number): number => Math.ceil((sendingMs * toPpm) / million)
    const [split, travel] = [link.split.named(at), link.latency.named(at)]
    const isJoined = split.chance(0.5)
    const chunks = stretches(split)
      .map((stretch) => ({
        ...stretch,
        travelMs: leavesMs(stretch.toPpm) + drawLatency(travel, latency) + delayMs,
      }))
      .filter(({ fromPpm }) => fromPpm < (brokenAtPpm ?? million))
      .map((chunk) => ({ ...chunk, toPpm: Math.min(chunk.toPpm, brokenAtPpm ?? million) }))
    return { chunks, brokenAtPpm, isJoined, faults: this.#counted(message.faults) }
  }

  /** The travel time of other news along a stream; `at` names it. */
  travelMs(direction: Direction, at: string): number {
    const { latency } = this.#parts.network.linkOf(direction)
    return drawLatency(this.#link(direction).latency.named(at), latency)
  }

  /** The time for which one direction survives a partition. */
  timeoutMs(direction: Direction): number {
    return this.#parts.network.linkOf(direction).timeoutMs
  }

  /** Tells whether a partition holds up what arrives now. */
  isBlocked(direction: Direction): boolean {
    return this.#parts.network.isBlocked(direction)
  }

  /** Counts a partition that begins to hold up one direction of a stream. */
  countStall(): void {
    this.#counted(['partitioned'])
  }

  #message(
    direction: Direction,
    message: { number: number; at: string },
  ): MessageFaults<StreamRateKind> {
    const { streams: rates = noStreamFaults, spike } = this.#parts.network.linkOf(direction)
    const link = { name: this.#link(direction).name, rates, spike }
    return new MessageFaults(this.#parts.faults, link, message)
  }

  #counted(faults: StreamFaultKind[]): readonly StreamFaultKind[] {
    for (const kind of faults) this.#counts[kind] += 1
    return faults
  }

  #link({ from, to }: Direction): Link {
    const name = `net/${from}→${to}/stream`
    const link = this.#links.get(name) ?? newLink(this.#parts.source, name)
    this.#links.set(name, link)
    return link
  }
}

/** Every kind of fault of a stream that strikes at a rate, and `partitioned`. */
export const streamFaultKinds: readonly StreamFaultKind[] = [...streamRateKinds, 'partitioned']

function newLink(source: RandomSource, name: string): Link {
  const latency = source.stream(`${name}/latency`)
  return { name, latency, split: source.stream(`${name}/split`), connects: 0, sends: 0 }
}

function stretches(draw: Draw): Stretch[] {
  const cuts = Array.from({ length: draw.int(0, mostChunks - 1) }, () => draw.int(1, million - 1))
  const ends = [...new Set([0, ...cuts, million])].sort((a, b) => a - b)
  return ends.slice(1).map((toPpm, index) => ({ fromPpm: ends[index] ?? 0, toPpm }))
}

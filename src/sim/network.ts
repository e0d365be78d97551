/**
 * The network, at the level of exchanges: one request from a node to another and its reply.
 *
 * It plans, and runs nothing. The simulator asks at the four moments of an exchange:
 *
 *   1. a request leaves      `planExchange`  when it arrives (never, once, twice), and when its
 *                                            sender is told of failure if no reply comes first
 *   2. a request arrives     `receive`       the bytes as its receiver sees them, if it does
 *   3. the reply leaves      `planReply`     when it arrives, if it does
 *   4. the reply arrives     `receive`       the bytes as the sender of the request sees them
 *
 * Partitions and cuts are checked each time, so one that begins in between swallows the reply to a
 * request that was already carried out. Every other fault is a decision of the fault log, at
 * `net/<from>→<to>/<kind>`, named by the direction of the request (the reply's `delayed` is decided
 * at `replyDelayed`). Its use is the name that the caller gives an exchange, such as
 * `poll#14.round#2`; without one, use n of a site belongs to exchange n of that direction. Hence a
 * plan depends on its name, and not on other links, other exchanges, or the length of what is sent;
 * but where a link has a bandwidth, the time of an arrival depends on all that leaves before it.
 *
 * Streams and datagrams have plans of their own (stream-plans.ts, datagram-plans.ts), over the
 * links and partitions of this network.
 *
 * Knows nothing of the meaning of the bytes.
 * @module
 */

import { assert } from '../base/assert.ts'
import type { Clock } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { type FaultyLink, MessageFaults } from './message-faults.ts'
import type { FaultLog } from './fault.ts'
import {
  calmLink,
  checkLink,
  checkRates,
  corrupt,
  type Corruption,
  cut,
  drawLatency,
  type FaultKind,
  type FaultRates,
  type LinkConfig,
  million,
  noFaults,
  type RateKind,
} from './link.ts'
import type { Draw, RandomSource, RandomStream } from './random.ts'

/** A directed link, by the names of its nodes. */
export type Direction = { readonly from: string; readonly to: string }

/** A message that reaches its receiver, unless the network is partitioned by then. */
export type Arrival = Direction & {
  readonly atMs: number
  /** True if the receiver's answer travels back. */
  readonly isAwaited: boolean
  /** Undefined for the first that arrives: a later one is a `copy`, or `stale`. */
  readonly again?: 'copy' | 'stale'
  /** The receiver sees the bytes before this part per million: 1000000 for all of them. */
  readonly cutAtPpm: number
  readonly corruption: Corruption | undefined
}

/** The failure of a request, which reaches its sender unless a reply comes first. */
export type Failure = {
  readonly atMs: number
  readonly reason: 'refused' | 'reset' | 'timeout'
}

/** The fate of a request, as known when it leaves. */
export type ExchangePlan = Direction & {
  /** Counts the exchanges of this direction from 0. */
  readonly number: number
  /** Its name, if it has one; otherwise its number is its use of each fault site. */
  readonly at: string | undefined
  /** The first one first; then copies. */
  readonly arrivals: readonly Arrival[]
  readonly failure: Failure
  readonly faults: readonly FaultKind[]
}

/** The fate of a reply, as known when it leaves. */
export type ReplyPlan = {
  readonly arrival: Arrival | undefined
  /** The time in which its bytes leave, during which its receiver does not give up. */
  readonly sendingMs: number
  readonly faults: readonly FaultKind[]
}

/** One directed link and its state. */
type Link = Direction & {
  readonly name: string
  readonly requestLatency: RandomStream
  readonly replyLatency: RandomStream
  config: LinkConfig
  exchanges: number
  isBlocked: boolean
  /** The number of present cuts. */
  cuts: number
  /** The time by which the last of the bytes that were sent has left. */
  busyUntilMs: number
}

/** The links between the nodes of one simulation. */
export class Network {
  readonly #clock: Clock
  readonly #source: RandomSource
  readonly #faults: FaultLog
  readonly #links = new Map<string, Link>()
  readonly #isolated = new Set<string>()
  readonly #counts: Record<FaultKind, number> = { ...noFaults, partitioned: 0 }
  #config: LinkConfig

  /**
   * @param world `link` configures every link until {@link setLink} or {@link setRates}
   * @throws {FossilError} `option.invalid` when the link makes no sense
   */
  constructor(world: { clock: Clock; source: RandomSource; faults: FaultLog; link?: LinkConfig }) {
    const { clock, source, faults, link = calmLink } = world
    checkLink(link)
    this.#clock = clock
    this.#source = source
    this.#faults = faults
    this.#config = link
  }

  /** The number of times that each kind of fault struck. */
  counts(): Readonly<Record<FaultKind, number>> {
    return { ...this.#counts }
  }

  /** The frequency of faults in exchanges on a link that {@link setLink} has not changed. */
  get rates(): FaultRates {
    return this.#config.rates
  }

  /** Configures one direction. @throws {FossilError} `option.invalid` */
  setLink(direction: Direction, config: LinkConfig): void {
    checkLink(config)
    this.#link(direction).config = config
  }

  /** The settings of one direction. */
  linkOf(direction: Direction): LinkConfig {
    return this.#link(direction).config
  }

  /** Sets the fault rates of exchanges, on every link. @throws {FossilError} `option.invalid` */
  setRates(rates: FaultRates): void {
    checkRates(rates)
    this.#config = { ...this.#config, rates }
    for (const link of this.#links.values()) link.config = { ...link.config, rates }
  }

  /** Cuts a node off from all others, both ways. */
  partition(node: string): void {
    this.#isolated.add(node)
  }

  /** Blocks one direction; the other stays open. */
  partitionOneWay(direction: Direction): void {
    this.#link(direction).isBlocked = true
  }

  /** Ends the isolation of a node and every one-way partition that it is part of. */
  heal(node: string): void {
    this.#isolated.delete(node)
    for (const link of this.#links.values()) {
      if (link.from === node || link.to === node) link.isBlocked = false
    }
  }

  /** Cuts some directions, until each is mended as often as cut; other partitions stay. */
  cut(directions: readonly Direction[]): void {
    for (const direction of directions) this.#link(direction).cuts += 1
  }

  /** Ends one cut of each direction. */
  mend(directions: readonly Direction[]): void {
    for (const direction of directions) {
      const link = this.#link(direction)
      link.cuts = Math.max(0, link.cuts - 1)
    }
  }

  /** Ends every partition and every cut. */
  healAll(): void {
    this.#isolated.clear()
    for (const link of this.#links.values()) {
      link.isBlocked = false
      link.cuts = 0
    }
  }

  /** Tells whether a message in this direction would vanish now. */
  isBlocked(direction: Direction): boolean {
    const { from, to } = direction
    if (this.#isolated.has(from) || this.#isolated.has(to)) return true
    const { isBlocked, cuts } = this.#link(direction)
    return isBlocked || cuts > 0
  }

  /**
   * Sends bytes in a direction, and returns the time until the last one has left, earlier sends
   * included. 0 if the link has no bandwidth; `sizeBytes` is not asked then.
   *
   * @param link the link whose bandwidth counts: a reply leaves by that of its request
   */
  sendingMs(direction: Direction, sizeBytes: () => number, link: LinkConfig): number {
    const { bytesPerSecond } = link
    if (bytesPerSecond === undefined) return 0
    const way = this.#link(direction)
    const nowMs = this.#clock.nowMs()
    const ownMs = Math.ceil((sizeBytes() * 1_000) / bytesPerSecond)
    way.busyUntilMs = Math.max(way.busyUntilMs, nowMs) + ownMs
    return way.busyUntilMs - nowMs
  }

  /**
   * Plans a request that leaves now. The sender gets `failure` at its time unless a reply came
   * first.
   *
   * @param at the name of the exchange, unique in its direction
   * @param sizeBytes the length of the request, asked if the link has a bandwidth
   * @throws {FossilError} `option.invalid` when an override asks for what its site cannot do
   */
  planExchange({ from, to }: Direction, at?: string, sizeBytes = noSize): ExchangePlan {
    const link = this.#link({ from, to })
    const number = link.exchanges++
    const message = new MessageFaults(this.#faults, faultyLink(link), { number, at })
    const nowMs = this.#clock.nowMs()
    const deadlineMs = nowMs + link.config.timeoutMs
    const travelMs = drawLatency(drawsOf(link.requestLatency, { number, at }), link.config.latency)
    const arrivals: Arrival[] = []
    let failure: Failure = { atMs: deadlineMs, reason: 'timeout' }

    if (this.isBlocked(link)) {
      message.faults.push('partitioned')
    } else if (message.strikes('refused')) {
      failure = { atMs: Math.min(nowMs + travelMs, deadlineMs), reason: 'refused' }
    } else if (!message.strikes('requestLost')) {
      const sendingMs = this.sendingMs(link, sizeBytes, link.config)
      failure = { ...failure, atMs: deadlineMs + sendingMs }
      const atMs = nowMs + sendingMs + travelMs + message.spikeMs('delayed')
      const cutAtPpm = message.cutAtPpm('requestCut')
      const corruption = message.corruption('requestCorrupted')
      const isAwaited = cutAtPpm === million
      arrivals.push({ from, to, atMs, isAwaited, cutAtPpm, corruption })
      if (!isAwaited) failure = { atMs: Math.min(atMs, failure.atMs), reason: 'reset' }
      const copyAfterMs = message.spikeMs('duplicated')
      if (copyAfterMs > 0) arrivals.push(again({ from, to }, atMs + copyAfterMs, 'copy'))
      const staleAfterMs = message.staleMs('stale')
      if (staleAfterMs > 0) arrivals.push(again({ from, to }, atMs + staleAfterMs, 'stale'))
    }
    return { from, to, number, at, arrivals, failure, faults: this.#counted(message.faults) }
  }

  /**
   * Plans the reply to the awaited arrival of `exchange`, which leaves now. It may arrive after the
   * failure of the request, and is then ignored.
   *
   * @param sizeBytes its length, asked if the link has a bandwidth
   * @throws {FossilError} `option.invalid` when an override asks for what its site cannot do
   */
  planReply(exchange: ExchangePlan, sizeBytes = noSize): ReplyPlan {
    assert(
      exchange.arrivals.some(({ isAwaited }) => isAwaited),
      'a reply is sent only to a request that awaits one',
    )
    const link = this.#link(exchange)
    const [from, to] = [exchange.to, exchange.from]
    const message = new MessageFaults(this.#faults, faultyLink(link), exchange)
    const travelMs = drawLatency(drawsOf(link.replyLatency, exchange), link.config.latency)
    let arrival: Arrival | undefined
    let sendingMs = 0

    if (this.isBlocked({ from, to })) {
      message.faults.push('partitioned')
    } else if (!message.strikes('replyLost')) {
      sendingMs = this.sendingMs({ from, to }, sizeBytes, link.config)
      const leftMs = this.#clock.nowMs() + sendingMs
      const atMs = leftMs + travelMs + message.spikeMs('delayed', 'replyDelayed')
      const cutAtPpm = message.cutAtPpm('replyCut')
      const corruption = message.corruption('replyCorrupted')
      arrival = { from, to, atMs, isAwaited: false, cutAtPpm, corruption }
    }
    return { arrival, sendingMs, faults: this.#counted(message.faults) }
  }

  /**
   * A message arrives now: the bytes its receiver sees, or undefined when a partition that began
   * on the way swallowed it. Undamaged bytes come back as the same array.
   */
  receive(arrival: Arrival, bytes: Uint8Array): Uint8Array | undefined {
    if (this.isBlocked(arrival)) {
      this.#counted(['partitioned'])
      return undefined
    }
    const seen = arrival.cutAtPpm === million ? bytes : cut(bytes, arrival.cutAtPpm)
    return arrival.corruption === undefined ? seen : corrupt(seen, arrival.corruption)
  }

  #counted(faults: FaultKind[]): readonly FaultKind[] {
    for (const kind of faults) this.#counts[kind] += 1
    return faults
  }

  #link({ from, to }: Direction): Link {
    const name = `net/${from}→${to}`
    let link = this.#links.get(name)
    if (link === undefined) {
      checkNode(from)
      checkNode(to)
      assert(from !== to, 'a node exchanges with others')
      const requestLatency = this.#source.stream(`${name}/requestLatency`)
      const replyLatency = this.#source.stream(`${name}/replyLatency`)
      const state = { exchanges: 0, isBlocked: false, cuts: 0, busyUntilMs: 0 }
      link = { from, to, name, requestLatency, replyLatency, config: this.#config, ...state }
      this.#links.set(name, link)
    }
    return link
  }
}

const noSize = (): number => 0

function faultyLink({ name, config: { rates, spike, staleness } }: Link): FaultyLink<RateKind> {
  return { name, rates, spike, staleness }
}

function drawsOf(stream: RandomStream, { number, at }: Pick<ExchangePlan, 'number' | 'at'>): Draw {
  return at === undefined ? stream.at(number) : stream.named(at)
}

function again(direction: Direction, atMs: number, which: 'copy' | 'stale'): Arrival {
  const whole = { cutAtPpm: million, corruption: undefined }
  return { ...direction, atMs, isAwaited: false, again: which, ...whole }
}

/**
 * Sites and links are distinguished by name, so the name of a node must not contain their
 * punctuation.
 */
function checkNode(name: string): void {
  if (name === '' || /[/→]/.test(name)) {
    const reason = `"${name}" is empty or holds a slash or an arrow`
    throw new FossilError('option.invalid', { option: 'node', reason })
  }
}

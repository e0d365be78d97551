/**
 * A world small enough to read, for tests of datagrams and streams: nodes that send and receive,
 * under virtual time, with faults and a trace, and nothing else of a run.
 * @module
 */

import { quiesce } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { SimClock } from '../sim/clock.ts'
import { DatagramPlans } from '../sim/datagram-plans.ts'
import type { Decision, Override } from '../sim/decision.ts'
import { FaultLog } from '../sim/fault.ts'
import { calmLink, type LinkConfig } from '../sim/link.ts'
import { type Direction, Network } from '../sim/network.ts'
import { RandomSource } from '../sim/random.ts'
import { StreamPlans } from '../sim/stream-plans.ts'
import type { TraceEvent } from '../sim/trace.ts'
import { Causality } from './causality.ts'
import { Datagrams } from './datagrams.ts'
import { LinkNames } from './link-names.ts'
import type { DatagramKind, NodeId, ReceivedDatagram, Stream, TraceFacts } from './model.ts'
import { PendingEvents } from './pending-events.ts'
import { RunTrace } from './run-trace.ts'
import { Streams } from './streams.ts'

/** A node of the world, as it is started. */
export interface LinkNode {
  readonly onDatagram?: (datagram: ReceivedDatagram) => void
  /** Undefined: refuses streams. */
  readonly onStream?: (from: NodeId, stream: Stream) => void
}

/** Everything that a world follows from. */
export interface LinkWorldOptions {
  readonly start: (id: NodeId, world: LinkWorld) => LinkNode
  readonly nodes: readonly NodeId[]
  readonly seed?: number
  readonly link?: LinkConfig
  readonly overrides?: readonly Override[]
  readonly unlisted?: 'drawn' | 'benign'
  readonly canonical?: (message: Uint8Array) => Uint8Array
}

/** Messages take 10 ms; a spike a second; a partition is borne for ten. */
export const steadyLink: LinkConfig = {
  ...calmLink,
  latency: { minMs: 10, meanMs: 10, maxMs: 10 },
  spike: { minMs: 1_000, meanMs: 1_000, maxMs: 1_000 },
  timeoutMs: 10_000,
}

/** Nodes and the links between them. */
export class LinkWorld {
  readonly clock = new SimClock({ startMs: 0 })
  readonly network: Network
  readonly datagramPlans: DatagramPlans
  readonly streamPlans: StreamPlans
  readonly datagrams: Datagrams
  readonly streams: Streams
  readonly lines: string[] = []
  /** Nodes whose code was about to go on, in the order in which it was. */
  readonly woken: NodeId[] = []
  /** Nodes whose code may not go on now. */
  readonly asleep = new Set<NodeId>()
  /** Messages that a trace could describe. */
  readonly messages: TraceFacts[] = []
  readonly #options: LinkWorldOptions
  readonly #causality = new Causality()
  readonly #events = new PendingEvents(this.clock, this.#causality)
  readonly #faults: FaultLog
  readonly #trace: RunTrace
  readonly #nodes = new Map<NodeId, LinkNode>()
  #turn = 'start'

  constructor(options: LinkWorldOptions) {
    const { seed = 1, link = steadyLink, overrides = [], unlisted = 'drawn' } = options
    this.#options = options
    const [clock, source] = [this.clock, new RandomSource(seed)]
    const onLine = (line: string): void => void this.lines.push(line)
    this.#trace = new RunTrace({ clock, causality: this.#causality, onLine })
    const onDecision = ({ site, use, outcome }: Decision): void =>
      this.#trace.note('fault', { site, use, outcome })
    this.#faults = new FaultLog(source, { overrides, unlisted, onDecision })
    const faults = this.#faults
    this.network = new Network({ clock, source, faults, link })
    const parts = { clock, source, faults, network: this.network }
    this.datagramPlans = new DatagramPlans(parts)
    this.streamPlans = new StreamPlans(parts)
    const names = new LinkNames(() => this.#turn)
    const shared = {
      events: this.#events,
      note: (type: string, facts: TraceFacts): void => this.#trace.note(type, facts),
      canonical: options.canonical ?? ((message: Uint8Array) => message),
      onMessage: (facts: TraceFacts): void => void this.messages.push(facts),
      isUp: (id: NodeId): boolean => this.#nodes.has(id),
    }
    this.datagrams = new Datagrams({
      ...shared,
      plans: this.datagramPlans,
      nameOf: (direction, kind) => names.next(direction, kind),
      deliver: (id, datagram, turn) =>
        this.#act(turn, () => this.#nodes.get(id)?.onDatagram?.(datagram)),
    })
    this.streams = new Streams({
      ...shared,
      clock,
      plans: this.streamPlans,
      nameOf: (direction) => names.next(direction, 'stream'),
      accepts: (id) => this.#nodes.get(id)?.onStream !== undefined,
      onStream: (id, stream, turn) =>
        this.#act(turn, () => this.#nodes.get(id)?.onStream?.(stream.peer, stream)),
      onEnd: ({ from }) => void this.woken.push(from),
      requireTurn: (id) => {
        if (this.asleep.has(id))
          throw new FossilError('sim.foreignWait', { node: id, waitsFor: '' })
      },
    })
    for (const id of options.nodes) this.#nodes.set(id, options.start(id, this))
  }

  /** Every fault that struck. */
  get decisions(): readonly Decision[] {
    return this.#faults.decisions
  }

  /** The lines of some types of the trace, without the fields that every line has. */
  told(...types: string[]): object[] {
    return this.lines
      .map((line): TraceEvent => JSON.parse(line))
      .filter(({ type }) => types.includes(type))
      .map(({ event: _event, cause: _cause, lamport: _lamport, atMs: _atMs, ...facts }) => facts)
  }

  /** Does something at a node, in an event whose turn is called `name`. */
  at(timeMs: number, node: NodeId, name: string, action: () => void): void {
    this.#events.add({ timeMs, node, happen: () => this.#act(name, action) })
  }

  /** Sends a datagram. */
  send(from: NodeId, to: NodeId, bytes: Uint8Array, kind?: DatagramKind): void {
    this.datagrams.send({ from, to }, bytes, kind)
  }

  /** Holds what arrives over a direction. */
  clog(direction: Direction): void {
    this.#events.clog(direction)
  }

  /** Lets it arrive. */
  unclog(direction: Direction): void {
    this.#events.unclog(direction)
  }

  /** A node stops dead. */
  crash(id: NodeId): void {
    this.#nodes.delete(id)
    this.streams.forget(id)
  }

  /** A node that has crashed starts again. */
  restart(id: NodeId): void {
    this.#nodes.set(id, this.#options.start(id, this))
  }

  /** Lets everything happen up to `untilMs`; by default until nothing is left to happen. */
  async run(untilMs = Infinity): Promise<void> {
    await quiesce()
    for (;;) {
      const { timeMs = Infinity } = this.#events.peek() ?? {}
      const next = timeMs > untilMs ? undefined : this.#events.next()
      if (next === undefined) break
      this.clock.advanceTo(timeMs)
      this.#causality.begin(next.event.node, next.origin)
      await next.event.happen()
      await quiesce()
      this.#causality.end()
    }
    if (untilMs !== Infinity) this.clock.advanceTo(untilMs)
  }

  #act(turn: string, action: () => void): void {
    this.#turn = turn
    action()
    this.#turn = 'start'
  }
}

/** Everything that an end receives, and how that ends. */
export interface Heard {
  chunks: string[]
  /** `open` where more may come, `ended`, or the error in which it broke. */
  end: string
}

/** Receives from a stream to its end or its break. */
export function hear(stream: Stream): Heard {
  const heard: Heard = { chunks: [], end: 'open' }
  void receiveAll(stream, heard)
  return heard
}

async function receiveAll(stream: Stream, heard: Heard): Promise<void> {
  try {
    for (let bytes = await stream.receive(); bytes; bytes = await stream.receive()) {
      heard.chunks.push(Buffer.from(bytes).toString('latin1'))
    }
    heard.end = 'ended'
  } catch (error) {
    heard.end = error instanceof Error ? error.message : String(error)
  }
}

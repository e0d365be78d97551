/**
 * The traffic between the nodes of one run, by three contracts: exchanges, datagrams with notices,
 * and streams.
 * @module
 */

import type { MarkName } from '../base/marks.ts'
import type { SimClock } from '../sim/clock.ts'
import { DatagramPlans } from '../sim/datagram-plans.ts'
import type { FaultLog } from '../sim/fault.ts'
import type { Network } from '../sim/network.ts'
import type { RandomSource } from '../sim/random.ts'
import { StreamPlans } from '../sim/stream-plans.ts'
import { Datagrams } from './datagrams.ts'
import { Exchanges } from './exchanges.ts'
import { LinkNames } from './link-names.ts'
import { Lies } from './lies.ts'
import type { NodeId, ReceivedDatagram, Stream, TraceFacts } from './model.ts'
import type { Lie, Mutation } from './mutation.ts'
import type { PendingEvents } from './pending-events.ts'
import { Streams } from './streams.ts'
import type { Turns } from './turns.ts'

/** The nodes at the ends of links. */
export interface LinkedNodes {
  isUp(id: NodeId): boolean
  /** Lets a node answer a request. */
  answer(id: NodeId, request: Uint8Array, from: NodeId): Promise<Uint8Array>
  /** Hands a datagram to a node that is up. */
  takeDatagram(id: NodeId, datagram: ReceivedDatagram, turn: string): void
  /** Tells whether a node is up and accepts streams. */
  acceptsStreams(id: NodeId): boolean
  /** Hands a stream to a node that accepts streams. */
  takeStream(id: NodeId, stream: Stream, turn: string): void
}

/** The code of the nodes, as links wake it. */
export interface LinkedCode {
  /** Lets the code of a node go on in the present event. */
  wake(id: NodeId): void
  /** @throws {FossilError} `sim.foreignWait` if the code of a node goes on by itself */
  requireTurn(id: NodeId): void
}

/** The parts of a run that links use. */
export interface LinksOptions {
  readonly clock: SimClock
  readonly source: RandomSource
  readonly faults: FaultLog
  readonly network: Network
  readonly events: PendingEvents
  readonly turns: Turns
  /** A function, since the nodes are created after the links. */
  readonly nodes: () => LinkedNodes
  readonly ticks: () => LinkedCode
  readonly mark: (name: MarkName) => void
  readonly note: (type: string, facts: TraceFacts) => void
  readonly canonical: (message: Uint8Array) => Uint8Array
  readonly mutations: readonly Mutation[]
  /** Called when a node has lied. */
  readonly onLie: (lie: Lie) => void
  readonly onMessage: (facts: TraceFacts, message: Uint8Array) => void
  /** Called when a request was answered that nobody awaits: no sender knows what it moved. */
  readonly onUnheard: () => void
}

/** The links of one run. */
export class Links {
  readonly exchanges: Exchanges
  readonly lies: Lies
  readonly datagrams: Datagrams
  readonly streams: Streams

  constructor(options: LinksOptions) {
    const { turns, nodes, ticks, onUnheard, ...parts } = options
    const names = new LinkNames((id) => turns.of(id))
    const onEnd = (direction: { from: NodeId; to: NodeId }): void => {
      turns.resume(direction)
      ticks().wake(direction.from)
    }
    const shared = { ...parts, onEnd, isUp: (id: NodeId): boolean => nodes().isUp(id) }
    this.lies = new Lies(parts)
    this.exchanges = new Exchanges({
      ...shared,
      lies: this.lies,
      onUnheard,
      nameOf: (direction) => turns.send(direction),
      answer: ({ from, to }, request, turn) =>
        turns.answer(turn, () => nodes().answer(to, request, from)),
    })
    this.datagrams = new Datagrams({
      ...shared,
      plans: new DatagramPlans(parts),
      nameOf: (direction, kind) => names.next(direction, kind),
      deliver: (id, datagram, turn) => nodes().takeDatagram(id, datagram, turn),
    })
    this.streams = new Streams({
      ...shared,
      plans: new StreamPlans(parts),
      nameOf: (direction) => names.next(direction, 'stream'),
      accepts: (id) => nodes().acceptsStreams(id),
      onStream: (id, stream, turn) => nodes().takeStream(id, stream, turn),
      requireTurn: (id) => ticks().requireTurn(id),
    })
  }

  /** Tells whether a node waits for something to arrive. */
  isWaiting(id: NodeId): boolean {
    return this.exchanges.isWaiting(id) || this.streams.isWaiting(id)
  }

  /** Forgets a crashed node: its waits never settle. Messages that it sent still travel. */
  forget(id: NodeId): void {
    this.exchanges.forget(id)
    this.streams.forget(id)
  }
}

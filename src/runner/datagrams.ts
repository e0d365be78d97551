/**
 * Datagrams between nodes, and notices, which are datagrams under another name. One is up to two
 * events: it arrives, perhaps twice. The kernel plans them; this file moves the bytes, and writes a
 * line at each stop. Nobody learns the fate of a datagram, so nobody waits for one.
 * @module
 */

import { hash } from 'node:crypto'

import type { DatagramArrival, DatagramFaultKind, DatagramPlans } from '../sim/datagram-plans.ts'
import type { Direction } from '../sim/network.ts'
import { turnAfter } from './link-names.ts'
import type { DatagramKind, NodeId, ReceivedDatagram, TraceFacts } from './model.ts'
import type { PendingEvents } from './pending-events.ts'

/** The parts of a run that datagrams use. */
export interface DatagramOptions {
  readonly plans: DatagramPlans
  readonly events: PendingEvents
  /** Adds a line to the trace. */
  readonly note: (type: string, facts: TraceFacts) => void
  /** A datagram in the form that the trace digests. */
  readonly canonical: (datagram: Uint8Array) => Uint8Array
  /** Called when a datagram was sent and its line written; `facts` identify it. */
  readonly onMessage: (facts: TraceFacts, datagram: Uint8Array) => void
  /** The name of the datagram that a node sends now: see link-names.ts. */
  readonly nameOf: (direction: Direction, kind: DatagramKind) => string
  /** Tells whether a node is up: datagrams to a node that is down are lost. */
  readonly isUp: (id: NodeId) => boolean
  /** Hands a datagram to a node that is up, even one without a handler; `turn` names the event. */
  readonly deliver: (id: NodeId, datagram: ReceivedDatagram, turn: string) => void | Promise<void>
}

/** A datagram on its way. */
interface Sent {
  readonly kind: DatagramKind
  readonly name: string
  readonly bytes: Uint8Array
}

/** The datagrams of one run. Those that a node sent before a crash still travel. */
export class Datagrams {
  readonly #options: DatagramOptions

  constructor(options: DatagramOptions) {
    this.#options = options
  }

  /**
   * Sends a copy of `bytes`. Does nothing for a node that is down.
   *
   * @throws {FossilError} `option.invalid` for more bytes than the link carries in one
   */
  send(direction: Direction, bytes: Uint8Array, kind: DatagramKind = 'datagram'): void {
    const { plans, events, nameOf, isUp, canonical } = this.#options
    if (!isUp(direction.from)) return
    plans.checkSize(direction, bytes)
    const sent: Sent = { kind, name: nameOf(direction, kind), bytes: bytes.slice() }
    const sizeBytes = (): number => canonical(sent.bytes).length
    const plan = plans.plan(direction, sent.name, sizeBytes)
    this.#noteSent(direction, sent, plan.faults)
    for (const arrival of plan.arrivals) {
      const happen = (): void | Promise<void> => this.#arrives(arrival, sent)
      events.add({ timeMs: arrival.atMs, node: direction.to, via: direction, happen })
    }
  }

  #arrives(arrival: DatagramArrival, { kind, name, bytes }: Sent): void | Promise<void> {
    const { plans, note, isUp, deliver } = this.#options
    const { from, to, corruption } = arrival
    const copy = arrival.again === undefined ? '' : `.${arrival.again}`
    const facts = { node: to, peer: from, datagram: name, message: `${kind}${copy}` }
    const seen = isUp(to) ? plans.receive(arrival, bytes) : undefined
    if (seen === undefined) return note('datagram.lost', facts)
    const damage = corruption === undefined ? {} : { damage: ['corrupted'] }
    note('datagram.arrival', { ...facts, ...damage })
    // A copy of its own: a receiver that changes its bytes changes no duplicate.
    return deliver(to, { kind, from, bytes: seen.slice() }, `${turnAfter(from, name)}${copy}`)
  }

  #noteSent(
    { from, to }: Direction,
    { kind, name, bytes }: Sent,
    faults: readonly DatagramFaultKind[],
  ): void {
    const { canonical, note, onMessage } = this.#options
    const message = canonical(bytes)
    const facts = { node: from, peer: to, datagram: name }
    note('datagram', {
      ...facts,
      message: kind,
      bytes: message.length,
      sha1: hash('sha1', message, 'hex'),
      ...(faults.length > 0 ? { faults } : {}),
    })
    onMessage({ ...facts, message: kind }, bytes)
  }
}

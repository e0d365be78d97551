/**
 * Exchanges between nodes. One is up to four events: the request arrives (perhaps twice), the reply
 * arrives, or the sender learns of a failure. The kernel's network plans them; this file moves the
 * bytes, and writes a line at each stop.
 * @module
 */

import { hash } from 'node:crypto'

import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import type { MarkName } from '../base/marks.ts'
import { type FaultKind, million } from '../sim/link.ts'
import type { Arrival, Direction, ExchangePlan, Failure, Network } from '../sim/network.ts'
import type { Lies } from './lies.ts'
import type { NodeId, TraceFacts } from './model.ts'
import type { PendingEvents } from './pending-events.ts'

/** The parts of a run that exchanges use. */
export interface ExchangeOptions {
  readonly network: Network
  readonly events: PendingEvents
  /** Decides when a node sends something other than its code wrote. Default: never. */
  readonly lies?: Lies
  readonly mark: (name: MarkName) => void
  /** Adds a line to the trace. */
  readonly note: (type: string, facts: TraceFacts) => void
  /** A message in the form that the trace digests. */
  readonly canonical: (message: Uint8Array) => Uint8Array
  /** Called when a message was sent and its line written; `facts` identify it. */
  readonly onMessage: (facts: TraceFacts, message: Uint8Array) => void
  /** The name of the request that a node sends now: see turns.ts. */
  readonly nameOf: (direction: Direction) => string
  /** Tells whether a node is up: one that is down refuses connections. */
  readonly isUp: (id: NodeId) => boolean
  /** Lets a node answer a request; `turn` names the event. */
  readonly answer: (direction: Direction, request: Uint8Array, turn: string) => Promise<Uint8Array>
  /** Called when a request was answered that nobody awaits: no sender knows what it moved. */
  readonly onUnheard: () => void
  /** Called before the code of the sender goes on, since its exchange has ended. */
  readonly onEnd: (direction: Direction) => void
}

/** The suffix of a repeated request. */
type Again = '' | '.copy' | '.stale'

/** The messages of an exchange. */
type Message = `request${Again}` | 'reply'

type Waiting = {
  readonly peer: NodeId
  readonly resolve: (reply: Uint8Array) => void
  readonly reject: (error: FossilError) => void
  isOver: boolean
  /** The request was carried out, whatever became of the reply. */
  isAnswered: boolean
  /** The delay of the failure, while bytes of the reply are leaving. */
  graceMs: number
  ignoreSignal: () => void
}

function abortedBy({ reason: cause }: AbortSignal): FossilError {
  return new FossilError('transport.aborted', { reason: 'simulated' }, { cause })
}

/** The exchanges of one run. */
export class Exchanges {
  readonly #options: ExchangeOptions
  /** The exchanges that each node waits for. */
  readonly #waiting = new Map<NodeId, Set<Waiting>>()
  /** The number of the latest request that was carried out, for each link. */
  readonly #latest = new Map<string, number>()

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  /** Tells whether a node waits for a reply or a failure. */
  isWaiting(id: NodeId): boolean {
    return (this.#waiting.get(id)?.size ?? 0) > 0
  }

  /** Forgets a crashed node: its waits never settle. Messages that it sent still travel. */
  forget(id: NodeId): void {
    for (const waiting of this.#waiting.get(id) ?? []) {
      const { mark } = this.#options
      mark(waiting.isAnswered ? 'runner.down-before-reply' : 'runner.down-unanswered')
      waiting.isOver = true
      waiting.ignoreSignal()
    }
    this.#waiting.delete(id)
  }

  /**
   * Sends a request. Resolves when the reply arrives. What is on its way when `signal` aborts still
   * arrives, and nobody awaits it.
   *
   * @throws {FossilError} `transport.failed` when the sender learns of a failure;
   *   `transport.aborted`
   */
  exchange(
    { from, to }: Direction,
    request: Uint8Array,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    if (signal?.aborted === true) return Promise.reject(abortedBy(signal))
    const { network, events, lies, canonical } = this.#options
    const sizeBytes = (): number => canonical(request).length
    const plan = network.planExchange({ from, to }, this.#options.nameOf({ from, to }), sizeBytes)
    // Of what is lost on its way nobody knows whether it was a lie.
    const lie = plan.arrivals.length > 0 ? lies?.request(plan, request) : undefined
    const said = lie ?? request
    this.#noteMessage('request', byAsker(plan), said, faultsOf(plan, lie))
    return new Promise((resolve, reject) => {
      const state = { isOver: false, isAnswered: false, graceMs: 0, ignoreSignal: () => {} }
      const waiting: Waiting = { peer: to, resolve, reject, ...state }
      this.#waiting.set(from, (this.#waiting.get(from) ?? new Set()).add(waiting))
      if (signal !== undefined) this.#heed(signal, plan, waiting)
      for (const arrival of plan.arrivals) {
        events.add({
          timeMs: arrival.atMs,
          node: to,
          via: arrival,
          happen: () => this.#requestArrives(plan, arrival, said, waiting),
        })
      }
      this.#failAt(plan, plan.failure, waiting)
    })
  }

  /** Fails the exchange at its time, or later if bytes of the reply are leaving then. */
  #failAt(plan: ExchangePlan, failure: Failure, waiting: Waiting): void {
    const { events } = this.#options
    const happen = (): void => {
      const { graceMs } = waiting
      if (graceMs === 0) return this.#fails(plan, failure, waiting)
      waiting.graceMs = 0
      this.#failAt(plan, { ...failure, atMs: events.nowMs + graceMs }, waiting)
    }
    const isMoot = (): boolean => waiting.isOver
    events.add({ timeMs: failure.atMs, node: plan.from, happen, isMoot })
  }

  #heed(signal: AbortSignal, plan: ExchangePlan, waiting: Waiting): void {
    const giveUp = (): void => {
      this.#end(plan, waiting)
      this.#options.note('failure', { ...byAsker(plan), reason: 'aborted' })
      waiting.reject(abortedBy(signal))
    }
    signal.addEventListener('abort', giveUp)
    waiting.ignoreSignal = () => signal.removeEventListener('abort', giveUp)
  }

  async #requestArrives(
    plan: ExchangePlan,
    arrival: Arrival,
    request: Uint8Array,
    waiting: Waiting,
  ): Promise<void> {
    const { network, events, lies, canonical } = this.#options
    const copy = arrival.again === undefined ? '' : (`.${arrival.again}` as const)
    if (!this.#options.isUp(plan.to))
      return this.#meetsNobody(`request${copy}`, plan, arrival, waiting)
    const seen = this.#receive(`request${copy}`, byAnswerer(plan), arrival, request)
    if (seen === undefined) return
    const reply = await this.#answer(plan, seen, copy)
    if (!arrival.isAwaited || waiting.isOver) this.#options.onUnheard()
    if (reply === undefined) return
    this.#markAnswer(plan, waiting, { isCopy: copy !== '' })
    if (!arrival.isAwaited) {
      this.#noteMessage('reply.unheard', byAnswerer(plan), reply, [])
      return
    }
    const planned = network.planReply(plan, () => canonical(reply).length)
    waiting.graceMs += planned.sendingMs
    const { arrival: back } = planned
    const lie = back && lies?.reply(plan, reply, seen)
    const said = lie ?? reply
    this.#noteMessage('reply', byAnswerer(plan), said, faultsOf(planned, lie))
    if (!waiting.isOver) this.#markReply(plan, back)
    if (back === undefined) return
    events.add({
      timeMs: back.atMs,
      node: plan.from,
      via: back,
      happen: () => this.#replyArrives(plan, back, said, waiting),
      isMoot: () => waiting.isOver,
    })
  }

  /** The receiver is down: its host refuses the connection, which the sender learns at once. */
  #meetsNobody(message: Message, plan: ExchangePlan, arrival: Arrival, waiting: Waiting): void {
    const { mark, note, events } = this.#options
    note('lost', { ...byAnswerer(plan), message })
    if (!arrival.isAwaited) return
    mark('runner.nobody-there')
    const atMs = events.nowMs
    events.add({
      timeMs: atMs,
      node: plan.from,
      happen: () => this.#fails(plan, { atMs, reason: 'refused' }, waiting),
      isMoot: () => waiting.isOver,
    })
  }

  /** The reply to a request, or undefined if its receiver fails: then the sender times out. */
  async #answer(
    plan: ExchangePlan,
    request: Uint8Array,
    copy: Again,
  ): Promise<Uint8Array | undefined> {
    try {
      return await this.#options.answer(plan, request, `${plan.from}/${plan.at}${copy}`)
    } catch (error) {
      if (!FossilError.is(error)) throw error
      this.#options.note('answer.failed', { ...byAnswerer(plan), error: error.code })
      return undefined
    }
  }

  /** Counts what is rare about a request that was carried out. */
  #markAnswer(
    { from, to, number }: ExchangePlan,
    waiting: Waiting,
    { isCopy }: { isCopy: boolean },
  ): void {
    const { mark } = this.#options
    const link = `${from}→${to}`
    const latest = this.#latest.get(link) ?? 0
    if (isCopy && waiting.isAnswered) mark('runner.answered-twice')
    if (isCopy && number < latest) mark('runner.copy-overtaken')
    if (!isCopy && waiting.isOver) mark('runner.answered-unheard')
    this.#latest.set(link, Math.max(latest, number))
    waiting.isAnswered = true
    const peers = [...(this.#waiting.get(to) ?? [])].map(({ peer }) => peer)
    if (peers.length > 0) mark('runner.answers-while-asking')
    if (peers.includes(from)) mark('runner.ask-each-other')
  }

  /** The same about the reply, which somebody still waits for. */
  #markReply({ failure }: ExchangePlan, reply: Arrival | undefined): void {
    const { mark } = this.#options
    if (reply === undefined) mark('runner.reply-lost')
    else if (reply.atMs > failure.atMs) mark('runner.reply-too-late')
  }

  #replyArrives(plan: ExchangePlan, arrival: Arrival, reply: Uint8Array, waiting: Waiting): void {
    const seen = this.#receive('reply', byAsker(plan), arrival, reply)
    if (seen === undefined) return this.#options.mark('runner.reply-partitioned')
    this.#end(plan, waiting)
    waiting.resolve(seen)
  }

  #fails(plan: ExchangePlan, { reason }: Failure, waiting: Waiting): void {
    this.#end(plan, waiting)
    this.#options.note('failure', { ...byAsker(plan), reason })
    waiting.reject(new FossilError('transport.failed', { reason: `simulated: ${reason}` }))
  }

  #end({ from, to }: ExchangePlan, waiting: Waiting): void {
    assert(!waiting.isOver, 'an exchange ends once')
    waiting.isOver = true
    waiting.ignoreSignal()
    this.#waiting.get(from)?.delete(waiting)
    this.#options.onEnd({ from, to })
  }

  /** The bytes as their receiver sees them; undefined if a partition has swallowed them. */
  #receive(
    message: Message,
    facts: ExchangeFacts,
    arrival: Arrival,
    bytes: Uint8Array,
  ): Uint8Array | undefined {
    const { network, note } = this.#options
    const seen = network.receive(arrival, bytes)
    if (seen === undefined) note('lost', { ...facts, message })
    else note('arrival', { ...facts, message, ...damageTo(arrival) })
    return seen
  }

  #noteMessage(
    type: string,
    facts: ExchangeFacts,
    body: Uint8Array,
    faults: readonly string[],
  ): void {
    const { canonical, note, onMessage } = this.#options
    const message = canonical(body)
    note(type, {
      ...facts,
      bytes: message.length,
      sha1: hash('sha1', message, 'hex'),
      ...(faults.length > 0 ? { faults } : {}),
    })
    onMessage({ ...facts, message: type }, body)
  }
}

/** The fields of every line about an exchange: the node, its peer and the exchange. */
type ExchangeFacts = {
  readonly node: NodeId
  readonly peer: NodeId
  readonly exchange: string
}

function faultsOf(
  { faults }: { readonly faults: readonly FaultKind[] },
  lie: Uint8Array | undefined,
): readonly string[] {
  return lie === undefined ? faults : [...faults, 'lied']
}

/** An exchange, seen from the node that asks. */
function byAsker({ from, to, at }: ExchangePlan): ExchangeFacts {
  return { node: from, peer: to, exchange: at ?? '' }
}

/** An exchange, seen from the node that answers. */
function byAnswerer({ from, to, at }: ExchangePlan): ExchangeFacts {
  return { node: to, peer: from, exchange: at ?? '' }
}

function damageTo({ cutAtPpm, corruption }: Arrival): { damage?: readonly string[] } {
  const damage = [
    ...(cutAtPpm < million ? ['cut'] : []),
    ...(corruption === undefined ? [] : ['corrupted']),
  ]
  return damage.length > 0 ? { damage } : {}
}

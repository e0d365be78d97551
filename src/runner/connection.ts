/**
 * One connection: two ends, the two directions between them, and the ways in which it breaks. The
 * kernel plans the transfers; this file moves the bytes, and writes a line at each stop.
 *
 * Both ends learn of a break, each in an event of its own. The news of it travels in order behind
 * what was sent, or overtakes it where an end has aborted. If a partition holds the news up, an end
 * notices by itself that nothing arrives any more.
 * @module
 */

import { hash } from 'node:crypto'

import type { Clock } from '../base/env.ts'
import { stretchOf } from '../sim/link.ts'
import type { Direction } from '../sim/network.ts'
import type { Chunk, StreamPlans } from '../sim/stream-plans.ts'
import type { NodeId, Stream, TraceFacts } from './model.ts'
import type { PendingEvents } from './pending-events.ts'
import { type BreakReason, brokenBy, StreamEnd } from './stream.ts'
import { StreamPipe } from './stream-pipe.ts'

/** The parts of a run that streams use. */
export interface StreamOptions {
  readonly clock: Clock
  readonly plans: StreamPlans
  readonly events: PendingEvents
  /** Adds a line to the trace. */
  readonly note: (type: string, facts: TraceFacts) => void
  /** Bytes of one send in the form that the trace digests. */
  readonly canonical: (bytes: Uint8Array) => Uint8Array
  /** Called when bytes were sent and their line written; `facts` identify them. */
  readonly onMessage: (facts: TraceFacts, bytes: Uint8Array) => void
  /** The name of the connection that a node begins now: see link-names.ts. */
  readonly nameOf: (direction: Direction) => string
  /** Tells whether a node is up. */
  readonly isUp: (id: NodeId) => boolean
  /** Tells whether a node is up and accepts streams. */
  readonly accepts: (id: NodeId) => boolean
  /** Hands a stream to a node that accepts it; `turn` names that. */
  readonly onStream: (id: NodeId, stream: Stream, turn: string) => void
  /** Called before the code of `from` goes on, since what it awaited from `to` has come. */
  readonly onEnd: (direction: Direction) => void
  /** @throws {FossilError} `sim.foreignWait` if the code of a node may not go on now */
  readonly requireTurn: (id: NodeId) => void
}

/** A node's side of a connection, from when it knows of it until it is over for it. */
export interface Side {
  readonly node: NodeId
  /** Tells whether the node waits here. */
  readonly isWaiting: () => boolean
  /** The node has crashed. */
  readonly crash: () => void
}

/** The owner of a connection. */
export interface ConnectionOwner {
  /** A node has a part in the connection from now on. */
  readonly onBegin: (side: Side) => void
  /** The connection is over for a node: closed, broken or, by its crash, without it. */
  readonly onOver: (side: Side) => void
  readonly resolve: (stream: Stream) => void
  readonly reject: (error: Error) => void
}

/** An end and its parts. */
interface Half extends Side {
  readonly end: StreamEnd
  /** The pipe through which this end sends. */
  readonly out: StreamPipe
  readonly direction: Direction
  sends: number
}

/** A connection between two nodes. */
export class Connection {
  readonly #options: StreamOptions
  readonly #owner: ConnectionOwner
  readonly #name: string
  readonly #connector: Half
  readonly #acceptor: Half
  #isConnecting = true
  #isAccepted = false

  constructor(options: StreamOptions, owner: ConnectionOwner, name: string, direction: Direction) {
    const { from, to } = direction
    this.#options = options
    this.#owner = owner
    this.#name = name
    this.#connector = this.#half(direction, () => this.#acceptor)
    this.#acceptor = this.#half({ from: to, to: from }, () => this.#connector)
  }

  /** The connector asks the other node for a stream. */
  connect(): void {
    const { clock, plans, events, note } = this.#options
    const { node, direction, out } = this.#connector
    const plan = plans.planConnect(direction, this.#name)
    const faults = plan.faults.length > 0 ? { faults: plan.faults } : {}
    note('stream.connect', { ...this.#factsAt(this.#connector), ...faults })
    this.#owner.onBegin(this.#connector)
    const isMoot = (): boolean => !this.#isConnecting
    const fail = (reason: BreakReason, timeMs: number): void =>
      events.add({ timeMs, node, happen: () => this.#fails(this.#connector, reason), isMoot })
    const deadlineMs = clock.nowMs() + plan.timeoutMs
    if (plan.isRefused) {
      fail('refused', Math.min(clock.nowMs() + plan.travelMs, deadlineMs))
      return
    }
    out.push({ travelMs: plan.travelMs, arrive: () => this.#connectArrives() })
    const happen = (): void => {
      this.#fails(this.#connector, 'timeout')
      this.#tell(this.#acceptor)
    }
    events.add({ timeMs: deadlineMs, node, happen, isMoot })
  }

  #half(direction: Direction, other: () => Half): Half {
    const { from: node, to: peer } = direction
    const { clock, plans, events, note, onEnd, requireTurn } = this.#options
    const out = new StreamPipe({
      direction,
      clock,
      events,
      timeoutMs: plans.timeoutMs(direction),
      isBlocked: () => plans.isBlocked(direction),
      onStall: () => {
        plans.countStall()
        note('stream.stalled', this.#factsAt(other()))
      },
      onGiveUp: () => this.#givesUp(half, other()),
    })
    const end = new StreamEnd({
      name: this.#name,
      peer,
      wake: () => onEnd(direction),
      requireTurn: () => requireTurn(node),
      send: (bytes) => this.#send(half, other(), bytes),
      end: () => this.#end(half, other()),
      abort: () => {
        this.#fails(half, 'aborted')
        this.#tell(other())
      },
    })
    const half: Half = {
      node,
      end,
      out,
      direction,
      sends: 0,
      isWaiting: () => end.isWaiting || (this.#isConnecting && half === this.#connector),
      crash: () => this.#crash(half, other()),
    }
    return half
  }

  #connectArrives(): void {
    const { plans, note, accepts, onStream } = this.#options
    const half = this.#acceptor
    const travelMs = plans.travelMs(half.direction, `${this.#name}.accept`)
    if (!accepts(half.node)) {
      const arrive = (): void => {
        if (this.#isConnecting) this.#fails(this.#connector, 'refused')
      }
      half.out.push({ travelMs, arrive })
      return
    }
    this.#isAccepted = true
    note('stream.accept', this.#factsAt(half))
    this.#owner.onBegin(half)
    half.out.push({ travelMs, arrive: () => this.#opens() })
    onStream(half.node, half.end, this.#name)
  }

  #opens(): void {
    const { note, onEnd } = this.#options
    const { direction, end } = this.#connector
    if (!this.#isConnecting) return
    this.#isConnecting = false
    note('stream.open', this.#factsAt(this.#connector))
    onEnd(direction)
    this.#owner.resolve(end)
  }

  #send(half: Half, other: Half, bytes: Uint8Array): void {
    const { plans, canonical, note, onMessage } = this.#options
    const send = ++half.sends
    const name = `${this.#name}.send#${send}`
    const message = canonical(bytes)
    const plan = plans.planSend(half.direction, name, () => message.length)
    const facts = { ...this.#factsAt(half), send }
    note('stream.send', {
      ...facts,
      bytes: message.length,
      sha1: hash('sha1', message, 'hex'),
      ...(plan.faults.length > 0 ? { faults: plan.faults } : {}),
    })
    onMessage({ ...facts, message: 'stream.send' }, bytes)
    for (const [index, chunk] of plan.chunks.entries()) {
      const isJoined = index === 0 && plan.isJoined
      this.#pushChunk(half, other, { chunk, send, isJoined, bytes: stretchOf(bytes, chunk) })
    }
    if (plan.brokenAtPpm === undefined) return
    this.#reset(half, other, name)
    this.#failsAfter(half, plans.travelMs(other.direction, `${name}.reset`), 'reset')
  }

  #pushChunk(
    { out }: Half,
    other: Half,
    sent: { chunk: Chunk; send: number; isJoined: boolean; bytes: Uint8Array },
  ): void {
    const { note } = this.#options
    const { chunk, send, isJoined, bytes } = sent
    const { travelMs, fromPpm, toPpm } = chunk
    const facts = { ...this.#factsAt(other), send, fromPpm, toPpm }
    const lose = (): void => note('stream.lost', facts)
    const arrive = (isFollowed: boolean): void => {
      note('stream.arrival', facts)
      other.end.take(bytes, isFollowed)
    }
    out.push({ travelMs, isJoined, arrive, lose })
  }

  #end(half: Half, other: Half): void {
    const { plans, note } = this.#options
    note('stream.end', this.#factsAt(half))
    const travelMs = plans.travelMs(half.direction, `${this.#name}.end`)
    const arrive = (): void => {
      note('stream.ended', this.#factsAt(other))
      other.end.takeEnd()
      this.#overUnlessLive(other)
    }
    half.out.push({ travelMs, arrive })
    this.#overUnlessLive(half)
  }

  #crash(half: Half, other: Half): void {
    half.end.die()
    if (half === this.#connector) this.#isConnecting = false
    this.#reset(half, other, this.#name)
    this.#over(half)
  }

  /** Sends a reset to the other end in order, after all sent bytes. */
  #reset({ direction, out }: Half, other: Half, name: string): void {
    const travelMs = this.#options.plans.travelMs(direction, `${name}.reset`)
    out.push({ travelMs, arrive: () => this.#fails(other, 'reset') })
  }

  /** Sends a reset to an end, ahead of the bytes on their way. */
  #tell(half: Half): void {
    const { clock, plans, events } = this.#options
    const direction = { from: half.end.peer, to: half.node }
    const travelMs = plans.travelMs(direction, `${this.#name}.abort`)
    const happen = (): void => {
      if (!plans.isBlocked(direction)) this.#fails(half, 'reset')
      else this.#failsAfter(half, plans.timeoutMs(direction), 'timeout')
    }
    const isMoot = (): boolean => !half.end.isLive
    const timeMs = clock.nowMs() + travelMs
    events.add({ timeMs, node: half.node, via: direction, happen, isMoot })
  }

  /** Ends a connection whose bytes do not get through: the end that sent them gives up. */
  #givesUp(half: Half, other: Half): void {
    this.#fails(half, 'timeout')
    this.#tell(other)
  }

  #failsAfter(half: Half, afterMs: number, reason: BreakReason): void {
    const { clock, events } = this.#options
    const timeMs = clock.nowMs() + afterMs
    const isMoot = (): boolean => !half.end.isLive
    events.add({ timeMs, node: half.node, happen: () => this.#fails(half, reason), isMoot })
  }

  #fails(half: Half, reason: BreakReason): void {
    if (!half.end.isLive) return
    const isConnecting = half === this.#connector && this.#isConnecting
    // An acceptor that has not heard of the connection hears nothing of its end.
    const isKnown = half === this.#connector || this.#isAccepted
    if (isKnown) this.#options.note('stream.broken', { ...this.#factsAt(half), reason })
    half.end.fail(reason)
    this.#over(half)
    if (!isConnecting) return
    this.#isConnecting = false
    this.#options.onEnd(half.direction)
    this.#owner.reject(brokenBy(reason))
  }

  #overUnlessLive(half: Half): void {
    if (!half.end.isLive) this.#over(half)
  }

  /** An end is closed, broken or dead: nothing reaches it any more. */
  #over(half: Half): void {
    const other = half === this.#connector ? this.#acceptor : this.#connector
    other.out.close()
    this.#owner.onOver(half)
  }

  #factsAt({ node, end }: Half): { node: NodeId; peer: NodeId; stream: string } {
    return { node, peer: end.peer, stream: this.#name }
  }
}

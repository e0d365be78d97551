/**
 * The contract between the runner and a model, the system under simulation. A model names its
 * nodes, starts each of them, and states the invariants. The runner gives it time, randomness, a
 * network and a trace, and knows nothing else about it.
 * @module
 */

import type { Buggify, Clock, Random } from '../base/env.ts'
import type { MarkName } from '../base/marks.ts'
import type { ClockShift, SimClock } from '../sim/clock.ts'
import type { Direction } from '../sim/network.ts'
import type { RandomSource } from '../sim/random.ts'
import type { TraceValue } from '../sim/trace.ts'
import type { CheckedWorld, HoldingsOf, Invariant } from './invariants.ts'
import type { Lie, Mutation } from './mutation.ts'

/** Identifies a node: unique in its model, without slashes and arrows. */
export type NodeId = string

/** The nodes of a model and the ways between them. */
export interface Topology {
  /** In the order they are started. */
  readonly nodes: readonly NodeId[]
  /** The links along which nodes send requests, in a fixed order. */
  readonly links: readonly Direction[]
}

/** An event that a node reacts to. */
export interface TickEvent {
  /** Virtual time, in milliseconds since 1970. */
  readonly timeMs: number
  readonly nodeId: NodeId
  /** `timer`: the poll interval of the node has passed. `syncNow`: somebody asked for a tick. */
  readonly type: 'timer' | 'syncNow'
}

/**
 * The outcome of a tick.
 * - `idle`: the node did nothing.
 * - `quiet`: it looked at everything, and nothing was left to move.
 * - `moved`: something moved, or may have, as after an error.
 */
export type TickOutcome = 'idle' | 'quiet' | 'moved'

/** A started node. */
export interface NodeHandle {
  /**
   * Reacts to an event; a node without it acts when its timers fire, or only answers. It may await
   * its exchanges, its timers and promises that are already resolved, and nothing else: the runner
   * could not replay that, and ends the run with `sim.foreignWait`. A rejection ends the run, too,
   * so return the harm that a hostile world can do to a node as an outcome.
   */
  readonly tick?: (event: TickEvent) => Promise<TickOutcome>
  /**
   * Answers a request; a node without it only sends requests. A rejection with a `FossilError`
   * leaves the sender waiting; any other ends the run.
   */
  readonly answer?: (request: Uint8Array, from: NodeId) => Promise<Uint8Array>
  /** Receives a datagram or a notice; without it these are ignored. */
  readonly onDatagram?: (datagram: ReceivedDatagram) => void
  /** Accepts a stream that another node begins; without it the node refuses streams. */
  readonly onStream?: (stream: Stream) => void
  /** Stops the node gracefully. It may await the same things as `tick`. */
  readonly stop?: () => Promise<void>
  /**
   * Peers that the node looks at by itself, at its own times: see {@link NodeHost.look}. It is not
   * polled then, and ticks only on request.
   */
  readonly looksAt?: readonly NodeId[]
}

/** Facts of one line of the trace, in the order they are written. */
export type TraceFacts = Readonly<Record<string, TraceValue>>

/** A model's rules for an end in which only some nodes heal: see core.ts. */
export interface CoreRules<W> {
  /** A node that must be in every core. */
  root?(world: W): NodeId | undefined
  /** A node that `id` needs to do its part: a core without it excludes `id`, too. */
  needs?(id: NodeId, world: W): NodeId | undefined
  /** Tells the model that only these nodes have healed: invariants at rest are checked on them. */
  healed(core: ReadonlySet<NodeId>, world: W): void
}

/** The simulated surroundings of one run, as a model sees them. */
export interface Host {
  readonly clock: SimClock
  readonly source: RandomSource
  /** The fault sites inside the code of a node. */
  buggify(id: NodeId): Buggify
  /** Counts a rare situation: see base/marks.ts. */
  readonly mark: (name: MarkName) => void
  /**
   * Adds a line to the trace, at the present virtual time and of the present event. A fact about
   * one node calls it `node`.
   *
   * @throws {FossilError} `option.invalid` for a fact called `event`, `cause`, `lamport`, `atMs` or
   *   `type`, which every line has, and for the type `message`, whose lines the hash leaves out
   */
  note(type: string, facts: TraceFacts): void
  /** Reports that something moved, or may have: nodes that began to look before are not at rest. */
  moved(): void
  /** Puts a node down at once, as if somebody switched it off. */
  halt(id: NodeId): void
  /** Starts a node that is down: again, or for the first time. */
  restart(id: NodeId): void
  /** Total time for which a node has been paused so far, over all its lives, in milliseconds. */
  pausedMs(id: NodeId): number
}

/**
 * The kinds of datagram. A notice announces something new, and may describe it; it travels as a
 * datagram.
 */
export type DatagramKind = 'datagram' | 'notice'

/** A datagram, as its receiver sees it. */
export interface ReceivedDatagram {
  readonly kind: DatagramKind
  readonly from: NodeId
  /** Perhaps damaged. */
  readonly bytes: Uint8Array
}

/**
 * An end of an ordered stream. Bytes arrive in the order they are sent, undamaged, in chunks
 * independent of those in which they were sent. A stream may break at any time; everything that has
 * arrived before can still be received.
 *
 * @example
 * ```ts
 * const stream = await host.connect('hub')
 * stream.send(utf8('ping\n'))
 * stream.end()
 * for (let chunk = await stream.receive(); chunk; chunk = await stream.receive()) take(chunk)
 * ```
 */
export interface Stream {
  /** Name of the connection, the same at both ends: `leaf-1/poll#14.stream#1`. */
  readonly name: string
  /** The node at the other end. */
  readonly peer: NodeId
  /**
   * Sends a copy of `bytes`; an empty array does nothing. There is no back-pressure. Does nothing
   * on a broken stream: {@link receive} reports the break.
   *
   * @throws {FossilError} `option.invalid` after {@link end}
   */
  send(bytes: Uint8Array): void
  /** Ends this direction; the other end learns of it after everything that was sent. */
  end(): void
  /**
   * All bytes that have arrived since the last call, or else the next to arrive: at least one byte.
   * Undefined if the other end has ended its direction.
   *
   * @throws {FossilError} `transport.failed` where the stream is broken; `transport.aborted` where
   *   this end broke it; `option.invalid` while another call waits; and as every method
   *   `sim.foreignWait` where the node has waited for something else meanwhile
   */
  receive(): Promise<Uint8Array | undefined>
  /**
   * Breaks the stream: this end at once; the news may overtake bytes on its way to the other end.
   */
  abort(): void
}

/** Storage of a node that outlives a crash: every write is atomic and durable at once. */
export interface KeyValueStore {
  /** The value as it was written, as bytes that the caller owns; undefined if there is none. */
  get(key: string): Uint8Array | undefined
  set(key: string, value: Uint8Array): void
  delete(key: string): void
  /** All keys in ascending order of their UTF-16 units. */
  keys(): string[]
}

/**
 * The surroundings of one node for one life, from a start to the next crash. After that the
 * requests of its code have no effect: promises never settle, timers never fire, writes are lost.
 *
 *     start: (id, world, host) => {
 *       const beat = async () => {
 *         const told = host.look('server')
 *         const reply = await host.exchange('server', request).catch(() => undefined)
 *         told(reply === undefined || hasNews(reply) ? 'moved' : 'quiet')
 *         host.after(5_000, beat)
 *       }
 *       host.after(0, beat)
 *       return { looksAt: ['server'] }
 *     }
 */
export interface NodeHost {
  readonly id: NodeId
  /** True time; wrong clocks belong to the model. */
  readonly clock: Clock
  /** Random bytes from a stream of the node, which continues over all its lives. */
  readonly random: Random
  readonly store: KeyValueStore
  /**
   * Calls `action` once, `ms` of virtual time from now, in an event of its own. Actions of one
   * moment run in the order in which they were scheduled. What `action` throws ends the run.
   *
   * @returns a function that cancels it, and does nothing once `action` has run
   * @throws {FossilError} `option.invalid` for a delay that is no whole number from 0
   */
  after(ms: number, action: () => void): () => void
  /** Resolves `ms` from now; rejects with the reason of `signal` if that aborts before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /**
   * Sends a request along a link.
   *
   * @param signal gives the exchange up when it aborts; its reason becomes the `cause` of the
   *   error. What is on its way still arrives
   * @returns the reply as it arrives, perhaps damaged
   * @throws {FossilError} `transport.failed` when the sender is told of a failure;
   *   `transport.aborted`;
   *   `sim.foreignWait` where the node has waited for something else meanwhile
   */
  exchange(to: NodeId, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
  /**
   * Sends a datagram: it may be lost, duplicated, overtaken or damaged, and nobody learns of that.
   *
   * @throws {FossilError} `option.invalid` for more bytes than the link carries in one
   */
  send(to: NodeId, bytes: Uint8Array): void
  /** Sends a notice, which announces something new: a datagram under another name. */
  notify(to: NodeId, bytes: Uint8Array): void
  /**
   * Connects to a node: an ordered stream of bytes each way, which may break.
   *
   * @throws {FossilError} `transport.failed` where the other refuses, or is not reached in time
   */
  connect(to: NodeId): Promise<Stream>
  /**
   * Digest of bytes, computed at once, while `crypto.subtle.digest` depends on threads of the
   * machine.
   *
   * @param algorithm as `node:crypto` names it, such as `sha256`
   */
  digest(algorithm: string, bytes: Uint8Array): Uint8Array
  /**
   * Begins to look for something to move between the node and a peer, one look at a time for each
   * peer. The look names the faults that the node meets until it ends. The run is at rest when
   * every peer in {@link NodeHandle.looksAt} was looked at and nothing was left to move.
   *
   * @returns a function that ends the look with its outcome; call it once
   */
  look(peer: NodeId): (outcome: TickOutcome) => void
  /** Adds a line to the trace: see {@link Host.note}. */
  note(type: string, facts: TraceFacts): void
  /** Makes an effect visible outside, such as telling a person that a write was stored. */
  emit(effect: () => void): void
  /** Ends the run: the code of the node has a bug. */
  fail(error: Error): void
}

/** A model's explanation of a node that does not come to rest. */
export interface Difficulty {
  /** The error of its latest work, if it failed. */
  readonly lastError?: string
  /** The things that it still lacks, in words. */
  readonly lacks?: string
}

/** The messages of a model: functions of their bytes alone. */
export interface Messages {
  /**
   * A message as the trace digests it: equal wherever the run is repeated. By default the bytes as
   * they are sent.
   */
  readonly canonical?: (message: Uint8Array) => Uint8Array
  /**
   * A short description of a message for readers of the trace, without secrets. It depends on the
   * bytes alone, and never throws.
   */
  readonly describe?: (message: Uint8Array) => TraceValue
  /** Ways in which a node can lie in an exchange, if links have lies. Default: none. */
  readonly mutations?: readonly Mutation[]
}

/** A system under simulation. One model can be run many times; each run has a world of its own. */
export interface Model<W extends CheckedWorld> {
  readonly name: string
  readonly topology: Topology
  /** In the order they are checked: a cause before its consequences. */
  readonly invariants: readonly Invariant<W>[]
  /** Creates the world of one run, still without nodes. */
  world(host: Host): W
  /**
   * Starts a node of the topology, which is part of the world from then on; after a crash it
   * restarts the node from its stored state.
   *
   * @param host the surroundings of the node, until it crashes
   */
  start(id: NodeId, world: W, host: NodeHost): NodeHandle
  /**
   * Reports that a node has crashed or stopped: only its stored state remains. Default: does
   * nothing.
   */
  down?(id: NodeId, world: W): void
  /**
   * The clock that code of a node reads as `Date`, if the model has one; it may be wrong. Asked
   * each time, even before the node is part of the world. Default: true time.
   */
  wallClock?(id: NodeId, world: W): Clock | undefined
  /** Makes the clock of a node jump, or drift from now on. Default: does nothing. */
  shiftClock?(id: NodeId, world: W, shift: ClockShift): void
  /**
   * A version of a node's state, asked often: equal versions of one node mean that nothing has
   * changed that single-node invariants check. Without it every check looks at every node.
   */
  readonly version?: (node: W['nodes'][number]) => string
  /**
   * Everything that a node holds, a text each, for the explanations in a trace. It changes nothing.
   */
  readonly holdings?: HoldingsOf<W>
  /** A digest of the state of every node, for the trace: the same state, the same digest. */
  state(world: W): TraceValue
  /** Knowledge of the messages of the model. */
  readonly message?: Messages
  /**
   * Reports that a node has lied: the runner sent a mutation of its message. Default: does nothing.
   */
  lied?(lie: Lie, world: W): void
  /**
   * Reports that faults have ended: the model's own faults must end, too. Default: does nothing.
   */
  faultsEnd?(world: W): void
  /** Rules for cores, if a run ends with one. Default: any connected nodes are a core. */
  readonly core?: CoreRules<W>
  /** Tells what keeps a node from rest; asked if a run stalls. */
  difficulty?(id: NodeId, world: W): Difficulty
  /** Releases everything that the nodes of a run hold. */
  stop?(world: W): void
}

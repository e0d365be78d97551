/**
 * The contract between the runner and a model, the system under simulation. A model names its
 * nodes, starts each of them, and states the invariants. The runner gives it time, randomness, a
 * network and a trace, and knows nothing else of it.
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
  /** `timer`: the poll interval of the node has passed. `syncNow`: somebody wants it now. */
  readonly type: 'timer' | 'syncNow'
}

/**
 * The outcome of a tick.
 * - `idle`: the node did nothing.
 * - `quiet`: it looked at everything, and nothing was left to move.
 * - `moved`: something moved, or may have, as after an error.
 */
export type TickOutcome = 'idle' | 'quiet' | 'moved'

/** A node that was started. */
export interface NodeHandle {
  /**
   * Reacts to an event; a node without it acts when its timers fire, or only answers. It may await
   * its exchanges, its timers and promises that are already resolved, and nothing else: the runner
   * could not replay that, and ends the run with `sim.foreignWait`. A rejection ends the run, too,
   * so harm that a hostile world can do to a node is an outcome instead.
   */
  readonly tick?: (event: TickEvent) => Promise<TickOutcome>
  /**
   * Answers a request; a node without it only asks. A rejection with a `FossilError` leaves the
   * sender waiting; any other ends the run.
   */
  readonly answer?: (request: Uint8Array, from: NodeId) => Promise<Uint8Array>
  /** Takes a datagram or a notice; without it these are passed over. */
  readonly onDatagram?: (datagram: ReceivedDatagram) => void
  /** Takes a stream that another node begins; without it the node refuses streams. */
  readonly onStream?: (stream: Stream) => void
  /** Ends the node as it should. What it awaits is as for `tick`. */
  readonly stop?: () => Promise<void>
  /**
   * Peers that the node looks at by itself, whenever it likes: see {@link NodeHost.look}. It is not
   * polled then, and ticks only when somebody wants that.
   */
  readonly looksAt?: readonly NodeId[]
}

/** Facts of one line of the trace, in the order they are written. */
export type TraceFacts = Readonly<Record<string, TraceValue>>

/** The part of a model in an end in which some nodes heal alone: see core.ts. */
export interface CoreRules<W> {
  /** A node that every core has. */
  root?(world: W): NodeId | undefined
  /** A node without which another cannot do what a core must: it is no part of one. */
  needs?(id: NodeId, world: W): NodeId | undefined
  /** These nodes have healed, and no others: what must hold at rest is asked of them. */
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
  /** Something moved, or may have: no node is at rest that began to look before. */
  moved(): void
  /** A node is down at once, as where somebody switches it off. */
  halt(id: NodeId): void
  /** A node that is down starts: again, or as one that joins. */
  restart(id: NodeId): void
  /** Time for which a node has been paused so far, over all its lives, in milliseconds. */
  pausedMs(id: NodeId): number
}

/** A notice tells that there is something new, and perhaps what; on its way it is a datagram. */
export type DatagramKind = 'datagram' | 'notice'

/** A datagram, as the node sees it that it reaches. */
export interface ReceivedDatagram {
  readonly kind: DatagramKind
  readonly from: NodeId
  /** Perhaps damaged. */
  readonly bytes: Uint8Array
}

/**
 * An end of an ordered stream. Bytes arrive in the order they are sent, undamaged, in chunks that
 * have nothing to do with those in which they were sent. A stream breaks at any time; whatever has
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
   * on a stream that is broken: {@link receive} tells of that.
   *
   * @throws {FossilError} `option.invalid` after {@link end}
   */
  send(bytes: Uint8Array): void
  /** Ends this direction: the other end is told behind all that was sent. */
  end(): void
  /**
   * Everything that has arrived since the last call, or else the next that arrives: at least one
   * byte. Undefined where the other end has ended its direction.
   *
   * @throws {FossilError} `transport.failed` where the stream is broken; `transport.aborted` where
   *   this end broke it; `option.invalid` while another call waits; and as every method
   *   `sim.foreignWait` where the node has waited for something else meanwhile
   */
  receive(): Promise<Uint8Array | undefined>
  /** Breaks the stream: this end at once; the other hears of it, perhaps ahead of bytes. */
  abort(): void
}

/** Storage of a node that outlives a crash: what was written is there, whole, from then on. */
export interface KeyValueStore {
  /** The value as it was written, as bytes of the caller's own; undefined where there is none. */
  get(key: string): Uint8Array | undefined
  set(key: string, value: Uint8Array): void
  delete(key: string): void
  /** All keys in ascending order of their UTF-16 units. */
  keys(): string[]
}

/**
 * The surroundings of one node for one life, from a start to the next crash. After that nothing
 * that its code asks for happens: promises never settle, timers never fire, writes are lost.
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
  /** True time; a clock that is wrong is the model's own. */
  readonly clock: Clock
  /** Bytes of a stream of the node, which goes on over all its lives. */
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
  /** Resolves `ms` from now; rejects with the reason of `signal` where that aborts before. */
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
   * Sends a lossy datagram: it may be lost, doubled, overtaken or damaged, and nobody is told.
   *
   * @throws {FossilError} `option.invalid` for more bytes than the link carries in one
   */
  send(to: NodeId, bytes: Uint8Array): void
  /** Tells a node that there is something new, one way: a datagram under another name. */
  notify(to: NodeId, bytes: Uint8Array): void
  /**
   * Connects to a node: an ordered stream of bytes each way, which may break.
   *
   * @throws {FossilError} `transport.failed` where the other refuses, or is not reached in time
   */
  connect(to: NodeId): Promise<Stream>
  /**
   * Digest of bytes, at once: `crypto.subtle.digest` ends when a thread of the machine does.
   *
   * @param algorithm as `node:crypto` names it, such as `sha256`
   */
  digest(algorithm: string, bytes: Uint8Array): Uint8Array
  /**
   * Begins to look for something to move between the node and a peer, one look at a time for each.
   * Faults that the node meets until it ends are named by it. The run is at rest when every peer in
   * {@link NodeHandle.looksAt} was looked at and nothing was left to move.
   *
   * @returns a function that takes the outcome, once
   */
  look(peer: NodeId): (outcome: TickOutcome) => void
  /** Adds a line to the trace: see {@link Host.note}. */
  note(type: string, facts: TraceFacts): void
  /** Lets others see something, such as a person who is told that a write was stored. */
  emit(effect: () => void): void
  /** Ends the run: the code of the node has a bug. */
  fail(error: Error): void
}

/** The knowledge of a model about a node that does not come to rest. */
export interface Difficulty {
  /** The error that its work ended in last, where it did. */
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
   * A message in brief, for a person who reads the trace, without secrets. It follows from the
   * bytes alone, and whatever these are, nothing is thrown.
   */
  readonly describe?: (message: Uint8Array) => TraceValue
  /** Ways in which a node can lie in an exchange, where links have lies. Default: none. */
  readonly mutations?: readonly Mutation[]
}

/** A system under simulation. One model can be run many times; each run has a world of its own. */
export interface Model<W extends CheckedWorld> {
  readonly name: string
  readonly topology: Topology
  /** In the order they are checked: a cause before its consequences. */
  readonly invariants: readonly Invariant<W>[]
  /** Makes the world of one run, still without nodes. */
  world(host: Host): W
  /**
   * Starts a node of the topology, which is part of the world from then on; and starts it again
   * after a crash, over what it has stored.
   *
   * @param host the surroundings of the node, until it crashes
   */
  start(id: NodeId, world: W, host: NodeHost): NodeHandle
  /**
   * A node has crashed, or has stopped: all that is left of it is what it has stored. Default:
   * nothing to do.
   */
  down?(id: NodeId, world: W): void
  /**
   * The clock that code of a node reads as `Date`, where the model has one: it may be wrong. Asked
   * each time, also before the node is part of the world. Default: true time.
   */
  wallClock?(id: NodeId, world: W): Clock | undefined
  /** The clock of a node jumps, or drifts from now on. Default: nothing to do. */
  shiftClock?(id: NodeId, world: W, shift: ClockShift): void
  /**
   * The state of a node in brief, asked often: equal versions of one node mean that nothing that an
   * invariant of it alone looks at has changed. Without it every check looks at every node.
   */
  readonly version?: (node: W['nodes'][number]) => string
  /**
   * Everything that a node holds, a text each, for the trace of a run that explains itself. It
   * changes nothing.
   */
  readonly holdings?: HoldingsOf<W>
  /** A digest of the state of every node, for the trace: the same state, the same digest. */
  state(world: W): TraceValue
  /** Knowledge of the messages of the model. */
  readonly message?: Messages
  /** A node has lied: the runner sent a mutation of what its code wrote. Default: no matter. */
  lied?(lie: Lie, world: W): void
  /** Faults have ended: so does whatever the model makes go wrong by itself. Default: nothing. */
  faultsEnd?(world: W): void
  /** Rules of cores, where a run ends with one. Default: any connected nodes are one. */
  readonly core?: CoreRules<W>
  /** Tells what keeps a node from rest; asked where a run stalls. */
  difficulty?(id: NodeId, world: W): Difficulty
  /** Releases everything that the nodes of a run hold. */
  stop?(world: W): void
}

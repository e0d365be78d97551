/**
 * The contract between the runner and a model, the system under simulation. A model names its
 * nodes, starts each of them, and states the invariants. The runner gives it time, randomness, a
 * network and a trace, and knows nothing else of it.
 * @module
 */

import type { Buggify } from '../base/env.ts'
import type { SimClock } from '../sim/clock.ts'
import type { Direction } from '../sim/network.ts'
import type { RandomSource } from '../sim/random.ts'
import type { TraceValue } from '../sim/trace.ts'
import type { CheckedWorld, Invariant } from './invariants.ts'

/** Identifies a node: unique in its model, without slashes and arrows. */
export type NodeId = string

/** The nodes of a model and the ways between them. */
export interface Topology {
  /** In the order they are started. */
  readonly nodes: readonly NodeId[]
  /** Which node sends requests to which, in a fixed order. */
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
   * Reacts to an event; a node without it only answers. It may await its exchanges and promises
   * that are already resolved, and nothing else: the runner could not replay that, and ends the run
   * with `sim.foreignWait`. A rejection ends the run, too, so harm that a hostile world can do to a
   * node is an outcome instead.
   */
  readonly tick?: (event: TickEvent) => Promise<TickOutcome>
  /**
   * Answers a request; a node without it only asks. A rejection with a `FossilError` leaves the
   * sender waiting; any other ends the run.
   */
  readonly answer?: (request: Uint8Array) => Promise<Uint8Array>
}

/** Facts of one line of the trace, in the order they are written. */
export type TraceFacts = Readonly<Record<string, TraceValue>>

/** The simulated surroundings of one run, as a model sees them. */
export interface Host {
  readonly clock: SimClock
  readonly source: RandomSource
  /** The fault sites inside the code of a node. */
  buggify(id: NodeId): Buggify
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
  exchange(direction: Direction, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
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
}

/** The knowledge of a model about a node that does not come to rest. */
export interface Difficulty {
  /** The error that its work ended in last, where it did. */
  readonly lastError?: string
  /** The things that it still lacks, in words. */
  readonly lacks?: string
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
   */
  start(id: NodeId, world: W): NodeHandle
  /** A node has crashed: all that is left of it is what it has stored. Default: nothing to do. */
  crash?(id: NodeId, world: W): void
  /**
   * The state of a node in brief, asked often: equal versions of one node mean that nothing that an
   * invariant of it alone looks at has changed. Without it every check looks at every node.
   */
  readonly version?: (node: W['nodes'][number]) => string
  /** A digest of the state of every node, for the trace: the same state, the same digest. */
  state(world: W): TraceValue
  /**
   * A message as the trace digests it: equal wherever the run is repeated. By default the bytes as
   * they are sent.
   */
  canonical?(message: Uint8Array): Uint8Array
  /**
   * A message in brief, for a person who reads the trace, without secrets. It follows from the
   * bytes alone, and whatever these are, nothing is thrown.
   */
  describe?(message: Uint8Array): TraceValue
  /** Tells what keeps a node from rest; asked where a run stalls. */
  difficulty?(id: NodeId, world: W): Difficulty
  /** Releases everything that the nodes of a run hold. */
  stop?(world: W): void
}

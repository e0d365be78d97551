/**
 * Many repositories in one process, under virtual time: a master, its leaves, and the network
 * between them. Every request and every reply is an event, so that the syncs of different leaves
 * interleave between rounds; everything that happens is a function of the seed. A facade over the
 * runner, which makes the events happen, and the model of Fossil.
 * @module
 */

/// <reference lib="esnext.disposable" preserve="true" />

import { FossilError } from '../base/error.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { NodeId, TraceFacts } from '../runner/model.ts'
import { outageKinds, scheduleOutages } from '../runner/outages.ts'
import { schedulePartitions } from '../runner/partitions.ts'
import type { Simulation } from '../runner/simulation.ts'
import type { SiteCoverage } from '../sim/activation.ts'
import type { SimClock } from '../sim/clock.ts'
import type { Decision } from '../sim/decision.ts'
import type { RandomStream } from '../sim/random.ts'
import { type ResolvedConfig, resolveConfig, type SimConfig } from './config.ts'
import type { UvEvent } from './event.ts'
import { simulateFossil } from './fossil-model.ts'
import type { FossilWorld } from './fossil-world.ts'
import { checkConvergence } from './invariants/convergence.ts'
import { checkTableSyncConvergence, checkTombstoneConvergence } from './invariants/tables.ts'
import { checkUvConvergence } from './invariants/unversioned.ts'
import type { Node } from './node.ts'
import { SimNetwork } from './sim-network.ts'
import { checkUvEvent, type UvOperationCounts } from './uv-operations.ts'
import type { AcknowledgedArtifact, CheckedNode } from './world.ts'

let faceOver: (simulation: Simulation<FossilWorld>) => Simulator

/**
 * A simulation. Create one with {@link Simulator.create}, close it when done.
 *
 * @example
 * ```ts
 * using simulator = Simulator.create({ seed: 7, numLeaves: 3, level: 'hostile' })
 * await simulator.runUntil(simulator.clock().startMs + 60_000)
 * simulator.checkSafety()
 * ```
 */
export class Simulator implements Disposable {
  readonly seed: number
  readonly config: ResolvedConfig
  readonly #simulation: Simulation<FossilWorld>
  readonly #world: FossilWorld
  readonly #network: SimNetwork

  static {
    faceOver = (simulation: Simulation<FossilWorld>): Simulator => new Simulator(simulation)
  }

  private constructor(simulation: Simulation<FossilWorld>) {
    this.#simulation = simulation
    this.#world = simulation.world
    this.#network = new SimNetwork(simulation)
    this.config = this.#world.config
    this.seed = this.config.seed
  }

  /**
   * Makes a simulation, its repositories in memory.
   *
   * @throws {FossilError} `option.invalid` for a configuration that makes no sense; `repo.invalid`
   *   when the master's image is not a repository
   */
  static create(config: SimConfig): Simulator {
    return new Simulator(simulateFossil(resolveConfig(config)))
  }

  /** The true clock. */
  clock(): SimClock {
    return this.#simulation.clock()
  }

  /** The network, for injecting faults. */
  network(): SimNetwork {
    return this.#network
  }

  /** The nodes as checks see them: the master first, if it is known. */
  nodes(): CheckedNode[] {
    return this.#world.nodes
  }

  /** The node of a leaf. @throws {FossilError} `option.invalid` where there is no such leaf */
  leaf(id: NodeId): Node {
    return this.#world.leaf(id)
  }

  /**
   * The present repository of a node; a restart replaces it.
   *
   * @param id `master`, if that is known, or a leaf
   * @throws {FossilError} `option.invalid` where there is no such node
   */
  repo(id: NodeId): Repo {
    return this.#world.node(id).repo
  }

  /** Ids of all leaves, in a fixed order. */
  leafIds(): NodeId[] {
    return this.#world.leafIds()
  }

  /** The master's repository, if it is known. */
  masterRepo(): Repo | undefined {
    return this.#world.master
  }

  /**
   * Sets the repository behind the upstream: from now on checks include it, it lives in simulated
   * time, and the leaves join its project. The caller closes it.
   */
  setMasterRepo(repo: Repo): void {
    this.#world.adoptMaster(repo)
  }

  /** The number of syncs and failed syncs that a leaf has had. */
  leafStats(id: NodeId): { readonly syncs: number; readonly errors: number } {
    this.#world.leaf(id)
    return this.syncStats(id)
  }

  /** Counts of syncs that a node began, and of failed ones; the master of a star begins none. */
  syncStats(id: NodeId): { readonly syncs: number; readonly errors: number } {
    const { syncs, errors } = this.#world.syncs.of(id)
    return { syncs, errors }
  }

  /** Events that happened. */
  get steps(): number {
    return this.#simulation.steps
  }

  /** Syncs that ended, failed ones included. */
  get totalSyncs(): number {
    return this.#world.syncs.total.syncs
  }

  /** Syncs that ended in an error. */
  get totalErrors(): number {
    return this.#world.syncs.total.errors
  }

  /** Unversioned files, their times and deletions that leaves sent, in successful syncs. */
  get totalUvSent(): number {
    return this.#world.syncs.total.uvSent
  }

  /** The same that leaves received and kept. */
  get totalUvReceived(): number {
    return this.#world.syncs.total.uvReceived
  }

  /** Unversioned files that leaves asked for, in successful syncs. */
  get totalUvGimmes(): number {
    return this.#world.syncs.total.uvGimmes
  }

  /** The step after which safety last held, costly invariants excluded. */
  get lastSafeStep(): number {
    return this.#simulation.checks.lastSafeStep
  }

  /** Operations on unversioned files: see {@link scheduleUvWrite} and {@link scheduleUvDelete}. */
  uvOperationCounts(): Readonly<UvOperationCounts> {
    return this.#world.uvOperations.counts
  }

  /** Every fault that was decided so far. */
  decisions(): readonly Decision[] {
    return this.#simulation.decisions()
  }

  /** Every fault site inside production code: active in this run or not, how often it fired. */
  coverage(): SiteCoverage[] {
    return this.#simulation.coverage()
  }

  /** SHA-256 over everything that happened so far. */
  traceHash(): string {
    return this.#simulation.traceHash()
  }

  /** A random stream of this run, for workloads: a new name never shifts another. */
  stream(name: string): RandomStream {
    return this.#simulation.stream(name)
  }

  /** Adds a line to the trace, at the present virtual time: an operation of a workload. */
  note(type: string, facts: TraceFacts): void {
    this.#simulation.note(type, facts)
  }

  /** Remembers that a node said it had stored an artifact: from now on it must be there. */
  acknowledge(artifact: AcknowledgedArtifact): void {
    this.#world.acknowledge(artifact)
  }

  /** Makes a leaf sync now, in an event of its own. */
  scheduleSyncNow(id: NodeId): void {
    this.#world.leaf(id)
    this.#simulation.tickNow(id)
  }

  /**
   * Lets somebody write an unversioned file at a node at `timeMs`, whatever is there then. With
   * `mtimeSec` left out it is of that time by the node's clock.
   *
   * @param id `master`, if that is known, or a leaf
   * @throws {FossilError} `option.invalid` for a name or time that no card can carry
   */
  scheduleUvWrite(
    id: NodeId,
    timeMs: number,
    { name, data, mtimeSec }: { name: string; data: Uint8Array; mtimeSec?: number },
  ): void {
    this.#scheduleUv({ type: 'uvWrite', nodeId: id, timeMs, name, data, mtimeSec })
  }

  /** The same for deleting one: nothing happens where no such file ever was. */
  scheduleUvDelete(
    id: NodeId,
    timeMs: number,
    { name, mtimeSec }: { name: string; mtimeSec?: number },
  ): void {
    this.#scheduleUv({ type: 'uvDelete', nodeId: id, timeMs, name, mtimeSec })
  }

  /**
   * Runs `action` at `timeMs`, as an event: a workload, a partition that begins.
   *
   * @param options.node the node that it happens at, where it is one
   * @param options.name unique in the run: faults that the action meets are named by it
   */
  scheduleAction(
    timeMs: number,
    action: () => void,
    options: { readonly node?: NodeId; readonly name?: string } = {},
  ): void {
    this.#simulation.scheduleAction(timeMs, action, options)
  }

  /** Lets partitions come and go until `untilMs`, as the configuration says; there may be none. */
  schedulePartitions(untilMs: number): void {
    const { partition: plan } = this.config.network
    const { links } = this.#simulation.model.topology
    if (plan !== undefined) schedulePartitions(this.#simulation, links, { plan, untilMs })
  }

  /** Lets nodes crash, stop and sleep until `untilMs`, as the configuration says; or never. */
  scheduleOutages(untilMs: number): void {
    const { upstream } = this.config
    const { nodes } = this.#simulation.model.topology
    const mortal = upstream === undefined ? nodes : this.leafIds()
    for (const kind of outageKinds) {
      const plan = this.config[kind]
      if (plan !== undefined) scheduleOutages(this.#simulation, mortal, { kind, plan, untilMs })
    }
  }

  /**
   * A node stops dead, between two events: what it has stored stays, what it has sent is on its
   * way, and its promises never settle. Does nothing where it is down.
   *
   * @throws {FossilError} `option.invalid` where there is no such node
   */
  crash(id: NodeId): void {
    this.#world.node(id)
    this.#simulation.crash(id)
  }

  /**
   * Stops a node gracefully, a `SyncAgent` by its own `stop`. Does nothing if it is down.
   *
   * @throws {FossilError} `option.invalid` where there is no such node
   */
  stop(id: NodeId): void {
    this.#world.node(id)
    this.#simulation.stop(id)
  }

  /**
   * Pauses a node until it is resumed, as if its machine slept: its timers and all arrivals wait.
   * Does nothing if it is down.
   *
   * @throws {FossilError} `option.invalid` where there is no such node
   */
  pause(id: NodeId): void {
    this.#world.node(id)
    this.#simulation.pause(id)
  }

  /** Resumes a paused node. */
  resume(id: NodeId): void {
    this.#world.node(id)
    this.#simulation.resume(id)
  }

  /** Restarts a node that is down from what it has stored, or lets it join as a clone. */
  restart(id: NodeId): void {
    if (!this.#world.isToJoin(id)) this.#world.node(id)
    this.#simulation.restart(id)
  }

  /** Tells whether a node is up: it has neither crashed nor stopped, or has restarted. */
  isUp(id: NodeId): boolean {
    return this.#simulation.isUp(id)
  }

  /**
   * Lets the next event happen.
   *
   * @returns false when nothing is left to happen
   * @throws {InvariantError} when a periodic safety check fails
   */
  step(): Promise<boolean> {
    return this.#simulation.step()
  }

  /** Lets up to `maxSteps` events happen. */
  run(maxSteps: number): Promise<void> {
    return this.#simulation.run(maxSteps)
  }

  /**
   * Lets everything happen up to `deadlineMs`, virtual time since 1970, which is then the present.
   */
  runUntil(deadlineMs: number): Promise<void> {
    return this.#simulation.runUntil(deadlineMs)
  }

  /** Ends every fault and every partition, for good. Exchanges under way may still fail. */
  endFaults(): void {
    this.#simulation.endFaults()
  }

  /**
   * Runs on until every leaf has had a sync that found nothing to move since anything last moved.
   *
   * @returns false when `limitMs` of virtual time did not suffice
   */
  settle(limitMs: number): Promise<boolean> {
    return this.#simulation.settle(limitMs)
  }

  /**
   * Checks every safety invariant on every node, the master included.
   *
   * @param options.isThorough false leaves out costly invariants
   * @throws {InvariantError} for the first that does not hold
   */
  checkSafety(options: { isThorough?: boolean } = {}): void {
    this.#simulation.checkSafety(options)
  }

  /**
   * Checks everything that must hold once the network has settled.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  checkSettled(): void {
    this.#simulation.checkSettled()
  }

  /** Checks that all leaves hold the artifacts of the master. @throws {InvariantError} */
  checkAllConverged(master: Repo): void {
    checkConvergence(master, this.#leafRepos())
  }

  /** Checks that all leaves have the unversioned files of the master. @throws {InvariantError} */
  checkAllUvConverged(master: Repo): void {
    checkUvConvergence(master, this.#leafRepos())
  }

  #leafRepos(): Map<NodeId, Repo> {
    const world = this.#world
    return new Map(world.leafIds().map((id) => [id, world.node(id).repo]))
  }

  /** Checks that all nodes have the same rows in every synced table. @throws {InvariantError} */
  checkAllTableSyncConverged(): void {
    checkTableSyncConvergence(this.#repos())
  }

  /** Checks that all nodes agree on which rows were deleted. @throws {InvariantError} */
  checkTombstoneConvergence(): void {
    checkTombstoneConvergence(this.#repos())
  }

  /**
   * Database images of the repositories of all nodes, to keep. Users that the simulation made
   * cannot log in there, nor in the simulation from now on.
   */
  *images(): Generator<{ readonly id: NodeId; readonly image: Uint8Array }, void> {
    this.#world.users?.revoke()
    for (const { id, repo } of this.#world.nodes) yield { id, image: dbOf(repo).serialize() }
  }

  /** Closes the repositories that the simulator opened. */
  close(): void {
    this.#simulation.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #repos(): ReadonlyMap<NodeId, Repo> {
    return new Map(this.#world.nodes.map(({ id, repo }) => [id, repo]))
  }

  #scheduleUv(event: UvEvent): void {
    const { timeMs, nodeId: node } = event
    this.#world.node(node)
    checkUvEvent(event)
    this.#simulation.scheduleAction(timeMs, () => this.#changeUnversioned(event), { node })
  }

  /** A fault may refuse the change: that is counted and traced. */
  #changeUnversioned(event: UvEvent): void {
    try {
      this.#world.changeUnversioned(event)
    } catch (error) {
      if (!FossilError.is(error, 'repo.io')) throw error
    }
  }
}

/** The face over a simulation that the runner has prepared. */
export function simulatorOf(simulation: Simulation<FossilWorld>): Simulator {
  return faceOver(simulation)
}

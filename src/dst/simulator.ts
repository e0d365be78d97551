/**
 * Runs many repositories in one process, under virtual time: the nodes, their network, the master,
 * and the checks. Every request and every reply is an event, so that the syncs of different leaves
 * interleave between rounds; everything that happens is a function of the seed.
 * @module
 */

import { assert } from '../base/assert.ts'
import { microtasksDrained } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { sha1 } from '../hash/hash.ts'
import { utf8 } from '../base/bytes.ts'
import type { Repo } from '../repo/repo.ts'
import { SiteActivation, type SiteCoverage } from '../sim/activation.ts'
import { SimClock } from '../sim/clock.ts'
import type { Decision } from '../sim/decision.ts'
import { FaultLog } from '../sim/fault.ts'
import { faultLevels } from '../sim/levels.ts'
import { noFaults } from '../sim/link.ts'
import { Network } from '../sim/network.ts'
import { RandomSource, type RandomStream } from '../sim/random.ts'
import { Trace, type TraceValue } from '../sim/trace.ts'
import type { Transport } from '../sync/transport.ts'
import { requireInteger, type ResolvedConfig, resolveConfig, type SimConfig } from './config.ts'
import { type Event, EventQueue, type NodeId } from './event.ts'
import { allBlobUuidsSorted, countPhantoms, publicBlobUuidsSorted } from './holdings.ts'
import type { AcknowledgedArtifact, CheckedNode, World } from './invariant.ts'
import { safetyInvariants, settledInvariants } from './invariants/all.ts'
import { checkConvergence } from './invariants/convergence.ts'
import { MockFossil } from './mock-fossil.ts'
import { type Action, DefaultNode, type Node } from './node.ts'
import { type Happening, masterId, SimNetwork } from './sim-network.ts'
import { RepoFactory } from './repo-factory.ts'

/** What waits in the queue: an event for a node, or something the simulator does itself. */
type Queued = Event | (Happening & { readonly timeMs: number; readonly type: 'happening' })

/** What the simulator keeps about a leaf. */
interface Leaf {
  readonly id: NodeId
  readonly node: Node
  isTicking: boolean
  /** Syncs, failed syncs. */
  syncs: number
  errors: number
  /** The step in which the latest sync began, where it moved nothing and ended well. */
  quietSinceStep: number | undefined
}

/** Turns of the microtask queue that a default node is given to react, before all is drained. */
const reactionTurns = 50

/** A simulation. Create one with {@link Simulator.create}, close it when done. */
export class Simulator {
  readonly seed: number
  readonly config: ResolvedConfig
  /** Events that happened. */
  steps = 0
  /** Syncs that ended, one way or the other. */
  totalSyncs = 0
  /** Syncs that ended in an error. */
  totalErrors = 0
  /** Checks of single invariants that were made. */
  totalChecks = 0
  /** The step after which safety was last seen to hold. */
  lastSafeStep = 0

  readonly #clock: SimClock
  readonly #source: RandomSource
  readonly #faults: FaultLog
  readonly #activation: SiteActivation
  readonly #trace: Trace
  readonly #network: SimNetwork
  readonly #factory: RepoFactory
  readonly #queue = new EventQueue<Queued>()
  readonly #leaves = new Map<NodeId, Leaf>()
  /** Nodes whose code goes on in the present event. */
  readonly #awake = new Set<NodeId>()
  readonly #acknowledged: AcknowledgedArtifact[] = []
  #master: Repo | undefined
  /** The step in which anything last moved. */
  #lastMovementStep = 0
  #failure: Error | undefined

  private constructor(config: ResolvedConfig) {
    this.seed = config.seed
    this.config = config
    this.#clock = new SimClock()
    this.#source = new RandomSource(config.seed)
    this.#trace = new Trace(config.onTraceLine ? { onLine: config.onTraceLine } : {})
    this.#faults = new FaultLog(this.#source, {
      overrides: config.overrides ?? [],
      unlisted: config.unlisted ?? 'drawn',
      onDecision: ({ site, use, outcome }) => this.note('fault', { site, use, outcome }),
    })
    this.#activation = new SiteActivation(this.#source, this.#faults)
    this.#factory = new RepoFactory(config, {
      clock: this.#clock,
      source: this.#source,
      buggify: (id) => this.#activation.buggify(id),
    })
    try {
      this.#network = this.#makeNetwork(this.#makeUpstream())
      for (let index = 0; index < config.numLeaves; index++) this.#addLeaf(`leaf-${index}`)
    } catch (error) {
      this.#factory.close()
      throw error
    }
  }

  /**
   * Makes a simulation, its repositories in memory.
   *
   * @throws {FossilError} `option.invalid` for a configuration that makes no sense; `repo.invalid`
   *   when the master's image is not a repository
   */
  static create(config: SimConfig): Simulator {
    return new Simulator(resolveConfig(config))
  }

  /** The true clock. */
  clock(): SimClock {
    return this.#clock
  }

  /** The network, for injecting faults. */
  network(): SimNetwork {
    return this.#network
  }

  /** The node of a leaf. */
  leaf(id: NodeId): Node {
    return this.#leaf(id).node
  }

  /** Ids of all leaves, in a fixed order. */
  leafIds(): NodeId[] {
    return [...this.#leaves.keys()]
  }

  /** The master's repository, where it is known. */
  masterRepo(): Repo | undefined {
    return this.#master
  }

  /**
   * Tells the simulator which repository is behind the upstream: checks include it from now on, it
   * lives in simulated time, and the leaves join its project. The caller closes it.
   */
  setMasterRepo(repo: Repo): void {
    this.#factory.adopt(masterId, repo)
    this.#setMaster(repo)
  }

  /** How many syncs and failed syncs a leaf has had. */
  leafStats(id: NodeId): { readonly syncs: number; readonly errors: number } {
    const { syncs, errors } = this.#leaf(id)
    return { syncs, errors }
  }

  /** A random stream of this run, for workloads: a new name never shifts another. */
  stream(name: string): RandomStream {
    return this.#source.stream(name)
  }

  /** Every fault that was decided so far. */
  decisions(): readonly Decision[] {
    return this.#faults.decisions
  }

  /** Every fault site inside production code: active in this run or not, how often it fired. */
  coverage(): SiteCoverage[] {
    return this.#activation.coverage()
  }

  /** SHA-256 over everything that happened so far. */
  traceHash(): string {
    return this.#trace.hash()
  }

  /** Adds a line to the trace, at the present virtual time. */
  note(type: string, facts: Readonly<Record<string, TraceValue>>): void {
    this.#trace.emit({ atMs: this.#clock.elapsedMs, type, ...facts })
  }

  /** Remembers that a node said it had stored an artifact: from now on it must be there. */
  acknowledge(artifact: AcknowledgedArtifact): void {
    this.#acknowledged.push(artifact)
    this.#lastMovementStep = this.steps
  }

  /** Makes a leaf sync now, in an event of its own. */
  scheduleSyncNow(id: NodeId): void {
    this.#leaf(id)
    this.#queue.pushEvent({ timeMs: this.#clock.nowMs(), type: 'syncNow', nodeId: id })
  }

  /** Runs `action` at `timeMs`, as an event: a workload, a partition that begins. */
  scheduleAction(timeMs: number, action: () => void): void {
    this.schedule(timeMs, { happen: action, isMoot: () => false })
  }

  /** A node's exchange has ended: its code goes on in the present event. */
  woke(id: NodeId): void {
    this.#awake.add(id)
  }

  /** Queues something that the simulator does itself. */
  schedule(timeMs: number, happening: Happening): void {
    requireInteger('timeMs', timeMs, { min: this.#clock.nowMs() })
    this.#queue.pushEvent({ timeMs, type: 'happening', ...happening })
  }

  /**
   * Lets the next event happen.
   *
   * @returns false when nothing is left to happen
   * @throws {InvariantError} when a periodic safety check fails
   */
  async step(): Promise<boolean> {
    const event = this.#nextEvent()
    if (event === undefined) return false
    this.#clock.advanceTo(event.timeMs)
    this.steps++
    if (event.type === 'happening') await event.happen()
    else this.#tick(this.#leaf(event.nodeId), event)
    if (this.#awake.size > 0) await this.#letReact()
    this.#throwFailure()
    const { safetyCheckInterval: interval, safetyCheckFrom } = this.config
    if (interval > 0 && this.steps % interval === 0 && this.steps >= safetyCheckFrom) {
      this.checkSafety()
    }
    return true
  }

  /** Lets up to `maxSteps` events happen. */
  async run(maxSteps: number): Promise<void> {
    requireInteger('maxSteps', maxSteps, { min: 0 })
    for (let step = 0; step < maxSteps; step++) if (!(await this.step())) return
  }

  /** Lets everything happen up to `deadlineMs`, virtual time since 1970; then it is that time. */
  async runUntil(deadlineMs: number): Promise<void> {
    requireInteger('deadlineMs', deadlineMs, { min: 0 })
    for (;;) {
      const next = this.#peekEvent()
      if (next === undefined || next.timeMs > deadlineMs) break
      await this.step()
    }
    if (this.#clock.nowMs() < deadlineMs) this.#clock.advanceTo(deadlineMs)
  }

  /** Ends every fault and every partition, for good. What is under way may still fail. */
  endFaults(): void {
    this.note('faults.end', {})
    this.#faults.disable()
    this.#network.setRates(noFaults)
    this.#network.healAll()
  }

  /**
   * Runs on until every leaf has had a sync that found nothing to move since anything last moved.
   *
   * @returns false when `limitMs` of virtual time did not suffice
   */
  async settle(limitMs: number): Promise<boolean> {
    requireInteger('limitMs', limitMs, { min: 0 })
    const deadlineMs = this.#clock.nowMs() + limitMs
    // Whatever the caller did before may have left something to move.
    this.#lastMovementStep = this.steps
    for (const id of this.leafIds()) this.scheduleSyncNow(id)
    while (!this.#isQuiet()) {
      const next = this.#peekEvent()
      if (next === undefined || next.timeMs > deadlineMs) return false
      await this.step()
    }
    return true
  }

  /**
   * Checks every safety invariant on every node, the master included.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  checkSafety(): void {
    this.#check(safetyInvariants)
    this.lastSafeStep = this.steps
    this.note('state', { nodes: this.#digests() })
  }

  /**
   * Checks everything that must hold once the network has settled.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  checkSettled(): void {
    this.#check(settledInvariants)
  }

  /** Checks that all leaves hold what the master holds. @throws {InvariantError} */
  checkAllConverged(master: Repo): void {
    const leaves = [...this.#leaves.values()]
    checkConvergence(master, new Map(leaves.map(({ id, node }) => [id, node.repo])))
  }

  /** The nodes as checks see them: the master first, where it is known. */
  nodes(): CheckedNode[] {
    const leaves = [...this.#leaves.values()].map(({ id, node }) => ({ id, repo: node.repo }))
    return this.#master === undefined ? leaves : [{ id: masterId, repo: this.#master }, ...leaves]
  }

  /** Closes the repositories that the simulator opened. */
  close(): void {
    this.#factory.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #makeUpstream(): Transport {
    const { upstream } = this.config
    if (upstream === undefined) {
      const { masterImage, deflateOverBytes } = this.config
      const mock = new MockFossil(this.#factory.make(masterId, masterImage), { deflateOverBytes })
      this.#setMaster(mock.repo)
      return mock
    }
    if (upstream instanceof MockFossil) this.setMasterRepo(upstream.repo)
    return upstream
  }

  /** What the master holds at the beginning must not be lost, nor leak, either. */
  #setMaster(repo: Repo): void {
    this.#master = repo
    const open = new Set(publicBlobUuidsSorted(repo))
    for (const hash of allBlobUuidsSorted(repo)) {
      this.acknowledge({ hash, nodeId: masterId, isPrivate: !open.has(hash) })
    }
  }

  #makeNetwork(upstream: Transport): SimNetwork {
    const { link } = faultLevels[this.config.level]
    const network = new Network({
      clock: this.#clock,
      source: this.#source,
      faults: this.#faults,
      link,
    })
    return new SimNetwork(network, link.rates, upstream, this)
  }

  #addLeaf(id: NodeId): void {
    const repo = this.#factory.make(id)
    const transport = this.#network.transport(id)
    const { private: isPrivate, deflateOverBytes, makeNode, pollIntervalMs } = this.config
    const node =
      makeNode?.({ id, repo, transport }) ??
      new DefaultNode(repo, transport, { private: isPrivate, deflateOverBytes })
    const leaf = { id, node, isTicking: false, syncs: 0, errors: 0, quietSinceStep: undefined }
    this.#leaves.set(id, leaf)
    const firstMs = this.#source.stream(`timer/${id}`).next().int(0, pollIntervalMs)
    this.#queue.pushEvent({ timeMs: this.#clock.startMs + firstMs, type: 'timer', nodeId: id })
  }

  #leaf(id: NodeId): Leaf {
    const leaf = this.#leaves.get(id)
    if (leaf !== undefined) return leaf
    throw new FossilError('option.invalid', { option: 'nodeId', reason: `no leaf "${id}"` })
  }

  #peekEvent(): Queued | undefined {
    for (;;) {
      const event = this.#queue.peekEvent()
      if (event?.type !== 'happening' || !event.isMoot()) return event
      this.#queue.popEvent()
    }
  }

  #nextEvent(): Queued | undefined {
    return this.#peekEvent() === undefined ? undefined : this.#queue.popEvent()
  }

  #tick(leaf: Leaf, event: Event): void {
    const { id, node } = leaf
    if (event.type === 'timer') {
      const timeMs = this.#clock.nowMs() + this.config.pollIntervalMs
      this.#queue.pushEvent({ timeMs, type: 'timer', nodeId: id })
    }
    if (leaf.isTicking) return
    leaf.isTicking = true
    this.#awake.add(id)
    const startStep = this.steps
    this.note('tick', { node: id, event: event.type })
    const finish = async (): Promise<void> => {
      try {
        this.#finish(leaf, await node.tick(event), startStep)
      } catch (error) {
        this.#failure ??= asError(error)
      } finally {
        leaf.isTicking = false
      }
    }
    void finish()
  }

  #finish(leaf: Leaf, action: Action, startStep: number): void {
    if (action.type === 'none') return
    this.totalSyncs++
    leaf.syncs++
    if ('error' in action) {
      this.totalErrors++
      leaf.errors++
      leaf.quietSinceStep = undefined
      // Its earlier rounds, or the request whose reply was lost, may have moved something.
      this.#lastMovementStep = this.steps
      this.note('sync.failed', { node: leaf.id, error: errorName(action.error) })
      // An assertion that failed is a bug in us, and an override that no site can follow one of the
      // caller's: neither is a hostile world, so it ends the simulation.
      const isWorldly = FossilError.is(action.error) && action.error.code !== 'option.invalid'
      if (!isWorldly) this.#failure ??= action.error
      return
    }
    const { complete, rounds, artifactsSent, artifactsReceived } = action.result
    this.note('sync', { node: leaf.id, complete, rounds, artifactsSent, artifactsReceived })
    const moved = artifactsSent + artifactsReceived > 0
    if (moved) this.#lastMovementStep = this.steps
    leaf.quietSinceStep = moved ? undefined : startStep
  }

  /** A leaf may sync again meanwhile: where many poll often, some leaf always does. */
  #isQuiet(): boolean {
    return this.#leaves
      .values()
      .every(({ quietSinceStep = -1 }) => quietSinceStep > this.#lastMovementStep)
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }

  /**
   * Lets the code of woken nodes run until each has finished its tick or waits for the network. One
   * that does neither waits for something unrepeatable.
   */
  async #letReact(): Promise<void> {
    const awake = [...this.#awake]
    this.#awake.clear()
    const isParked = (id: NodeId): boolean =>
      this.#leaves.get(id)?.isTicking !== true || this.#network.isWaiting(id)
    // A default node is parked after a few turns; a user's may do anything until all is drained.
    const isOurs = awake.every((id) => this.#leaves.get(id)?.node instanceof DefaultNode)
    const mostTurns = isOurs ? reactionTurns : 0
    for (let turn = 0; turn < mostTurns && !awake.every(isParked); turn++) await Promise.resolve()
    if (!isOurs || !awake.every(isParked)) await microtasksDrained()
    for (const id of awake) {
      assert(isParked(id), `node ${id} awaits only its transport, so that the run can be replayed`)
    }
  }

  #check(invariants: typeof safetyInvariants): void {
    const world: World = {
      nodes: this.nodes(),
      truth: { acknowledged: this.#acknowledged, syncsPrivate: this.config.private },
    }
    for (const invariant of invariants) {
      this.totalChecks += world.nodes.length
      invariant.check(world)
    }
  }

  #digests(): TraceValue {
    return this.nodes().map(({ id, repo }) => {
      const held = publicBlobUuidsSorted(repo)
      return [id, held.length, countPhantoms(repo), sha1(utf8(held.join('\n')))]
    })
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function errorName(error: Error): string {
  return FossilError.is(error) ? error.code : error.name
}

/**
 * Runs many repositories in one process, under virtual time: the nodes, their network, the master,
 * and the checks. Every request and every reply is an event, so that the syncs of different leaves
 * interleave between rounds; everything that happens is a function of the seed.
 * @module
 */

import { FossilError } from '../base/error.ts'
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
import { Agenda } from './agenda.ts'
import { Checks } from './checks.ts'
import { requireInteger, type ResolvedConfig, resolveConfig, type SimConfig } from './config.ts'
import type { NodeId, TickEvent, UvEvent } from './event.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from './holdings.ts'
import {
  type AcknowledgedArtifact,
  type CheckedNode,
  maySend,
  type Truth,
  type World,
} from './invariant.ts'
import { checkConvergence } from './invariants/convergence.ts'
import { checkUvConvergence } from './invariants/unversioned.ts'
import { Logins } from './logins.ts'
import { MockFossil } from './mock-fossil.ts'
import { DefaultNode, type Node } from './node.ts'
import { type Happening, masterId, SimNetwork } from './sim-network.ts'
import { RepoFactory } from './repo-factory.ts'
import { type SyncCounts, Tally } from './tally.ts'
import { Ticks } from './ticks.ts'
import { checkUvEvent, type UvDeeds, UvOwners } from './uv-owner.ts'

/** A simulation. Create one with {@link Simulator.create}, close it when done. */
export class Simulator {
  readonly seed: number
  readonly config: ResolvedConfig
  /** Events that happened. */
  steps = 0

  readonly #clock: SimClock
  readonly #source: RandomSource
  readonly #faults: FaultLog
  readonly #activation: SiteActivation
  readonly #trace: Trace
  readonly #network: SimNetwork
  readonly #factory: RepoFactory
  readonly #agenda: Agenda
  readonly #leaves = new Map<NodeId, Node>()
  readonly #ticks: Ticks
  readonly #checks = new Checks()
  readonly #acknowledged: AcknowledgedArtifact[] = []
  readonly #tally = new Tally()
  readonly #owners: UvOwners
  readonly #logins: Logins | undefined
  readonly #truth: Truth
  /** Nodes whose derived tables are not all our making. */
  readonly #foreign = new Set<string>()
  #master: Repo | undefined

  private constructor(config: ResolvedConfig) {
    this.seed = config.seed
    this.config = config
    this.#clock = new SimClock()
    this.#agenda = new Agenda(this.#clock)
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
    const { login, private: isPrivate, uv } = config
    const ids = Array.from({ length: config.numLeaves }, (_, index) => `leaf-${index}`)
    this.#logins = login && new Logins(this.#source, { login, ids, isPrivate })
    this.#owners = new UvOwners({
      nodes: () => this.nodes(),
      note: (type, facts) => this.note(type, facts),
      uvTravels: (id) => maySend(this.#truth, id, 'unversioned'),
    })
    this.#ticks = new Ticks(this, this.#tally)
    this.#truth = {
      acknowledged: this.#acknowledged,
      syncsPrivate: isPrivate,
      unversioned: uv ? this.#owners.ledger : undefined,
      access: this.#logins?.access(),
      foreign: this.#foreign,
    }
    try {
      this.#network = this.#makeNetwork(this.#makeUpstream())
      for (const id of ids) this.#addLeaf(id)
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
    return this.#leaf(id)
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
  leafStats(id: NodeId): Pick<SyncCounts, 'syncs' | 'errors'> {
    this.#leaf(id)
    const { syncs, errors } = this.#tally.of(id)
    return { syncs, errors }
  }

  /** Syncs that ended, one way or the other. */
  get totalSyncs(): number {
    return this.#tally.total.syncs
  }

  /** Syncs that ended in an error. */
  get totalErrors(): number {
    return this.#tally.total.errors
  }

  /** Unversioned files, their times and deletions that leaves sent, in syncs that ended well. */
  get totalUvSent(): number {
    return this.#tally.total.uvSent
  }

  /** The same that leaves took over. */
  get totalUvReceived(): number {
    return this.#tally.total.uvReceived
  }

  /** Unversioned files that leaves asked for, in syncs that ended well. */
  get totalUvGimmes(): number {
    return this.#tally.total.uvGimmes
  }

  /** Checks of single invariants that were made. */
  get totalChecks(): number {
    return this.#checks.made
  }

  /** The step after which safety was last seen to hold, but for what costs a rebuild. */
  get lastSafeStep(): number {
    return this.#checks.lastSafeStep
  }

  /** The step after which all of it was. */
  get lastThoroughStep(): number {
    return this.#checks.lastThoroughStep
  }

  /** What was done to unversioned files. */
  uvDeeds(): Readonly<UvDeeds> {
    return this.#owners.deeds
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
    this.#tally.moved(this.steps)
  }

  /** Makes a leaf sync now, in an event of its own. */
  scheduleSyncNow(id: NodeId): void {
    this.#leaf(id)
    this.#agenda.add({ timeMs: this.#clock.nowMs(), type: 'syncNow', nodeId: id })
  }

  /**
   * Lets somebody write an unversioned file at a node at `timeMs`, whatever is there then. With
   * `mtimeSec` left out it is of that time by the node's clock.
   *
   * @param id `master`, where that is known, or a leaf
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

  /** Runs `action` at `timeMs`, as an event: a workload, a partition that begins. */
  scheduleAction(timeMs: number, action: () => void): void {
    this.schedule(timeMs, { happen: action, isMoot: () => false })
  }

  /** A node's exchange has ended: its code goes on in the present event. */
  woke(id: NodeId): void {
    this.#ticks.woke(id)
  }

  /** Whether a node waits for the network. */
  isWaiting(id: NodeId): boolean {
    return this.#network.isWaiting(id)
  }

  /** Queues something that the simulator does itself. */
  schedule(timeMs: number, happening: Happening): void {
    this.#agenda.schedule(timeMs, happening)
  }

  /**
   * Lets the next event happen.
   *
   * @returns false when nothing is left to happen
   * @throws {InvariantError} when a periodic safety check fails
   */
  async step(): Promise<boolean> {
    const event = this.#agenda.next()
    if (event === undefined) return false
    this.#clock.advanceTo(event.timeMs)
    this.steps++
    if (event.type === 'happening') await event.happen()
    else if (event.type === 'uvWrite' || event.type === 'uvDelete') this.#changeUv(event)
    else this.#tick(event)
    await this.#ticks.react()
    this.#checkNowAndThen()
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
      const next = this.#agenda.peek()
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
    this.#tally.moved(this.steps)
    for (const id of this.leafIds()) this.scheduleSyncNow(id)
    while (!this.#tally.isQuiet(this.#leaves.keys())) {
      const next = this.#agenda.peek()
      if (next === undefined || next.timeMs > deadlineMs) return false
      await this.step()
    }
    return true
  }

  /**
   * Checks every safety invariant on every node, the master included.
   *
   * @param options.isThorough false leaves out what costs a rebuild
   * @throws {InvariantError} for the first that does not hold
   */
  checkSafety({ isThorough = true }: { isThorough?: boolean } = {}): void {
    const { steps: step } = this
    this.note('state', { nodes: this.#checks.safety(this.#world(), { step, isThorough }) })
  }

  /**
   * Checks everything that must hold once the network has settled.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  checkSettled(): void {
    this.#checks.settled(this.#world())
  }

  /** Checks that all leaves hold what the master holds. @throws {InvariantError} */
  checkAllConverged(master: Repo): void {
    checkConvergence(master, this.#leafRepos())
  }

  /** Checks that all leaves have the unversioned files of the master. @throws {InvariantError} */
  checkAllUvConverged(master: Repo): void {
    checkUvConvergence(master, this.#leafRepos())
  }

  /** The nodes as checks see them: the master first, where it is known. */
  nodes(): CheckedNode[] {
    const leaves = [...this.#leafRepos()].map(([id, repo]) => ({ id, repo }))
    return this.#master === undefined ? leaves : [{ id: masterId, repo: this.#master }, ...leaves]
  }

  /** Makes the users whom the simulator made unable to log in, before repositories are kept. */
  revokeLogins(): void {
    for (const { repo } of this.nodes()) this.#logins?.revoke(repo)
  }

  /** Closes the repositories that the simulator opened. */
  close(): void {
    this.#factory.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #checkNowAndThen(): void {
    const { safetyCheckInterval, safetyCheckFrom, thoroughCheckEvery } = this.config
    if (safetyCheckInterval === 0 || this.steps < safetyCheckFrom) return
    if (this.steps % safetyCheckInterval !== 0) return
    const count = this.steps / safetyCheckInterval
    this.checkSafety({ isThorough: thoroughCheckEvery > 0 && count % thoroughCheckEvery === 0 })
  }

  #makeUpstream(): Transport {
    const { upstream } = this.config
    if (upstream === undefined) {
      const { masterImage, deflateOverBytes } = this.config
      const repo = this.#factory.make(masterId, masterImage)
      const users = this.#logins && ({ access: 'users' } as const)
      const mock = new MockFossil(repo, { deflateOverBytes, ...users })
      this.#setMaster(mock.repo)
      return mock
    }
    if (upstream instanceof MockFossil) this.setMasterRepo(upstream.repo)
    return upstream
  }

  /** What the master holds at the beginning must not be lost, nor leak, either. */
  #setMaster(repo: Repo): void {
    this.#master = repo
    const { upstream, masterImage } = this.config
    const isOurs = upstream === undefined || upstream instanceof MockFossil
    if (!isOurs || masterImage !== undefined) this.#foreign.add(masterId)
    this.#logins?.install(repo)
    if (this.config.uv) this.#owners.adopt({ id: masterId, repo })
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
    const { private: isPrivate, uv, deflateOverBytes, makeNode, pollIntervalMs } = this.config
    const login = this.#logins?.credentials(id)
    const node =
      makeNode?.({ id, repo, transport, login }) ??
      new DefaultNode(repo, transport, { private: isPrivate, uv, login, deflateOverBytes })
    this.#leaves.set(id, node)
    const firstMs = this.#source.stream(`timer/${id}`).next().int(0, pollIntervalMs)
    this.#agenda.add({ timeMs: this.#clock.startMs + firstMs, type: 'timer', nodeId: id })
  }

  #leaf(id: NodeId): Node {
    const leaf = this.#leaves.get(id)
    if (leaf !== undefined) return leaf
    throw new FossilError('option.invalid', { option: 'nodeId', reason: `no leaf "${id}"` })
  }

  #leafRepos(): Map<NodeId, Repo> {
    return new Map([...this.#leaves].map(([id, node]) => [id, node.repo]))
  }

  #world(): World {
    return { nodes: this.nodes(), truth: this.#truth }
  }

  #scheduleUv(event: UvEvent): void {
    this.#uvOwner(event.nodeId)
    checkUvEvent(event)
    this.#agenda.add(event)
  }

  #uvOwner(id: NodeId): CheckedNode {
    if (id === masterId && this.#master !== undefined) return { id, repo: this.#master }
    return { id, repo: this.#leaf(id).repo }
  }

  #changeUv(event: UvEvent): void {
    if (this.#owners.act(event, this.#uvOwner(event.nodeId))) this.#tally.moved(this.steps)
  }

  #tick(event: TickEvent): void {
    const { type, nodeId } = event
    if (type === 'timer') {
      const timeMs = this.#clock.nowMs() + this.config.pollIntervalMs
      this.#agenda.add({ timeMs, type, nodeId })
    }
    this.#ticks.begin(this.#leaf(nodeId), event)
  }
}

/**
 * One run of a model, event by event: nodes under virtual time, their network, their faults, and
 * the checks. Everything that happens is a function of the model, the options and the seed.
 * @module
 */

/// <reference lib="esnext.disposable" preserve="true" />

import { SiteActivation, type SiteCoverage } from '../sim/activation.ts'
import { type ClockShift, SimClock } from '../sim/clock.ts'
import type { Decision } from '../sim/decision.ts'
import { FaultLog } from '../sim/fault.ts'
import { noFaults } from '../sim/link.ts'
import { type Direction, Network } from '../sim/network.ts'
import { RandomSource, type RandomStream } from '../sim/random.ts'
import { Causality } from './causality.ts'
import { confine, type Core, drawCore } from './core.ts'
import { CheckTimes, stateSchedule } from './check-times.ts'
import { HoldingLines } from './holding-lines.ts'
import { type CheckedWorld, InvariantChecks } from './invariants.ts'
import { Links } from './links.ts'
import { MarkCounter, type MarkCounts } from './marks.ts'
import type { Host, Model, NodeId, TraceFacts } from './model.ts'
import { requireInteger } from '../base/options.ts'
import type { ActionOptions } from './action.ts'
import { Nodes } from './nodes.ts'
import { PendingEvents } from './pending-events.ts'
import { Rest } from './rest.ts'
import { RunTrace } from './run-trace.ts'
import type { SimulationOptions } from './simulation-options.ts'
import { Ticks } from './ticks.ts'
import { Turns } from './turns.ts'
import { Watchdog } from './watchdog.ts'

/** A run of one model. Close it when done. */
export class Simulation<W extends CheckedWorld> implements Disposable {
  readonly model: Model<W>
  readonly options: SimulationOptions
  readonly world: W
  /** The links between the nodes. */
  readonly network: Network
  readonly events: PendingEvents
  readonly faults: FaultLog

  readonly #clock = new SimClock()
  readonly #causality = new Causality()
  readonly #source: RandomSource
  readonly #trace: RunTrace
  readonly #activation: SiteActivation
  readonly #links: Links
  readonly #ticks: Ticks
  readonly #nodes: Nodes
  readonly #rest = new Rest()
  readonly #watchdog = new Watchdog()
  readonly #turns = new Turns()
  readonly #marks = new MarkCounter()
  #core: Core | undefined
  #actions = 0
  #failedNode: NodeId | undefined
  readonly #checks: InvariantChecks<W>
  readonly #checkTimes: CheckTimes
  readonly #stateTimes: CheckTimes
  readonly #holdings: HoldingLines<W> | undefined

  /**
   * Starts every node of the model.
   *
   * @throws {FossilError} `option.invalid` for an invalid seed or link
   */
  constructor(model: Model<W>, options: SimulationOptions) {
    const { seed, link, overrides = [], unlisted = 'drawn', late = [], onTraceLine } = options
    this.model = model
    this.options = options
    this.#source = new RandomSource(seed)
    const [clock, causality] = [this.#clock, this.#causality]
    this.#trace = new RunTrace({ clock, causality, onLine: onTraceLine })
    this.#trace.begin({ model: model.name, seed, nodes: model.topology.nodes })
    this.faults = new FaultLog(this.#source, {
      overrides,
      unlisted,
      onDecision: ({ site, use, outcome }) => this.note('fault', { site, use, outcome }),
    })
    this.#activation = new SiteActivation(this.#source, this.faults)
    this.events = new PendingEvents(clock, causality)
    const parts = { clock, source: this.#source, faults: this.faults }
    this.network = new Network({ ...parts, link })
    this.#links = this.#makeLinks()
    this.#ticks = new Ticks({
      isWaiting: (id) => this.#links.isWaiting(id) || this.#nodes.isWaiting(id),
      onBegin: (event) => this.#nodes.beginTick(event),
      tracesWaits: options.tracesWaits ?? false,
    })
    this.#nodes = this.#makeNodes()
    this.#checks = new InvariantChecks(model.invariants, model.version, options.checks.watched)
    this.#checkTimes = new CheckTimes(options.checks)
    this.#stateTimes = new CheckTimes(stateSchedule(model.topology.nodes.length))
    this.#holdings = holdingLinesOf(model, options)
    this.world = model.world(this.#host())
    try {
      for (const id of model.topology.nodes) if (!late.includes(id)) this.#nodes.start(id)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Events that happened. */
  get steps(): number {
    return this.#causality.last.event
  }

  /** The true clock. */
  clock(): SimClock {
    return this.#clock
  }

  /** A random stream of this run: a new name never shifts another. */
  stream(name: string): RandomStream {
    return this.#source.stream(name)
  }

  /** Every fault that was decided so far. */
  decisions(): readonly Decision[] {
    return this.faults.decisions
  }

  /** Every fault site inside the code of the nodes: active or not, how often it fired. */
  coverage(): SiteCoverage[] {
    return this.#activation.coverage()
  }

  /** Rare situations reached so far, with counts. */
  marks(): MarkCounts {
    return this.#marks.counts()
  }

  /** SHA-256 over everything that happened so far. */
  traceHash(): string {
    return this.#trace.hash()
  }

  /** The latest lines of the trace, oldest first: some thousands. */
  recentLines(): readonly string[] {
    return this.#trace.recentLines()
  }

  /** The node at which an event ended in an error; undefined if none did. */
  get failedNode(): NodeId | undefined {
    return this.#failedNode
  }

  /** Nodes that keep the run from coming to rest. */
  restlessNodes(): NodeId[] {
    return this.#rest.restless()
  }

  /** The number of checks so far, and the steps at which safety last held. */
  get checks(): Readonly<Pick<InvariantChecks<W>, 'made' | 'lastSafeStep' | 'lastThoroughStep'>> {
    return this.#checks
  }

  /** Adds a line to the trace: see {@link Host.note}. */
  note(type: string, facts: TraceFacts): void {
    this.#trace.note(type, facts)
  }

  /**
   * Runs `action` at `timeMs`, as an event.
   *
   * @param options.node the node at which it happens, if there is one
   * @param options.name name of the action, unique in the run: it names the faults of the action
   * @throws {FossilError} `option.invalid` for the past
   */
  scheduleAction(timeMs: number, action: () => void, options: ActionOptions = {}): void {
    const { node, isImposed = false, name = `action#${++this.#actions}` } = options
    const act = (): void => this.#turns.act(name, action)
    const happen = (): void => {
      if (node !== undefined) this.#ticks.wake(node)
      if (node === undefined || isImposed) act()
      else this.#nodes.runAt(node, act)
    }
    this.events.add({ timeMs, node, isImposed, happen })
  }

  /** Lets a node tick now, in an event of its own. */
  tickNow(id: NodeId): void {
    this.#nodes.tickNow(id)
  }

  /** Tells whether a node is up: it was started, and has neither crashed nor stopped since. */
  isUp(id: NodeId): boolean {
    return this.#nodes.isUp(id)
  }

  /**
   * Crashes a node, between two events: its stored state stays, its sent messages travel on, and
   * nothing that it was about to do happens. Its promises never settle. Does nothing if it is down.
   */
  crash(id: NodeId): void {
    this.#nodes.crash(id)
  }

  /** Crashes of nodes so far. */
  get crashes(): number {
    return this.#nodes.crashes
  }

  /**
   * Stops a node gracefully, by {@link NodeHandle.stop}, and it is down once that has ended;
   * without that method it is down at once, as after a crash.
   */
  stop(id: NodeId): void {
    this.#nodes.stop(id)
  }

  /**
   * Pauses a node, as if its machine slept: its timers and all arrivals wait until it is resumed,
   * and happen then. Does nothing if it is down.
   */
  pause(id: NodeId): void {
    this.#nodes.pause(id)
  }

  /** Resumes a paused node. */
  resume(id: NodeId): void {
    this.#nodes.resume(id)
  }

  /** Starts a node that is down by {@link Model.start}: again, or for the first time. */
  restart(id: NodeId): void {
    this.#nodes.restart(id)
  }

  /** Makes the clock of a node jump or drift, if the model has one for it. */
  shiftClock(id: NodeId, shift: ClockShift): void {
    this.model.shiftClock?.(id, this.world, shift)
  }

  /** Lies that nodes have told so far. */
  get lies(): number {
    return this.#links.lies.told
  }

  /**
   * Sends a request along a link, for a caller that is not a node: see {@link NodeHost.exchange}.
   */
  exchange(direction: Direction, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#links.exchanges.exchange(direction, request, signal)
  }

  /**
   * Lets the next event happen.
   *
   * @returns false when nothing is left to happen
   * @throws {InvariantError} when a periodic safety check fails
   * @throws {FossilError} `sim.stuck`, `sim.foreignWait`; and whatever the code of a node throws
   */
  async step(): Promise<boolean> {
    await this.#ticks.catchUp()
    return this.#step()
  }

  async #step(): Promise<boolean> {
    const next = this.events.next()
    if (next === undefined) return false
    const { event, origin } = next
    // Whatever is done between two events belongs to neither.
    this.#noteHoldings()
    const { redraw } = this.options
    if (redraw?.afterStep === this.steps) this.#source.reseed(redraw.seed)
    this.#clock.advanceTo(event.timeMs)
    this.#causality.begin(event.node, origin)
    this.#ticks.beginEvent()
    try {
      this.#watchdog.sees(event)
      const happening = event.happen()
      if (happening !== undefined) await happening
      await this.#ticks.react()
      this.#noteHoldings()
      if (this.#stateTimes.due(this.steps) !== undefined) this.#noteState()
      this.#checkNowAndThen()
    } catch (error) {
      this.#failedNode = event.node
      throw error
    } finally {
      this.#ticks.endEvent()
      this.#causality.end()
    }
    return true
  }

  /** Lets up to `maxSteps` events happen. */
  async run(maxSteps: number): Promise<void> {
    requireInteger('maxSteps', maxSteps, { min: 0 })
    await this.#ticks.catchUp()
    for (let step = 0; step < maxSteps; step++) if (!(await this.#step())) return
  }

  /**
   * Lets everything happen up to `deadlineMs`, virtual time since 1970, which is then the present.
   */
  async runUntil(deadlineMs: number): Promise<void> {
    requireInteger('deadlineMs', deadlineMs, { min: 0 })
    await this.#ticks.catchUp()
    for (;;) {
      const next = this.events.peek()
      if (next === undefined || next.timeMs > deadlineMs) break
      await this.#step()
    }
    if (this.#clock.nowMs() < deadlineMs) this.#clock.advanceTo(deadlineMs)
  }

  /** The nodes that healed, and the ways in which others stay broken; undefined if all healed. */
  get core(): Core | undefined {
    return this.#core
  }

  /** Ends faults for good, for all nodes or a core. Exchanges under way may still fail. */
  endFaults(): void {
    if (this.options.heals === 'core') this.#core = drawCore(this)
    this.note('faults.end', {})
    this.faults.disable()
    this.network.setRates(noFaults)
    this.network.healAll()
    this.events.unclogAll()
    this.#nodes.resumeAll()
    this.model.faultsEnd?.(this.world)
    if (this.#core !== undefined) confine(this, this.#core, this.#rest)
  }

  /**
   * Runs on until every node that ticks has found nothing to move since anything last moved.
   *
   * @param maxSteps events of the whole run after which settling is given up
   * @returns false when `limitMs` of virtual time, or so many events, did not suffice
   */
  async settle(limitMs: number, maxSteps = Infinity): Promise<boolean> {
    requireInteger('limitMs', limitMs, { min: 0 })
    const deadlineMs = this.#clock.nowMs() + limitMs
    // Whatever the caller did before may have left something to move.
    this.#rest.moved(this.steps)
    const isAtRest = await this.#runToRest(deadlineMs, maxSteps)
    this.#noteState()
    return isAtRest
  }

  /**
   * Checks everything that must always hold, on every node.
   *
   * @param options.isThorough false leaves out costly invariants
   * @throws {InvariantError} for the first that does not hold
   */
  checkSafety({ isThorough = true }: { isThorough?: boolean } = {}): void {
    this.#marks.pausedDuring(() =>
      this.#checks.safety(this.world, { step: this.steps, isThorough }),
    )
  }

  /**
   * Checks everything that must hold once the nodes are at rest.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  checkSettled(): void {
    this.#marks.pausedDuring(() => this.#checks.settled(this.world))
  }

  /** Releases everything that the nodes hold. */
  close(): void {
    this.#ticks[Symbol.dispose]()
    this.model.stop?.(this.world)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #host(): Host {
    return {
      clock: this.#clock,
      source: this.#source,
      buggify: (id) => this.#activation.buggify(id, () => this.#turns.of(id)),
      mark: this.#marks.count,
      note: (type, facts) => this.note(type, facts),
      moved: () => this.#rest.moved(this.steps),
      halt: (id) => this.#nodes.halt(id),
      restart: (id) => this.restart(id),
      pausedMs: (id) => this.events.pausedMs(id),
    }
  }

  #makeNodes(): Nodes {
    return new Nodes({
      clock: this.#clock,
      source: this.#source,
      events: this.events,
      links: this.#links,
      ticks: this.#ticks,
      turns: this.#turns,
      rest: this.#rest,
      ways: this.model.topology.links,
      wallClock: (id) => this.model.wallClock?.(id, this.world),
      pollIntervalMs: this.options.pollIntervalMs,
      mark: this.#marks.count,
      note: (type, facts) => this.note(type, facts),
      step: () => this.steps,
      startNode: (host) => this.model.start(host.id, this.world, host),
      onDown: (id) => this.model.down?.(id, this.world),
    })
  }

  #makeLinks(): Links {
    return new Links({
      clock: this.#clock,
      source: this.#source,
      faults: this.faults,
      network: this.network,
      events: this.events,
      turns: this.#turns,
      nodes: () => this.#nodes,
      ticks: () => this.#ticks,
      mark: this.#marks.count,
      note: (type, facts) => this.note(type, facts),
      canonical: (message) => this.model.message?.canonical?.(message) ?? message,
      mutations: this.model.message?.mutations ?? [],
      onLie: (lie) => this.model.lied?.(lie, this.world),
      onMessage: (facts, message) => this.#describe(facts, message),
      onUnheard: () => this.#rest.moved(this.steps),
    })
  }

  #describe(facts: TraceFacts, message: Uint8Array): void {
    const { onTraceLine, describesMessages = false } = this.options
    if (onTraceLine === undefined || !describesMessages) return
    const content = this.model.message?.describe?.(message)
    if (content !== undefined) this.#trace.explain('message', { ...facts, content })
  }

  #noteHoldings(): void {
    const holdings = this.#holdings
    if (holdings === undefined) return
    this.#marks.pausedDuring(() => {
      for (const facts of holdings.changes(this.world)) this.#trace.explain('holding', facts)
    })
  }

  async #runToRest(deadlineMs: number, maxSteps: number): Promise<boolean> {
    await this.#ticks.catchUp()
    this.#nodes.tickAll()
    while (!this.#rest.isReached) {
      const next = this.events.peek()
      if (next === undefined || next.timeMs > deadlineMs || this.steps >= maxSteps) return false
      await this.#step()
    }
    return true
  }

  #noteState(): void {
    this.#trace.noteAfterwards('state', { nodes: this.model.state(this.world) })
  }

  #checkNowAndThen(): void {
    this.#marks.pausedDuring(() => this.#checks.watched(this.world))
    const due = this.#checkTimes.due(this.steps)
    if (due !== undefined) this.checkSafety(due)
  }
}

function holdingLinesOf<W extends CheckedWorld>(
  { holdings, version }: Model<W>,
  { onTraceLine, describesHoldings = false }: SimulationOptions,
): HoldingLines<W> | undefined {
  if (holdings === undefined || onTraceLine === undefined || !describesHoldings) return undefined
  return new HoldingLines(holdings, version)
}

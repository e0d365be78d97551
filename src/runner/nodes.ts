/**
 * The nodes of one run and their lives: each starts, is polled, answers, crashes and restarts.
 * @module
 */

import { assert } from '../base/assert.ts'
import { asError, FossilError } from '../base/error.ts'
import type { Clock } from '../base/env.ts'
import type { MarkName } from '../base/marks.ts'
import type { SimClock } from '../sim/clock.ts'
import { runInside, type SimulatedGlobals } from '../sim/context.ts'
import type { Direction } from '../sim/network.ts'
import type { RandomSource } from '../sim/random.ts'
import { globalsOf } from './globals.ts'
import { Incarnation } from './incarnation.ts'
import type { LinkedNodes, Links } from './links.ts'
import type {
  NodeHandle,
  NodeHost,
  NodeId,
  ReceivedDatagram,
  Stream,
  TickEvent,
  TickOutcome,
  TraceFacts,
} from './model.ts'
import type { PendingEvents } from './pending-events.ts'
import type { Rest } from './rest.ts'
import type { Ticks } from './ticks.ts'
import type { Turns } from './turns.ts'

/** The parts of a run that its nodes use. */
export interface NodesOptions {
  readonly clock: SimClock
  readonly source: RandomSource
  readonly events: PendingEvents
  readonly links: Links
  readonly ticks: Ticks
  readonly turns: Turns
  readonly rest: Rest
  /** The links between the nodes. */
  readonly ways: readonly Direction[]
  /** The clock of a node, if it has its own. */
  readonly wallClock: (id: NodeId) => Clock | undefined
  /** From one tick of a node to its next. */
  readonly pollIntervalMs: number
  readonly mark: (name: MarkName) => void
  readonly note: (type: string, facts: TraceFacts) => void
  /** Number of the present event. */
  readonly step: () => number
  /** Lets the model start a node, for the first time or again. */
  readonly startNode: (host: NodeHost) => NodeHandle
  /** Tells the model that a node has crashed or stopped. */
  readonly onDown: (id: NodeId) => void
}

/** A life of a node, and its surroundings for code that was not written for a simulation. */
interface Life {
  readonly host: Incarnation
  readonly globals: SimulatedGlobals
}

/** The nodes of one run. */
export class Nodes implements LinkedNodes {
  /** Crashes so far. */
  crashes = 0
  readonly #options: NodesOptions
  /** Nodes that are up. */
  readonly #handles = new Map<NodeId, NodeHandle>()
  readonly #lives = new Map<NodeId, Life>()
  /** Entries in the stores of all nodes: they outlive crashes. */
  readonly #stored = new Map<NodeId, Map<string, Uint8Array>>()
  /** Nodes that are stopping gracefully. */
  readonly #stopping = new Set<NodeId>()
  /** Stopping nodes that will restart once they are down. */
  readonly #toRestart = new Set<NodeId>()
  /** Counts for numbered names, over all lives of a node. */
  readonly #counts = new Map<string, number>()

  constructor(options: NodesOptions) {
    this.#options = options
  }

  /** Tells whether a node is up: it was started, and has neither crashed nor stopped since. */
  isUp(id: NodeId): boolean {
    return this.#handles.has(id)
  }

  /** Tells whether a timer of a node is pending. */
  isWaiting(id: NodeId): boolean {
    return this.#lives.get(id)?.host.isWaiting ?? false
  }

  /** Starts a life of a node. */
  start(id: NodeId): void {
    const { clock, source, rest, ticks, pollIntervalMs, startNode } = this.#options
    const life = this.#newLife(id)
    const { host, globals } = life
    this.#lives.set(id, life)
    ticks.wake(id)
    const node = runInside(globals, () => handleInside(globals, startNode(host)))
    this.#handles.set(id, node)
    const { tick, looksAt } = node
    if (looksAt?.length === 0) throw invalidLook(id, 'names nobody')
    if (tick !== undefined || looksAt !== undefined) rest.expect(id, looksAt)
    if (tick === undefined || looksAt !== undefined) return
    const firstMs = source.stream(`timer/${id}`).next().int(0, pollIntervalMs)
    this.#schedulePoll(node, { timeMs: clock.nowMs() + firstMs, nodeId: id, type: 'timer' })
  }

  /** Crashes a node: see {@link Simulation.crash}. */
  crash(id: NodeId): void {
    if (!this.isUp(id)) return
    this.crashes++
    this.#options.note('crash', { node: id })
    this.#down(id)
  }

  /** Stops a node gracefully: see {@link Simulation.stop}. */
  stop(id: NodeId): void {
    const node = this.#handles.get(id)
    if (node === undefined || this.#stopping.has(id)) return
    const { links, mark, note, ticks, events } = this.#options
    if (links.exchanges.isWaiting(id)) mark('runner.stop-unanswered')
    note('stop', { node: id })
    events.resume(id)
    if (node.stop === undefined) return this.#down(id)
    ticks.wake(id)
    this.#stopping.add(id)
    // It may have crashed meanwhile, and live again.
    const isThisLife = (): boolean => this.#handles.get(id) === node
    node.stop().then(
      () => isThisLife() && this.#down(id),
      (error: unknown) => isThisLife() && ticks.fail(asError(error)),
    )
  }

  /** Ends a node at once, on request of the model. */
  halt(id: NodeId): void {
    if (!this.isUp(id)) return
    this.#options.note('stop', { node: id })
    this.#down(id)
  }

  /** Pauses a node until it is resumed: see {@link Simulation.pause}. */
  pause(id: NodeId): void {
    const { note, events } = this.#options
    if (!this.isUp(id) || events.paused.includes(id)) return
    note('pause', { node: id })
    events.pause(id)
  }

  /** Resumes a paused node. */
  resume(id: NodeId): void {
    const { note, events } = this.#options
    if (!events.paused.includes(id)) return
    note('resume', { node: id })
    events.resume(id)
  }

  /** Resumes all paused nodes. */
  resumeAll(): void {
    for (const id of this.#options.events.paused) this.resume(id)
  }

  /** Removes a node, except its stored state. */
  #down(id: NodeId): void {
    const { events, links, ticks, turns, rest, step, onDown } = this.#options
    this.#handles.delete(id)
    this.#stopping.delete(id)
    events.resume(id)
    this.#lives.get(id)?.host.end()
    links.forget(id)
    ticks.forget(id)
    turns.forget(id)
    rest.forget(id)
    rest.moved(step())
    onDown(id)
    if (this.#toRestart.delete(id)) this.restart(id)
  }

  /**
   * Starts a node that is down, again or for the first time; a stopping node, once it has stopped.
   */
  restart(id: NodeId): void {
    if (this.#stopping.has(id)) this.#toRestart.add(id)
    if (this.isUp(id)) return
    this.#options.note(this.#lives.has(id) ? 'restart' : 'join', { node: id })
    this.start(id)
  }

  /** Lets a node tick now, in an event of its own. */
  tickNow(id: NodeId): void {
    const { clock, events, ticks, turns } = this.#options
    const name = this.#next(id, 'syncNow')
    const event: TickEvent = { timeMs: clock.nowMs(), nodeId: id, type: 'syncNow' }
    const happen = (): void => {
      const node = this.#handles.get(id)
      if (node?.tick === undefined) return
      ticks.begin(node, event, () => turns.begin(id, name))
    }
    events.add({ timeMs: event.timeMs, node: id, happen })
  }

  /** Lets every node that ticks tick now. */
  tickAll(): void {
    for (const [id, { tick }] of this.#handles) if (tick !== undefined) this.tickNow(id)
  }

  /** Begins a tick of a node; the returned function takes its outcome. */
  beginTick({ nodeId: id, type }: TickEvent): (outcome: TickOutcome) => void {
    const { note, step, turns, rest } = this.#options
    const startStep = step()
    note('tick', { node: id, trigger: type })
    return (outcome) => {
      turns.end(id)
      rest.looked(id, outcome, { startStep, endStep: step() })
    }
  }

  /** Lets a node answer a request. */
  answer(id: NodeId, request: Uint8Array, from: NodeId): Promise<Uint8Array> {
    const node = this.#handles.get(id)
    assert(node !== undefined, `${id} is a node of the model`)
    assert(node.answer !== undefined, `a link leads to ${id}, which answers`)
    this.#options.ticks.wake(id)
    return node.answer(request, from)
  }

  /** Hands a datagram to a node, which ignores it if it has no handler. */
  takeDatagram(id: NodeId, datagram: ReceivedDatagram, turn: string): void {
    const { ticks, turns } = this.#options
    const node = this.#handles.get(id)
    if (node?.onDatagram === undefined) return
    ticks.wake(id)
    turns.act(turn, () => node.onDatagram?.(datagram))
  }

  /** Tells whether a node is up and accepts streams. */
  acceptsStreams(id: NodeId): boolean {
    return this.#handles.get(id)?.onStream !== undefined
  }

  /** Hands a stream to a node that accepts streams. */
  takeStream(id: NodeId, stream: Stream, turn: string): void {
    const { ticks, turns } = this.#options
    ticks.wake(id)
    turns.act(turn, () => this.#handles.get(id)?.onStream?.(stream))
  }

  /** Runs an action as code of a node, if that is up. */
  runAt(id: NodeId, action: () => void): void {
    const life = this.isUp(id) ? this.#lives.get(id) : undefined
    if (life === undefined) action()
    else runInside(life.globals, action)
  }

  /** One poll after another, as long as the node lives. */
  #schedulePoll(node: NodeHandle, event: TickEvent): void {
    const { clock, events, ticks, turns, pollIntervalMs } = this.#options
    const { nodeId: id, timeMs } = event
    const happen = (): void => {
      if (this.#handles.get(id) !== node) return
      const name = this.#next(id, 'poll')
      // A node that was paused polls late, and misses some.
      const nowMs = clock.nowMs()
      const nextMs = timeMs + pollIntervalMs > nowMs ? timeMs : nowMs
      this.#schedulePoll(node, { ...event, timeMs: nextMs + pollIntervalMs })
      ticks.begin(node, { ...event, timeMs: nowMs }, () => turns.begin(id, name))
    }
    events.add({ timeMs, node: id, happen, isMoot: () => this.#handles.get(id) !== node })
  }

  #newLife(id: NodeId): Life {
    const { ways, wallClock } = this.#options
    const host = this.#newHost(id, (action) => runInside(globals, action))
    const ownClock = (): Clock => wallClock(id) ?? this.#options.clock
    const globals = globalsOf({ life: host, wallClock: ownClock, ways })
    return { host, globals }
  }

  /** @param runIn runs code of the node */
  #newHost(id: NodeId, runIn: (action: () => void) => void): Incarnation {
    const { clock, source, events, ticks, turns, links, note } = this.#options
    const stored = this.#stored.get(id) ?? new Map<string, Uint8Array>()
    this.#stored.set(id, stored)
    const random = source.stream(`host/${id}`)
    return new Incarnation({
      id,
      clock,
      random: { bytes: (length) => random.next().bytes(length) },
      events,
      stored,
      exchange: (to, request, signal) =>
        ticks.mayAct(id)
          ? links.exchanges.exchange({ from: id, to }, request, signal)
          : Promise.reject(ticks.foreignWait(id)),
      look: (to) => this.#look({ from: id, to }),
      note,
      fail: (error) => ticks.fail(error),
      act: (action) => {
        ticks.wake(id)
        turns.act(this.#next(id, 'timer'), () => runIn(action))
      },
      send: (to, bytes, kind) => links.datagrams.send({ from: id, to }, bytes, kind),
      connect: (to) => links.streams.connect({ from: id, to }),
      requireTurn: () => ticks.requireTurn(id),
    })
  }

  #look({ from, to }: Direction): (outcome: TickOutcome) => void {
    const { note, step, turns, rest } = this.#options
    const peers = this.#handles.get(from)?.looksAt
    if (peers !== undefined && !peers.includes(to)) throw invalidLook(from, `does not name "${to}"`)
    const startStep = step()
    turns.beginLook({ from, to }, this.#next(from, 'look', to))
    note('tick', { node: from, trigger: 'own', peer: to })
    return (outcome) => {
      turns.endLook({ from, to })
      rest.looked(from, outcome, { startStep, endStep: step() }, to)
    }
  }

  /** The next name of a kind at a node, such as `poll#3`. */
  #next(id: NodeId, kind: string, peer = ''): string {
    const key = `${id}/${peer}/${kind}`
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return `${kind}#${count}`
  }
}

/** A node whose code runs inside its surroundings. */
function handleInside(globals: SimulatedGlobals, node: NodeHandle): NodeHandle {
  const { tick, answer, onDatagram, onStream, stop, looksAt } = node
  const inside =
    <A extends unknown[], R>(method: (...args: A) => R) =>
    (...args: A): R =>
      runInside(globals, () => method.apply(node, args))
  return {
    ...(tick && { tick: inside(tick) }),
    ...(answer && { answer: inside(answer) }),
    ...(onDatagram && { onDatagram: inside(onDatagram) }),
    ...(onStream && { onStream: inside(onStream) }),
    ...(stop && { stop: inside(stop) }),
    ...(looksAt && { looksAt }),
  }
}

function invalidLook(id: NodeId, reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'looksAt', reason: `that of ${id} ${reason}` })
}

/**
 * Runs the code of the nodes: one tick of each at a time, between two of its awaits at a time. Code
 * that awaits anything but its host could not be replayed, and is detected here.
 * @module
 */

import { assert } from '../base/assert.ts'
import { pendingResources, quiesce } from '../base/env.ts'
import { asError, FossilError } from '../base/error.ts'
import { presentNode } from '../sim/context.ts'
import type { NodeHandle, NodeId, TickEvent, TickOutcome } from './model.ts'
import { WaitTracer } from './wait-tracer.ts'

/** The parts of a run that ticks use. */
export interface TickOptions {
  /** Tells whether a node waits for the network, or for a timer of its host. */
  readonly isWaiting: (id: NodeId) => boolean
  /**
   * Called when a tick begins. The returned function is called with its outcome when it has ended.
   */
  readonly onBegin: (event: TickEvent) => (outcome: TickOutcome) => void
  /**
   * Traces the waits of node code, so that the error for a foreign wait says where it began. Slow,
   * and affects the whole process: for repeats of a run. Default false.
   */
  readonly tracesWaits?: boolean
}

/** The ticks of all nodes of one run. */
export class Ticks implements Disposable {
  readonly #options: TickOptions
  /** Nodes whose tick is under way. */
  readonly #ticking = new Map<NodeId, NodeHandle>()
  /** Nodes whose code goes on in the present event. */
  readonly #awake = new Set<NodeId>()
  /** I/O and timers that the process waited for before any node ran. */
  readonly #known = pendingResources()
  readonly #tracer: WaitTracer | undefined
  #isInEvent = false
  #failure: Error | undefined

  constructor(options: TickOptions) {
    this.#options = options
    this.#tracer = options.tracesWaits === true ? new WaitTracer() : undefined
  }

  /** Ends the tracing of waits. */
  [Symbol.dispose](): void {
    this.#tracer?.[Symbol.dispose]()
  }

  /** Hands an event to a node, unless it is still busy with an earlier one. */
  begin(node: NodeHandle, event: TickEvent, onBegin: () => void): void {
    const { nodeId: id } = event
    if (this.#ticking.has(id)) return
    onBegin()
    this.#tracer?.begin()
    this.#ticking.set(id, node)
    this.#awake.add(id)
    void this.#tick(node, event)
  }

  /** Lets code of a node go on in the present event: its exchange has ended, or its timer fires. */
  wake(id: NodeId): void {
    this.#tracer?.begin()
    this.#awake.add(id)
  }

  /** Begins an event: until its end, only code of nodes that it wakes goes on. */
  beginEvent(): void {
    this.#isInEvent = true
  }

  /** Ends the event; the driver of the run may then call nodes freely. */
  endEvent(): void {
    this.#isInEvent = false
  }

  /** Forgets a crashed node: its tick never ends, and does not block another. */
  forget(id: NodeId): void {
    this.#ticking.delete(id)
    this.#awake.delete(id)
  }

  /**
   * Lets the code of woken nodes run until each has finished its tick or waits for its host. A node
   * that does neither waits for something unrepeatable.
   *
   * @throws the error of a node's tick
   */
  async react(): Promise<void> {
    if (this.#awake.size > 0) await this.#letReact()
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }

  /**
   * Lets code run on that began outside events: when nodes start, or when the driver of the run
   * calls one. It runs at the time when it began, not during the next event.
   */
  async catchUp(): Promise<void> {
    await quiesce()
    await this.react()
  }

  /**
   * True if the code of a node runs in the present event, or if no tick of it is under way and
   * somebody else may have called: during an event, the context distinguishes these.
   */
  mayAct(id: NodeId): boolean {
    if (this.#awake.has(id)) return true
    return !this.#ticking.has(id) && !(this.#isInEvent && presentNode()?.id === id)
  }

  /** @throws {FossilError} `sim.foreignWait` if the code of a node goes on by itself */
  requireTurn(id: NodeId): void {
    if (!this.mayAct(id)) throw this.foreignWait(id)
  }

  /** Ends the run: the code of a node has failed. */
  fail(error: Error): void {
    this.#failure ??= error
  }

  /** Ends the run: a node whose tick is under way went on by itself, or will never go on. */
  foreignWait(id: NodeId): FossilError {
    return this.#foreignWait(id, this.#tracer?.wokenAt() ?? this.#tracer?.pendingAt())
  }

  #foreignWait(id: NodeId, at: string | undefined): FossilError {
    const waitsFor = foreignResources(this.#known) || 'a promise that nothing in the run resolves'
    const error = new FossilError('sim.foreignWait', {
      node: id,
      waitsFor,
      ...(at !== undefined && { at }),
    })
    // Kept, too: the node may catch it.
    this.#failure ??= error
    return error
  }

  async #tick(node: NodeHandle, event: TickEvent): Promise<void> {
    const { nodeId: id } = event
    const onEnd = this.#options.onBegin(event)
    try {
      assert(node.tick !== undefined, 'only a node that ticks is told of events')
      const outcome = await node.tick(event)
      if (this.#isDead(node, id)) return
      if (!this.mayAct(id)) throw this.foreignWait(id)
      onEnd(outcome)
    } catch (error) {
      if (this.#isDead(node, id)) return
      this.#failure ??= asError(error)
    }
    this.#ticking.delete(id)
  }

  /**
   * Tells whether a node has crashed: its code may still go on if something other than the network
   * wakes it.
   */
  #isDead(node: NodeHandle, id: NodeId): boolean {
    return this.#ticking.get(id) !== node
  }

  async #letReact(): Promise<void> {
    await quiesce()
    const awake = [...this.#awake]
    this.#awake.clear()
    for (const id of awake) {
      const isParked = !this.#ticking.has(id) || this.#options.isWaiting(id)
      if (!isParked) throw this.#failure ?? this.#foreignWait(id, this.#tracer?.pendingAt())
    }
  }
}

/** Resources that the process acquired since the beginning, by kind. */
function foreignResources(known: readonly string[]): string {
  const old = [...known]
  const added = pendingResources().filter((kind) => {
    const at = old.indexOf(kind)
    if (at >= 0) old.splice(at, 1)
    return at < 0
  })
  return [...new Set(added)].join(', ')
}

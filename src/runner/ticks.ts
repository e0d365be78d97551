/**
 * Runs the code of the nodes: one tick of each at a time, between two of its awaits at a time.
 * Code that awaits anything but its exchanges could not be replayed, and is found out here.
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
  /** A tick has begun. The returned function is called with its outcome, when it has ended. */
  readonly onBegin: (event: TickEvent) => (outcome: TickOutcome) => void
  /**
   * Traces what the code of nodes waits for, so that the error of a foreign wait tells where it was
   * begun. Slow, and of the whole process: for a run that is made again. Default false.
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

  /** Tells a node of an event, unless it is still busy with an earlier one. */
  begin(node: NodeHandle, event: TickEvent, onBegin: () => void): void {
    const { nodeId: id } = event
    if (this.#ticking.has(id)) return
    onBegin()
    this.#tracer?.begin()
    this.#ticking.set(id, node)
    this.#awake.add(id)
    void this.#tick(node, event)
  }

  /** Code of a node goes on in the present event: an exchange of it has ended, a timer fires. */
  wake(id: NodeId): void {
    this.#tracer?.begin()
    this.#awake.add(id)
  }

  /** An event begins: until its end, no code of nodes goes on but of those that it wakes. */
  beginEvent(): void {
    this.#isInEvent = true
  }

  /** The event has ended, and whoever drives the run may do at nodes as it likes. */
  endEvent(): void {
    this.#isInEvent = false
  }

  /** A node has crashed: its tick never ends, and no other is in its way. */
  forget(id: NodeId): void {
    this.#ticking.delete(id)
    this.#awake.delete(id)
  }

  /**
   * Lets the code of woken nodes run until each has finished its tick or waits for its host. One
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
   * Lets code run on that began outside of events: where nodes start, or whoever drives the run
   * does something at one. It runs at the time when it began, not in the midst of the next event.
   */
  async catchUp(): Promise<void> {
    await quiesce()
    await this.react()
  }

  /**
   * True where the code of a node runs in the present event, or where no tick of it is under way
   * and somebody else may have called: during an event, the context tells these apart.
   */
  mayAct(id: NodeId): boolean {
    if (this.#awake.has(id)) return true
    return !this.#ticking.has(id) && !(this.#isInEvent && presentNode()?.id === id)
  }

  /** @throws {FossilError} `sim.foreignWait` where the code of a node goes on by itself */
  requireTurn(id: NodeId): void {
    if (!this.mayAct(id)) throw this.foreignWait(id)
  }

  /** The run ends: the code of a node has failed. */
  fail(error: Error): void {
    this.#failure ??= error
  }

  /** The run ends: a node whose tick is under way went on by itself, or will never go on. */
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

  /** Code of a node that has crashed may go on where something else than the network wakes it. */
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

/** Resources that the process has not had from the beginning, by kind. */
function foreignResources(known: readonly string[]): string {
  const old = [...known]
  const added = pendingResources().filter((kind) => {
    const at = old.indexOf(kind)
    if (at >= 0) old.splice(at, 1)
    return at < 0
  })
  return [...new Set(added)].join(', ')
}

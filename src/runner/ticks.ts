/**
 * Runs the code of the nodes: one tick of each at a time, between two of its awaits at a time.
 * Code that awaits anything but its exchanges could not be replayed, and is found out here.
 * @module
 */

import { assert } from '../base/assert.ts'
import { microtasksDrained } from '../base/env.ts'
import type { NodeHandle, NodeId, TickEvent, TickOutcome } from './model.ts'

/** Turns of the microtask queue that prompt nodes are given to react, before all is drained. */
const reactionTurns = 50

/** The parts of a run that ticks use. */
export interface TickOptions {
  /** Whether a node waits for the network. */
  readonly isWaiting: (id: NodeId) => boolean
  /** A tick has begun. The returned function is called with its outcome, when it has ended. */
  readonly onBegin: (event: TickEvent) => (outcome: TickOutcome) => void
}

/** The ticks of all nodes of one run. */
export class Ticks {
  readonly #options: TickOptions
  /** Nodes whose tick is under way. */
  readonly #ticking = new Map<NodeId, NodeHandle>()
  /** Nodes whose code goes on in the present event. */
  readonly #awake = new Map<NodeId, NodeHandle>()
  #failure: Error | undefined

  constructor(options: TickOptions) {
    this.#options = options
  }

  /** Tells a node of an event, unless it is still busy with an earlier one. */
  begin(node: NodeHandle, event: TickEvent): void {
    const { nodeId: id } = event
    if (this.#ticking.has(id)) return
    this.#ticking.set(id, node)
    this.#awake.set(id, node)
    void this.#tick(node, event)
  }

  /** The exchange of a node has ended: its code goes on in the present event. */
  wake(id: NodeId): void {
    const node = this.#ticking.get(id)
    if (node !== undefined) this.#awake.set(id, node)
  }

  /**
   * Lets the code of woken nodes run until each has finished its tick or waits for the network. One
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

  async #tick(node: NodeHandle, event: TickEvent): Promise<void> {
    const onEnd = this.#options.onBegin(event)
    try {
      assert(node.tick !== undefined, 'only a node that ticks is told of events')
      onEnd(await node.tick(event))
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#ticking.delete(event.nodeId)
    }
  }

  async #letReact(): Promise<void> {
    const awake = [...this.#awake.keys()]
    // A prompt node is parked after a few turns; any other may do anything until all is drained.
    const isPrompt = this.#awake.values().every((node) => node.isPrompt === true)
    this.#awake.clear()
    const isParked = (id: NodeId): boolean => !this.#ticking.has(id) || this.#options.isWaiting(id)
    const mostTurns = isPrompt ? reactionTurns : 0
    for (let turn = 0; turn < mostTurns && !awake.every(isParked); turn++) await Promise.resolve()
    if (!isPrompt || !awake.every(isParked)) await microtasksDrained()
    for (const id of awake) {
      assert(isParked(id), `node ${id} awaits only its transport, so that the run can be replayed`)
    }
  }
}

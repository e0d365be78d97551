/**
 * Runs the code of the nodes: one tick of each at a time, between two of its awaits at a time.
 * Code that awaits anything but its transport could not be replayed, and is found out here.
 * @module
 */

import { assert } from '../base/assert.ts'
import { microtasksDrained } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { TraceValue } from '../sim/trace.ts'
import type { NodeId, TickEvent } from './event.ts'
import { type Action, DefaultNode, type Node } from './node.ts'
import type { Tally } from './tally.ts'

/** Turns of the microtask queue that a default node is given to react, before all is drained. */
const reactionTurns = 50

/** What ticks need of the simulator. */
export interface TickHost {
  /** Events that happened. */
  readonly steps: number
  note(type: string, facts: Readonly<Record<string, TraceValue>>): void
  /** Whether a node waits for the network. */
  isWaiting(id: NodeId): boolean
}

/** The ticks of all nodes. */
export class Ticks {
  readonly #host: TickHost
  readonly #tally: Tally
  /** Nodes whose tick is under way. */
  readonly #ticking = new Map<NodeId, Node>()
  /** Nodes whose code goes on in the present event. */
  readonly #awake = new Map<NodeId, Node>()
  #failure: Error | undefined

  constructor(host: TickHost, tally: Tally) {
    this.#host = host
    this.#tally = tally
  }

  /** Tells a node of an event, unless it is still busy with an earlier one. */
  begin(node: Node, event: TickEvent): void {
    const { nodeId: id, type } = event
    if (this.#ticking.has(id)) return
    this.#ticking.set(id, node)
    this.#awake.set(id, node)
    const startStep = this.#host.steps
    this.#host.note('tick', { node: id, event: type })
    const finish = async (): Promise<void> => {
      try {
        this.#finish(id, await node.tick(event), startStep)
      } catch (error) {
        this.#failure ??= asError(error)
      } finally {
        this.#ticking.delete(id)
      }
    }
    void finish()
  }

  /** The exchange of a node has ended: its code goes on in the present event. */
  woke(id: NodeId): void {
    const node = this.#ticking.get(id)
    if (node !== undefined) this.#awake.set(id, node)
  }

  /**
   * Lets the code of woken nodes run until each has finished its tick or waits for the network. One
   * that does neither waits for something unrepeatable.
   *
   * @throws what the code of a node threw, but for what a hostile world can do to it
   */
  async react(): Promise<void> {
    if (this.#awake.size > 0) await this.#letReact()
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }

  async #letReact(): Promise<void> {
    const awake = [...this.#awake.keys()]
    // A default node is parked after a few turns; a user's may do anything until all is drained.
    const isOurs = this.#awake.values().every((node) => node instanceof DefaultNode)
    this.#awake.clear()
    const isParked = (id: NodeId): boolean => !this.#ticking.has(id) || this.#host.isWaiting(id)
    const mostTurns = isOurs ? reactionTurns : 0
    for (let turn = 0; turn < mostTurns && !awake.every(isParked); turn++) await Promise.resolve()
    if (!isOurs || !awake.every(isParked)) await microtasksDrained()
    for (const id of awake) {
      assert(isParked(id), `node ${id} awaits only its transport, so that the run can be replayed`)
    }
  }

  #finish(id: NodeId, action: Action, startStep: number): void {
    if (action.type === 'none') return
    this.#tally.count(id, action, { startStep, endStep: this.#host.steps })
    if ('error' in action) {
      this.#host.note('sync.failed', { node: id, error: errorName(action.error) })
      // An assertion that failed is a bug in us, and an override that no site can follow one of the
      // caller's: neither is a hostile world, so it ends the simulation.
      const isWorldly = FossilError.is(action.error) && action.error.code !== 'option.invalid'
      if (!isWorldly) this.#failure ??= action.error
      return
    }
    const { complete, rounds, artifactsSent, artifactsReceived, unversioned: uv } = action.result
    const files = uv && { uvSent: uv.sent, uvReceived: uv.received, uvAdopted: uv.adopted }
    this.#host.note('sync', {
      node: id,
      complete,
      rounds,
      artifactsSent,
      artifactsReceived,
      ...files,
    })
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function errorName(error: Error): string {
  return FossilError.is(error) ? error.code : error.name
}

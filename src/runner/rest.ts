/**
 * When the nodes of a run are at rest: each has looked at everything, and found nothing to move
 * since anything last moved.
 * @module
 */

import type { NodeId, TickOutcome } from './model.ts'

/** When a look began and ended, in steps of the run. */
export interface LookSpan {
  readonly startStep: number
  readonly endStep: number
}

/** The looks of one node that must all be quiet: at everything when it ticks, or at each peer. */
interface Looks {
  /** By peer, and `''` for a tick: the step in which the latest quiet look began, or -1. */
  readonly quietSinceStep: Map<NodeId, number>
}

/** The progress of the nodes of one run towards rest. */
export class Rest {
  readonly #nodes = new Map<NodeId, Looks>()
  /** The step in which anything last moved. */
  #lastMovementStep = 0

  /**
   * A node that looks for something to move has started.
   *
   * @param peers those that it looks at by itself; left out where it looks when it ticks
   */
  expect(id: NodeId, peers: readonly NodeId[] = ['']): void {
    this.#nodes.set(id, { quietSinceStep: new Map(peers.map((peer) => [peer, -1])) })
  }

  /** A node has crashed: nobody waits for it. */
  forget(id: NodeId): void {
    this.#nodes.delete(id)
  }

  /** Something moved, or may have: no node is at rest that began to look before. */
  moved(step: number): void {
    this.#lastMovementStep = step
  }

  /** A look of a node has ended. */
  looked(id: NodeId, outcome: TickOutcome, { startStep, endStep }: LookSpan, peer = ''): void {
    if (outcome === 'idle') return
    const quietSinceStep = this.#nodes.get(id)?.quietSinceStep
    if (outcome === 'quiet') {
      quietSinceStep?.set(peer, startStep)
      return
    }
    this.moved(endStep)
    quietSinceStep?.set(peer, -1)
  }

  /** Nodes that keep others from rest: they moved something last, or may have. */
  restless(): NodeId[] {
    const ids = [...this.#nodes.keys()]
    const moving = ids.filter((id) => this.#quietSince(id) < 0)
    return moving.length > 0 ? moving : ids.filter((id) => !this.#isAtRest(id))
  }

  /** True when all nodes are at rest. A node may look again meanwhile: of many, some always do. */
  get isReached(): boolean {
    for (const id of this.#nodes.keys()) if (!this.#isAtRest(id)) return false
    return true
  }

  #isAtRest(id: NodeId): boolean {
    return this.#quietSince(id) > this.#lastMovementStep
  }

  #quietSince(id: NodeId): number {
    let earliest = Number.POSITIVE_INFINITY
    for (const step of this.#nodes.get(id)?.quietSinceStep.values() ?? []) {
      earliest = Math.min(earliest, step)
    }
    return earliest
  }
}

/**
 * Rest of the nodes of a run: each has looked at everything, and found nothing to move since
 * anything last moved.
 * @module
 */

import type { NodeId, TickOutcome } from './model.ts'

/** The steps of a run in which a look began and ended. */
export interface LookSpan {
  readonly startStep: number
  readonly endStep: number
}

/** The progress of the nodes of one run towards rest. */
export class Rest {
  /**
   * The looks of each node that must all be quiet, by peer, or `''` for a tick: the step in which
   * the latest quiet one began, or -1.
   */
  readonly #quietSinceSteps = new Map<NodeId, Map<NodeId, number>>()
  /** The step in which anything last moved. */
  #lastMovementStep = 0
  /** The nodes that must come to rest; undefined for all. */
  #core: ReadonlySet<NodeId> | undefined
  /** The step in which the core was set. */
  #confinedStep = 0

  /**
   * Adds a started node that looks for something to move.
   *
   * @param peers the peers that it looks at by itself; omitted if it looks when it ticks
   */
  expect(id: NodeId, peers: readonly NodeId[] = ['']): void {
    const awaited = peers.filter((peer) => this.#isAwaited(id, peer))
    if (this.#core?.has(id) === false) return
    this.#quietSinceSteps.set(id, new Map(awaited.map((peer) => [peer, -1])))
  }

  /** From now on only the core must come to rest; looks at other nodes no longer count. */
  confine(core: ReadonlySet<NodeId>, step: number): void {
    this.#core = core
    this.#confinedStep = step
    for (const [id, peers] of this.#quietSinceSteps) {
      if (!core.has(id)) this.#quietSinceSteps.delete(id)
      for (const peer of peers.keys()) if (!this.#isAwaited(id, peer)) peers.delete(peer)
    }
  }

  /** Removes a crashed node: rest does not wait for it. */
  forget(id: NodeId): void {
    this.#quietSinceSteps.delete(id)
  }

  /** Records that something moved, or may have: nodes that began to look before are not at rest. */
  moved(step: number): void {
    this.#lastMovementStep = step
  }

  /** Records the end of a look. */
  looked(id: NodeId, outcome: TickOutcome, { startStep, endStep }: LookSpan, peer = ''): void {
    if (outcome === 'idle') return
    if (!this.#isAwaited(id, peer)) {
      // What began before may have brought something, and all that begins later fails.
      if (outcome === 'moved' && startStep <= this.#confinedStep) this.moved(endStep)
      return
    }
    const quietSinceStep = this.#quietSinceSteps.get(id)
    if (outcome !== 'quiet') this.moved(endStep)
    quietSinceStep?.set(peer, outcome === 'quiet' ? startStep : -1)
  }

  /**
   * Nodes that keep the run from rest: those that may have moved something last, or else those that
   * must look again.
   */
  restless(): NodeId[] {
    const ids = [...this.#quietSinceSteps.keys()]
    const moving = ids.filter((id) => this.#quietSince(id) < 0)
    return moving.length > 0 ? moving : ids.filter((id) => !this.#isAtRest(id))
  }

  /** True when all nodes are at rest. A node may look again meanwhile: of many, some always do. */
  get isReached(): boolean {
    for (const id of this.#quietSinceSteps.keys()) if (!this.#isAtRest(id)) return false
    return true
  }

  #isAwaited(id: NodeId, peer: string): boolean {
    return this.#core === undefined || (this.#core.has(id) && (peer === '' || this.#core.has(peer)))
  }

  #isAtRest(id: NodeId): boolean {
    return this.#quietSince(id) > this.#lastMovementStep
  }

  #quietSince(id: NodeId): number {
    let earliest = Number.POSITIVE_INFINITY
    for (const step of this.#quietSinceSteps.get(id)?.values() ?? []) {
      earliest = Math.min(earliest, step)
    }
    return earliest
  }
}

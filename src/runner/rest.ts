/**
 * When the nodes of a run are at rest: each has looked at everything, and found nothing to move
 * since anything last moved.
 * @module
 */

import type { NodeId, TickOutcome } from './model.ts'

/** When a tick began and ended, in steps of the run. */
export interface TickSpan {
  readonly startStep: number
  readonly endStep: number
}

/** The progress of the nodes of one run towards rest. */
export class Rest {
  /** The step in which the latest tick of a node began, where it found nothing to move. */
  readonly #quietSinceStep = new Map<NodeId, number>()
  /** The step in which anything last moved. */
  #lastMovementStep = 0

  /** Something moved, or may have: no node is at rest that began to look before. */
  moved(step: number): void {
    this.#lastMovementStep = step
  }

  /** A tick of a node has ended. */
  ticked(id: NodeId, outcome: TickOutcome, { startStep, endStep }: TickSpan): void {
    if (outcome === 'idle') return
    if (outcome === 'quiet') {
      this.#quietSinceStep.set(id, startStep)
      return
    }
    this.moved(endStep)
    this.#quietSinceStep.delete(id)
  }

  /** Those of `ids` that keep others from rest: they moved something last, or may have. */
  restless(ids: readonly NodeId[]): NodeId[] {
    const moving = ids.filter((id) => !this.#quietSinceStep.has(id))
    return moving.length > 0 ? moving : ids.filter((id) => !this.#isAtRest(id))
  }

  /** Whether all of `ids` are at rest. A node may tick again meanwhile: of many, some always do. */
  includes(ids: Iterable<NodeId>): boolean {
    for (const id of ids) if (!this.#isAtRest(id)) return false
    return true
  }

  #isAtRest(id: NodeId): boolean {
    return (this.#quietSinceStep.get(id) ?? -1) > this.#lastMovementStep
  }
}

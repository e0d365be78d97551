/**
 * The part of a world that heals in the end, where others stay broken for good. What must hold at
 * rest is asked of it as if it were all there is: whatever broken nodes alone have is nowhere.
 * @module
 */

import type { Invariant as RunnerInvariant } from '../runner/invariants.ts'
import type { NodeId } from '../runner/model.ts'
import { type Invariant, linksOf, type World } from './world.ts'

/** A world of which a part may have healed alone. */
export interface Cored extends World {
  /** The nodes of that part; undefined if all have healed. */
  readonly core: ReadonlySet<NodeId> | undefined
}

/** The same invariant: one that holds at rest is asked of the core alone, where there is one. */
export function withinCore(invariant: Invariant): RunnerInvariant<Cored> {
  const { name, holds, check, appliesTo } = invariant
  if (holds === 'always') return invariant
  return {
    name,
    holds,
    ...(appliesTo && { appliesTo: (world) => appliesTo(coreOf(world)) }),
    check: (world) => check(coreOf(world)),
  }
}

/** The world as its core: nodes, the links between them, and what was made at them. */
export function coreOf(world: Cored): World {
  const { core, truth } = world
  if (core === undefined) return world
  return {
    nodes: world.nodes.filter(({ id }) => core.has(id)),
    truth: {
      ...truth,
      isPart: true,
      links: linksOf(world).filter(({ from, to }) => core.has(from) && core.has(to)),
      acknowledged: truth.acknowledged.filter(({ nodeId }) => core.has(nodeId)),
    },
  }
}

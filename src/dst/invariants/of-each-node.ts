/**
 * Statements about each repository by itself, as the checks of an invariant.
 * @module
 */

import type { Repo } from '../../repo/repo.ts'
import { holdsShunned } from '../../repo/shun.ts'
import { stateOf } from '../../repo/state.ts'
import type { CheckedNode, Invariant, World } from '../world.ts'

/** Tells of a node whether an invariant says anything about it. */
export type Applies = (node: CheckedNode, world: World) => boolean

/** Every node is looked at. */
export const allNodes: Applies = () => true

/**
 * Nodes whose derived tables are all our own making, and up to date. A clone may hear that it shuns
 * what it has brought already: that goes with the rebuild at its end (see sync/sync.ts).
 */
export const ownTables: Applies = ({ id, repo }, { truth: { foreign } }) =>
  foreign?.has(id) !== true && !(repo.isUnfinishedClone && holdsShunned(repo))

/** The checks of an invariant that looks at one repository at a time. */
export function ofEachNode(
  applies: Applies,
  check: (nodeId: string, repo: Repo, world: World) => void,
): Required<Pick<Invariant, 'check' | 'checkNode'>> {
  const checkNode = (node: CheckedNode, world: World): void => {
    if (applies(node, world)) check(node.id, node.repo, world)
  }
  return {
    check: (world) => {
      for (const node of world.nodes) checkNode(node, world)
    },
    checkNode,
  }
}

/** A check that looks again only at what has changed since it last found nothing. */
export function whenChanged(
  check: (nodeId: string, repo: Repo) => void,
): (nodeId: string, repo: Repo) => void {
  const states = new WeakMap<Repo, string>()
  return (nodeId, repo) => {
    if (states.get(repo) === stateOf(repo)) return
    check(nodeId, repo)
    states.set(repo, stateOf(repo))
  }
}

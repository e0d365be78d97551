/**
 * Statements about each repository by itself, as the checks of an invariant.
 * @module
 */

import type { Repo } from '../../repo/repo.ts'
import type { CheckedNode, Invariant, World } from '../world.ts'

/** Every node is looked at. */
export const allNodes = ({ nodes }: World): readonly CheckedNode[] => nodes

/**
 * The checks of an invariant that looks at one repository at a time.
 *
 * @param nodesOf the nodes that it says anything about
 */
export function ofEachNode(
  nodesOf: (world: World) => readonly CheckedNode[],
  check: (nodeId: string, repo: Repo, world: World) => void,
): Required<Pick<Invariant, 'check' | 'checkNode'>> {
  return {
    check: (world) => {
      for (const { id, repo } of nodesOf(world)) check(id, repo, world)
    },
    checkNode: (node, world) => {
      const isMeant = nodesOf(world).some(({ id }) => id === node.id)
      if (isMeant) check(node.id, node.repo, world)
    },
  }
}

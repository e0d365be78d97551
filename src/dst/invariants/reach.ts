/**
 * The reach of things that travel: groups of nodes that links join. Knows links, not their load.
 * @module
 */

import type { Direction } from '../../sim/network.ts'
import { linksOf, type World } from '../world.ts'

/** A node as links know it. */
interface Linked {
  readonly id: string
}

/** Groups of nodes that are linked with each other, by way of nodes of the same group. */
export function connected<N extends Linked>(
  nodes: readonly N[],
  links: readonly Direction[],
): readonly (readonly N[])[] {
  const left = new Set(nodes)
  const groups: N[][] = []
  for (const first of nodes) {
    if (!left.delete(first)) continue
    const group = [first]
    // The loop visits what is added during it.
    for (const { id } of group) {
      for (const node of left) {
        if (!areLinked(links, id, node.id)) continue
        left.delete(node)
        group.push(node)
      }
    }
    groups.push(group)
  }
  return groups
}

function areLinked(links: readonly Direction[], a: string, b: string): boolean {
  return links.some(({ from, to }) => (from === a && to === b) || (from === b && to === a))
}

/** Links that private artifacts travel over, either way: those of nodes that ask for them. */
export function privateLinks(world: World): readonly Direction[] {
  return linksOf(world).filter(({ from }) => world.truth.asksPrivate.has(from))
}

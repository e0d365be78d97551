/**
 * Topologies: who syncs with whom. A link is the way of requests; artifacts travel both ways over
 * it. In all of them the nodes are the same, `master` and `leaf-0` to `leaf-<n - 1>`, and all are
 * connected, so that what anybody has comes to everybody.
 * @module
 */

import type { NodeId, Topology } from '../runner/model.ts'
import type { Direction } from '../sim/network.ts'
import type { Draw } from '../sim/random.ts'
import { masterId } from './sim-network.ts'

/**
 * - `star`: every leaf asks the master;
 * - `chain`: each leaf asks the one before, the first the master, so that all but the ends relay;
 * - `ring`: each node asks the next, the last leaf the master, and the master the first leaf;
 * - `mesh`: everybody asks everybody;
 * - `random`: each leaf asks some node before it, and some ask others besides;
 * - `twoMasters`: leaves ask the master and `leaf-0`, which asks the master itself;
 * - `hubs`: some leaves ask the master, and the others ask one of them.
 */
export const topologyNames = [
  'star',
  'chain',
  'ring',
  'mesh',
  'random',
  'twoMasters',
  'hubs',
] as const

export type TopologyName = (typeof topologyNames)[number]

/** The nodes of a world, and which of them join late. */
export interface Network {
  readonly topology: Topology
  readonly late: readonly NodeId[]
}

/** One in this many pairs of a random graph is linked besides. */
const randomLinkOneIn = 5

/**
 * The topology of a name.
 *
 * @param draw decides what is random in it
 */
export function topologyOf(name: TopologyName, numLeaves: number, draw: Draw): Topology {
  const leaves = Array.from({ length: numLeaves }, (_, index) => `leaf-${index}`)
  return { nodes: [masterId, ...leaves], links: linkers[name](leaves, draw) }
}

type Linker = (leaves: readonly NodeId[], draw: Draw) => Direction[]

const linkers: Readonly<Record<TopologyName, Linker>> = {
  star: (leaves) => leaves.map((from) => ({ from, to: masterId })),

  chain: (leaves) => leaves.map((from, index) => ({ from, to: leaves[index - 1] ?? masterId })),

  ring: (leaves) => {
    const nodes = [masterId, ...leaves]
    return nodes.map((from, index) => ({ from, to: nodes[index + 1] ?? masterId }))
  },

  mesh: (leaves) => pairs([masterId, ...leaves]),

  random: (leaves, draw) => {
    const nodes = [masterId, ...leaves]
    const tree = leaves.map((from, index) => ({ from, to: draw.pick(nodes.slice(0, index + 1)) }))
    const others = pairs(nodes).filter(({ from, to }) => {
      const isDrawn = draw.int(1, randomLinkOneIn) === 1
      return isDrawn && !tree.some((link) => link.from === from && link.to === to)
    })
    return [...tree, ...others]
  },

  twoMasters: (leaves) => {
    const [second, ...others] = leaves
    if (second === undefined) return []
    const toBoth = others.flatMap((from) => [
      { from, to: masterId },
      { from, to: second },
    ])
    return [{ from: second, to: masterId }, ...toBoth]
  },

  hubs: (leaves) => {
    const hubs = leaves.slice(0, Math.ceil(Math.sqrt(leaves.length)))
    return leaves.map((from, index) => ({
      from,
      to: index < hubs.length ? masterId : (hubs[index % hubs.length] ?? masterId),
    }))
  },
}

/** Every node with every other, both ways. */
function pairs(nodes: readonly NodeId[]): Direction[] {
  return nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to })))
}

/** The last nodes, `count` at most, that others do not depend on: they may join late. */
export function lateNodes({ nodes, links }: Topology, count: number): readonly NodeId[] {
  const asked = new Set(links.map(({ to }) => to))
  const free = nodes.filter((id) => !asked.has(id))
  return free.slice(Math.max(0, free.length - count))
}

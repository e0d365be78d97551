/**
 * Cores: at the end of a run some nodes heal, and the links between them, and all others stay
 * broken for good. Then liveness is checked on the core alone.
 *
 * Each node that stays broken is a decision of the fault log at `core/<node>`, of the use `end`,
 * whose outcome says how: so it can be taken away like every other fault. A core is connected; who
 * is healed and reaches it only by way of a broken node is no part of it.
 *
 * Term: the core of TigerBeetle's simulator.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { FaultLog } from '../sim/fault.ts'
import type { Direction, Network } from '../sim/network.ts'
import type { Draw, RandomStream } from '../sim/random.ts'
import type { CoreRules, NodeId, Topology, TraceFacts } from './model.ts'
import type { PendingEvents } from './pending-events.ts'
import type { Rest } from './rest.ts'

/**
 * - `down`: the node has crashed, and does not come back;
 * - `cut`: it is up, and nothing reaches it or comes from it;
 * - `clogged`: the same, and what is sent is held for ever;
 * - `asleep`: it is cut off, and its machine sleeps for ever.
 */
export const brokenWays = ['down', 'cut', 'clogged', 'asleep'] as const

export type BrokenWay = (typeof brokenWays)[number]

/** An end of a run in which only some nodes heal. */
export interface Core {
  /** Nodes that heal, in the order of the topology. */
  readonly nodes: ReadonlySet<NodeId>
  /** The other nodes that were there, without healed ones that cannot reach the core. */
  readonly broken: ReadonlyMap<NodeId, BrokenWay>
}

/** The parts of a simulation that cores use. */
export interface CoreHost<W> {
  readonly model: { readonly topology: Topology; readonly core?: CoreRules<W> }
  readonly world: W
  readonly network: Network
  readonly steps: number
  stream(name: string): RandomStream
  isUp(id: NodeId): boolean
  crash(id: NodeId): void
  pause(id: NodeId): void
  readonly events: PendingEvents
  readonly faults: FaultLog
  note(type: string, facts: TraceFacts): void
}

/** Draws a core of two or more nodes that are up; undefined if all of them heal. */
export function drawCore<W>(host: CoreHost<W>): Core | undefined {
  const { topology, core: rules } = host.model
  const present = topology.nodes.filter((id) => host.isUp(id))
  if (present.length < 3) return undefined
  const draw = host.stream('core').at(0)
  const root = rules?.root?.(host.world) ?? draw.pick(present)
  if (!present.includes(root)) return undefined
  const size = draw.int(2, present.length - 1)
  const chosen = useful(host, grown(topology, { draw, root, present, size }))
  if (chosen.size < 2) return undefined
  const broken = new Map<NodeId, BrokenWay>()
  for (const id of present.filter((each) => !chosen.has(each))) {
    const at = { site: `core/${id}`, use: 'end' }
    const way: string = host.faults.decideAt<string>(at, (numbers) => numbers.pick(brokenWays), '')
    if (way !== '') broken.set(id, wayOf(id, way))
  }
  if (broken.size === 0) return undefined
  const healed = present.filter((id) => !broken.has(id))
  const linked = grown(topology, { draw, root, present: healed, size: healed.length })
  const core = useful(host, linked)
  return { nodes: new Set(present.filter((id) => core.has(id))), broken }
}

/** Breaks nodes for good; from now on the run waits for the core alone. */
export function confine<W>(host: CoreHost<W>, { nodes, broken }: Core, rest: Rest): void {
  for (const [id, way] of broken) {
    host.note('broken', { node: id, way })
    const ways = waysOf(host.model.topology, id)
    if (way === 'down') host.crash(id)
    if (way === 'cut' || way === 'asleep') host.network.cut(ways)
    if (way === 'clogged') for (const each of ways) host.events.clog(each)
    if (way === 'asleep') host.pause(id)
  }
  host.note('core', { nodes: [...nodes] })
  rest.confine(nodes, host.steps)
  host.model.core?.healed(nodes, host.world)
}

/** The ways between a node and all others, in both directions. */
export function waysOf({ links }: Topology, id: NodeId): readonly Direction[] {
  return links
    .filter(({ from, to }) => from === id || to === id)
    .flatMap(({ from, to }) => [
      { from, to },
      { from: to, to: from },
    ])
}

/** Grows a connected group from its root, one neighbour after another, up to a size. */
function grown(
  { links }: Topology,
  options: { draw: Draw; root: NodeId; present: readonly NodeId[]; size: number },
): ReadonlySet<NodeId> {
  const { draw, root, present, size } = options
  const group = new Set([root])
  while (group.size < size) {
    const next = present.filter(
      (id) => !group.has(id) && links.some(({ from, to }) => joins(group, id, { from, to })),
    )
    if (next.length === 0) break
    group.add(draw.pick(next))
  }
  return group
}

function joins(group: ReadonlySet<NodeId>, id: NodeId, { from, to }: Direction): boolean {
  return (from === id && group.has(to)) || (to === id && group.has(from))
}

/** A group without the nodes that need one outside it. */
function useful<W>({ model, world }: CoreHost<W>, group: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const needed = (id: NodeId): NodeId => model.core?.needs?.(id, world) ?? id
  return new Set([...group].filter((id) => group.has(needed(id))))
}

function wayOf(id: NodeId, way: string): BrokenWay {
  const known = brokenWays.find((each) => each === way)
  if (known !== undefined) return known
  const reason = `"${way}" is none of ${brokenWays.join(', ')}`
  throw new FossilError('option.invalid', { option: `core/${id}`, reason })
}

/**
 * A model small enough to read, for tests of the runner: nodes count, and tell each other how far
 * everybody has counted. A node keeps the highest count of everybody that it has heard of.
 * @module
 */

import { hash } from 'node:crypto'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { faultLevels, type LevelName } from '../sim/levels.ts'
import type { LinkConfig } from '../sim/link.ts'
import type { Direction } from '../sim/network.ts'
import type { CheckSchedule } from './check-times.ts'
import { type CheckedWorld, type Invariant, InvariantError } from './invariants.ts'
import type { Host, Model, NodeHandle, NodeId } from './model.ts'
import { type Intention, type Operation, Operations } from './operations.ts'
import type { PreparedRun } from './run.ts'
import { Simulation } from './simulation.ts'

/** A node: how far everybody has counted, as far as it knows. */
export interface Counter {
  readonly id: NodeId
  readonly counts: Map<NodeId, number>
}

/** All counters, and how far each has really counted. */
export interface CounterWorld extends CheckedWorld {
  readonly host: Host
  readonly nodes: Counter[]
  readonly truth: Map<NodeId, number>
}

/** `latest` is a planted bug: a counter believes whatever it hears, also of its own count. */
export type Merge = 'highest' | 'latest'

/** Options of the toy. */
export interface ToyOptions {
  readonly ids?: readonly NodeId[]
  /** Default: everybody asks the next one, in a circle. */
  readonly links?: readonly Direction[]
  readonly merge?: Merge
  /** Runs before each tick, for a node that misbehaves. */
  readonly beforeTick?: (counter: Counter, world: CounterWorld) => void | Promise<void>
}

/** A counter has not forgotten its own count. */
const ownCountKept: Invariant<CounterWorld> = {
  name: 'own-count-kept',
  holds: 'always',
  check: ({ nodes, truth }) => {
    for (const { id, counts } of nodes) {
      const [here, real] = [counts.get(id) ?? 0, truth.get(id) ?? 0]
      if (here === real) continue
      const detail = `counted to ${real} and holds ${here}`
      throw new InvariantError('own-count-kept', { nodeId: id, detail })
    }
  },
}

/** Everybody has heard of every count. */
const agreement: Invariant<CounterWorld> = {
  name: 'agreement',
  holds: 'settled',
  check: ({ nodes, truth }) => {
    for (const { id, counts } of nodes) {
      if (format(counts) === format(truth)) continue
      const detail = `holds ${format(counts)}, not ${format(truth)}`
      throw new InvariantError('agreement', { nodeId: id, detail })
    }
  },
}

/** Counters as a model. */
export function counters({
  ids = ['left', 'right'],
  links = ids.map((from, index) => ({ from, to: ids[(index + 1) % ids.length] ?? from })),
  merge = 'highest',
  beforeTick = () => {},
}: ToyOptions = {}): Model<CounterWorld> {
  return {
    name: 'counters',
    topology: { nodes: ids, links },
    invariants: [ownCountKept, agreement],
    world: (host) => ({ host, nodes: [], truth: new Map() }),
    difficulty: (id, { nodes }) => {
      const counts = nodes.find((counter) => counter.id === id)?.counts
      return (counts?.size ?? 0) < nodes.length ? {} : { lacks: 'the counts of others' }
    },
    state: ({ nodes }) => nodes.map(({ id, counts }) => [id, format(counts)]),
    start: (id, world, host): NodeHandle => {
      const known = world.nodes.find((counter) => counter.id === id)
      const counter = known ?? { id, counts: new Map() }
      const peers = links.filter(({ from }) => from === id)
      if (known === undefined) world.nodes.push(counter)
      return {
        answer: (request) => {
          take(counter, request, merge)
          return Promise.resolve(messageOf(counter))
        },
        tick: async () => {
          await beforeTick(counter, world)
          const before = format(counter.counts)
          try {
            for (const direction of peers) {
              const sent = messageOf(counter)
              const reply = await host.exchange(direction.to, sent)
              take(counter, reply, merge)
              if (fromUtf8(sent) !== fromUtf8(reply)) return 'moved'
            }
          } catch (error) {
            if (!FossilError.is(error, 'transport.failed')) throw error
            return 'moved'
          }
          return format(counter.counts) === before ? 'quiet' : 'moved'
        },
      }
    },
  }
}

/** Counts on, now and then by more than one. */
const countOn: Operation<CounterWorld> = {
  name: 'count',
  weight: 1,
  plan: (_world, _node, draw) => ({ by: draw.int(1, 3) }),
  apply: ({ nodes, truth, host }, node, args) => {
    const counts = nodes.find(({ id }) => id === node)?.counts
    if (counts === undefined) return { outcome: 'impossible' }
    const next = (counts.get(node) ?? 0) + args.integer('by')
    counts.set(node, next)
    truth.set(node, next)
    host.moved()
    return { outcome: 'acknowledged', facts: { count: next } }
  },
}

/** Counting at every counter: 30 times in a minute. */
export function counting(
  simulation: Simulation<CounterWorld>,
  intentions?: readonly Intention[],
): Operations<CounterWorld> {
  const counts = 30 * simulation.world.nodes.length
  return new Operations(simulation, {
    operations: [countOn],
    count: counts,
    durationMs: toyDurationMs,
    intentions,
  })
}

/** Options of a simulation of the toy. */
export interface ToySimulationOptions {
  readonly seed?: number
  readonly level?: LevelName
  /** Default: that of `level`. */
  readonly link?: LinkConfig
  readonly checks?: CheckSchedule
  readonly onTraceLine?: (line: string) => void
  readonly describesMessages?: boolean
  readonly tracesWaits?: boolean
  readonly late?: readonly NodeId[]
  readonly intentions?: readonly Intention[]
}

/** A simulation of the toy, before anybody counts. */
export function startToy(
  model: Model<CounterWorld>,
  {
    seed = 1,
    level = 'hostile',
    link = faultLevels[level].link,
    checks = { every: 50, from: 0, thoroughEvery: 1 },
    onTraceLine,
    describesMessages = false,
    tracesWaits = false,
    late = [],
  }: ToySimulationOptions = {},
): Simulation<CounterWorld> {
  const observed = { onTraceLine, describesMessages, tracesWaits, late }
  return new Simulation(model, { seed, pollIntervalMs: 3_000, link, checks, ...observed })
}

/** A run of a minute, ready to begin. */
export function prepareToy(
  model: Model<CounterWorld>,
  options: ToySimulationOptions = {},
): PreparedRun<CounterWorld> {
  const simulation = startToy(model, options)
  return { simulation, operations: counting(simulation, options.intentions), workloads: [] }
}

/** The time that a toy counts. */
export const toyDurationMs = 60_000

function take({ id, counts }: Counter, bytes: Uint8Array, merge: Merge): void {
  for (const [name, count] of parse(bytes)) {
    const known = counts.get(name) ?? 0
    counts.set(name, merge === 'latest' ? count : Math.max(known, count))
  }
  // Nobody has to know of a count that has not begun.
  if (counts.get(id) === 0) counts.delete(id)
}

/** The counts and a checksum, which tells damage by a link. */
export function messageOf({ counts }: Pick<Counter, 'counts'>): Uint8Array {
  const text = format(counts)
  return utf8(`${text}#${hash('sha256', text)}`)
}

function parse(bytes: Uint8Array): [NodeId, number][] {
  const [text = '', sum] = Buffer.from(bytes).toString('latin1').split('#')
  if (hash('sha256', text) !== sum) {
    throw new FossilError('transport.failed', { reason: 'damaged on the way' })
  }
  return text === ''
    ? []
    : text.split(' ').map((entry) => {
        const [name = '', count] = entry.split('=')
        return [name, Number(count)]
      })
}

function format(counts: ReadonlyMap<NodeId, number>): string {
  return [...counts]
    .map(([name, count]) => `${name}=${count}`)
    .sort()
    .join(' ')
}

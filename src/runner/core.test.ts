/**
 * Cores: who heals is connected, who does not stays broken, and the core alone must come to rest.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Override } from '../sim/decision.ts'
import { calmLink } from '../sim/link.ts'
import type { Direction } from '../sim/network.ts'
import { type BrokenWay, brokenWays } from './core.ts'
import type { CheckedWorld } from './invariants.ts'
import type { CoreRules, Model, NodeHost, NodeId } from './model.ts'
import { Simulation } from './simulation.ts'

/** Everybody knows words, and tells them to those whom it asks. */
interface Gossip extends CheckedWorld {
  readonly nodes: { id: NodeId; words: Set<string> }[]
  core?: ReadonlySet<NodeId>
}

const ids = ['a', 'b', 'c', 'd', 'e']
const chain = ids.slice(1).map((from, index) => ({ from, to: ids[index] ?? from }))

function gossip(
  links: readonly Direction[] = chain,
  rules: Omit<CoreRules<Gossip>, 'healed'> = {},
): Model<Gossip> {
  const beat = async (host: NodeHost, words: Set<string>, peer: NodeId): Promise<void> => {
    const told = host.look(peer)
    try {
      const said = [...words].sort().join()
      const reply = fromUtf8(await host.exchange(peer, utf8(said)))
      for (const word of reply.split(',')) words.add(word)
      told(reply === said ? 'quiet' : 'moved')
    } catch {
      told('moved')
    }
    host.after(2_000, () => void beat(host, words, peer))
  }
  return {
    name: 'gossip',
    topology: { nodes: ids, links },
    invariants: [],
    world: () => ({ nodes: [] }),
    core: {
      ...rules,
      healed: (core, world) => {
        world.core = core
      },
    },
    state: ({ nodes }) => nodes.map(({ id, words }) => [id, [...words].sort().join()]),
    start: (id, { nodes }, host) => {
      const node = nodes.find((each) => each.id === id) ?? { id, words: new Set([id]) }
      if (!nodes.includes(node)) nodes.push(node)
      const peers = links.filter(({ from }) => from === id).map(({ to }) => to)
      for (const peer of peers) host.after(0, () => void beat(host, node.words, peer))
      return {
        ...(peers.length === 0 ? {} : { looksAt: peers }),
        answer: (request) => {
          for (const word of fromUtf8(request).split(',')) node.words.add(word)
          return Promise.resolve(utf8([...node.words].sort().join()))
        },
      }
    },
  }
}

interface Run {
  readonly seed?: number
  readonly model?: Model<Gossip>
  readonly overrides?: readonly Override[]
  readonly unlisted?: 'benign'
}

function start({ seed = 1, model = gossip(), ...options }: Run = {}): Simulation<Gossip> {
  return new Simulation(model, {
    seed,
    link: calmLink,
    pollIntervalMs: 2_000,
    checks: { every: 0, from: 0, thoroughEvery: 0 },
    heals: 'core',
    ...options,
  })
}

/** A core of the nodes that are not named, each of these broken in a way. */
function broken(ways: Readonly<Record<NodeId, BrokenWay>>, seed = 1): Run {
  const all = ids.map((id) => ({ site: `core/${id}`, use: 'end', outcome: ways[id] ?? null }))
  return { seed, overrides: all, unlisted: 'benign' }
}

/** A seed of which the core leaves out the nodes named, at least. */
function seedWithout(left: readonly NodeId[], model = gossip()): number {
  for (let seed = 1; seed < 500; seed++) {
    using simulation = start({ seed, model })
    simulation.endFaults()
    const { core } = simulation
    if (core !== undefined && left.every((id) => !core.nodes.has(id))) return seed
  }
  return assert.fail('no seed leaves them out')
}

function isConnected(core: ReadonlySet<NodeId>, links: readonly Direction[]): boolean {
  const [first = ''] = core
  const seen = new Set([first])
  for (const id of seen) {
    for (const { from, to } of links) {
      if (from === id && core.has(to)) seen.add(to)
      if (to === id && core.has(from)) seen.add(from)
    }
  }
  return seen.size === core.size
}

function neededBy(id: NodeId): NodeId | undefined {
  return id === 'e' ? 'a' : undefined
}

suite('a core', () => {
  test('is connected, has two nodes at least, and leaves out one', () => {
    const sizes = new Set<number>()
    for (let seed = 1; seed <= 60; seed++) {
      using simulation = start({ seed })
      simulation.endFaults()
      const { nodes, broken: others } = simulation.core ?? assert.fail()
      assert.ok(isConnected(nodes, chain), `seed ${seed}: ${[...nodes].join()}`)
      assert.ok(nodes.size >= 2 && others.size >= 1)
      assert.equal(nodes.size + others.size, ids.length)
      sizes.add(nodes.size)
    }
    assert.deepEqual(
      [...sizes].sort((a, b) => a - b),
      [2, 3, 4],
    )
  })

  test('has the node that the model says, and nobody who needs one outside', () => {
    for (let seed = 1; seed <= 30; seed++) {
      using simulation = start({ seed, model: gossip(chain, { root: () => 'c', needs: neededBy }) })
      simulation.endFaults()
      const { nodes } = simulation.core ?? assert.fail()
      assert.ok(nodes.has('c'))
      assert.ok(!nodes.has('e') || nodes.has('a'))
    }
  })

  test('is all nodes where there are two, or where nothing is decided otherwise', () => {
    const pair: Model<Gossip> = { ...gossip(), topology: { nodes: ['a', 'b'], links: [] } }
    for (const run of [{ model: pair }, { unlisted: 'benign' as const }]) {
      using simulation = start(run)
      simulation.endFaults()
      assert.equal(simulation.core, undefined)
      assert.equal(simulation.world.core, undefined)
    }
  })

  test('grows by a node whose fault is taken away, if that reaches it', () => {
    const seed = seedWithout(['d', 'e'])
    using near = start(broken({ e: 'down' }, seed))
    near.endFaults()
    assert.deepEqual([...(near.core?.nodes ?? [])], ['a', 'b', 'c', 'd'])
    using far = start(broken({ d: 'down' }, seed))
    far.endFaults()
    assert.deepEqual([...(far.core?.nodes ?? [])], ['a', 'b', 'c'])
  })

  test('is not drawn from a decision that is no way to break', () => {
    const seed = seedWithout(['e'])
    for (const outcome of ['lost', true]) {
      using simulation = start({ seed, overrides: [{ site: 'core/e', use: 'end', outcome }] })
      assert.throws(
        () => simulation.endFaults(),
        (error) => FossilError.is(error, 'option.invalid'),
      )
    }
  })

  for (const way of brokenWays) {
    test(`comes to rest beside a node that is ${way}, and hears nothing of it`, async () => {
      const seed = seedWithout(['c', 'd', 'e'])
      using simulation = start(broken({ c: way, d: way, e: 'cut' }, seed))
      // Nobody has said a word yet.
      simulation.endFaults()
      assert.deepEqual([...(simulation.core?.nodes ?? [])], ['a', 'b'])
      assert.ok(await simulation.settle(60_000))
      const words = new Map(simulation.world.nodes.map((each) => [each.id, each.words]))
      assert.deepEqual([...(words.get('a') ?? [])].sort(), ['a', 'b'])
      assert.deepEqual([...(words.get('b') ?? [])].sort(), ['a', 'b'])
      assert.equal(simulation.isUp('c'), way !== 'down')
    })
  }

  test('does not come to rest where a node of it does not, and that one is named', async () => {
    const model = gossip()
    const restless: Model<Gossip> = {
      ...model,
      start: (id, world, host) => {
        const node = model.start(id, world, host)
        const look = async (): Promise<void> => {
          const told = host.look('a')
          await host.sleep(1)
          told('moved')
          host.after(1, () => void look())
        }
        if (id === 'b') host.after(0, () => void look())
        return node
      },
    }
    const seed = seedWithout(['c', 'd', 'e'])
    using simulation = start({
      ...broken({ c: 'down', d: 'down', e: 'down' }, seed),
      model: restless,
    })
    simulation.endFaults()
    assert.equal(await simulation.settle(60_000), false)
    assert.deepEqual(simulation.restlessNodes(), ['b'])
  })

  test('waits for what was under way to a broken node when faults ended', async () => {
    const star = ids.slice(1).map((to) => ({ from: 'a', to }))
    const seed = seedWithout(['c', 'd', 'e'], gossip(star))
    for (let ms = 0; ms < 100; ms += 5) {
      const run = broken({ c: 'down', d: 'cut', e: 'asleep' }, seed)
      using simulation = start({ ...run, model: gossip(star) })
      await simulation.runUntil(simulation.clock().startMs + ms)
      simulation.endFaults()
      assert.ok(await simulation.settle(120_000))
      const [a, b] = ['a', 'b'].map((id) => simulation.world.nodes.find((each) => each.id === id))
      assert.deepEqual([...(a?.words ?? [])].sort(), [...(b?.words ?? [])].sort(), `after ${ms} ms`)
    }
  })
})

/**
 * Topologies: all connect the same nodes, and in all of them what anybody has comes to everybody.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readUnversioned } from '../repo/unversioned.ts'
import { type Draw, RandomStream } from '../sim/random.ts'
import { resolveConfig } from './config.ts'
import { MockFossil } from './mock-fossil.ts'
import { simulate } from './simulate.ts'
import { Simulator } from './simulator.ts'
import { topologyNames, topologyOf } from './topology.ts'

const draw = (seed: number): Draw => new RandomStream(seed, 'test').at(0)

function randomLinks(seed: number): string {
  return JSON.stringify(topologyOf('random', 6, draw(seed)).links)
}

/** Nodes that can be reached from the first over links either way. */
function reached(nodes: readonly string[], links: readonly { from: string; to: string }[]): number {
  const seen = new Set(nodes.slice(0, 1))
  for (const node of seen) {
    for (const { from, to } of links) {
      if (from === node) seen.add(to)
      if (to === node) seen.add(from)
    }
  }
  return seen.size
}

for (const name of topologyNames) {
  test(`${name} connects everybody, and links no pair twice in one direction`, () => {
    for (let leaves = 1; leaves <= 9; leaves++) {
      const { nodes, links } = topologyOf(name, leaves, draw(leaves))
      assert.equal(nodes.length, leaves + 1)
      assert.equal(reached(nodes, links), nodes.length, `${leaves} leaves`)
      const names = links.map(({ from, to }) => `${from} ${to}`)
      assert.equal(new Set(names).size, names.length)
      assert.ok(links.every(({ from, to }) => from !== to))
    }
  })
}

suite('a network that is a', () => {
  for (const topology of topologyNames) {
    test(`${topology} converges, in a hostile world with every operation`, async () => {
      const plan = `hostile,topology=${topology},leaves=4,mix=checkin+kinds+uv+upkeep,operations=40`
      const { verdict, nodes } = await simulate({ seed: 3, plan })
      assert.equal(verdict, 'converged')
      assert.equal(nodes.length, 5)
    })
  }
})

test('in a chain what one end makes comes to the other over all that lie between', async () => {
  using simulator = Simulator.create({ seed: 1, numLeaves: 3, topology: 'chain', uv: true })
  assert.deepEqual(simulator.leafIds(), ['leaf-0', 'leaf-1', 'leaf-2'])
  const at = simulator.clock().startMs
  simulator.scheduleUvWrite('leaf-2', at, { name: 'end.txt', data: new Uint8Array([1]) })
  assert.ok(await simulator.settle(600_000))
  assert.deepEqual(readUnversioned(simulator.repo('master'), 'end.txt'), new Uint8Array([1]))
  simulator.checkSafety()
  simulator.checkSettled()
  assert.equal(simulator.syncStats('master').syncs, 0)
  assert.ok(simulator.syncStats('leaf-2').syncs > 0)
})

test('a seed draws a random graph, and another seed another', () => {
  assert.equal(randomLinks(1), randomLinks(1))
  assert.ok(new Set([1, 2, 3, 4, 5].map(randomLinks)).size > 3)
})

test("a caller's own upstream stands in the middle of a star, and nowhere else", () => {
  using simulator = Simulator.create({ seed: 1 })
  const upstream = new MockFossil(simulator.repo('master'))
  assert.throws(() => resolveConfig({ seed: 1, upstream, topology: 'ring' }), {
    code: 'option.invalid',
  })
  assert.throws(() => resolved('moebius'), { code: 'option.invalid' })
})

/** A name that a type checker would refuse, as JavaScript may give it. */
function resolved(topology: string): unknown {
  const config: Record<string, unknown> = { seed: 1, topology }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
  return resolveConfig(config as { seed: number })
}

/**
 * Runs that end with a core: what is asked of it, and how long it may take.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { calmLink, type LinkConfig } from '../sim/link.ts'
import { type ResolvedConfig, resolveConfig, type SimConfig } from './config.ts'
import { coreOf, withinCore } from './core.ts'
import { settleBoundMs } from './settle-bound.ts'
import { simulate } from './simulate.ts'
import type { SimReport } from './sim-report.ts'
import { Simulator } from './simulator.ts'
import type { World } from './world.ts'

const plan = 'leaves=3,mix=checkin+uv+tables,private=no,login=no,faults=requestLost+crash+partition'

function run(seed: number, config: Partial<SimConfig> = {}): Promise<SimReport> {
  return simulate({ seed, plan, config: { core: 'drawn', ...config } })
}

suite('a run that ends with a core', () => {
  test('converges there, and what others alone have does not count', async () => {
    let left = 0
    let cores = 0
    for (let seed = 1; seed <= 12; seed++) {
      const { verdict, violation, core, nodes, faults } = await run(seed)
      assert.deepEqual([verdict, violation], ['converged', undefined], `seed ${seed}`)
      if (core === undefined) continue
      cores++
      assert.equal(faults.broken, Object.keys(core.broken).length)
      const held = nodes.filter(({ id }) => core.nodes.includes(id)).map((each) => each.artifacts)
      assert.equal(new Set(held).size, 1, `seed ${seed}: ${held.join()}`)
      if (nodes.some(({ artifacts }) => artifacts !== held[0])) left++
    }
    assert.ok(cores >= 8 && left >= 1, `${cores} cores, ${left} with something out of reach`)
  })

  test('is made again from its decisions, and heals whole without those of the core', async () => {
    const first = await run(1)
    assert.ok(first.core)
    const { decisions: overrides } = first
    const again = await run(1, { overrides, unlisted: 'benign' })
    assert.deepEqual([again.core, again.verdict], [first.core, 'converged'])
    const others = overrides.filter(({ site }) => !site.startsWith('core/'))
    const whole = await run(1, { overrides: others, unlisted: 'benign' })
    assert.deepEqual([whole.core, whole.verdict], [undefined, 'converged'])
  })

  test('heals whole where the nodes are of the caller’s own', async () => {
    using simulator = Simulator.create({
      seed: 1,
      numLeaves: 4,
      core: 'drawn',
      makeNode: ({ repo }) => ({ repo, tick: () => ({ type: 'none' }) }),
    })
    simulator.endFaults()
    assert.deepEqual(simulator.decisions(), [])
  })
})

suite('what must hold at rest', () => {
  test('is asked of the core alone, and what must hold always of all', () => {
    using simulator = Simulator.create({ seed: 1, numLeaves: 3 })
    const truth = { acknowledged: [], asksPrivate: new Set<string>() }
    const world = { nodes: simulator.nodes(), truth, core: new Set(['master', 'leaf-1']) }
    const seen: Record<string, readonly string[]> = {}
    for (const holds of ['always', 'settled'] as const) {
      const check = ({ nodes }: World): void => {
        seen[holds] = nodes.map(({ id }) => id)
      }
      withinCore({ name: holds, holds, check }).check(world)
    }
    assert.deepEqual(seen, {
      always: ['master', 'leaf-0', 'leaf-1', 'leaf-2'],
      settled: ['master', 'leaf-1'],
    })
    assert.deepEqual(coreOf(world).truth.links, [{ from: 'leaf-1', to: 'master' }])
  })
})

function bound(config: Partial<ResolvedConfig>, [size, left]: [number, number] = [2, 1]): number {
  const ids = Array.from({ length: size }, (_, n) => `leaf-${n}`)
  const broken = new Map(Array.from({ length: left }, (_, n) => [`out-${n}`, 'cut' as const]))
  const resolved = { ...resolveConfig({ seed: 1 }), ...config }
  return settleBoundMs({ nodes: new Set(ids), broken }, { config: resolved, nodes: [] })
}

function network(link: LinkConfig): Pick<SimConfig, 'network'> {
  return { network: { link, partition: undefined } }
}

suite('the time that a core has', () => {
  const slow: LinkConfig = { ...calmLink, bytesPerSecond: 100_000 }

  test('is that of stragglers, and for each hop that of syncs', () => {
    const [pauseMs, roundMs] = [5_000 + 30_000, 40]
    assert.equal(bound({ node: 'poll' }), 30_000 + 60_000 + 2 * 4 * (pauseMs + 6 * roundMs))
  })

  test('grows with each thing that takes time', () => {
    const least = bound({ node: 'poll' })
    const latency = { minMs: 1, meanMs: 600, maxMs: 20_000 }
    for (const more of [
      bound({ node: 'poll' }, [3, 1]),
      bound({ node: 'poll' }, [2, 2]),
      bound({ node: 'agent' }),
      bound({ node: 'poll', pollIntervalMs: 15_000 }),
      bound({ node: 'poll', ...network({ ...calmLink, latency }) }),
      bound({ node: 'poll', ...network({ ...calmLink, timeoutMs: 60_000 }) }),
      bound({ node: 'poll', ...network(slow) }),
    ]) {
      assert.ok(more > least)
    }
  })
})

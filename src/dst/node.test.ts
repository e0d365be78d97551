/**
 * The ordinary node: which way it syncs, and what it makes of errors.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { storeLocal } from '../repo/store.ts'
import type { TickEvent } from '../runner/model.ts'
import type { Transport } from '../sync/transport.ts'
import { hasBlob } from './holdings.ts'
import { DefaultNode, type DefaultNodeOpts } from './node.ts'
import { Simulator } from './simulator.ts'

const event = { timeMs: 0, type: 'syncNow', nodeId: 'leaf-0' } as const

/** The directions in which a node with these options carries artifacts. */
async function carried(options: DefaultNodeOpts): Promise<{ pushed: boolean; pulled: boolean }> {
  using simulator = Simulator.create({
    seed: 1,
    numLeaves: 1,
    makeNode: ({ repo, transport }) => new DefaultNode(repo, transport, options),
  })
  const master = simulator.masterRepo()
  const { repo } = simulator.leaf('leaf-0')
  assert.ok(master)
  const there = storeLocal(repo, utf8('of the leaf')).hash
  const back = storeLocal(master, utf8('of the master')).hash
  await simulator.runUntil(simulator.clock().startMs + 20_000)
  return { pushed: hasBlob(master, there), pulled: hasBlob(repo, back) }
}

suite('a default node', () => {
  const ways: [options: DefaultNodeOpts, carries: Awaited<ReturnType<typeof carried>>][] = [
    [{}, { pushed: true, pulled: true }],
    [
      { push: false, pull: false },
      { pushed: true, pulled: true },
    ],
    [{ push: true }, { pushed: true, pulled: false }],
    [{ pull: true }, { pushed: false, pulled: true }],
    [
      { push: true, pull: true },
      { pushed: true, pulled: true },
    ],
  ]
  for (const [options, carries] of ways) {
    test(`told ${JSON.stringify(options)} carries ${JSON.stringify(carries)}`, async () => {
      assert.deepEqual(await carried(options), carries)
    })
  }

  test('reports the error of a sync that failed', async () => {
    using simulator = Simulator.create({ seed: 1 })
    const error = new FossilError('transport.failed', { reason: 'no network' })
    const transport: Transport = { exchange: () => Promise.reject(error) }
    const node = new DefaultNode(simulator.leaf('leaf-0').repo, transport)
    assert.deepEqual(await node.tick(event), { type: 'synced', error })
  })

  test('reports a bug in the code as an error, too, for the simulator to judge', async () => {
    using simulator = Simulator.create({ seed: 1 })
    const error = new RangeError('a bug')
    const transport: Transport = { exchange: () => Promise.reject(error) }
    const node = new DefaultNode(simulator.leaf('leaf-0').repo, transport)
    assert.deepEqual(await node.tick(event), { type: 'synced', error })
  })

  test('may do nothing at all where its fault site says so', async () => {
    using simulator = Simulator.create({
      seed: 1,
      buggify: true,
      overrides: [{ site: 'buggify/leaf-0/node.tick.earlyReturn', use: 0, outcome: true }],
    })
    const timer: TickEvent = { ...event, type: 'timer' }
    assert.deepEqual(await simulator.leaf('leaf-0').tick(timer), { type: 'none' })
  })

  test('always syncs when somebody wants it now', async () => {
    const site = 'buggify/leaf-0/node.tick.earlyReturn'
    const overrides = [0, 1, 2, 3].map((use) => ({ site, use, outcome: true }))
    const config = { seed: 1, pollIntervalMs: 1_000_000_000, buggify: true, overrides }
    using simulator = Simulator.create(config)
    for (let times = 1; times <= 3; times++) {
      simulator.scheduleSyncNow('leaf-0')
      await simulator.runUntil(simulator.clock().nowMs() + 60_000)
      assert.equal(simulator.leafStats('leaf-0').syncs, times)
    }
  })
})

/**
 * Single faults, told as stories: what a partition, a lost reply or a late request leaves behind.
 * @module
 */

import assert from 'node:assert/strict'
import { bytesEqual } from '../../base/bytes.ts'
import { unsentArtifacts } from '../../repo/unsent.ts'
import type { Override } from '../../sim/decision.ts'
import { atEveryLevel, onDemand, scenario } from './star.suite.ts'
import { dbOf } from '../../repo/repo.ts'

/** A fault that strikes one exchange of leaf-0 on an otherwise calm network. */
function struck(kind: string, outcome: Override['outcome'], use = 0): readonly Override[] {
  return [{ site: `net/leaf-0→master/${kind}`, use, outcome }]
}

atEveryLevel('a leaf that was cut off catches up', { numLeaves: 3 }, async (star) => {
  star.network.partition('leaf-2')
  star.hub.storeMany(20)
  const own = star.leaf(2).store('written on a plane')
  await star.simulator.runUntil(star.simulator.clock().nowMs() + 60_000)
  assert.equal(star.leaf(2).count, 1)
  assert.ok(!star.hub.has(own))
  star.network.heal('leaf-2')
  await star.run(60_000)
  await star.rest()
  for (const site of star.sites) assert.equal(site.count, 21)
})

scenario(
  'two halves that wrote apart hold the union once healed',
  { numLeaves: 4 },
  async (star) => {
    for (const index of [2, 3]) star.network.partition(`leaf-${index}`)
    for (const site of star.sites) site.storeMany(10)
    await star.run(60_000)
    assert.deepEqual(
      star.sites.map(({ count }) => count),
      [30, 30, 30, 10, 10],
    )
    star.network.healAll()
    await star.rest()
    assert.deepEqual(
      star.sites.map(({ count }) => count),
      [50, 50, 50, 50, 50],
    )
  },
)

scenario(
  'a leaf whose push was stored but not acknowledged pushes again without harm',
  { numLeaves: 2, overrides: struck('replyLost', true), ...onDemand },
  async (star) => {
    const hash = star.leaf(0).store('first')
    await star.sync(star.leaf(0))
    assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 1 })
    assert.ok(star.hub.has(hash))
    assert.equal(unsentArtifacts(star.leaf(0).repo).length, 1)
    await star.sync(star.leaf(0))
    assert.deepEqual(star.leaf(0).stats, { syncs: 2, errors: 1 })
    assert.equal(unsentArtifacts(star.leaf(0).repo).length, 0)
    assert.equal(star.hub.count, 1)
  },
)

scenario(
  'a push that arrives a second time, after others have written, changes nothing',
  { numLeaves: 2, overrides: struck('duplicated', 50_000), ...onDemand },
  async (star) => {
    star.leaf(0).store('pushed twice')
    await star.sync(star.leaf(0))
    star.leaf(1).store('in between')
    await star.sync(star.leaf(1))
    const before = dbOf(star.hub.repo).serialize()
    await star.run(120_000)
    assert.equal(star.network.faultCounts().duplicated, 1)
    assert.ok(bytesEqual(dbOf(star.hub.repo).serialize(), before))
  },
)

scenario(
  "a reply that comes after its sender gave up is nobody's, and the next sync brings it all",
  { numLeaves: 2, overrides: struck('replyDelayed', 100_000), ...onDemand },
  async (star) => {
    const hash = star.hub.store('late')
    await star.sync(star.leaf(0))
    assert.equal(star.leaf(0).stats.errors, 1)
    await star.run(200_000)
    assert.ok(!star.leaf(0).has(hash))
    await star.sync(star.leaf(0))
    assert.ok(star.leaf(0).has(hash))
  },
)

for (const [what, overrides] of Object.entries({
  'a request that breaks off': struck('requestCut', 400_000),
  'a reply that breaks off': struck('replyCut', 400_000),
  'a request with one changed byte': struck('requestCorrupted', '500000^1'),
  'a reply with one changed byte': struck('replyCorrupted', '500000^1'),
})) {
  scenario(
    `${what} is applied whole or not at all`,
    { numLeaves: 2, overrides, ...onDemand },
    async (star) => {
      star.hub.storeMany(5)
      star.leaf(0).storeMany(5)
      await star.sync(star.leaf(0))
      assert.equal(star.leaf(0).stats.errors, 1)
      assert.ok([5, 10].includes(star.hub.count))
      assert.ok([5, 10].includes(star.leaf(0).count))
    },
  )
}

for (const [side, counts] of Object.entries({
  'master/handler': [5, 5],
  'leaf-0/sync': [10, 5],
})) {
  scenario(
    `a disk that refuses the third artifact of a message keeps none of it (${side})`,
    {
      numLeaves: 1,
      ...onDemand,
      buggify: true,
      unlisted: 'benign',
      overrides: [{ site: `buggify/${side}.file.reject`, use: 2, outcome: true }],
    },
    async (star) => {
      star.hub.storeMany(5)
      star.leaf(0).storeMany(5)
      await star.sync(star.leaf(0))
      assert.equal(star.leaf(0).stats.errors, 1)
      assert.deepEqual([star.hub.count, star.leaf(0).count], counts)
    },
  )
}

scenario(
  'two syncs of different leaves, message by message, disturb each other not at all',
  { numLeaves: 2, ...onDemand },
  async (star) => {
    star.leaf(0).storeMany(300)
    star.leaf(1).storeMany(300)
    for (const { id } of star.leaves) star.simulator.scheduleSyncNow(id)
    await star.run(60_000)
    assert.deepEqual(
      star.leaves.map(({ stats }) => stats.errors),
      [0, 0],
    )
    assert.equal(star.hub.count, 600)
  },
)

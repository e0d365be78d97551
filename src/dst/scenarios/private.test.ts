/**
 * Private artifacts: they stay where they were made, or travel as private, as asked.
 * @module
 */

import assert from 'node:assert/strict'
import { ensureKnown, makePublic } from '../../repo/blob.ts'
import { ridOf } from '../invariants/pair.suite.ts'
import { atEveryLevel, scenario } from './star.suite.ts'

atEveryLevel('private artifacts stay at home', { numLeaves: 3 }, async (star) => {
  const secrets = star.sites.map((site) => site.store(`of ${site.id}`, { isPrivate: true }))
  star.leaf(0).storeMany(110)
  await star.run(60_000)
  await star.rest()
  for (const [index, secret] of secrets.entries()) {
    assert.deepEqual(
      star.sites.map((site) => site.hasPrivately(secret)),
      star.sites.map((_, other) => other === index),
    )
  }
})

atEveryLevel(
  'private artifacts travel as private where they are synced',
  { numLeaves: 3, private: true },
  async (star) => {
    const secrets = star.sites.map((site) => site.store(`of ${site.id}`, { isPrivate: true }))
    star.leaf(0).storeMany(110)
    await star.run(60_000)
    await star.rest()
    for (const site of star.sites) {
      assert.ok(
        secrets.every((secret) => site.hasPrivately(secret)),
        site.id,
      )
    }
  },
)

scenario(
  'a private artifact that is published reaches everyone',
  { numLeaves: 2 },
  async (star) => {
    const leaf = star.leaf(0)
    const secret = leaf.store('soon to be known', { isPrivate: true })
    await star.rest()
    assert.deepEqual(
      star.sites.map((site) => site.has(secret)),
      [false, true, false],
    )
    makePublic(leaf.repo, ridOf(leaf.repo, secret))
    star.simulator.acknowledge({ hash: secret, nodeId: leaf.id, isPrivate: false })
    await star.rest()
    assert.ok(star.sites.every((site) => site.has(secret) && !site.hasPrivately(secret)))
  },
)

scenario('a name overheard does not fetch what is private', { numLeaves: 2 }, async (star) => {
  const [ofHub, ofLeaf] = [star.hub, star.leaf(0)].map((site) =>
    site.store(`of ${site.id}`, { isPrivate: true }),
  )
  assert.ok(ofHub && ofLeaf)
  for (const site of star.sites) {
    for (const secret of [ofHub, ofLeaf]) ensureKnown(site.repo, secret, { isPrivate: false })
  }
  await star.run(60_000)
  await star.rest()
  assert.deepEqual(
    star.sites.map((site) => [site.has(ofHub), site.has(ofLeaf)]),
    [
      [true, false],
      [false, true],
      [false, false],
    ],
  )
})

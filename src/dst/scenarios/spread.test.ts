/**
 * The spread of artifacts: from the hub, from leaves, large, many, in clusters, again and again.
 * The scenarios of the Go library's simulator that need artifacts only, at every level of faults,
 * and each with convergence at its end.
 * @module
 */

import assert from 'node:assert/strict'
import { bytesEqual, noBytes } from '../../base/bytes.ts'
import { allBlobUuidsSorted } from '../holdings.ts'
import { DefaultNode } from '../node.ts'
import { atEveryLevel, scenario } from './star.suite.ts'
import { dbOf } from '../../repo/repo.ts'

atEveryLevel('100 artifacts of the hub reach 3 leaves', { numLeaves: 3 }, async (star) => {
  const hashes = star.hub.storeMany(100)
  await star.run(60_000)
  await star.rest()
  for (const leaf of star.leaves) assert.ok(hashes.every((hash) => leaf.has(hash)))
})

atEveryLevel(
  '5 artifacts of the hub and 10 of each leaf reach all',
  { numLeaves: 3 },
  async (star) => {
    star.hub.storeMany(5)
    for (const leaf of star.leaves) leaf.storeMany(10)
    await star.run(60_000)
    await star.rest()
    for (const site of star.sites) assert.equal(site.count, 35)
  },
)

atEveryLevel('what is stored while others sync arrives as well', { numLeaves: 3 }, async (star) => {
  for (let turn = 0; turn < 12; turn++) {
    const site = star.sites[turn % star.sites.length]
    site?.store(`turn ${turn}`)
    await star.run(3_000)
  }
  await star.rest()
  for (const site of star.sites) assert.equal(site.count, 12)
})

atEveryLevel('half a megabyte arrives whole', { numLeaves: 2 }, async (star) => {
  const content = star.simulator.stream('payload').next().bytes(500_000)
  const hash = star.leaf(0).store(content)
  await star.run(60_000)
  await star.rest()
  assert.deepEqual(star.leaf(1).read(hash), content)
})

atEveryLevel('10 leaves come to hold the same', { numLeaves: 10 }, async (star) => {
  star.hub.storeMany(20)
  for (const leaf of star.leaves) leaf.store(leaf.id)
  await star.run(60_000)
  await star.rest()
  for (const site of star.sites) assert.equal(site.count, 30)
})

atEveryLevel('500 artifacts travel under the names of clusters', { numLeaves: 2 }, async (star) => {
  const hashes = star.hub.storeMany(500)
  await star.run(60_000)
  await star.rest()
  assert.ok(star.hub.clusters > 0)
  for (const leaf of star.leaves) {
    assert.equal(leaf.clusters, star.hub.clusters)
    assert.ok(hashes.every((hash) => leaf.has(hash)))
  }
})

atEveryLevel(
  'artifacts that leaves push are clustered at the hub and reach the others',
  { numLeaves: 3 },
  async (star) => {
    for (const leaf of star.leaves) leaf.storeMany(120)
    await star.run(60_000)
    await star.rest()
    assert.ok(star.hub.clusters > 0)
    for (const leaf of star.leaves) assert.equal(leaf.count, 360)
  },
)

scenario(
  '250 artifacts come by plain pull, and nothing goes back',
  {
    numLeaves: 1,
    makeNode: ({ repo, transport }) => new DefaultNode(repo, transport, { pull: true }),
  },
  async (star) => {
    star.hub.storeMany(250)
    await star.rest()
    const held = allBlobUuidsSorted(star.hub.repo)
    assert.deepEqual(allBlobUuidsSorted(star.leaf(0).repo), held)
    star.leaf(0).store('mine', { isPrivate: true })
    await star.rest()
    assert.deepEqual(allBlobUuidsSorted(star.hub.repo), held)
    assert.equal(star.leaf(0).count, 251)
  },
)

scenario('a sync with nothing to say changes nothing', { numLeaves: 2 }, async (star) => {
  star.hub.storeMany(150)
  star.leaf(0).storeMany(10)
  await star.rest()
  const before = star.sites.map(({ repo }) => dbOf(repo).serialize())
  const { totalSyncs } = star.simulator
  await star.run(60_000)
  assert.ok(star.simulator.totalSyncs > totalSyncs + 10)
  const changed = star.sites.filter(
    ({ repo }, index) => !bytesEqual(dbOf(repo).serialize(), before[index] ?? noBytes),
  )
  assert.deepEqual(
    changed.map(({ id }) => id),
    [],
  )
})

atEveryLevel('two leaves push the same artifact, and it is one', { numLeaves: 3 }, async (star) => {
  const hashes = [0, 1, 2].map((index) => star.leaf(index).store('the same everywhere'))
  await star.run(30_000)
  await star.rest()
  assert.equal(new Set(hashes).size, 1)
  for (const site of star.sites) assert.equal(site.count, 1)
})

atEveryLevel(
  'SHA3-256 names spread like SHA-1',
  { numLeaves: 2, hashPolicy: 'sha3' },
  async (star) => {
    star.hub.storeMany(150)
    const hash = star.leaf(0).store('long name')
    await star.run(30_000)
    await star.rest()
    assert.equal(hash.length, 64)
    assert.ok(star.leaf(1).has(hash))
  },
)

atEveryLevel('a history of deltas arrives with its content', { numLeaves: 2 }, async (star) => {
  let text = 'a file with some lines\n'.repeat(40)
  let parent = star.hub.checkin('notes', text)
  for (let change = 0; change < 30; change++) {
    text = `${text}change ${change}\n`
    parent = star.hub.checkin('notes', text, parent)
  }
  const deltas = dbOf(star.hub.repo).prepare('SELECT 1 FROM delta').all().length
  assert.ok(deltas >= 30)
  await star.run(30_000)
  await star.rest()
  for (const leaf of star.leaves) assert.deepEqual(leaf.read(parent), star.hub.read(parent))
})

atEveryLevel(
  'leaves that poll every hour converge all the same',
  { numLeaves: 3, pollIntervalMs: 3_600_000 },
  async (star) => {
    star.hub.storeMany(110)
    for (const leaf of star.leaves) leaf.storeMany(5)
    await star.run(6 * 3_600_000)
    await star.rest()
    assert.ok(star.simulator.totalSyncs < 60)
  },
)

/**
 * Synced tables, told as stories: rows of everybody come to everybody, of two versions one stands,
 * rows belong to who wrote them, and whoever was cut off catches up.
 *
 * The scenarios of go-libfossil (dst/tablesync_test.go) that are answered here; the others are in
 * tables-faults.test.ts. Theirs assert convergence on a calm network at most, ours always.
 *
 * | go-libfossil                   | here                                                        |
 * | ------------------------------ | ----------------------------------------------------------- |
 * | TestTS_Convergence3Peer        | rows of every leaf come to everybody                        |
 * | TestTS_SchemaDeployChain       | a table of the hub is defined everywhere, star and chain    |
 * | TestTS_SchemaBeforeRows        | … and takes rows that come later                            |
 * | TestTS_MultipleTables5         | five tables travel side by side                             |
 * | TestTS_CatalogHashShortCircuit | tables that are equal are not compared                      |
 * | TestTS_MtimeWinsSamePK         | of three versions the latest stands                         |
 * | TestTS_MtimeWinsTieBreak       | of versions of one second one stands                        |
 * | TestTS_SelfWriteEnforcement    | rows with owners are changed by their owners alone          |
 * | TestTS_OwnerWriteEnforcement   | the same, beside it                                         |
 * | TestTS_PartitionHeal           | rows on both sides of a cut come together                   |
 * | TestTS_PartitionConcurrentSamePK | the same row on both sides of a cut                       |
 * | TestTS_StalePeerRejoin         | a leaf that missed updates gets them                        |
 * | TestTableSync_IntegerPK_Convergence | keys beyond what a double holds stay apart             |
 * @module
 */

import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { FossilError } from '../../base/error.ts'
import { catalogHash, tables } from '../../tables/tables.ts'
import { isTableCard } from '../../xfer/table-card.ts'
import { atEveryLevel, type Star } from './star.suite.ts'
import {
  agreed,
  pass,
  rewritten,
  settled,
  spread,
  StoryTable,
  synced,
  tableOf,
  textTable,
  until,
} from './tables.suite.ts'

const devices = tableOf('devices', [
  { name: 'device', type: 'text', key: true },
  { name: 'host', type: 'text' },
  { name: 'status', type: 'text' },
])

atEveryLevel('rows of every leaf come to everybody', { ...synced, numLeaves: 3 }, async (star) => {
  const table = new StoryTable(star, devices)
  for (const [at, leaf] of star.leaves.entries()) {
    for (let nth = 0; nth < 3; nth++) {
      const row = { device: `${leaf.id}/${nth}`, host: `host-${nth}`, status: 'online' }
      table.put(leaf, row, { mtimeSec: 100 + 10 * at + nth })
    }
  }
  await star.run(20_000)
  await settled(star, table)
  for (const site of star.sites) assert.equal(table.count(site), 9)
})

for (const topology of ['star', 'chain'] as const) {
  atEveryLevel(
    `a table of the hub is defined everywhere (${topology}), and takes rows that come later`,
    { ...synced, numLeaves: 3, topology },
    async (star) => {
      const definition = textTable('metrics')
      const table = new StoryTable(star, definition, [star.hub])
      assert.deepEqual(
        star.leaves.map((leaf) => table.isDefined(leaf)),
        [false, false, false],
      )
      await until(star, () => star.leaves.every((leaf) => table.isDefined(leaf)))
      for (const { repo } of star.sites) assert.deepEqual(tables(repo), [definition])
      table.putMany(star.hub, 'metric', 5, 200)
      await star.run(20_000)
      await settled(star, table)
      for (const site of star.sites) assert.equal(table.count(site), 5)
    },
  )
}

atEveryLevel('five tables travel side by side', { ...synced, numLeaves: 2 }, async (star) => {
  const names = Array.from({ length: 5 }, (_, index) => `table_${index}`)
  const five = names.map((name) => new StoryTable(star, textTable(name)))
  for (const table of five) table.putMany(star.hub, table.name, 5, 100)
  await star.run(20_000)
  await settled(star, ...five)
  for (const table of five) {
    for (const leaf of star.leaves) assert.equal(table.count(leaf), 5)
  }
})

suite('tables that are equal', () => {
  const seen: string[] = []
  const look = rewritten((card) => {
    if (isTableCard(card)) seen.push(card.type)
    return card
  })
  atEveryLevel(
    'are not compared, and one more row is sent alone',
    { ...synced, numLeaves: 2, ...look },
    async (star) => {
      seen.length = 0
      const table = new StoryTable(star, textTable('configs'))
      for (const site of star.sites) {
        for (let nth = 0; nth < 10; nth++) table.putText(site, `k-${nth}`, `v-${nth}`, 100)
      }
      const hashes = star.sites.map(({ repo }) => catalogHash(repo, 'configs'))
      assert.equal(new Set(hashes).size, 1)
      await star.run(20_000)
      await settled(star, table)
      assert.deepEqual(seen, [])

      table.putText(star.leaf(0), 'one-more', 'row', 200)
      await settled(star, table)
      const rows = seen.filter((type) => type === 'xrow')
      assert.equal(rows.length, 2, 'one from the leaf, one to the other leaf')
    },
  )
})

suite('of versions of one row', () => {
  atEveryLevel('the latest stands', { ...synced, numLeaves: 3 }, async (star) => {
    const table = new StoryTable(star, textTable('config'))
    for (const [at, leaf] of star.leaves.entries()) {
      table.putText(leaf, 'theme', `of leaf ${at}`, 100 + 100 * at)
    }
    await star.run(20_000)
    await settled(star, table)
    for (const site of star.sites) assert.equal(table.text(site, 'theme'), 'of leaf 2')
  })

  atEveryLevel('of one second one stands', { ...synced, numLeaves: 2 }, async (star) => {
    const table = new StoryTable(star, textTable('config'))
    for (const leaf of star.leaves) table.putText(leaf, 'same', 'en', 100)
    table.putText(star.hub, 'other', 'de', 100)
    table.putText(star.leaf(0), 'other', 'fr', 100)
    table.putText(star.leaf(1), 'other', 'en', 100)
    for (const site of star.sites) table.putText(site, 'deleted', 'en', 100)
    table.delete(star.leaf(0), { id: 'deleted' }, { mtimeSec: 200 })
    table.putText(star.leaf(1), 'deleted', 'edited', 200)
    await star.run(20_000)
    await settled(star, table)
    for (const site of star.sites) {
      const texts = ['same', 'other', 'deleted'].map((id) => table.text(site, id))
      assert.deepEqual(texts, ['en', 'fr', 'edited'])
    }
  })
})

atEveryLevel(
  'keys beyond what a double holds stay apart',
  { ...synced, numLeaves: 2 },
  async (star) => {
    const columns = [
      { name: 'seq', type: 'integer', key: true },
      { name: 'payload', type: 'text' },
    ] as const
    const table = new StoryTable(star, tableOf('events', columns))
    const big = 2n ** 53n
    for (const seq of [big, big + 1n, -big - 1n]) {
      table.put(star.hub, { seq, payload: `event ${seq}` }, { mtimeSec: 1000 })
    }
    await star.run(20_000)
    await settled(star, table)
    for (const site of star.sites) {
      assert.equal(catalogHash(site.repo, 'events'), catalogHash(star.hub.repo, 'events'))
      for (const seq of [big, big + 1n, -big - 1n]) {
        assert.deepEqual(table.row(site, { seq })?.values, { seq, payload: `event ${seq}` })
      }
    }
  },
)

/** Leaves that log in, as users who are named after them. */
const withLogins = { ...synced, numLeaves: 3, login: {} }

suite('rows with owners', () => {
  atEveryLevel('are changed by their owners alone', withLogins, async (star) => {
    const [mine, other] = [star.leaf(0), star.leaf(1)]
    const owned = both(star)
    for (const table of owned) {
      for (const leaf of star.leaves) {
        table.put(leaf, { id: leaf.id, value: 'well' }, { user: leaf.id, mtimeSec: 100 })
      }
    }
    await spread(star, ...owned)
    for (const table of owned) {
      assert.deepEqual(owners(star, table), ['leaf-0', 'leaf-1', 'leaf-2'])
      const asOther = { user: other.id, mtimeSec: 200 }
      assert.throws(() => table.put(other, { id: mine.id, value: 'taken' }, asOther), isOwned)
      assert.throws(() => table.delete(other, { id: mine.id }, asOther), isOwned)
      table.put(mine, { id: mine.id, value: 'better' }, { user: mine.id, mtimeSec: 300 })
      table.delete(other, { id: other.id }, { user: other.id, mtimeSec: 300 })
    }
    await star.run(20_000)
    await settled(star, ...owned)
    for (const table of owned) {
      assert.equal(table.text(star.leaf(2), mine.id), 'better')
      assert.ok(table.isTombstone(star.leaf(2), { id: other.id }))
    }
  })

  atEveryLevel('that two make at once belong to one of them', withLogins, async (star) => {
    const owned = both(star)
    for (const table of owned) {
      for (const leaf of star.leaves) {
        table.put(leaf, { id: 'first-come', value: leaf.id }, { user: leaf.id, mtimeSec: 100 })
      }
    }
    await star.run(20_000)
    await agreed(star)
    for (const table of owned) {
      const [owner] = owners(star, table)
      for (const site of star.sites) assert.equal(table.text(site, 'first-come'), owner)
    }
  })
})

suite('rows that others sign', () => {
  atEveryLevel('give way to those that stand', withLogins, async (star) => {
    const [mine, other] = [star.leaf(0), star.leaf(1)]
    const owned = both(star)
    for (const table of owned) {
      table.put(mine, { id: 'mine', value: 'well' }, { user: mine.id, mtimeSec: 100 })
    }
    await spread(star, ...owned)
    for (const table of owned) {
      table.put(other, { id: 'mine', value: 'forged' }, { user: mine.id, mtimeSec: 200 })
    }
    await star.run(20_000)
    await agreed(star)
    for (const table of owned) assert.equal(table.text(other, 'mine'), 'well')
  })

  atEveryLevel('stay with who signed them, where none stands', withLogins, async (star) => {
    const [mine, other] = [star.leaf(0), star.leaf(1)]
    const owned = both(star)
    for (const table of owned) {
      table.put(other, { id: 'mine', value: 'forged' }, { user: mine.id, mtimeSec: 200 })
    }
    await star.run(20_000)
    for (const table of owned) {
      assert.deepEqual(
        star.sites.map((site) => table.count(site)),
        star.sites.map(({ id }) => (id === other.id ? 1 : 0)),
      )
      // The owner dates it before the forgery, and yet it stands.
      table.put(mine, { id: 'mine', value: 'well' }, { user: mine.id, mtimeSec: 100 })
    }
    await star.run(20_000)
    await agreed(star)
    for (const table of owned) assert.equal(table.text(other, 'mine'), 'well')
  })
})

suite('rows without owners', () => {
  atEveryLevel('get the login that brings them', withLogins, async (star) => {
    const owned = both(star)
    for (const table of owned) {
      for (const leaf of star.leaves) table.put(leaf, { id: leaf.id, value: 'unsigned' })
    }
    await star.run(20_000)
    await agreed(star)
    for (const table of owned) {
      assert.deepEqual(owners(star, table), ['leaf-0', 'leaf-1', 'leaf-2'])
    }
  })

  atEveryLevel('go to who writes them next, by self-write alone', withLogins, async (star) => {
    const [mine] = star.leaves
    assert.ok(mine)
    const [selfWrite, ownerWrite] = both(star)
    assert.ok(selfWrite && ownerWrite)
    for (const table of [selfWrite, ownerWrite]) table.putText(star.hub, 'k', 'of nobody', 100)
    await spread(star, selfWrite, ownerWrite)
    const change = { id: 'k', value: 'of somebody' }
    selfWrite.put(mine, change, { user: mine.id, mtimeSec: 200 })
    assert.throws(() => ownerWrite.put(mine, change, { user: mine.id, mtimeSec: 200 }), isOwned)
    await star.run(20_000)
    await settled(star, selfWrite, ownerWrite)
    ownerWrite.put(mine, { id: 'k', value: 'of nobody I know' }, { mtimeSec: 200 })
    await agreed(star)
    assert.equal(ownerWrite.text(mine, 'k'), 'of nobody')
    assert.deepEqual([owners(star, selfWrite), owners(star, ownerWrite)], [[mine.id], ['']])
  })
})

suite('a cut:', () => {
  atEveryLevel(
    'rows on both sides of it come together',
    { ...synced, numLeaves: 3 },
    async (star) => {
      const table = new StoryTable(star, textTable('devices'))
      table.putText(star.hub, 'shared', 'base', 100)
      await spread(star, table)
      star.network.partition('leaf-0')
      table.putText(star.leaf(0), 'isolated', 'from leaf 0', 200)
      table.putText(star.leaf(1), 'connected', 'from leaf 1', 200)
      await pass(star, 30_000)
      assert.equal(table.count(star.leaf(0)), 2)
      assert.equal(table.text(star.hub, 'isolated'), undefined)
      assert.equal(table.text(star.leaf(0), 'connected'), undefined)
      star.network.heal('leaf-0')
      await star.run(20_000)
      await settled(star, table)
      for (const site of star.sites) assert.equal(table.count(site), 3)
    },
  )

  atEveryLevel(
    'of the same row on both sides of it the later stands',
    { ...synced, numLeaves: 2 },
    async (star) => {
      const table = new StoryTable(star, textTable('config'))
      star.network.partition('leaf-0')
      for (const [id, cutSec] of [
        ['older', 100],
        ['newer', 300],
      ] as const) {
        table.putText(star.leaf(0), id, 'of the leaf that was cut off', cutSec)
        table.putText(star.leaf(1), id, 'of the others', 200)
      }
      await pass(star, 30_000)
      assert.equal(table.text(star.leaf(0), 'older'), 'of the leaf that was cut off')
      star.network.heal('leaf-0')
      await star.run(20_000)
      await settled(star, table)
      for (const site of star.sites) {
        assert.equal(table.text(site, 'older'), 'of the others')
        assert.equal(table.text(site, 'newer'), 'of the leaf that was cut off')
      }
    },
  )

  atEveryLevel(
    'a leaf that missed updates gets them',
    { ...synced, numLeaves: 3 },
    async (star) => {
      const table = new StoryTable(star, textTable('devices'))
      table.putMany(star.hub, 'first', 5, 100)
      await spread(star, table)
      star.network.partition('leaf-2')
      table.putMany(star.hub, 'first', 2, 300)
      table.delete(star.hub, { id: 'first-4' }, { mtimeSec: 300 })
      table.putMany(star.hub, 'new', 5, 200)
      await pass(star, 30_000)
      assert.equal(table.count(star.leaf(2)), 5)
      star.network.heal('leaf-2')
      star.simulator.scheduleSyncNow('leaf-2')
      await star.run(20_000)
      await settled(star, table)
      assert.equal(table.count(star.leaf(2)), 9)
    },
  )
})

/** The owners of a table's rows, by key, the same everywhere. */
function owners(star: Star, table: StoryTable): readonly string[] {
  const [all, ...others] = star.sites.map((site) => table.owners(site))
  for (const each of others) assert.deepEqual(each, all)
  return all ?? []
}

/** A table for each rule by which rows have owners. */
function both(star: Star): StoryTable[] {
  return (['self-write', 'owner-write'] as const).map(
    (rule) => new StoryTable(star, textTable(rule.replace('-', '_'), rule)),
  )
}

function isOwned(error: unknown): boolean {
  return FossilError.is(error, 'table.owned')
}

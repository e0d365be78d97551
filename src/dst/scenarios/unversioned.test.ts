/**
 * Unversioned files, told as stories: conflicts, deletions, lost messages, and the bugs that other
 * engines have had with them.
 * @module
 */

import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { utf8 } from '../../base/bytes.ts'
import { type ArtifactHash, nameFor } from '../../hash/artifact-hash.ts'
import { unversionedHash } from '../../repo/unversioned.ts'
import type { Override } from '../../sim/decision.ts'
import { TamperingFossil, withCards } from './tampering.suite.ts'
import { TraceLines } from '../trace-lines.suite.ts'
import { atEveryLevel, onDemand, scenario, type Site, type Star } from './star.suite.ts'

const uv = { uv: true }

/** Faults that strike single exchanges of leaf-0, on an otherwise calm network. */
function struck(kind: string, outcome: Override['outcome'], uses: readonly number[]): Override[] {
  return uses.map((use) => ({ site: `net/leaf-0→master/${kind}`, use, outcome }))
}

function hashOf(content: string): ArtifactHash {
  return nameFor(utf8(content), 'sha1')
}

/** The file that everybody has under a name, once at rest. */
async function settledFile(star: Star, name: string): Promise<string | undefined> {
  await star.rest()
  const files = new Set(star.sites.map((site) => site.file(name)))
  assert.equal(files.size, 1)
  return [...files][0]
}

atEveryLevel('files of every node come to every node', { ...uv, numLeaves: 3 }, async (star) => {
  for (const site of star.sites) await site.writeFile(`of-${site.id}`, site.id)
  await star.run(60_000)
  await star.rest()
  for (const site of star.sites) {
    for (const { id } of star.sites) assert.equal(site.file(`of-${id}`), id)
  }
  const { totalUvSent, totalUvReceived, totalUvGimmes } = star.simulator
  assert.ok(totalUvSent >= 3 || star.simulator.totalErrors > 0)
  assert.ok(totalUvReceived > 0 && totalUvGimmes > 0)
})

suite('of two versions', () => {
  atEveryLevel('the later one wins, wherever it is', { ...uv, numLeaves: 2 }, async (star) => {
    await star.leaf(0).writeFile('a', 'the later', 2000)
    await star.leaf(1).writeFile('a', 'the earlier', 1000)
    await star.hub.writeFile('b', 'the earlier', 1000)
    await star.leaf(1).writeFile('b', 'the later', 2000)
    await star.run(30_000)
    assert.equal(await settledFile(star, 'a'), 'the later')
    assert.equal(await settledFile(star, 'b'), 'the later')
  })

  scenario('of one second the greater hash wins', { ...uv, numLeaves: 2 }, async (star) => {
    // SHA-1: 86f7… of "a", e9d7… of "b", 84a5… of "c".
    for (const [index, text] of ['a', 'b', 'c'].entries()) {
      await star.sites[index]?.writeFile('same-second', text, 1000)
    }
    assert.equal(await settledFile(star, 'same-second'), 'b')
  })

  scenario(
    'a file wins against its deletion in the same second, and loses to a later one',
    { ...uv, numLeaves: 2 },
    async (star) => {
      for (const name of ['kept', 'gone']) await star.hub.writeFile(name, 'text', 1000)
      await star.rest()
      for (const name of ['kept', 'gone']) await star.leaf(0).writeFile(name, 'edited', 2000)
      await star.leaf(1).deleteFile('kept', 2000)
      await star.leaf(1).deleteFile('gone', 2001)
      assert.equal(await settledFile(star, 'kept'), 'edited')
      assert.equal(await settledFile(star, 'gone'), undefined)
    },
  )

  scenario(
    'a clock that runs behind lets its owner overwrite, and then loses to what others have',
    { ...uv, numLeaves: 2 },
    async (star) => {
      await star.hub.writeFile('a', 'of the right clock', 2000)
      await star.rest()
      await star.leaf(0).writeFile('a', 'of a slow clock', 1000)
      assert.equal(star.leaf(0).file('a'), 'of a slow clock')
      assert.equal(await settledFile(star, 'a'), 'of the right clock')
    },
  )

  scenario(
    'the one that its owner took back before anybody had it is nowhere',
    { ...uv, numLeaves: 2 },
    async (star) => {
      await star.leaf(0).writeFile('a', 'too hasty', 2000)
      await star.leaf(0).writeFile('a', 'with the time on disk', 1000)
      assert.equal(await settledFile(star, 'a'), 'with the time on disk')
    },
  )
})

suite('deletions', () => {
  atEveryLevel('of a leaf reach everybody', { ...uv, numLeaves: 3 }, async (star) => {
    await star.hub.writeFile('a', 'text', 1000)
    await star.rest()
    await star.leaf(0).deleteFile('a', 2000)
    await star.run(30_000)
    assert.equal(await settledFile(star, 'a'), undefined)
    for (const site of star.sites) assert.equal(site.fileTime('a'), 2000)
  })

  atEveryLevel('are undone by a later write', { ...uv, numLeaves: 3 }, async (star) => {
    await star.hub.writeFile('a', 'text', 1000)
    await star.rest()
    await star.leaf(0).deleteFile('a', 2000)
    await star.leaf(1).writeFile('a', 'again', 3000)
    await star.run(30_000)
    assert.equal(await settledFile(star, 'a'), 'again')
  })

  scenario(
    'of a file that the hub never had are kept until it comes from elsewhere',
    { ...uv, numLeaves: 2 },
    async (star) => {
      await star.leaf(0).writeFile('a', 'a draft', 1000)
      await star.leaf(0).deleteFile('a', 3000)
      await star.rest()
      assert.equal(star.hub.fileTime('a'), undefined)
      await star.leaf(1).writeFile('a', 'another draft', 2000)
      assert.equal(await settledFile(star, 'a'), undefined)
    },
  )

  scenario('of what never was change nothing', { ...uv, numLeaves: 1 }, async (star) => {
    const { simulator } = star
    simulator.scheduleUvDelete('leaf-0', simulator.clock().nowMs(), { name: 'a', mtimeSec: 1 })
    await star.rest()
    assert.equal(simulator.uvOperationCounts().deletes, 0)
    assert.equal(star.leaf(0).fileTime('a'), undefined)
  })
})

suite('bugs that others have had', () => {
  scenario(
    'a new time of the same content reaches everybody, both ways',
    { ...uv, numLeaves: 2 },
    async (star) => {
      await star.hub.writeFile('a', 'text', 1000)
      await star.rest()
      await star.leaf(0).writeFile('a', 'text', 2000)
      await star.rest()
      assert.deepEqual(
        star.sites.map((site) => site.fileTime('a')),
        [2000, 2000, 2000],
      )
      await star.hub.writeFile('a', 'text', 3000)
      await star.rest()
      assert.deepEqual(
        star.sites.map((site) => site.fileTime('a')),
        [3000, 3000, 3000],
      )
    },
  )

  for (const kind of ['requestLost', 'replyLost']) {
    scenario(
      `a leaf keeps its copy until the new one has come (second round, ${kind})`,
      { ...uv, numLeaves: 1, ...onDemand, overrides: struck(kind, true, [3]) },
      async (star) => {
        await star.hub.writeFile('a', 'old', 1000)
        await star.sync(star.leaf(0))
        assert.equal(star.leaf(0).file('a'), 'old')
        await star.hub.writeFile('a', 'new', 2000)
        await star.sync(star.leaf(0))
        assert.equal(star.leaf(0).stats.errors, 1)
        assert.equal(star.leaf(0).file('a'), 'old')
        await star.sync(star.leaf(0))
        assert.equal(star.leaf(0).file('a'), 'new')
      },
    )
  }

  scenario(
    'a reply that breaks off costs a sync and no file',
    { ...uv, numLeaves: 1, ...onDemand, overrides: struck('replyCut', 600_000, [0, 1]) },
    async (star) => {
      await star.hub.writeFile('a', 'text '.repeat(1000), 1000)
      await star.leaf(0).writeFile('b', 'text '.repeat(1000), 1000)
      for (let sync = 0; sync < 3; sync++) await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 3, errors: 2 })
      assert.equal(star.hub.file('b'), star.leaf(0).file('a'))
    },
  )

  for (const [what, lie] of Object.entries({
    'another content': { hash: hashOf('the truth'), content: utf8('a lie') },
    'no content': { hash: hashOf('the truth'), content: undefined },
  })) {
    const sizeBytes = lie.content?.length ?? 9
    const card = { type: 'uvfile', name: 'a', mtimeSec: 9000, sizeBytes, ...lie } as const
    const upstream = new TamperingFossil((reply, n) => (n === 0 ? withCards(reply, [card]) : reply))
    scenario(
      `a hash with ${what} replaces nothing`,
      { ...uv, numLeaves: 1, ...onDemand, upstream },
      async (star) => {
        await star.leaf(0).writeFile('a', 'from before', 1000)
        await star.sync(star.leaf(0))
        assert.equal(star.leaf(0).file('a'), 'from before')
        assert.equal(await settledFile(star, 'a'), 'from before')
      },
    )
  }

  scenario(
    'equal catalogues are not listed, and no file is sent twice',
    { ...uv, numLeaves: 1, ...onDemand },
    async (star) => {
      for (const site of star.sites) await site.writeFile('a', 'the same everywhere', 1000)
      assert.equal(unversionedHash(star.hub.repo), unversionedHash(star.leaf(0).repo))
      await star.sync(star.leaf(0))
      await star.hub.writeFile('b', 'new', 1000)
      for (let sync = 0; sync < 3; sync++) await star.sync(star.leaf(0))
      const { totalUvSent, totalUvReceived, totalUvGimmes } = star.simulator
      assert.deepEqual([totalUvSent, totalUvReceived, totalUvGimmes], [0, 1, 1])
    },
  )

  scenario(
    'a budget of next to nothing is no limit, by way of many rounds',
    { ...uv, numLeaves: 1, ...onDemand },
    async (star) => {
      star.hub.set('max-download', '1')
      star.leaf(0).set('max-upload', '1')
      for (let index = 0; index < 20; index++) {
        await star.hub.writeFile(`hub/${index}`, `${index}`, 1000)
        await star.leaf(0).writeFile(`leaf/${index}`, `${index}`, 1000)
      }
      await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 0 })
      star.simulator.checkAllUvConverged(star.hub.repo)
    },
  )
})

scenario(
  'a request that arrives again, after the file was deleted, does not bring it back',
  { ...uv, numLeaves: 1, ...onDemand, overrides: struck('duplicated', 50_000, [0, 1, 2]) },
  async (star) => {
    await star.leaf(0).writeFile('a', 'sent twice', 1000)
    await star.sync(star.leaf(0))
    assert.equal(star.hub.file('a'), 'sent twice')
    await star.hub.deleteFile('a', 2000)
    await star.run(120_000)
    assert.ok(star.network.faultCounts().duplicated > 0)
    assert.equal(star.hub.file('a'), undefined)
    assert.equal(await settledFile(star, 'a'), undefined)
  },
)

suite('a change between two rounds of a sync is not lost to what is on its way:', () => {
  const changes: Record<string, (leaf: Site) => Promise<void>> = {
    'of the leaf': (leaf) => leaf.writeFile('a', 'of the leaf', 3000),
    'of the hub': (leaf) => leaf.writeFile('a', 'an older one', 1500),
    undefined: (leaf) => leaf.deleteFile('a', 3000),
  }
  for (const [winner, change] of Object.entries(changes)) {
    const trace = new TraceLines()
    const { onTraceLine } = trace
    scenario(`${winner} wins`, { ...uv, numLeaves: 2, ...onDemand, onTraceLine }, async (star) => {
      await star.leaf(0).writeFile('a', 'from before', 1000)
      await star.hub.writeFile('a', 'of the hub', 2000)
      star.simulator.scheduleSyncNow('leaf-0')
      // The catalogue has come, and the file has been asked for.
      while (trace.events('request').length < 2) await star.simulator.step()
      await change(star.leaf(0))
      assert.equal(star.leaf(0).stats.syncs, 0)
      assert.equal(String(await settledFile(star, 'a')), winner)
    })
  }
})

/**
 * Bugs that other engines have had, each as a story that ours must survive. Most were found in the
 * Go library, whose own simulation misses them.
 * @module
 */

import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { fromUtf8, noBytes, utf8 } from '../../base/bytes.ts'
import { compressContent } from '../../base/zlib.ts'
import { rebuild } from '../../crosslink/rebuild.ts'
import { formatDeck } from '../../deck/format.ts'
import { createDelta } from '../../delta/index.ts'
import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { sha1 } from '../../hash/hash.ts'
import { ensureKnown, holdingsChanged, makePrivate } from '../../repo/blob.ts'
import { config } from '../../repo/config.ts'
import { shun } from '../../repo/shun.ts'
import { storeLocal } from '../../repo/store.ts'
import { unsentArtifacts } from '../../repo/unsent.ts'
import { onDemand, scenario } from './star.suite.ts'
import { TamperingFossil, withCards } from './tampering.suite.ts'
import { dbOf } from '../../repo/repo.ts'
import { manifestFiles } from '../../write/checkin.ts'

function hashOf(content: string): ArtifactHash {
  const hash = parseArtifactHash(sha1(utf8(content)))
  assert.ok(hash)
  return hash
}

suite('a phantom is not a possession', () => {
  scenario('what a leaf knows by name only is fetched', { numLeaves: 1 }, async (star) => {
    star.hub.storeMany(120)
    const hash = star.hub.store('wanted')
    await star.rest()
    const later = star.hub.store('wanted, too')
    ensureKnown(star.leaf(0).repo, later, { isPrivate: false })
    await star.rest()
    assert.ok(star.leaf(0).has(hash) && star.leaf(0).has(later))
  })

  scenario('what the hub knows by name only is asked for', { numLeaves: 2 }, async (star) => {
    const hash = hashOf('only on the leaf')
    ensureKnown(star.hub.repo, hash, { isPrivate: false })
    await star.run(20_000)
    assert.ok(!star.hub.has(hash))
    star.leaf(1).store('only on the leaf')
    await star.rest()
    assert.ok(star.sites.every((site) => site.has(hash)))
  })
})

suite('a gimme that nobody can serve', () => {
  scenario(
    'ends the sync as incomplete after a few rounds, and is served once it can be',
    { numLeaves: 2, ...onDemand },
    async (star) => {
      const missing = hashOf('nobody has this yet')
      star.hub.store(formatDeck({ kind: 'cluster', members: [missing] }))
      await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 0 })
      assert.ok(star.simulator.steps < 60)
      assert.ok(!star.leaf(0).has(missing))
      star.leaf(1).store('nobody has this yet')
      await star.rest()
      assert.ok(star.sites.every((site) => site.has(missing)))
    },
  )
})

suite('a budget of next to nothing', () => {
  scenario(
    'is no limit to a sync, by way of many rounds',
    { numLeaves: 1, ...onDemand },
    async (star) => {
      star.hub.set('max-download', '1')
      star.leaf(0).set('max-upload', '1')
      star.hub.storeMany(130)
      star.leaf(0).storeMany(130)
      await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 0 })
      assert.deepEqual([star.hub.count, star.leaf(0).count], [260, 260])
    },
  )

  const uses = Array.from({ length: 400 }, (_, use) => use)
  scenario(
    'in every request and every reply delays and breaks nothing',
    {
      numLeaves: 1,
      ...onDemand,
      buggify: true,
      unlisted: 'benign',
      overrides: ['leaf-0/sync.request', 'master/handler.reply'].flatMap((side) =>
        uses.map((use) => ({ site: `buggify/${side}.minBudget`, use, outcome: true })),
      ),
    },
    async (star) => {
      for (const site of star.sites) {
        for (let index = 0; index < 40; index++) site.store(`${site.id} ${index} `.repeat(100))
      }
      await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 0 })
      assert.deepEqual([star.hub.count, star.leaf(0).count], [80, 80])
    },
  )
})

suite('a private artifact sent to a leaf that takes none', () => {
  const [secret, open] = ['not for you', 'for everyone'].map((text) => ({
    type: 'file' as const,
    hash: hashOf(text),
    deltaSource: undefined,
    content: utf8(text),
  }))
  assert.ok(secret && open)
  const upstream = new TamperingFossil((reply, n) =>
    n === 0 ? withCards(reply, [{ type: 'private' }, secret, open]) : reply,
  )
  scenario(
    'is refused, and does not hide the next one',
    { numLeaves: 1, upstream },
    async (star) => {
      await star.rest()
      assert.ok(!star.leaf(0).has(secret.hash))
      assert.ok(star.leaf(0).has(open.hash) && !star.leaf(0).hasPrivately(open.hash))
    },
  )
})

/** A server whose first reply is `empty`. */
function answering(empty: Uint8Array): TamperingFossil {
  return new TamperingFossil((reply, n) => (n === 0 ? empty : reply))
}

suite('a reply without content', () => {
  const lost = { numLeaves: 1, ...onDemand, upstream: answering(noBytes) }
  scenario('of no bytes is no success', lost, async (star) => {
    const hash = star.leaf(0).store('to be pushed')
    await star.sync(star.leaf(0))
    assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 1 })
    assert.equal(unsentArtifacts(star.leaf(0).repo).length, 1)
    await star.sync(star.leaf(0))
    assert.deepEqual(star.leaf(0).stats, { syncs: 2, errors: 1 })
    assert.ok(star.hub.has(hash))
  })

  const silent = { numLeaves: 1, ...onDemand, upstream: answering(compressContent(noBytes)) }
  scenario('of a frame around nothing takes one more round', silent, async (star) => {
    const hash = star.leaf(0).store('to be pushed')
    await star.sync(star.leaf(0))
    assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 0 })
    assert.equal(unsentArtifacts(star.leaf(0).repo).length, 0)
    assert.ok(star.hub.has(hash))
  })
})

suite('a delta whose source has not come', () => {
  const [source, target] = ['one line of many\n', 'one line of some\n'].map((line) =>
    line.repeat(20),
  )
  assert.ok(source !== undefined && target !== undefined)
  const card = {
    type: 'file' as const,
    hash: hashOf(target),
    deltaSource: hashOf(source),
    content: createDelta(utf8(source), utf8(target)),
  }
  const upstream = new TamperingFossil((reply, n) => (n === 0 ? withCards(reply, [card]) : reply))
  scenario(
    'waits for it and aborts nothing',
    { numLeaves: 1, ...onDemand, upstream },
    async (star) => {
      star.hub.store(source)
      star.hub.store(target)
      await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 0 })
      assert.deepEqual(star.leaf(0).read(card.hash), utf8(target))
    },
  )
})

scenario(
  'what was public and became private is no longer owed to anyone',
  { numLeaves: 2 },
  async (star) => {
    const { id, repo } = star.leaf(0)
    const { rid, hash } = storeLocal(repo, utf8('on second thoughts'))
    makePrivate(repo, rid)
    star.simulator.acknowledge({ hash, nodeId: id, isPrivate: true })
    assert.equal(unsentArtifacts(repo).length, 0)
    await star.rest()
    assert.deepEqual(
      star.sites.map((site) => site.has(hash)),
      [false, true, false],
    )
  },
)

suite('a peer that lies about content', () => {
  const lies = {
    'in full': { deltaSource: undefined, content: utf8('a lie') },
    'by a delta': {
      deltaSource: hashOf('a source'),
      content: createDelta(utf8('a source'), utf8('a lie')),
    },
    'by a delta of what it does not send': {
      deltaSource: hashOf('somewhere else'),
      content: createDelta(utf8('somewhere else'), utf8('a lie')),
    },
  }
  for (const [what, lie] of Object.entries(lies)) {
    const upstream = new TamperingFossil((reply, n) =>
      n === 1 ? withCards(reply, [{ type: 'file', hash: hashOf('the truth'), ...lie }]) : reply,
    )
    const world = { numLeaves: 1, ...onDemand, upstream }
    scenario(`${what} is not believed`, world, async (star) => {
      star.hub.store('a source')
      await star.sync(star.leaf(0))
      assert.equal(star.leaf(0).has(hashOf('the truth')), false)
      star.hub.store('the truth')
      star.hub.store('somewhere else')
      await star.rest()
      assert.deepEqual(star.leaf(0).read(hashOf('the truth')), utf8('the truth'))
    })
  }
})

scenario(
  'what the hub shuns is not taken from a leaf that pushes it',
  { numLeaves: 2 },
  async (star) => {
    const { repo } = star.hub
    dbOf(repo).prepare('INSERT INTO shun(uuid) VALUES(?)').run(hashOf('banned'))
    holdingsChanged(repo)
    star.leaf(0).store('banned')
    star.leaf(0).store('welcome')
    await star.rest()
    assert.deepEqual(
      star.sites.map(({ count }) => count),
      [1, 2, 1],
    )
  },
)

scenario(
  'what a leaf shuns never comes, and everything else does',
  { numLeaves: 2 },
  async (star) => {
    const { repo } = star.leaf(0)
    dbOf(repo).prepare('INSERT INTO shun(uuid) VALUES(?)').run(hashOf('banned here'))
    holdingsChanged(repo)
    star.leaf(1).store('banned here')
    star.leaf(1).storeMany(110)
    await star.rest()
    assert.deepEqual(
      star.sites.map(({ count }) => count),
      [111, 110, 111],
    )
  },
)

scenario(
  'a leaf of another project is refused, and nothing of it is taken',
  { numLeaves: 2, ...onDemand },
  async (star) => {
    const leaf = star.leaf(0)
    const project = config(leaf.repo, 'project-code') ?? ''
    leaf.set('project-code', 'f'.repeat(40))
    const hash = leaf.store('from elsewhere')
    await star.sync(leaf)
    assert.deepEqual(leaf.stats, { syncs: 1, errors: 1 })
    assert.ok(!star.hub.has(hash))
    leaf.set('project-code', project)
  },
)

scenario('an empty artifact is an artifact', { numLeaves: 2 }, async (star) => {
  const hash = star.leaf(0).store('')
  await star.rest()
  assert.deepEqual(star.leaf(1).read(hash), noBytes)
})

// Found by `sim run --upkeep`, seeds 2, 10, 27, 68 and 75 of its first day: see the changelog.
scenario(
  'the version of a file after one that a leaf shuns arrives there',
  { numLeaves: 1, ...onDemand },
  async (star) => {
    const [hub, leaf] = [star.hub, star.leaf(0)]
    const lines = 'a line that both versions have\n'.repeat(40)
    const first = hub.checkin('a', lines)
    await star.sync(leaf)
    const [bad] = manifestFiles(leaf.repo, first).values()
    assert.ok(bad?.hash)
    shun(leaf.repo, [bad.hash])
    rebuild(leaf.repo)
    const second = hub.checkin('a', `${lines}and one more\n`, first)
    await star.sync(leaf)
    const [good] = manifestFiles(leaf.repo, second).values()
    assert.equal(fromUtf8(leaf.read(good?.hash ?? bad.hash)), `${lines}and one more\n`)
    assert.ok(!leaf.has(bad.hash))
  },
)

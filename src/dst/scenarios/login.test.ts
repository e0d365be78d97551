/**
 * Logins, told as stories: who may do what at a master that lets nobody do anything, whatever the
 * network does to the messages that prove it.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bytesEqual, fromUtf8, utf8 } from '../../base/bytes.ts'
import { FossilError } from '../../base/error.ts'
import { nameFor } from '../../hash/artifact-hash.ts'
import { signed } from '../../sync/login.ts'
import { CardWriter } from '../../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../../xfer/frame.ts'
import type { Override } from '../../sim/decision.ts'
import type { LeafParts, SimConfig } from '../config.ts'
import { findTable } from '../../tables/schema.ts'
import { MockFossil } from '../mock-fossil.ts'
import { DefaultNode, type Node } from '../node.ts'
import { SimTransport } from '../sim-network.ts'
import { atEveryLevel, onDemand, scenario, Star } from './star.suite.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { allRows, defineTable, putRow } from '../../tables/tables.ts'

const login = { uv: true, login: {} }

/** Leaf 0 may read only; the others may write. */
const readOnly: Partial<SimConfig> = {
  uv: true,
  login: { capabilities: (id) => (id === 'leaf-0' ? 'o' : 'iy') },
}

atEveryLevel(
  'whoever logs in has everything in the end',
  { ...login, numLeaves: 3 },
  async (star) => {
    for (const site of star.sites) {
      site.storeMany(5)
      await site.writeFile(`of-${site.id}`, site.id)
    }
    await star.run(60_000)
    await star.rest()
    for (const site of star.sites) {
      assert.equal(site.count, 20)
      for (const { id } of star.sites) assert.equal(site.file(`of-${id}`), id)
    }
  },
)

scenario(
  'a push that arrives a second time proves nothing, and nothing has to be said again',
  {
    ...login,
    numLeaves: 2,
    ...onDemand,
    overrides: struck('duplicated', 50_000),
  },
  async (star) => {
    star.leaf(0).store('pushed twice')
    await star.sync(star.leaf(0))
    const before = dbOf(star.hub.repo).serialize()
    await star.run(120_000)
    assert.equal(star.network.faultCounts().duplicated, 1)
    assert.ok(bytesEqual(dbOf(star.hub.repo).serialize(), before))
    assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 0 })
  },
)

for (const kind of ['requestLost', 'replyLost']) {
  scenario(
    `a leaf whose login was not answered logs in again (${kind})`,
    { ...login, numLeaves: 1, ...onDemand, overrides: struck(kind, true) },
    async (star) => {
      const hash = star.leaf(0).store('pushed')
      await star.sync(star.leaf(0))
      await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 2, errors: 1 })
      assert.ok(star.hub.has(hash))
    },
  )
}

scenario(
  'a request with one changed byte proves nothing',
  { ...login, numLeaves: 1, ...onDemand, overrides: struck('requestCorrupted', '900000^1') },
  async (star) => {
    const hash = star.leaf(0).store('pushed')
    await star.sync(star.leaf(0))
    assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 1 })
    assert.ok(!star.hub.has(hash))
  },
)

suite('who may not write', () => {
  atEveryLevel(
    'never changes the master, and gets all that others have',
    readOnly,
    async (star) => {
      const [own, others] = [star.leaf(0).store('mine alone'), star.leaf(1).store('for all')]
      await star.leaf(0).writeFile('mine', 'alone')
      await star.leaf(0).writeFile('ours', 'mine', 1000)
      await star.leaf(1).writeFile('ours', 'for all', 2000)
      await star.run(60_000)
      await star.rest()
      assert.deepEqual(
        star.sites.map((site) => site.has(own)),
        [false, true, false],
      )
      assert.deepEqual(
        star.sites.map((site) => site.has(others)),
        [true, true, true],
      )
      assert.deepEqual(
        star.sites.map((site) => site.file('mine')),
        [undefined, 'alone', undefined],
      )
      assert.deepEqual(
        star.sites.map((site) => site.file('ours')),
        ['for all', 'for all', 'for all'],
      )
    },
  )

  for (const [what, capabilities] of Object.entries({ read: 'o', nothing: '' })) {
    test(`leaves every byte of it alone, with the right to ${what}`, async () => {
      const config = { ...login, login: { capabilities: () => capabilities }, ...onDemand }
      using star = new Star({ ...config, numLeaves: 1 })
      star.hub.storeMany(3)
      await star.hub.writeFile('a', 'text', 1000)
      // The first sync lets the master remember the hash of its catalogue.
      await star.sync(star.leaf(0))
      star.leaf(0).storeMany(3)
      await star.leaf(0).writeFile('b', 'text', 1000)
      await star.leaf(0).deleteFile('b', 2000)
      const before = dbOf(star.hub.repo).serialize()
      for (let sync = 0; sync < 3; sync++) await star.sync(star.leaf(0))
      assert.ok(bytesEqual(dbOf(star.hub.repo).serialize(), before))
    })
  }

  scenario(
    'is refused where it sends files without asking whether it may',
    { ...readOnly, ...onDemand, makeNode: rude },
    async (star) => {
      const before = dbOf(star.hub.repo).serialize()
      await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 1 })
      assert.ok(bytesEqual(dbOf(star.hub.repo).serialize(), before))
    },
  )

  scenario(
    'with the right to push, but not to change unversioned files, does the one and not the other',
    { uv: true, numLeaves: 2, login: { capabilities: (id) => (id === 'leaf-0' ? 'i' : 'iy') } },
    async (star) => {
      const hash = star.leaf(0).store('for all')
      await star.leaf(0).writeFile('mine', 'alone', 1000)
      await star.leaf(1).writeFile('ours', 'for all', 1000)
      await star.rest()
      assert.ok(star.sites.every((site) => site.has(hash)))
      assert.deepEqual(
        star.sites.map((site) => site.file('mine')),
        [undefined, 'alone', undefined],
      )
      assert.equal(star.leaf(0).file('ours'), 'for all')
    },
  )
})

suite('a recorded request', () => {
  test('is taken once, and as nobody else', async () => {
    const recorded: Uint8Array[] = []
    using star = new Star({
      ...login,
      ...onDemand,
      numLeaves: 2,
      makeNode: ({ repo, transport, login: credentials }) => {
        const record = (request: Uint8Array): Promise<Uint8Array> => {
          recorded.push(request)
          return transport.exchange(request)
        }
        return new DefaultNode(repo, new SimTransport(record), { login: credentials })
      },
    })
    const hash = star.leaf(0).store('pushed')
    star.network.setDropRate(1)
    await star.sync(star.leaf(0))
    assert.ok(!star.hub.has(hash))
    const [request] = recorded
    assert.ok(request)
    const mock = new MockFossil(star.hub.repo, { access: 'users' })
    const renamed = fromUtf8(decodeMessage(request, { maxBytes: 1 << 20 })).replace(
      'login leaf-0 ',
      'login leaf-1 ',
    )
    const answers = []
    for (const message of [encodeMessage(utf8(renamed)), request, request]) {
      const before = dbOf(star.hub.repo).serialize()
      const reply = await mock.exchange(message)
      const isChanged = !bytesEqual(dbOf(star.hub.repo).serialize(), before)
      answers.push([/^error/m.test(textOf(reply)), isChanged])
    }
    assert.deepEqual(answers, [
      [true, false],
      [false, true],
      [true, false],
    ])
    assert.ok(star.hub.has(hash))
  })
})

test('a recorded request with rows changes nothing after a restart of the server', async () => {
  const recorded: Uint8Array[] = []
  using star = new Star({
    login: {},
    tables: true,
    ...onDemand,
    numLeaves: 1,
    makeNode: ({ repo, transport, login: credentials }) => {
      const record = (request: Uint8Array): Promise<Uint8Array> => {
        recorded.push(request)
        return transport.exchange(request)
      }
      const options = { xTableSync: true, login: credentials }
      return new DefaultNode(repo, new SimTransport(record), options)
    },
  })
  const columns = [{ name: 'id', type: 'text', key: true }] as const
  defineTable(star.leaf(0).repo, { name: 'notes', columns, conflict: 'mtime-wins' })
  putRow(star.leaf(0).repo, 'notes', { id: 'recorded' }, { mtimeSec: 100 })
  await star.sync(star.leaf(0))
  assert.equal(rowsOf(star.hub.repo), 1)
  // The row is gone as if it had never been: whoever sends it again would bring it back.
  dbOf(star.hub.repo).exec('DELETE FROM fx_trilobite_row; DELETE FROM fx_trilobite_range')
  const restarted = new MockFossil(star.hub.repo, { access: 'users' })
  for (const request of recorded) await restarted.exchange(request)
  assert.equal(rowsOf(star.hub.repo), 0)
})

suite('who does not log in', () => {
  scenario(
    'may do nothing',
    {
      ...login,
      ...onDemand,
      numLeaves: 2,
      makeNode: ({ id, repo, transport, login: credentials }) =>
        new DefaultNode(repo, transport, { login: id === 'leaf-0' ? undefined : credentials }),
      uv: false,
    },
    async (star) => {
      const [theirs, own] = [star.hub.store('of the hub'), star.leaf(0).store('of nobody')]
      await star.sync(star.leaf(0))
      assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 1 })
      assert.ok(!star.leaf(0).has(theirs) && !star.hub.has(own))
      // So that everybody can come to rest.
      dbOf(star.hub.repo).exec("UPDATE user SET cap = 'io' WHERE login = 'nobody'")
    },
  )
})

test('users of kept repositories cannot log in', async () => {
  using star = new Star({ ...login, numLeaves: 1, ...onDemand })
  assert.equal([...star.simulator.images()].length, 2)
  await star.sync(star.leaf(0))
  assert.deepEqual(star.leaf(0).stats, { syncs: 1, errors: 1 })
})

/** In its first sync leaf 0 sends an unversioned file, whatever the server said it may. */
function rude({ id, repo, transport, login: credentials }: LeafParts): Node {
  const polite = new DefaultNode(repo, transport, { uv: true, login: credentials })
  let isRude = id === 'leaf-0'
  return {
    repo,
    tick: async (event) => {
      if (!isRude) return polite.tick(event)
      isRude = false
      const writer = new CardWriter()
      const [name, content] = ['pushed', utf8('without the right to')]
      const hash = nameFor(content, 'sha1')
      writer.add({ type: 'uvfile', name, mtimeSec: 1, hash, sizeBytes: content.length, content })
      const message = signed(repo, writer.finish(), credentials)
      const reply = textOf(await transport.exchange(encodeMessage(message)))
      assert.match(reply, /^error Write\\spermissions/)
      return { type: 'synced', error: new FossilError('sync.refused', { message: reply }) }
    },
  }
}

function rowsOf(repo: Repo): number {
  const table = findTable(repo, 'notes')
  return table === undefined ? 0 : [...allRows(repo, table)].length
}

function struck(kind: string, outcome: Override['outcome']): readonly Override[] {
  return [{ site: `net/leaf-0→master/${kind}`, use: 0, outcome }]
}

function textOf(reply: Uint8Array): string {
  return fromUtf8(decodeMessage(reply, { maxBytes: 1 << 20 }))
}

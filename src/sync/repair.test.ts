/**
 * A sync that repairs: everything is announced on both sides, and what is damaged here comes again.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { concat } from '../base/bytes.ts'
import { compressContent } from '../base/zlib.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid } from '../repo/blob.ts'
import { createClusters } from '../repo/cluster.ts'
import { setConfig } from '../repo/config.ts'
import { readArtifact } from '../repo/content.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { deltify } from '../repo/store.ts'
import { findUnversioned, writeUnversioned } from '../repo/unversioned.ts'
import {
  addArtifacts,
  addForeign,
  ask,
  contentOf,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  pragma,
  pullCard,
  pushCard,
  syncPair,
  verifyRepo,
} from './pair.suite.ts'

/** A server of 10 artifacts that two clusters name, and a client that has them all. */
function alike(): { client: Repo; server: Repo; names: readonly ArtifactHash[] } {
  const server = makeRepo('server')
  const names = addArtifacts(server, { to: 10 })
  server.transaction(() => createClusters(server, { atLeast: 2 }))
  const client = makeRepo('client')
  assert.ok(syncPair(client, server).result.complete)
  return { client, server, names }
}

/** Loses an artifact, name and all, as a restored backup may. */
function lose(repo: Repo, hash: ArtifactHash): void {
  const rid = ridOf(repo, hash)
  for (const table of ['blob', 'unclustered', 'unsent', 'event', 'tagxref']) {
    const column = table === 'event' ? 'objid' : 'rid'
    dbOf(repo).prepare(`DELETE FROM ${table} WHERE ${column} = ?`).run(rid)
  }
  cacheOf(repo).clear()
}

function damage(repo: Repo, hash: ArtifactHash, stored: Uint8Array): void {
  dbOf(repo).prepare('UPDATE blob SET content = ? WHERE uuid = ?').run(stored, hash)
  cacheOf(repo).clear()
}

function ridOf(repo: Repo, hash: ArtifactHash): Rid {
  return findRid(repo, hash) ?? assert.fail(`${hash} is not here`)
}

test('a server asked for its catalogue announces everything public, the newest first', () => {
  using server = makeRepo('server')
  const names = addArtifacts(server, { to: 5 })
  server.transaction(() => createClusters(server, { atLeast: 2 }))
  addForeign(server, contentOf(9), { isPrivate: true })
  const announced = (...cards: Parameters<typeof ask>[1]): ArtifactHash[] =>
    ofType(ask(server, cards), 'igot').map(({ hash }) => hash)
  assert.equal(announced(pullCard).length, 1)
  const all = announced(pullCard, pragma('send-catalog'))
  assert.deepEqual(all.slice(1), names.toReversed())
  assert.deepEqual(announced(pushCard, pragma('send-catalog')), [])
})

suite('a sync that repairs', () => {
  test('brings what was lost here, although a cluster names it', () => {
    const { client, server, names } = alike()
    const [lost] = names
    if (lost === undefined) assert.fail()
    lose(client, lost)
    assert.ok(syncPair(client, server).result.complete)
    assert.ok(!heldNames(client).includes(lost))
    const { result } = syncPair(client, server, { verily: true })
    assert.ok(result.complete)
    assert.deepEqual(heldNames(client), heldNames(server))
    verifyRepo(client)
  })

  test('brings the server what it lost', () => {
    const { client, server, names } = alike()
    const [lost] = names
    if (lost === undefined) assert.fail()
    lose(server, lost)
    syncPair(client, server)
    assert.ok(!heldNames(server).includes(lost))
    assert.ok(syncPair(client, server, { verily: true, pull: false }).result.complete)
    assert.deepEqual(heldNames(client), heldNames(server))
  })

  const damages: Record<string, Uint8Array> = {
    'cannot be expanded': new Uint8Array(20),
    'is other content': compressContent(contentOf(1234)),
  }
  for (const [what, stored] of Object.entries(damages)) {
    test(`replaces an artifact that ${what}`, () => {
      const { client, server, names } = alike()
      const [hash] = names
      if (hash === undefined) assert.fail()
      damage(client, hash, stored)
      assert.ok(syncPair(client, server).result.complete)
      const { result } = syncPair(client, server, { verily: true })
      assert.equal(result.shortfall, undefined)
      assert.deepEqual(readArtifact(client, hash), contentOf(0))
      verifyRepo(client)
    })
  }

  test('replaces a source, and what was read through it is whole again', () => {
    using client = makeRepo('client')
    using server = makeRepo('server')
    const source = contentOf(0, 5000)
    const target = concat([source, contentOf(1)])
    for (const repo of [client, server]) {
      addForeign(repo, source)
      addForeign(repo, target)
    }
    assert.ok(deltify(client, ridOf(client, nameOf(target)), ridOf(client, nameOf(source))))
    damage(client, nameOf(source), compressContent(contentOf(7, 5000)))
    const { result } = syncPair(client, server, { verily: true })
    assert.equal(result.shortfall, undefined)
    assert.deepEqual(readArtifact(client, nameOf(target)), target)
    verifyRepo(client)
  })

  test('tells what is damaged where the server has none of it', () => {
    using client = makeRepo('client')
    using server = makeRepo('server')
    const [hash] = addArtifacts(client, { to: 1 })
    if (hash === undefined) assert.fail()
    damage(client, hash, new Uint8Array(20))
    const { result } = syncPair(client, server, { verily: true, push: false })
    assert.equal(result.complete, false)
    assert.deepEqual(result.missing, [hash])
  })
})

/** A server with an unversioned file, and what a sync brings of it. */
const brings = (value: string, options: Parameters<typeof syncPair>[2]): boolean => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  writeUnversioned(server, { name: 'file', content: contentOf(1), mtimeSec: 1 })
  setConfig(client, 'uv-sync', value)
  syncPair(client, server, options)
  return findUnversioned(client, 'file') !== undefined
}

suite('the setting uv-sync', () => {
  test('takes unversioned files along in a sync of both directions, and in no other', () => {
    assert.ok(brings('on', {}))
    assert.ok(!brings('off', {}))
    assert.ok(!brings('on', { push: false }))
    assert.ok(!brings('on', { unversioned: false }))
    assert.ok(brings('off', { unversioned: true }))
  })

  test('has a server list its files to who clones', () => {
    using server = makeRepo('server')
    addArtifacts(server, { to: 1 })
    writeUnversioned(server, { name: 'file', content: contentOf(1), mtimeSec: 1 })
    const listed = (): number =>
      ofType(ask(server, [{ type: 'clone', version: 3, sequence: 1 }]), 'uvigot').length
    assert.equal(listed(), 0)
    setConfig(server, 'uv-sync', '1')
    assert.equal(listed(), 1)
  })
})

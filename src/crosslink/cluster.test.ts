/**
 * Making clusters, and believing those that arrive. `interop/repo-stock.test.ts` compares the
 * clusters made here with stock's.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { present } from '../base/assert.ts'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { formatDeck } from '../deck/format.ts'
import { parseDeck } from '../deck/parse.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { announcedArtifacts, ensureKnown, findHeld, makePublic } from '../repo/blob.ts'
import { createClusters, settledClusters } from '../repo/cluster.ts'
import { readArtifact } from '../repo/content.ts'
import { storeContent, storeLocal } from '../repo/store.ts'
import {
  deltaOf,
  listed,
  named,
  receive,
  stateOf,
  TestEnv,
  version,
  whole,
} from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'

/** Stores so many artifacts that peers do not know of. Returns their names, sorted. */
function fill(repo: Repo, count: number, first = 0): ArtifactHash[] {
  const numbers = Array.from({ length: count }, (_, i) => first + i)
  return repo
    .transaction(() => numbers.map((number) => storeLocal(repo, utf8(`artifact ${number}\n`)).hash))
    .sort()
}

function announced(repo: Repo): ArtifactHash[] {
  return announcedArtifacts(repo).map(({ hash }) => hash)
}

function membersOf(repo: Repo, hash: ArtifactHash): readonly ArtifactHash[] {
  const deck = parseDeck(readArtifact(repo, hash))
  return deck?.kind === 'cluster' ? deck.members : assert.fail(`${hash} is no cluster`)
}

function clusterOf(members: readonly ArtifactHash[]): Uint8Array {
  return formatDeck({ kind: 'cluster', members })
}

test('clusters are made from 100 artifacts on, 800 in each while more than 100 remain', () => {
  const expected: [count: number, sizes: number[]][] = [
    [0, []],
    [99, []],
    [100, [100]],
    [899, [899]],
    [900, [900]],
    [901, [800, 101]],
    [1700, [800, 900]],
    [1701, [800, 800, 101]],
  ]
  for (const [count, sizes] of expected) {
    using repo = memoryRepo({ hashPolicy: 'sha1' })
    const hashes = fill(repo, count)
    assert.equal(createClusters(repo), sizes.length)
    if (sizes.length === 0) continue
    const clusters = announced(repo)
    const members = clusters.map((hash) => membersOf(repo, hash))
    assert.deepEqual(
      members.map(({ length }) => length),
      sizes,
    )
    assert.deepEqual(members.flat(), hashes, 'in ascending order, over all clusters')
  }
})

test('afterwards only the clusters are announced, and nothing is lost', () => {
  using repo = memoryRepo()
  const hashes = fill(repo, 150)
  const before = stateOf(repo)
  createClusters(repo)
  const state = stateOf(repo)
  assert.equal(state.clusters.length, 1)
  assert.deepEqual(state.unclustered, state.clusters)
  assert.deepEqual(state.announced, state.clusters)
  assert.deepEqual(state.unsent, before.unsent, 'clusters are announced, not pushed unasked')
  assert.deepEqual(Object.keys(state.held).length, hashes.length + 1)
  assert.equal(createClusters(repo), 0)
})

test('a cluster is a text of sorted names and a checksum, the same as stock makes', () => {
  using repo = memoryRepo({ hashPolicy: 'sha1' })
  fill(repo, 100)
  createClusters(repo)
  const [hash = assert.fail()] = announced(repo)
  const text = fromUtf8(readArtifact(repo, hash))
  assert.match(text, /^(?:M [0-9a-f]{40}\n){100}Z [0-9a-f]{32}\n$/)
  // What `fossil http` (2.21) announced for a repository with these hundred artifacts.
  assert.equal(hash, 'ceefa6c51db0bab59a30112f0fae35bbd4cd62af')
})

test('clusters of clusters follow once there are a hundred of them', () => {
  using repo = memoryRepo({ hashPolicy: 'sha1' })
  for (let round = 0; round < 99; round++) {
    const number = round * 2
    fill(repo, 2, number)
    assert.equal(createClusters(repo, { atLeast: 2 }), 1)
    // The cluster made before is a member of the next one.
    assert.equal(announced(repo).length, 1)
  }
  assert.equal(settledClusters(repo).length, 98)
  const reached = new Set(announced(repo))
  for (const hash of reached) {
    const deck = parseDeck(readArtifact(repo, hash))
    if (deck?.kind === 'cluster') for (const member of deck.members) reached.add(member)
  }
  assert.equal(reached.size, 99 * 3)
})

test('phantoms, waiting deltas, private and shunned artifacts are never members', () => {
  using repo = memoryRepo()
  const hashes = fill(repo, 98)
  ensureKnown(repo, named(version(1)), { isPrivate: false })
  receive(repo, deltaOf(version(1), version(2)))
  storeLocal(repo, version(3), { isPrivate: true })
  const shunned = storeLocal(repo, version(4)).hash
  dbOf(repo).prepare('INSERT INTO shun(uuid) VALUES(?)').run(shunned)
  cacheOf(repo).clear()
  assert.equal(createClusters(repo), 0, '98 count, and 4 do not')
  const more = fill(repo, 2, 98)
  assert.equal(createClusters(repo), 1)
  const [cluster = assert.fail()] = announced(repo)
  assert.deepEqual(membersOf(repo, cluster), [...hashes, ...more].sort())
  receive(repo, whole(version(1)))
  const later = [named(version(1)), named(version(2)), cluster].sort()
  assert.deepEqual(stateOf(repo).announced, later)
})

test('a cluster that arrives takes its members off the announcements', () => {
  using repo = memoryRepo()
  const hashes = fill(repo, 3)
  const content = clusterOf(hashes.slice(0, 2))
  receive(repo, whole(content))
  const left = [...hashes.slice(2), named(content)].sort()
  assert.deepEqual(stateOf(repo).announced, left)
  assert.deepEqual(stateOf(repo).clusters, [named(content)])
})

test('members that are not here become phantoms, and are not announced when they come', () => {
  using repo = memoryRepo()
  const members = [named(version(1)), named(version(2))].sort()
  receive(repo, whole(clusterOf(members)))
  const { phantoms, unclustered, clusters } = stateOf(repo)
  assert.deepEqual([phantoms, unclustered], [members, clusters])
  receive(repo, whole(version(1)))
  receive(repo, { ...whole(version(2)) })
  assert.deepEqual(stateOf(repo).announced, clusters)
})

test('a cluster whose delta waits is believed once it can be read', () => {
  using repo = memoryRepo()
  const { hash } = storeLocal(repo, version(1))
  const content = clusterOf([hash])
  receive(repo, deltaOf(version(2), content))
  assert.deepEqual(stateOf(repo).clusters, [])
  receive(repo, whole(version(2)))
  assert.deepEqual(stateOf(repo).clusters, [named(content)])
  assert.equal(listed(repo, 'unclustered').includes(hash), false)
})

test('a private cluster hides nothing of what it names, until it becomes public', () => {
  using repo = memoryRepo()
  const hashes = fill(repo, 2)
  const content = clusterOf([...hashes, named(version(1))].sort())
  receive(repo, { ...whole(content), isPrivate: true })
  storeLocal(repo, clusterOf(hashes), { isPrivate: true })
  assert.deepEqual(stateOf(repo).announced, hashes)
  assert.deepEqual(settledClusters(repo), [])
  receive(repo, whole(version(1)))
  assert.deepEqual(stateOf(repo).announced, [...hashes, named(version(1))].sort())
  receive(repo, whole(content))
  assert.deepEqual(stateOf(repo).announced, [named(content)])
})

test('a shunned member of a cluster does not become a phantom', () => {
  using repo = memoryRepo()
  const [one, two] = [named(version(1)), named(version(2))]
  dbOf(repo).prepare('INSERT INTO shun(uuid) VALUES(?)').run(one)
  receive(repo, whole(clusterOf([one, two].sort())))
  assert.deepEqual(stateOf(repo).phantoms, [two])
})

test('a member that is private here stays private, and is announced once it is public', () => {
  using repo = memoryRepo()
  const { hash, rid } = storeLocal(repo, version(1), { isPrivate: true })
  receive(repo, whole(clusterOf([hash])))
  assert.deepEqual(listed(repo, 'private'), [hash])
  makePublic(repo, rid)
  assert.equal(announced(repo).includes(hash), true)
})

test('a file that quotes a cluster loosely is data', () => {
  using repo = memoryRepo()
  const { hash } = storeLocal(repo, version(1))
  const text = fromUtf8(clusterOf([hash]))
  for (const loose of [`${text}\n`, text.replace('Z ', 'Z  '), text.replace(/\nZ.*/s, '\n')]) {
    storeLocal(repo, utf8(loose))
  }
  assert.deepEqual(stateOf(repo).clusters, [])
})

test('settled clusters are those that a cluster names, in rid order', () => {
  using repo = memoryRepo()
  const inner = [1, 2, 3].map((number) => clusterOf([named(version(number))]))
  for (const content of inner) receive(repo, whole(content))
  assert.deepEqual(settledClusters(repo), [])
  const [first, second, third] = inner.map(named)
  receive(repo, whole(clusterOf([first, second, third].map((hash) => present(hash, '3')).sort())))
  assert.deepEqual(settledClusters(repo), [first, second, third])
  dbOf(repo)
    .prepare('INSERT INTO shun(uuid) VALUES(?)')
    .run(second ?? '')
  const rid = present(findHeld(repo, present(third, '3')), 'it is held')
  dbOf(repo).prepare('INSERT INTO private(rid) VALUES(?)').run(rid)
  assert.deepEqual(settledClusters(repo), [first])
})

test('the cluster tag carries the time of crosslinking, as in stock', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const content = clusterOf([named(version(1))])
  const { rid } = storeContent(repo, { hash: named(content), content, isPrivate: false })
  const rows = dbOf(repo).prepare('SELECT * FROM tagxref').all()
  // julianday('2023-11-14 22:13:20')
  assert.deepEqual(rows, [[7, 1, rid, rid, null, 2460263.425925926, rid]])
})

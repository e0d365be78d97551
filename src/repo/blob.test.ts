/**
 * Artifacts held, known and announced; public and private; shunned or not.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { present } from '../base/assert.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import {
  announcedArtifacts,
  ensureKnown,
  findHeld,
  findRid,
  hasArtifact,
  hashOf,
  holdingsChanged,
  isPhantom,
  isPrivate,
  isShunned,
  makePrivate,
  makePublic,
  phantomArtifacts,
  privateArtifacts,
  shunChanged,
  unresolvedArtifacts,
} from './blob.ts'
import { storeLocal } from './store.ts'
import {
  deltaOf,
  isHeldPrivately,
  listed,
  memoryRepo,
  named,
  receive,
  stateOf,
  version,
  whole,
} from './fixture.suite.ts'
import { dbOf, type Repo } from './repo.ts'
import { type Rid, ridOfRow } from './rid.ts'

const [one, two, three] = [named(version(1)), named(version(2)), named(version(3))] as const

function ghost(repo: Repo, hash: ArtifactHash, asPrivate = false): Rid {
  const rid = ensureKnown(repo, hash, { isPrivate: asPrivate })
  return present(rid, 'it is not shunned')
}

function shun(repo: Repo, hash: ArtifactHash): void {
  dbOf(repo).prepare('INSERT INTO shun(uuid) VALUES(?)').run(hash)
  shunChanged(repo)
}

function phantoms(repo: Repo, options = {}): ArtifactHash[] {
  const all = phantomArtifacts(repo, { limit: 99, withPrivate: false, ...options })
  return all.map(({ hash }) => hash)
}

test('a name nobody has spoken of is not known', () => {
  using repo = memoryRepo()
  assert.deepEqual([findRid(repo, one), findHeld(repo, one)], [undefined, undefined])
  assert.deepEqual([hasArtifact(repo, one), hashOf(repo, ridOfRow(1))], [false, undefined])
  const rid = ridOfRow(1)
  assert.deepEqual([isPhantom(repo, rid), isPrivate(repo, rid)], [false, false])
})

test('a phantom is known and not held, and is made once', () => {
  using repo = memoryRepo()
  const rid = ghost(repo, one)
  assert.equal(ghost(repo, one, true), rid)
  assert.deepEqual([findRid(repo, one), hashOf(repo, rid)], [rid, one])
  assert.deepEqual([findHeld(repo, one), hasArtifact(repo, one)], [undefined, false])
  assert.deepEqual([isPhantom(repo, rid), isPrivate(repo, rid)], [true, false])
  const row = dbOf(repo).prepare('SELECT rcvid, size, content FROM blob').all()
  assert.deepEqual(row, [[0, -1, null]])
  assert.deepEqual(announcedArtifacts(repo), [])
})

test('phantoms are listed in the order they became known, up to a limit', () => {
  using repo = memoryRepo()
  const hashes = [three, one, two]
  for (const hash of hashes) ghost(repo, hash)
  assert.deepEqual(phantoms(repo), hashes)
  assert.deepEqual(phantoms(repo, { limit: 2 }), [three, one])
  assert.deepEqual(phantoms(repo, { limit: 0 }), [])
})

test('private phantoms are listed only on request', () => {
  using repo = memoryRepo()
  ghost(repo, one, true)
  ghost(repo, two)
  assert.deepEqual(phantoms(repo), [two])
  assert.deepEqual(phantoms(repo, { withPrivate: true }), [one, two])
  assert.deepEqual([listed(repo, 'private'), listed(repo, 'unclustered')], [[one], [two]])
})

test('a shunned name becomes no phantom, and is neither announced nor asked for', () => {
  using repo = memoryRepo()
  receive(repo, whole(version(1)))
  ghost(repo, two)
  receive(repo, deltaOf(version(9), version(3)))
  assert.equal(unresolvedArtifacts(repo).length, 1)
  for (const hash of [one, two, three]) shun(repo, hash)
  assert.deepEqual([isShunned(repo, one), isShunned(repo, named(version(4)))], [true, false])
  assert.deepEqual(announcedArtifacts(repo), [])
  assert.deepEqual(phantoms(repo), [named(version(9))])
  assert.deepEqual(unresolvedArtifacts(repo), [])
  shun(repo, named(version(5)))
  assert.equal(ensureKnown(repo, named(version(5)), { isPrivate: false }), undefined)
  assert.equal(findRid(repo, named(version(5))), undefined)
})

test('announced is what is public, held and in no cluster, in rid order', () => {
  using repo = memoryRepo()
  for (const number of [1, 2, 3]) storeLocal(repo, version(number))
  storeLocal(repo, version(4), { isPrivate: true })
  ghost(repo, named(version(5)))
  receive(repo, deltaOf(version(5), version(6)))
  dbOf(repo).exec('DELETE FROM unclustered WHERE rid = 2')
  holdingsChanged(repo)
  assert.deepEqual(announcedArtifacts(repo), [
    { rid: 1, hash: one },
    { rid: 3, hash: three },
  ])
})

test('what is private is neither announced nor queued, and listed when held', () => {
  using repo = memoryRepo()
  const { rid } = storeLocal(repo, version(1), { isPrivate: true })
  ghost(repo, two, true)
  receive(repo, { ...deltaOf(version(2), version(3)), isPrivate: true })
  assert.deepEqual(privateArtifacts(repo), [{ rid, hash: one }])
  const { unclustered, unsent, announced } = stateOf(repo)
  assert.deepEqual([unclustered, unsent, announced], [[], [], []])
  receive(repo, { ...whole(version(2)), isPrivate: true })
  const hashes = privateArtifacts(repo).map(({ hash }) => hash)
  assert.deepEqual(hashes, [one, two, three])
})

test('a public arrival makes a private artifact public, and a private one changes nothing', () => {
  using repo = memoryRepo()
  storeLocal(repo, version(1), { isPrivate: true })
  receive(repo, whole(version(1)))
  receive(repo, { ...whole(version(1)), isPrivate: true })
  assert.deepEqual([isHeldPrivately(repo, one), listed(repo, 'private')], [false, []])
  assert.deepEqual(stateOf(repo).announced, [one])
  storeLocal(repo, version(2))
  storeLocal(repo, version(2), { isPrivate: true })
  assert.equal(isHeldPrivately(repo, two), false)
})

test('content decides how visible the phantom was that it fills', () => {
  using repo = memoryRepo()
  ghost(repo, one, true)
  ghost(repo, two)
  receive(repo, whole(version(1)))
  receive(repo, { ...whole(version(2)), isPrivate: true })
  assert.deepEqual([listed(repo, 'private'), listed(repo, 'unclustered')], [[two], [one]])
})

test('visibility moves both ways, and takes announcing and queueing with it', () => {
  using repo = memoryRepo()
  const { rid } = storeLocal(repo, version(1))
  const shown = (): unknown[] => {
    const { announced, unclustered, unsent, private: hidden } = stateOf(repo)
    return [announced, unclustered, unsent, hidden].map((names) => names.length)
  }
  assert.deepEqual(shown(), [1, 1, 1, 0])
  makePrivate(repo, rid)
  assert.equal(isPrivate(repo, rid), true)
  assert.deepEqual(shown(), [0, 0, 0, 1])
  makePrivate(repo, rid)
  makePublic(repo, rid)
  assert.equal(isPrivate(repo, rid), false)
  assert.deepEqual(shown(), [1, 1, 0, 0])
  dbOf(repo).exec('DELETE FROM unclustered')
  makePublic(repo, rid)
  assert.deepEqual(shown(), [0, 0, 0, 0], 'what a cluster names is not announced again')
})

test('deltas that wait are listed in rid order, whatever the order they came in', () => {
  using repo = memoryRepo()
  for (const hash of [one, two, three]) ghost(repo, hash)
  assert.deepEqual(unresolvedArtifacts(repo), [])
  receive(repo, deltaOf(version(9), version(3)))
  receive(repo, deltaOf(version(3), version(1)))
  receive(repo, deltaOf(version(8), version(2)))
  const hashes = unresolvedArtifacts(repo).map(({ hash }) => hash)
  assert.deepEqual(hashes, [one, two, three])
})

/**
 * Artifacts that the next push carries unasked.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ensureKnown, makePrivate } from './blob.ts'
import { storeLocal } from './store.ts'
import { deltaOf, listed, memoryRepo, named, receive, version, whole } from './fixture.suite.ts'
import { forgetUnsent, unsentArtifacts } from './unsent.ts'
import { dbOf, type Repo } from './repo.ts'
import type { Rid } from './rid.ts'

function unsentRids(repo: Repo): Rid[] {
  return unsentArtifacts(repo).map(({ rid }) => rid)
}

test('what is made here and public is queued once, and what arrives is not', () => {
  using repo = memoryRepo()
  const rids = [1, 2].map((number) => storeLocal(repo, version(number)).rid)
  storeLocal(repo, version(1))
  storeLocal(repo, version(3), { isPrivate: true })
  receive(repo, whole(version(4)))
  storeLocal(repo, version(4))
  assert.deepEqual(unsentRids(repo), rids)
})

test('rows of other programs that cannot be sent are passed over', () => {
  using repo = memoryRepo()
  const kept = storeLocal(repo, version(1)).rid
  ensureKnown(repo, named(version(2)), { isPrivate: false })
  receive(repo, deltaOf(version(2), version(3)))
  storeLocal(repo, version(4), { isPrivate: true })
  dbOf(repo).exec(
    'INSERT OR IGNORE INTO unsent SELECT rid FROM blob; INSERT INTO unsent VALUES(99)',
  )
  assert.deepEqual(unsentRids(repo), [kept])
})

test('what was delivered is forgotten, and nothing else', () => {
  using repo = memoryRepo()
  const rids = [1, 2, 3].map((number) => storeLocal(repo, version(number)).rid)
  forgetUnsent(repo, [])
  assert.deepEqual(unsentRids(repo), rids)
  forgetUnsent(repo, rids.slice(1))
  assert.deepEqual(unsentRids(repo), rids.slice(0, 1))
  assert.equal(listed(repo, 'unclustered').length, 3, 'it is still announced')
})

test('what becomes private is not sent', () => {
  using repo = memoryRepo()
  const { rid } = storeLocal(repo, version(1))
  makePrivate(repo, rid)
  assert.deepEqual(unsentRids(repo), [])
})

test('what was taken back is as before, though it was asked for meanwhile', () => {
  using repo = memoryRepo()
  const { rid } = storeLocal(repo, version(1))
  repo.dryRun(() => {
    const more = storeLocal(repo, version(2)).rid
    assert.deepEqual(unsentRids(repo), [rid, more])
    forgetUnsent(repo, [rid])
    assert.deepEqual(unsentRids(repo), [more])
  })
  assert.deepEqual(unsentRids(repo), [rid])
})

/**
 * Questions about check-ins by hash, and what a program asks of a repository as a whole.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { setConfig } from '../repo/config.ts'
import { failsWith, named } from '../repo/fixture.suite.ts'
import { writeUnversioned } from '../repo/unversioned.ts'
import { commit } from '../write/written.suite.ts'
import { branches } from './branch.ts'
import { ancestors, branchOf, descendants, leaves } from './by-hash.ts'
import { fileNames } from './file-history.ts'
import { latestCheckin } from '../crosslink/branch.ts'
import { statistics } from './statistics.ts'
import { timeline } from './timeline.ts'

test('walks lead from hash to hash, and an unknown one is missing', () => {
  using repo = memoryRepo()
  const first = commit(repo, { dateMs: 1000 }).hash
  const second = commit(repo, { parent: first, dateMs: 2000 }).hash
  const side = commit(repo, { parent: first, branch: 'side', dateMs: 3000 }).hash
  assert.deepEqual(ancestors(repo, side), [side, first])
  assert.deepEqual(descendants(repo, first), [first, second, side])
  assert.deepEqual(descendants(repo, first, { limit: 2 }), [first, second])
  assert.deepEqual(leaves(repo), [side, second])
  assert.deepEqual(leaves(repo, { of: second }), [second])
  assert.deepEqual(leaves(repo, { which: 'closed' }), [])
  assert.equal(branchOf(repo, side), 'side')
  assert.throws(() => branchOf(repo, named(utf8('x'))), failsWith('artifact.missing'))
})

test('the check-in to go on from is the latest of the main branch, or of all', () => {
  using repo = memoryRepo()
  assert.equal(latestCheckin(repo), undefined)
  const other = commit(repo, { branch: 'other', dateMs: 1000 }).hash
  assert.equal(latestCheckin(repo), other)
  const trunk = commit(repo, { branch: 'trunk', dateMs: 2000 }).hash
  commit(repo, { branch: 'other', dateMs: 3000 })
  assert.equal(latestCheckin(repo), trunk)
})

test('branches are listed by pattern, with their tips', () => {
  using repo = memoryRepo()
  const tip = commit(repo, { branch: 'side-1' }).hash
  commit(repo, { branch: 'trunk' })
  const listed = branches(repo, { glob: 'side-*' })
  const side = { name: 'side-1', isOpen: true, tip, isPrivate: false, isMain: false }
  assert.deepEqual(listed, [side])
  const mains = branches(repo).map(({ name, isMain }) => [name, isMain])
  assert.deepEqual(mains, [
    ['side-1', false],
    ['trunk', true],
  ])
})

test('a repository is counted', () => {
  using repo = memoryRepo()
  commit(repo, { changes: [{ name: 'b', content: utf8('b') }], isPrivate: true })
  writeUnversioned(repo, { name: 'u', content: utf8('u') })
  setConfig(repo, 'x', 'y')
  const counts = { artifacts: 2, phantoms: 0, privateArtifacts: 2, unversionedFiles: 1 }
  assert.deepEqual(statistics(repo), counts)
  assert.deepEqual(fileNames(repo), ['b'])
})

test('an entry tells whether its line goes on, and on request its files', () => {
  using repo = memoryRepo()
  const changes = [{ name: 'b', content: utf8('b') }]
  const parent = commit(repo, { changes }).hash
  const child = commit(repo, { parent, branch: 'side' }).hash
  const isContinued = [parent, child].map(
    (hash) => timeline(repo, { hashes: [hash] })[0]?.isContinued,
  )
  assert.deepEqual(isContinued, [true, false])
  assert.equal(timeline(repo, { hashes: [parent] })[0]?.files, undefined)
  const files = timeline(repo, { hashes: [parent], withFiles: true })[0]?.files
  assert.deepEqual(
    files?.map(({ name, change }) => [name, change]),
    [['b', 'added']],
  )
})

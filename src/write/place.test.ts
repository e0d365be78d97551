/**
 * The place of a check-in, and the forks that it is not to make.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FossilError } from '../base/error.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { failsWith } from '../repo/fixture.suite.ts'
import { checkin, type CheckinOptions, readCheckin } from './checkin.ts'
import { checkinPlace } from './place.ts'
import { commit } from './written.suite.ts'

const refuse: Partial<CheckinOptions> = { fork: 'refuse' }

/** The facts of the refusal of a fork. */
function refused(action: () => unknown): FossilError<'checkin.fork'>['detail'] {
  try {
    action()
  } catch (error) {
    if (FossilError.is(error, 'checkin.fork')) return error.detail
    throw error
  }
  return assert.fail('nothing was refused')
}

test('a check-in follows the newest of the main branch, and forks nothing, unless it is to', () => {
  using repo = memoryRepo()
  const write = (comment: string, options: Partial<CheckinOptions> = {}) =>
    checkin(repo, { changes: [], comment, user: 'u', allowEmpty: true, ...options })
  const parentsOf = ({ hash }: { hash: ArtifactHash }) => readCheckin(repo, hash).parents
  const first = write('first')
  const second = write('second')
  const side = write('side', { branch: 'side' })
  const third = write('third')
  assert.deepEqual([first, second, side, third].map(parentsOf), [
    [],
    [first.hash],
    [second.hash],
    [second.hash],
  ])
  refused(() => write('fork', { parent: first.hash }))
  const fork = write('fork', { parent: first.hash, fork: 'allow' })
  assert.deepEqual(fork.forks, [third.hash])
  assert.deepEqual(parentsOf(write('other', { newRoot: true })), [])
  assert.throws(
    () => write('both', { newRoot: true, parent: first.hash }),
    failsWith('checkin.invalid', /a new root that follows a check-in/),
  )
})

test('a fork is made where it is allowed, else refused, and the leaf to follow is told', () => {
  using repo = memoryRepo()
  const parent = commit(repo).hash
  const child = commit(repo, { parent, ...refuse }).hash
  const said = refused(() => commit(repo, { parent, ...refuse }))
  assert.deepEqual(said, { parent, branch: 'trunk', leaves: [child] })
  const other = commit(repo, { parent, comment: 'other' }).hash
  const both = refused(() => commit(repo, { parent, ...refuse }))
  assert.deepEqual(both.leaves, [child, other].sort())
})

test('a branch forks from where it begins, but not under the name of an open one', () => {
  using repo = memoryRepo()
  const parent = commit(repo).hash
  commit(repo, { parent, ...refuse })
  const side = commit(repo, { parent, branch: 'side', ...refuse }).hash
  const said = refused(() => commit(repo, { parent, branch: 'side', ...refuse }))
  assert.deepEqual(said, { parent, branch: 'side', leaves: [side] })
  commit(repo, { parent: side, closed: true, ...refuse })
  assert.doesNotThrow(() => commit(repo, { parent, branch: 'side', ...refuse }))
})

test('private check-ins may fork', () => {
  using repo = memoryRepo()
  const parent = commit(repo).hash
  commit(repo, { parent })
  assert.doesNotThrow(() => commit(repo, { parent, isPrivate: true, ...refuse }))
})

test('a private check-in after a public one begins a branch, and one after it stays there', () => {
  using repo = memoryRepo()
  const parent = commit(repo).hash
  assert.deepEqual(checkinPlace(repo, { parent }), { isPrivate: false })
  const place = checkinPlace(repo, { parent, isPrivate: true })
  assert.deepEqual(place, { isPrivate: true, branch: 'private', branchColor: '#fec084' })
  const hidden = commit(repo, { parent, ...place }).hash
  assert.deepEqual(checkinPlace(repo, { parent: hidden }), { isPrivate: true })
  const named = checkinPlace(repo, { parent, isPrivate: true, branch: 'own', color: '#ffffff' })
  assert.deepEqual(named, { isPrivate: true, branch: 'own' })
})

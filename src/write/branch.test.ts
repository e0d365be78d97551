/**
 * Branches: how they begin, close and hide.
 * What stock writes for the same: `stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { failsWith, isHeldPrivately, named, TestEnv } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { storeLocal } from '../repo/store.ts'
import { type BranchMark, markBranches, newBranch } from './branch.ts'
import { ada, cardsOf, commit, dateCard } from './written.suite.ts'

test('a new branch is an empty check-in, private where it leaves from a private one', () => {
  using repo = memoryRepo()
  const { hash: basis } = commit(repo, { changes: [{ name: 'a', content: utf8('a') }] })
  const begun = newBranch(repo, { name: 'b & c', basis, color: '' }, ada)
  assert.deepEqual(cardsOf(repo, begun), [
    'C Create\\snew\\sbranch\\snamed\\s"b\\s&amp;\\sc"',
    dateCard,
    `F a ${named(utf8('a'))}`,
    `P ${basis}`,
    'T *branch * b\\s&\\sc',
    'T *sym-b\\s&\\sc *',
    'T -sym-trunk *',
    'U ada',
  ])
  const secret = newBranch(repo, { name: 's', basis, isPrivate: true }, ada)
  assert.ok(isHeldPrivately(repo, secret.hash))
  const child = newBranch(repo, { name: 't', basis: secret.hash, color: '' }, ada)
  assert.ok(isHeldPrivately(repo, child.hash))
  assert.ok(!cardsOf(repo, child).some((card) => card.includes('bgcolor')))
})

test('a branch needs a name that no open branch has, and a check-in to leave from', () => {
  using repo = memoryRepo()
  const first = commit(repo, { branch: 'taken' })
  const data = storeLocal(repo, utf8('data')).hash
  const refused = [
    { name: '', basis: first.hash },
    { name: 'taken', basis: first.hash },
    { name: 'x', basis: data },
  ]
  for (const branch of refused) {
    assert.throws(() => newBranch(repo, branch, ada), failsWith('checkin.invalid'))
  }
  const gone = { name: 'x', basis: named(utf8('unknown')) }
  assert.throws(() => newBranch(repo, gone, ada), failsWith('artifact.missing'))
  markBranches(repo, 'close', ['taken'], ada)
  newBranch(repo, { name: 'taken', basis: first.hash }, ada)
})

test('branches are marked by their latest check-in, and only where it makes a difference', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const [one, two] = ['one', 'two'].map((branch) => commit(repo, { comment: branch, branch }).hash)
  assert.ok(one !== undefined && two !== undefined)
  const mark = (how: BranchMark, ...branches: string[]): string[] => {
    env.nowMs += 1000
    const written = markBranches(repo, how, branches, ada)
    return written === undefined ? [] : cardsOf(repo, written).slice(1, -1)
  }
  const both = [one, two].sort()
  assert.deepEqual(mark('reopen', 'one'), [])
  assert.deepEqual(
    mark('close', 'one', 'two', 'one'),
    both.map((hash) => `T +closed ${hash}`),
  )
  assert.deepEqual(mark('close', 'one', 'two'), [])
  assert.deepEqual(mark('reopen', 'one'), [`T -closed ${one}`])
  assert.deepEqual(mark('hide', 'two'), [`T *hidden ${two}`])
  assert.deepEqual(mark('hide', 'one', 'two'), [`T *hidden ${one}`])
  const later = commit(repo, { parent: one, comment: 'later' })
  assert.deepEqual(
    mark('unhide', 'two', 'one'),
    [later.hash, two].sort().map((hash) => `T -hidden ${hash}`),
  )
  assert.throws(() => mark('hide', 'none'), failsWith('artifact.missing', /none/))
})

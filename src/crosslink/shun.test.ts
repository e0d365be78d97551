/**
 * Bans: what is shunned is refused, listed, and free again when the ban is lifted.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { findRid, hasArtifact, isShunned } from '../repo/blob.ts'
import { checkin, onBranch, plain } from './checkins.suite.ts'
import { store } from './order.suite.ts'
import { receive, startMs, stateOf, TestEnv, version, whole } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { rebuild } from './rebuild.ts'
import { listShunned, shun, unshun } from '../repo/shun.ts'
import { storeLocal } from '../repo/store.ts'
import { verify } from './verify.ts'
import { dbOf } from '../repo/repo.ts'

const [a, b] = ['a', 'b'].map((text) => plain(text).hash).sort()
assert.ok(a !== undefined && b !== undefined)

test('bans are listed by name, with their time and reason', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  shun(repo, [b], { comment: 'spam' })
  env.nowMs += 2500
  shun(repo, [a])
  const mtimeSec = startMs / 1000
  assert.deepEqual(listShunned(repo), [
    { hash: a, mtimeSec: mtimeSec + 2, comment: '' },
    { hash: b, mtimeSec, comment: 'spam' },
  ])
})

test('a second ban replaces the first', () => {
  using repo = memoryRepo()
  shun(repo, [a], { comment: 'first' })
  shun(repo, [a], { comment: 'second' })
  assert.deepEqual(
    listShunned(repo).map(({ comment }) => comment),
    ['second'],
  )
})

test('lifting bans tells how many there were', () => {
  using repo = memoryRepo()
  shun(repo, [a])
  assert.equal(isShunned(repo, a), true)
  assert.equal(unshun(repo, [a, b]), 1)
  assert.equal(isShunned(repo, a), false)
  assert.deepEqual(listShunned(repo), [])
})

test('a ban that fails half-way is no ban', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  env.failing.add('repo.commit.fail')
  assert.throws(() => shun(repo, [a]))
  env.failing.clear()
  assert.equal(isShunned(repo, a), false)
})

test('what is here stays until the next rebuild, and is not announced', () => {
  using repo = memoryRepo()
  receive(repo, whole(version(1)))
  const [hash] = Object.keys(stateOf(repo).held)
  assert.ok(hash !== undefined)
  shun(repo, [whole(version(1)).hash])
  assert.ok(stateOf(repo).held[hash] !== undefined)
  assert.deepEqual(stateOf(repo).announced, [])
  assert.equal(rebuild(repo).shunned, 1)
  assert.deepEqual(stateOf(repo).held, {})
})

test('what is shunned cannot be made here again, until the ban is lifted', () => {
  using repo = memoryRepo()
  const content = utf8('banned\n')
  const { hash } = storeLocal(repo, content)
  shun(repo, [hash])
  rebuild(repo)
  assert.throws(() => storeLocal(repo, content), { code: 'artifact.shunned' })
  assert.ok(!hasArtifact(repo, hash))
  unshun(repo, [hash])
  assert.equal(storeLocal(repo, content).hash, hash)
})

test('a name that is shunned never becomes a phantom', () => {
  const root = checkin(0, { tags: onBranch('trunk'), files: { x: 'x', y: 'y' } })
  const child = checkin(1, { parents: [root], files: { x: 'y' } })
  const tag = checkin(2, {
    parents: [child],
    baseline: root.hash,
    tags: [{ action: '+', name: 'note', target: plain('lost').hash }],
  })
  using repo = memoryRepo()
  const banned = [root, plain('x'), plain('lost')].map(({ hash }) => hash)
  shun(repo, banned)
  store(repo, [child, tag])
  for (const hash of banned) assert.equal(findRid(repo, hash), undefined)
  assert.deepEqual(verify(repo).differences, [])
  rebuild(repo)
  for (const hash of banned) assert.equal(findRid(repo, hash), undefined)
})

test('a rebuild forgets what shunned artifacts said', () => {
  const root = checkin(0, { tags: onBranch('trunk'), files: { x: 'x' } })
  const child = checkin(1, { parents: [root], files: { x: 'y' } })
  using repo = memoryRepo()
  store(repo, [root, child, plain('x'), plain('y')])
  shun(repo, [root.hash])
  rebuild(repo)
  const count = (sql: string): unknown => dbOf(repo).prepare(sql).get()?.[0]
  assert.equal(count('SELECT count(*) FROM event'), 1)
  assert.equal(count('SELECT count(*) FROM plink'), 0)
  assert.equal(count('SELECT count(*) FROM mlink'), 0)
  assert.equal(count('SELECT count(*) FROM tagxref'), 0)
  assert.deepEqual(verify(repo).differences, [])
})

/**
 * `parent` tags: other parents than the manifest names, and no circles.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { dbOf, type Repo } from '../repo/repo.ts'
import { verify } from './verify.ts'
import {
  assertSettled,
  changesOf,
  checkin,
  control,
  onBranch,
  plain,
  rowsAbout,
  settled,
  tagsOf,
} from './checkins.suite.ts'
import { type Artifact, assertStockAgrees, store } from './order.suite.ts'

const texts = ['one', 'two', 'three']
const root = checkin(0, { tags: onBranch('trunk'), files: { a: 'one' } })
const second = checkin(10, { parents: [root], files: { a: 'two' } })
const third = checkin(20, { parents: [second], files: { a: 'three' } })
const side = checkin(30, { parents: [root], tags: onBranch('side'), files: { a: 'two' } })
const all = [root, second, third, side, ...texts.map(plain)]

function reparent(at: number, target: Artifact, ...parents: readonly Artifact[]): Artifact {
  return control(at, target, `+parent ${parents.map(({ hash }) => hash).join(' ')}`)
}

function parentsOf(repo: Repo, made: Artifact): unknown[] {
  return rowsAbout(
    repo,
    made,
    'SELECT uuid FROM plink JOIN blob ON rid = pid WHERE cid = ? ORDER BY isprim DESC, plink.rowid',
  ).flat()
}

test('a parent tag moves a check-in with its tags, its changes and its leaves', () => {
  using repo = settled([...all, reparent(40, third, side)])
  assert.deepEqual(parentsOf(repo, third), [side.hash])
  assert.equal(tagsOf(repo, third)['branch'], '~side')
  assert.deepEqual(changesOf(repo, third, texts), ['a: two -> three'])
  const leaves = dbOf(repo).prepare<[string]>('SELECT uuid FROM leaf JOIN blob USING(rid)').all()
  assert.deepEqual(leaves.flat().sort(), [second.hash, third.hash].sort())
})

test('a parent tag may name several parents', () => {
  using repo = settled([...all, reparent(40, third, side, root)])
  assert.deepEqual(parentsOf(repo, third), [side.hash, root.hash])
  assert.deepEqual(changesOf(repo, third, texts), ['a: two -> three', 'aux a: one -> three'])
})

test('a cancelled parent tag gives the parents of the manifest back', () => {
  using repo = settled([...all, reparent(40, third, side), control(41, third, '-parent')])
  assert.deepEqual(parentsOf(repo, third), [second.hash])
  assert.equal(tagsOf(repo, third)['branch'], '~trunk')
})

test('of two parent tags the later counts', () => {
  using repo = settled([...all, reparent(41, third, root), reparent(40, third, side)])
  assert.deepEqual(parentsOf(repo, third), [root.hash])
})

test('a parent tag that propagates moves nothing', () => {
  using repo = settled([...all, control(40, second, `*parent ${side.hash}`)])
  assert.deepEqual(parentsOf(repo, second), [root.hash])
  assert.deepEqual(parentsOf(repo, third), [second.hash])
})

test('what is no list of hashes moves nothing', () => {
  const values = ['', 'nobody', `${side.hash}  ${root.hash}`, `${side.hash} x`, side.hash.slice(1)]
  for (const value of values) {
    using repo = settled([...all, control(40, third, `+parent ${value}`)])
    assert.deepEqual(parentsOf(repo, third), [second.hash], value)
  }
})

test('a check-in does not become its own parent', () => {
  using repo = settled([...all, reparent(40, third, third)])
  assert.deepEqual(parentsOf(repo, third), [second.hash])
})

test('of tags that close a circle the one on the smaller hash counts', () => {
  const [small, great] = [second, side].sort((a, b) => (a.hash < b.hash ? -1 : 1))
  assert.ok(small && great)
  using repo = settled([...all, reparent(40, small, great), reparent(41, great, small)])
  assert.deepEqual(parentsOf(repo, small), [great.hash])
  assert.deepEqual(parentsOf(repo, great), [root.hash])
})

test('a circle through several check-ins is not closed', () => {
  const fourth = checkin(21, { parents: [third], files: { a: 'one' } })
  using repo = settled([...all, fourth, reparent(40, second, side, fourth)])
  assert.deepEqual(parentsOf(repo, second), [root.hash])
})

test('a parent that is not here becomes a phantom', () => {
  const lost = checkin(5, { parents: [root] })
  // With the files: a phantom that is asked for while another parent holds stays one.
  const files = texts.map(plain)
  using repo = settled([root, second, third, ...files, reparent(40, third, lost)])
  assert.deepEqual(parentsOf(repo, third), [lost.hash])
  assert.deepEqual(rowsAbout(repo, lost, 'SELECT count(*) FROM phantom WHERE rid = ?'), [[1]])
  assert.deepEqual(changesOf(repo, third, texts), [])
  store(repo, [lost])
  assert.deepEqual(changesOf(repo, third, texts), ['a: none -> three'])
  assert.deepEqual(verify(repo).differences, [])
})

test('a check-in that comes after its tag has the parents of the tag, in any company', () => {
  // As many as are compared with their parents at one go, and one more.
  for (const count of [1, 32, 33]) {
    using repo = settled([root, side, reparent(40, third, side)])
    const others = Array.from({ length: count - 1 }, (_, i) => checkin(50 + i, { parents: [root] }))
    repo.transaction(() => store(repo, [third, ...others]))
    assert.deepEqual(parentsOf(repo, third), [side.hash], `${count}`)
  }
})

test('a check-in whose children came before it closes no circle', () => {
  const missing = checkin(35, { parents: [third] })
  const child = checkin(36, { parents: [missing] })
  using repo = settled([...all, child, reparent(40, second, child)])
  assert.deepEqual(parentsOf(repo, second), [child.hash])
  store(repo, [missing])
  assert.deepEqual(parentsOf(repo, second), [root.hash])
  assert.deepEqual(verify(repo).differences, [])
})

test('a delta manifest without its baseline has no parents, whatever a tag says', () => {
  const delta = checkin(21, { parents: [third], baseline: third.hash, files: {} })
  const tag = reparent(40, delta, side)
  const some = [root, side, delta, tag]
  using repo = settled(some)
  assert.deepEqual(parentsOf(repo, delta), [])
  assertSettled([...some, second, third])
  store(repo, [second, third])
  assert.deepEqual(parentsOf(repo, delta), [side.hash])
})

test('a tag on what is no check-in moves nothing', () => {
  using repo = settled([
    ...all,
    reparent(40, plain('one'), root),
    reparent(41, plain('lost'), root),
  ])
  assert.deepEqual(parentsOf(repo, plain('one')), [])
})

test('stock moves a check-in along its own branch as we do', async (t) => {
  await assertStockAgrees(t, [...all, reparent(40, third, root)])
})

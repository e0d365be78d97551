/**
 * The files that check-ins change: from full and delta manifests, merges and cherry-picks.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { memoryRepo } from './fixture.suite.ts'
import { shun } from '../repo/shun.ts'
import { assertSettled, changesOf, checkin, onBranch, plain, settled } from './checkins.suite.ts'
import { type Artifact, assertStockAgrees, store } from './order.suite.ts'
import { dbOf } from '../repo/repo.ts'

const texts = ['one', 'two', 'three', 'four']
const contents = texts.map(plain)
const trunk = { tags: onBranch('trunk') }
const root = checkin(0, { ...trunk, files: { a: 'one', b: 'two', c: 'three' } })

/** The changes that `made` made, the same in every order, and the same for stock. */
async function changes(
  t: Parameters<typeof assertStockAgrees>[0],
  made: Artifact,
  others: readonly Artifact[],
): Promise<string[]> {
  const artifacts = [...contents, made, ...others]
  using repo = settled(artifacts)
  const found = changesOf(repo, made, texts)
  await assertStockAgrees(t, artifacts)
  return found
}

test('the first check-in adds all its files', async (t) => {
  assert.deepEqual(await changes(t, root, []), [
    'a: none -> one',
    'b: none -> two',
    'c: none -> three',
  ])
})

test('edits, additions and deletions are seen from the parent', async (t) => {
  const made = checkin(1, { parents: [root], files: { a: 'four', c: 'three', d: 'two' } })
  const expected = ['a: one -> four', 'b: two -> none', 'd: none -> two']
  assert.deepEqual(await changes(t, made, [root]), expected)
})

test('a rename tells the name before, with or without a change of content', async (t) => {
  const made = checkin(1, {
    parents: [root],
    files: {
      a2: { hash: plain('one').hash, priorName: 'a' },
      b2: { hash: plain('four').hash, priorName: 'b' },
      c: 'three',
    },
  })
  const expected = [
    'a: one -> none',
    'a2 (was a): one -> one',
    'b: two -> none',
    'b2 (was b): two -> four',
  ]
  assert.deepEqual(await changes(t, made, [root]), expected)
})

test('a rename of what the parent does not have is a new file', async (t) => {
  const made = checkin(1, {
    parents: [root],
    files: { a: 'one', b: 'two', c: 'three', d: { hash: plain('four').hash, priorName: 'x' } },
  })
  assert.deepEqual(await changes(t, made, [root]), ['d: none -> four'])
})

test('a change of permissions alone is a change', async (t) => {
  const made = checkin(1, {
    parents: [root],
    files: {
      a: { hash: plain('one').hash, permissions: 'x' },
      b: { hash: plain('two').hash, permissions: 'l' },
      c: { hash: plain('three').hash, permissions: 'w' },
    },
  })
  const back = checkin(2, { parents: [made], files: { a: 'one', b: 'two', c: 'three' } })
  const expected = ['a: one -> one exec', 'b: two -> two link']
  assert.deepEqual(await changes(t, made, [root]), expected)
  assert.deepEqual(await changes(t, back, [root, made]), ['a: one -> one', 'b: two -> two'])
})

test('a delta manifest changes what its cards say', async (t) => {
  const made = checkin(1, {
    parents: [root],
    baseline: root.hash,
    files: { a: 'four', b: null, d: 'two' },
  })
  const expected = ['a: one -> four', 'b: two -> none', 'd: none -> two']
  assert.deepEqual(await changes(t, made, [root]), expected)
})

test('of two delta manifests, what the second leaves out is as in the baseline', async (t) => {
  const first = checkin(1, {
    parents: [root],
    baseline: root.hash,
    files: { a: 'four', b: null, c: 'one' },
  })
  const second = checkin(2, { parents: [first], baseline: root.hash, files: { c: 'one' } })
  assert.deepEqual(await changes(t, second, [root, first]), ['a: four -> one', 'b: none -> two'])
})

test('a full manifest after a delta manifest tells deletions', async (t) => {
  const first = checkin(1, { parents: [root], baseline: root.hash, files: { d: 'four', z: null } })
  const second = checkin(2, { parents: [first], files: { a: 'one' } })
  const expected = ['b: two -> none', 'c: three -> none', 'd: four -> none']
  assert.deepEqual(await changes(t, second, [root, first]), expected)
})

test('a delta manifest means nothing until its baseline comes', () => {
  const made = checkin(1, { parents: [root], baseline: root.hash, files: { a: 'four' } })
  using repo = memoryRepo()
  store(repo, [made])
  const count = (table: string): unknown =>
    dbOf(repo).prepare(`SELECT count(*) FROM ${table}`).get()
  for (const table of ['plink', 'mlink', 'event', 'tagxref']) assert.deepEqual(count(table), [0])
  assert.deepEqual(count('orphan'), [1])
  store(repo, [root])
  assert.deepEqual(count('orphan'), [0])
  assert.deepEqual(changesOf(repo, made, texts), ['a: one -> four'])
})

test('a baseline that waits for its own baseline is a baseline', async (t) => {
  const first = checkin(1, { parents: [root], baseline: root.hash, files: { a: 'four' } })
  const second = checkin(2, { parents: [first], baseline: first.hash, files: { b: 'one' } })
  using repo = settled([...contents, first, second])
  assert.deepEqual(dbOf(repo).prepare(`SELECT count(*) FROM event`).get(), [1])
  assertSettled([root, first, second])
  await assertStockAgrees(t, [...contents, second, first, root])
})

test('a long chain of delta manifests that wait for each other is woken at once', () => {
  const chain = [root]
  for (let i = 1; i < 3000; i++) {
    const [baseline = root] = chain.slice(-1)
    chain.push(checkin(i, { parents: [baseline], baseline: baseline.hash, files: {} }))
  }
  using repo = memoryRepo()
  repo.transaction(() => store(repo, chain.toReversed()))
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM event').get(), [3000])
})

test('what is no check-in is no baseline', () => {
  const [file = root] = contents
  const made = checkin(1, { parents: [root], baseline: file.hash, files: { a: 'four' } })
  using repo = settled([root, ...contents, made])
  assert.deepEqual(changesOf(repo, made, texts), [])
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM orphan').get(), [1])
})

test('a merge shows its changes against every parent', async (t) => {
  const left = checkin(1, { parents: [root], files: { a: 'four', b: 'two', c: 'three' } })
  const right = checkin(2, { parents: [root], files: { a: 'one', b: 'two', c: 'three', d: 'two' } })
  const made = checkin(3, {
    parents: [left, right],
    files: { a: 'one', b: 'four', c: 'three', d: 'two', e: 'one' },
  })
  assert.deepEqual(await changes(t, made, [root, left, right]), [
    'a: four -> one',
    'b: two -> four',
    // It is in the other parent, so the merge brought it in; that one is new to both.
    'd: merged -> two',
    'e: none -> one',
    'aux b: two -> four',
    'aux e: none -> one',
  ])
})

test('a cherry-pick shows its changes against what it takes from', async (t) => {
  const other = checkin(1, { ...trunk, files: { d: 'four' } })
  const made = checkin(3, {
    parents: [root],
    files: { a: 'one', b: 'two', c: 'three', d: 'four' },
    cherrypicks: [{ direction: '+', target: other.hash }],
  })
  assert.deepEqual(await changes(t, made, [root, other]), ['d: merged -> four'])
  const backout = checkin(4, {
    parents: [root],
    files: { a: 'one', b: 'two', c: 'three', d: 'four' },
    cherrypicks: [{ direction: '-', target: other.hash }],
  })
  assert.deepEqual(await changes(t, backout, [root, other]), ['d: none -> four'])
})

test('while the first parent is missing nothing is known of the changes', () => {
  const missing = checkin(1, { parents: [root] })
  const made = checkin(2, { parents: [missing, root], files: { a: 'four' } })
  using repo = settled([root, made])
  assert.deepEqual(changesOf(repo, made, texts), [])
})

test('after a shunned first parent nothing is known of the changes', () => {
  const gone = checkin(1, { parents: [root], files: { a: 'one' } })
  const made = checkin(2, { parents: [gone, root], files: { a: 'four' } })
  const child = checkin(3, { parents: [made], files: { a: 'one' } })
  using repo = memoryRepo()
  shun(repo, [gone.hash])
  store(repo, [root, made, child, ...contents])
  assert.deepEqual(changesOf(repo, made, texts), [])
  assert.deepEqual(changesOf(repo, child, texts), ['a: four -> one'])
  assert.deepEqual(dbOf(repo).prepare('SELECT isprim FROM plink ORDER BY cid').all(), [[0], [1]])
})

test('a file that is shunned leaves its row without content', () => {
  const made = checkin(1, { parents: [root], files: { a: 'four', b: 'two', c: 'three' } })
  using repo = memoryRepo()
  shun(repo, [plain('four').hash])
  store(repo, [root, made, ...contents.slice(0, 3)])
  assert.deepEqual(changesOf(repo, made, texts), ['a: one -> none'])
})

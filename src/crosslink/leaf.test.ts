/**
 * Leaves: check-ins without a child on their own branch.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { dbOf, type Repo } from '../repo/repo.ts'
import { checkin, control, onBranch, settled } from './checkins.suite.ts'
import { type Artifact, assertStockAgrees } from './order.suite.ts'

const root = checkin(0, { tags: onBranch('trunk') })
const child = checkin(1, { parents: [root] })
const branched = checkin(2, { parents: [child], tags: onBranch('b') })

function leavesOf(repo: Repo): string[] {
  const rows = dbOf(repo).prepare<[string]>('SELECT uuid FROM leaf JOIN blob USING(rid)').all()
  return rows.map(([hash]) => hash).sort()
}

function assertLeaves(artifacts: readonly Artifact[], expected: readonly Artifact[]): void {
  using repo = settled(artifacts)
  assert.deepEqual(leavesOf(repo), expected.map(({ hash }) => hash).sort())
}

test('a check-in without children is a leaf', () => {
  assertLeaves([root], [root])
  assertLeaves([root, child], [child])
})

test('a child on another branch leaves its parent a leaf', () => {
  assertLeaves([root, child, branched], [child, branched])
})

test('a check-in that moves to another branch makes its parent a leaf again', () => {
  const move = control(5, child, '*branch b', '*sym-b', '-sym-trunk')
  assertLeaves([root, child, move], [root, child])
  assertLeaves([root, child, branched, move], [root, branched])
})

test('a branch that was given before its check-in came counts for the parent too', () => {
  assertLeaves([root, child, control(5, child, '*branch trunk')], [child])
})

test('what has no branch is on trunk', () => {
  const bare = checkin(1, { parents: [root] })
  const single = control(5, root, '+branch trunk')
  assertLeaves([root, bare, single], [])
  assertLeaves([root, bare, control(5, root, '+branch b')], [root])
})

test('where nobody speaks of branches, nothing is a leaf', () => {
  const [first, second] = [checkin(0, {}), checkin(1, { parents: [checkin(0, {})] })]
  assertLeaves([first, second], [])
})

test('a merge ends the line of every parent on its branch', () => {
  const left = checkin(3, { parents: [child] })
  const right = checkin(4, { parents: [child] })
  const merge = checkin(5, { parents: [left, right, branched] })
  assertLeaves([root, child, left, right, branched, merge], [merge, branched])
})

test('stock finds the same leaves', async (t) => {
  const move = control(5, child, '*branch c', '*sym-c', '-sym-trunk')
  await assertStockAgrees(t, [move, branched, child, root, checkin(6, { parents: [root] })])
})

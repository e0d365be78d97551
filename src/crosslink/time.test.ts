/**
 * Check-ins of one moment in their order.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { msFromJulian, parseDate } from '../deck/date.ts'
import { memoryRepo } from './fixture.suite.ts'
import { rebuild } from './rebuild.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { verify } from './verify.ts'
import { checkin, control, onBranch, rowsAbout, settled } from './checkins.suite.ts'
import { dumpDerived } from './derived-dump.ts'
import { type Artifact, assertStockAgrees, minute, store } from './order.suite.ts'

const trunk = { tags: onBranch('trunk') }

/** The time at which the timeline shows an artifact, in milliseconds after the first minute. */
function shownAt(repo: Repo, made: Artifact): number {
  const [[julian] = []] = rowsAbout(repo, made, 'SELECT mtime FROM event WHERE objid = ?')
  return msFromJulian(Number(julian)) - minute(0)
}

/** So many check-ins, each the parent of the next, so many milliseconds apart. */
function chain(length: number, stepMs: number): Artifact[] {
  const made: Artifact[] = []
  for (let i = 0; i < length; i++) {
    const dateMs = minute(0) + i * stepMs
    made.push(
      checkin(0, { ...(i === 0 ? trunk : {}), dateMs, comment: `${i}`, parents: made.slice(-1) }),
    )
  }
  return made
}

test('a check-in of the moment of its child is shown 25 ms before it', async (t) => {
  const made = chain(3, 0)
  using repo = settled(made)
  assert.deepEqual(
    made.map((each) => shownAt(repo, each)),
    [-50, -25, 0],
  )
  await assertStockAgrees(t, made.toReversed())
})

test('a check-in younger than its child is moved before it, up to two seconds', async (t) => {
  for (const [stepMs, moved] of [
    [-1999, -2024],
    [-2000, 0],
    [-1, -26],
    [1, 0],
  ] as const) {
    const made = chain(2, stepMs)
    using repo = settled(made)
    assert.equal(shownAt(repo, made[0] ?? assert.fail('two')), moved, `${stepMs}`)
    await assertStockAgrees(t, made)
  }
})

test('a move may push the check-ins before it', async (t) => {
  const [first, second] = chain(2, 10)
  assert.ok(first && second)
  const last = checkin(0, { dateMs: minute(0) + 10, parents: [second], comment: 'last' })
  using repo = settled([first, second, last])
  assert.deepEqual(
    [first, second, last].map((each) => shownAt(repo, each)),
    [-40, -15, 10],
  )
  await assertStockAgrees(t, [first, second, last])
})

test('a parent comes before the first of its children, wherever those are shown', () => {
  const [parent] = chain(1, 0)
  assert.ok(parent)
  const children = [300, 100, 200, 100].map((ms, index) =>
    checkin(0, { dateMs: minute(0) - ms, parents: [parent], comment: `child ${index}` }),
  )
  using repo = settled([parent, ...children])
  assert.equal(shownAt(repo, parent), -325)

  // The sibling says it is the oldest, and the others are shown before it.
  const line = chain(4, 0)
  const [first] = line
  assert.ok(first)
  const sibling = checkin(0, { dateMs: minute(0) - 10, parents: [first], comment: 'sibling' })
  using forked = settled([...line, sibling])
  assert.equal(shownAt(forked, first), -75)
})

test('a child that is two seconds younger counts where its own children move it', () => {
  const [first] = chain(1, 0)
  assert.ok(first)
  const line = [first]
  for (const ms of [2_000, 1_000, 0]) {
    const dateMs = minute(0) + ms
    line.push(checkin(0, { dateMs, comment: `${ms}`, parents: line.slice(-1) }))
  }
  using repo = settled(line)
  assert.deepEqual(
    line.map((each) => shownAt(repo, each)),
    [-75, -50, -25, 0],
  )
})

test('the times stock may leave pass a verification, and no others', () => {
  const line = chain(3, 0)
  const [first] = line
  assert.ok(first)
  const sibling = checkin(0, { dateMs: minute(0) - 10, parents: [first], comment: 'sibling' })
  using repo = settled([...line, sibling])
  const show = dbOf(repo).prepare(
    `UPDATE event SET mtime = omtime - ?2 / 86400000.0
      WHERE objid = (SELECT rid FROM blob WHERE uuid = ?1)`,
  )
  for (const [ms, passes] of [
    [0, true],
    [25, true],
    [35, true],
    [50, true],
    [45, false],
    [75, false],
    [-25, false],
  ] as const) {
    show.run(first.hash, ms)
    assert.equal(verify(repo).total === 0, passes, `${ms} ms earlier`)
  }
})

test('a merge and a cherry-pick count as children, a backout does not', () => {
  for (const [direction, moved] of [
    ['+', -25],
    ['-', 0],
  ] as const) {
    const [main, other] = ['main', 'other'].map((comment) => checkin(0, { ...trunk, comment }))
    assert.ok(main && other)
    const picking = checkin(0, {
      parents: [main],
      cherrypicks: [{ direction, target: other.hash }],
      comment: 'picks',
    })
    using repo = settled([main, other, picking])
    assert.equal(shownAt(repo, other), moved)
  }
  const [main, other] = ['main', 'other'].map((comment) => checkin(0, { ...trunk, comment }))
  assert.ok(main && other)
  using repo = settled([main, other, checkin(0, { parents: [main, other] })])
  assert.equal(shownAt(repo, other), -25)
})

test('a child counts once its first parent is here', async (t) => {
  const [main, other] = ['main', 'other'].map((comment) => checkin(0, { ...trunk, comment }))
  assert.ok(main && other)
  const merge = checkin(0, { parents: [main, other], comment: 'merge' })
  using repo = settled([other, merge])
  assert.equal(shownAt(repo, other), 0)
  await assertStockAgrees(t, [other, merge])
  store(repo, [main])
  assert.equal(shownAt(repo, other), -25)
  assert.deepEqual(verify(repo).differences, [])
})

test('a date tag decides, and its check-in still counts by its own date', () => {
  const [first, second, third] = chain(3, 0)
  assert.ok(first && second && third)
  const tag = control(1, second, '+date 2023-11-15T00:00:00')
  using repo = settled([first, second, third, tag])
  assert.deepEqual([shownAt(repo, first), shownAt(repo, third)], [-50, 0])
  assert.equal(shownAt(repo, second), (parseDate('2023-11-15T00:00:00') ?? 0) - minute(0))
})

test('a line of more than thirty is in order as far back as stock orders it', async (t) => {
  const made = chain(45, 0)
  await assertStockAgrees(t, made)
  using expected = memoryRepo()
  expected.transaction(() => store(expected, made))
  const lines = dumpDerived(expected)
  const orders = [made, made.toReversed(), made.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))]
  for (const [which, order] of orders.entries()) {
    for (const atOnce of [1, 7, 45]) {
      using repo = memoryRepo()
      for (let at = 0; at < order.length; at += atOnce) {
        repo.transaction(() => store(repo, order.slice(at, at + atOnce)))
      }
      assert.deepEqual(dumpDerived(repo), lines, `order ${which}, ${atOnce} at once`)
      rebuild(repo)
      assert.deepEqual(dumpDerived(repo), lines)
    }
  }
})

test('late check-ins in the middle of a long line put all of it in order', () => {
  const made = chain(80, 0)
  using expected = memoryRepo()
  expected.transaction(() => store(expected, made))
  const late = [0, 20].flatMap((index) => made[index] ?? [])
  using repo = memoryRepo()
  repo.transaction(() =>
    store(
      repo,
      made.filter((each) => !late.includes(each)),
    ),
  )
  repo.transaction(() => store(repo, late))
  assert.deepEqual(dumpDerived(repo), dumpDerived(expected))
})

/**
 * Cherry-picks, also of what comes later or never.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { startMs } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { verify } from './verify.ts'
import { changesOf, checkin, onBranch, plain, settled } from './checkins.suite.ts'
import { type Artifact, assertStockAgrees, store } from './order.suite.ts'

const trunk = { tags: onBranch('trunk') }
const root = checkin(0, { ...trunk, files: { a: 'one' } })
const other = checkin(1, { ...trunk, files: { b: 'two' } })

function picking(direction: '+' | '-', target: Artifact): Artifact {
  return checkin(2, {
    parents: [root],
    files: { a: 'one', b: 'two' },
    cherrypicks: [{ direction, target: target.hash }],
  })
}

/** Pairs of names and whether they are backouts. */
function picks(repo: Repo): unknown[] {
  return dbOf(repo)
    .prepare(
      `SELECT parent.uuid, child.uuid, isExclude FROM cherrypick
         JOIN blob AS parent ON parent.rid = parentid JOIN blob AS child ON child.rid = childid`,
    )
    .all()
}

/** The number of pairs that wait for their target. */
function waiting(repo: Repo): unknown {
  return dbOf(repo).prepare('SELECT count(*) FROM fx_trilobite_wait').get()?.[0]
}

test('a cherry-pick and a backout are told apart', () => {
  for (const direction of ['+', '-'] as const) {
    const made = picking(direction, other)
    using repo = settled([root, other, made])
    assert.deepEqual(picks(repo), [[other.hash, made.hash, direction === '-' ? 1 : 0]])
  }
})

test('a cherry-pick waits for its target, for which nobody is asked', () => {
  const made = picking('+', other)
  using repo = settled([root, made])
  assert.deepEqual(picks(repo), [])
  assert.equal(waiting(repo), 1)
  assert.deepEqual(
    dbOf(repo).prepare('SELECT uuid FROM blob WHERE uuid = ?').all(other.hash),
    [],
    'its name is not known',
  )
  assert.deepEqual(changesOf(repo, made, ['two']), [`b: merged -> two`])

  store(repo, [other])
  assert.deepEqual(picks(repo), [[other.hash, made.hash, 0]])
  assert.equal(waiting(repo), 0)
  assert.deepEqual(verify(repo).differences, [])
})

test('a cherry-pick of a name that is known counts once the content is here', () => {
  const made = picking('+', other)
  const naming = checkin(3, { parents: [other] })
  using repo = settled([root, naming, made])
  assert.deepEqual(picks(repo), [])
  store(repo, [other])
  assert.deepEqual(picks(repo), [[other.hash, made.hash, 0]])
})

test('what is picked need not be a check-in, whichever comes first', () => {
  const file = plain('not a check-in')
  const made = picking('+', file)
  using repo = settled([root, file, made])
  assert.deepEqual(picks(repo), [[file.hash, made.hash, 0]])
})

test('what is picked may wait for its baseline', () => {
  const delta = checkin(1, { parents: [other], baseline: other.hash, files: { b: 'three' } })
  const made = picking('+', delta)
  using repo = settled([root, delta, made])
  assert.deepEqual(picks(repo), [[delta.hash, made.hash, 0]])
  store(repo, [other])
  assert.deepEqual(verify(repo).differences, [])
})

test('several wait for one, and one for several', () => {
  const [first, second] = ['first', 'second'].map((comment) =>
    checkin(4, {
      comment,
      parents: [root],
      cherrypicks: [
        { direction: '+', target: other.hash },
        { direction: '-', target: plain('lost').hash },
      ],
    }),
  )
  assert.ok(first && second)
  using repo = settled([root, first, second, other])
  assert.equal(picks(repo).length, 2)
  assert.equal(waiting(repo), 2)
})

test('what is picked and backed out at once is compared with, whichever comes first', () => {
  const made = checkin(2, {
    parents: [root],
    files: { a: 'one', b: 'three' },
    cherrypicks: [
      { direction: '+', target: other.hash },
      { direction: '-', target: other.hash },
    ],
  })
  using repo = settled([root, made, other])
  assert.deepEqual(picks(repo), [[other.hash, made.hash, 1]])
})

test('the waiting table is made with the first that waits, and rolled back with it', () => {
  using repo = memoryRepo()
  const hasTable = (): boolean =>
    dbOf(repo).prepare(`SELECT 1 FROM sqlite_schema WHERE name GLOB 'fx_*'`).get() !== undefined
  store(repo, [root, other])
  assert.equal(hasTable(), false)
  assert.throws(() =>
    repo.transaction(() => {
      store(repo, [picking('+', plain('lost'))])
      throw new Error(`at ${startMs}`)
    }),
  )
  assert.equal(hasTable(), false)
  store(repo, [picking('+', plain('lost'))])
  assert.equal(hasTable(), true)
})

test('stock records the same where the targets are here', async (t) => {
  const made = [picking('+', other), picking('-', other)]
  await assertStockAgrees(t, [...made, other, root, plain('one'), plain('two')])
})

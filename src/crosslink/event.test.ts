/**
 * Check-ins on the timeline, as they say it and as tags have it, and the links in their comments.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { julianFromMs } from '../deck/date.ts'
import { startMs } from '../repo/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { checkin, control, onBranch, rowsAbout, settled } from './checkins.suite.ts'
import { type Artifact, assertStockAgrees, minute, sealed } from './order.suite.ts'

const [alpha, beta] = ['a1'.repeat(20), 'b2'.repeat(32)]
const root = checkin(0, { tags: onBranch('trunk'), comment: `first [${alpha}]` })
const child = checkin(1, { parents: [root], comment: 'no links' })

function shown(repo: Repo, made: Artifact, columns: string): unknown {
  return rowsAbout(repo, made, `SELECT ${columns} FROM event WHERE objid = ?`)[0]
}

function links(repo: Repo, made: Artifact): unknown[] {
  return rowsAbout(repo, made, 'SELECT target FROM backlink WHERE srcid = ? AND srctype = 0').flat()
}

test('a check-in stands on the timeline as it says', () => {
  using repo = settled([root])
  const columns = 'type, user, comment, euser, ecomment, bgcolor, mtime = omtime'
  assert.deepEqual(shown(repo, root, columns), [
    'ci',
    'ann',
    `first [${alpha}]`,
    null,
    null,
    null,
    1,
  ])
  assert.deepEqual(links(repo, root), [alpha])
})

test('a check-in need not say who made it and why', async (t) => {
  const made = sealed(`D 2023-11-14T22:30:00.000\nP ${root.hash}\n`)
  using repo = settled([root, made])
  assert.deepEqual(shown(repo, made, 'type, user, comment'), ['ci', null, null])
  await assertStockAgrees(t, [root, made])
})

test('tags change comment, user, colour and date', async (t) => {
  const tag = control(
    5,
    root,
    '+bgcolor red',
    `+comment see [${beta}]`,
    '+date 2024-02-03 04:05:06',
    '+user eve',
  )
  using repo = settled([root, child, tag])
  const columns = 'user, comment, euser, ecomment, bgcolor, datetime(mtime), datetime(omtime)'
  assert.deepEqual(shown(repo, root, columns), [
    'ann',
    `first [${alpha}]`,
    'eve',
    `see [${beta}]`,
    'red',
    '2024-02-03 04:05:06',
    '2023-11-14 22:13:20',
  ])
  assert.deepEqual(links(repo, root), [beta])
  assert.deepEqual(
    rowsAbout(repo, root, 'SELECT mtime FROM backlink WHERE srcid = ?').flat().map(Number),
    [julianFromMs(minute(5))].map((julian) => Math.round(julian * 1e9) / 1e9),
  )
  // Read in this order, stock dates the link by the edit, too.
  await assertStockAgrees(t, [root, child, tag])
})

test('cancelled tags give back what the check-in says', () => {
  const tags = [
    control(5, root, '+bgcolor red', `+comment see [${beta}]`, '+date 2024-02-03', '+user eve'),
    control(6, root, '-bgcolor', '-comment', '-date', '-user'),
  ]
  using repo = settled([root, ...tags])
  const columns = 'euser, ecomment, bgcolor, mtime = omtime'
  assert.deepEqual(shown(repo, root, columns), [null, null, null, 1])
  assert.deepEqual(links(repo, root), [alpha])
})

test('of what is inherited, only the colour shows', async (t) => {
  const tag = control(
    5,
    root,
    '*bgcolor red',
    `*comment see [${beta}]`,
    '*date 2024-02-03',
    '*user eve',
  )
  using repo = settled([root, child, tag])
  const columns = 'euser, ecomment, bgcolor, mtime = omtime'
  assert.deepEqual(shown(repo, child, columns), [null, null, 'red', 1])
  assert.deepEqual(links(repo, child), [])
  assert.deepEqual(shown(repo, root, 'euser, bgcolor'), ['eve', 'red'])
  await assertStockAgrees(t, [root, child, tag])
})

test('a date that moves with the clock, or is none, leaves the date as it was', () => {
  for (const value of ['now', 'NOW', 'subsec', 'soon', '']) {
    using repo = settled([root, control(5, root, `+date ${value}`)])
    assert.deepEqual(shown(repo, root, 'mtime = omtime'), [1], value)
  }
})

test('a date counts in every form that SQLite reads', () => {
  for (const value of ['2024-02-03', '2024-02-03T00:00Z', '2460343.5', '2024-02-03 02:00+02:00']) {
    using repo = settled([root, control(5, root, `+date ${value}`)])
    assert.deepEqual(shown(repo, root, 'datetime(mtime)'), ['2024-02-03 00:00:00'], value)
  }
})

test('links are dated as their check-in is, to the last digit', () => {
  // A time that would be another one if it were rounded twice.
  const made = checkin(0, { dateMs: startMs - 58_500, comment: `see [${alpha}]` })
  using repo = settled([made])
  const [link] = rowsAbout(repo, made, 'SELECT mtime FROM backlink WHERE srcid = ?')
  assert.deepEqual(shown(repo, made, 'omtime'), link)
})

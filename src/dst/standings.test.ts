/**
 * Rights by time: what a login may have used a right for, and since when it has had it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessOf } from '../sync/access.ts'
import { noAccess, Standings } from './standings.ts'

test('a right reaches everything while it is held, and what there was when it was lost', () => {
  const standings = new Standings()
  const reaches: number[][] = []
  const changes = ['iy', 'o', '', 'i', 'o'] as const
  for (const [at, letters] of changes.entries()) {
    standings.set('leaf', accessOf(letters), { acknowledged: at * 10, nowMs: at })
    reaches.push([standings.reach('leaf', 'read'), standings.reach('leaf', 'write')])
  }
  assert.deepEqual(reaches, [
    [Infinity, Infinity],
    [Infinity, 10],
    [20, 10],
    [Infinity, Infinity],
    [Infinity, 40],
  ])
})

test('a right that was never held reaches nothing, and that of a stranger everything', () => {
  const standings = new Standings()
  standings.set('leaf', noAccess, { acknowledged: 7, nowMs: 0 })
  assert.deepEqual(
    ['leaf', 'master'].map((id) => standings.reach(id, 'write')),
    [0, Infinity],
  )
})

test('who could not push is known until the right comes, and as long as it is missing', () => {
  const standings = new Standings()
  const lacked = (timeMs: number): boolean => standings.lackedWriteSince('leaf', timeMs)
  standings.set('leaf', accessOf('i'), { acknowledged: 0, nowMs: 0 })
  assert.ok(!lacked(0))
  standings.set('leaf', accessOf('o'), { acknowledged: 0, nowMs: 10 })
  assert.ok(lacked(50))
  standings.set('leaf', accessOf('i'), { acknowledged: 0, nowMs: 100 })
  assert.deepEqual([lacked(100), lacked(101)], [true, false])
})

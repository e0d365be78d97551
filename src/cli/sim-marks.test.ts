/**
 * Marks of many runs, as the command tells them.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { marks } from '../dst/index.ts'
import { MarkTally } from './sim-marks.ts'

const all = Object.keys(marks).length

function tally(): MarkTally {
  const sum = new MarkTally()
  sum.add({ marks: { 'sync.uv-tie': 2, 'tables.tie': 1 } })
  sum.add({ marks: { 'sync.uv-tie': 3 } })
  return sum
}

suite('marks of several runs', () => {
  test('are sorted by the number of runs, those never reached first', () => {
    const rows = tally().rows()
    assert.equal(rows.length, all)
    assert.deepEqual(
      rows.slice(-2).map(({ name, runs, times }) => [name, runs, times]),
      [
        ['tables.tie', 1, 1],
        ['sync.uv-tie', 2, 5],
      ],
    )
    const never = rows.slice(0, -2)
    assert.ok(never.every(({ runs, times }) => runs === 0 && times === 0))
    const names = never.map(({ name }) => name)
    assert.deepEqual(names, names.toSorted())
  })

  test('are told with the situations of those that were never reached at the top', () => {
    const text = tally().text()
    assert.ok(text.startsWith(`\nmarks: 2 of ${all} reached in 2 runs\n\nnever reached\n`))
    assert.match(text, /\n {2}repo\.delta-lied +A waiting delta is expanded and does not match/)
    assert.match(
      text,
      /\nreached\n {2}mark +runs +times\n {2}tables\.tie +1 +1\n {2}sync\.uv-tie +2 +5\n$/,
    )
  })

  test('of no run are all still to be reached', () => {
    const text = new MarkTally().text()
    assert.match(text, new RegExp(`^\nmarks: 0 of ${all} reached in 0 runs\n`))
    assert.doesNotMatch(text, /\nreached\n/)
  })
})

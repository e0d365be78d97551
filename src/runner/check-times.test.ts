/**
 * Tests of the moments at which safety is checked.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type CheckSchedule, CheckTimes } from './check-times.ts'

/** The steps after which a check is made, thorough ones marked. */
function checkedSteps(schedule: CheckSchedule, steps: number): string[] {
  const times = new CheckTimes(schedule)
  const made: string[] = []
  for (let step = 1; step <= steps; step++) {
    const due = times.due(step)
    if (due !== undefined) made.push(`${step}${due.isThorough ? '!' : ''}`)
  }
  return made
}

suite('checks of safety are due', () => {
  test('after every so many steps, one in so many thoroughly', () => {
    const schedule = { every: 10, from: 0, thoroughEvery: 2 }
    assert.deepEqual(checkedSteps(schedule, 45), ['10', '20!', '30', '40!'])
  })

  test('from a step that can be chosen, counted from the first', () => {
    const schedule = { every: 10, from: 25, thoroughEvery: 2 }
    assert.deepEqual(checkedSteps(schedule, 45), ['30', '40!'])
  })

  test('never, where that is asked', () => {
    assert.deepEqual(checkedSteps({ every: 0, from: 0, thoroughEvery: 1 }, 100), [])
  })

  test('more seldom in a long run, where they thin out', () => {
    const schedule = { every: 10, from: 0, thoroughEvery: 0, thinsOut: true }
    const early = checkedSteps(schedule, 100)
    assert.deepEqual(early, ['10', '20', '30', '40', '50', '60', '72', '86'])
    assert.deepEqual(checkedSteps(schedule, 200).slice(8), ['103', '123', '147', '176'])
    assert.equal(checkedSteps(schedule, 10_000).length, 34)
  })
})

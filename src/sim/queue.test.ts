/**
 * The event queue against a sorted list.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { EventQueue } from './queue.ts'

test('events come out by time, and in the order of insertion where times are equal', () => {
  const queue = new EventQueue<string>()
  for (const [atMs, event] of [
    [20, 'c'],
    [10, 'a'],
    [20, 'd'],
    [10, 'b'],
  ] as const) {
    queue.push(atMs, event)
  }
  assert.equal(queue.size, 4)
  assert.deepEqual(queue.peek(), { atMs: 10, seq: 1, event: 'a' })
  const events = Array.from({ length: 4 }, () => queue.pop()?.event)
  assert.deepEqual(events, ['a', 'b', 'c', 'd'])
  assert.equal(queue.pop(), undefined)
  assert.equal(queue.peek(), undefined)
  assert.equal(queue.size, 0)
})

test('a push tells its sequence number', () => {
  const queue = new EventQueue<string>()
  assert.deepEqual([queue.push(5, 'a'), queue.push(1, 'b')], [0, 1])
  queue.pop()
  assert.equal(queue.push(1, 'c'), 2)
})

test('any mix of pushes and pops agrees with a sorted list', () => {
  // A number is a push at that time; null is a pop. Few times, so that ties are common.
  const step = fc.option(fc.integer({ min: -3, max: 12 }), { freq: 2 })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new EventQueue<number>()
      const model: { atMs: number; seq: number; event: number }[] = []
      let seq = 0
      for (const atMs of [...steps, ...steps.map(() => null)]) {
        if (atMs === null) {
          assert.deepEqual(queue.peek(), model[0])
          assert.deepEqual(queue.pop(), model.shift())
        } else {
          queue.push(atMs, seq)
          model.push({ atMs, seq, event: seq++ })
          model.sort((a, b) => a.atMs - b.atMs || a.seq - b.seq)
        }
        assert.equal(queue.size, model.length)
      }
      assert.equal(queue.size, 0)
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('an event needs a whole millisecond to happen in', () => {
  const queue = new EventQueue<string>()
  for (const atMs of [0.5, Number.NaN, Infinity]) {
    assert.throws(() => queue.push(atMs, 'a'), { name: 'AssertionError' })
  }
})

/**
 * The queue of events: by time, and within one time by the order of pushing.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Event, EventQueue } from './event.ts'

function event(timeMs: number, nodeId = 'leaf-0'): Event {
  return { timeMs, type: 'timer', nodeId }
}

test('an empty queue has nothing to give', () => {
  const queue = new EventQueue()
  assert.deepEqual([queue.len, queue.peekEvent(), queue.popEvent()], [0, undefined, undefined])
})

test('peeking leaves the event where it is', () => {
  const queue = new EventQueue()
  queue.pushEvent(event(7))
  assert.equal(queue.peekEvent(), queue.peekEvent())
  assert.equal(queue.len, 1)
  assert.deepEqual(queue.popEvent(), event(7))
  assert.equal(queue.len, 0)
})

test('events come by time, and those of one time in the order they were pushed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const queue = new EventQueue()
      for (const [index, timeMs] of times.entries()) queue.pushEvent(event(timeMs, `${index}`))
      const popped = times.map(() => queue.popEvent())
      // A stable sort is the specification.
      const expected = times
        .map((timeMs, index) => event(timeMs, `${index}`))
        .sort((a, b) => a.timeMs - b.timeMs)
      assert.deepEqual(popped, expected)
    }),
    { seed: 1 },
  )
})

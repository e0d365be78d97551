/**
 * Bodies under way that have to make room, and the moment when they must.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { type FlowLimits, Flows, networkOf, stepBytes } from './flows.ts'
import { ManualTimers } from './timers.suite.ts'

const wide: FlowLimits = {
  mostPerAddress: 100,
  most: 100,
  mostBytes: Infinity,
  stepTimeoutMs: 30_000,
}

/** Flows that note by name whose end it is. */
function noted(limits: Partial<FlowLimits>) {
  const timers = new ManualTimers()
  const flows = new Flows({ ...wide, ...limits }, timers)
  const ended: string[] = []
  const begin = (name: string, address: string | undefined, heldBytes = 0) =>
    flows.begin({ address, heldBytes, giveUp: () => void ended.push(name) })
  return { timers, begin, ended }
}

test('of too many flows of one address the one that stood still longest is given up', () => {
  const { begin, ended } = noted({ mostPerAddress: 2 })
  begin('slow', '192.0.2.1')
  const quick = begin('quick', '192.0.2.1')
  begin('elsewhere', '192.0.2.2')
  begin('third', '192.0.2.1')
  assert.deepEqual(ended, ['slow'])
  quick.moved(stepBytes)
  begin('fourth', '192.0.2.1')
  assert.deepEqual(ended, ['slow', 'third'])
  quick.end()
  begin('fifth', '192.0.2.1')
  assert.deepEqual(ended, ['slow', 'third'])
})

test('of too many flows of all addresses, known or not, the same', () => {
  const { begin, ended } = noted({ most: 2 })
  begin('first', undefined)
  begin('second', '192.0.2.1')
  begin('third', '192.0.2.2')
  assert.deepEqual(ended, ['first'])
})

test('flows that hold too much make room, and one alone may hold what it likes', () => {
  const { begin, ended } = noted({ mostBytes: 100 })
  begin('first', undefined, 60)
  begin('second', undefined, 40)
  begin('third', undefined, 500)
  assert.deepEqual(ended, ['first', 'second'])
})

test('a flow goes on as long as it moves 16 KiB within every 30 s', () => {
  const { timers, begin, ended } = noted({})
  const flow = begin('steady', undefined)
  begin('still', undefined)
  const dripping = begin('dripping', undefined)
  for (let i = 0; i < 5; i++) {
    timers.advance(29_999)
    if (i === 0) assert.deepEqual(ended, [])
    flow.moved(stepBytes)
    dripping.moved(1)
  }
  assert.deepEqual(ended, ['still', 'dripping'])
  flow.end()
  timers.advance(100_000)
  assert.deepEqual(ended, ['still', 'dripping'])
})

test('the addresses of one IPv6 network are one', () => {
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), networkOf('2001:db8:1:2::9'))
  assert.notEqual(networkOf('2001:db8:1:2::9'), networkOf('2001:db8:1:3::9'))
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('::ffff:192.0.2.1'), '::ffff:192.0.2.1')
})

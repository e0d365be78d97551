/**
 * Guessing passwords takes time; mistyping one does not.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FailedLogins } from './failed-logins.ts'
import { ManualTimers } from './timers.suite.ts'

test('five logins fail without a wait, then each wait is twice the last, up to a minute', () => {
  const timers = new ManualTimers()
  const guard = new FailedLogins(timers).of('192.0.2.1')
  const waits: number[] = []
  for (let i = 0; i < 13; i++) {
    guard.failed('carol')
    const waitSec = guard.waitSec('carol')
    waits.push(waitSec)
    timers.advance(waitSec * 1000)
    assert.equal(guard.waitSec('carol'), 0)
  }
  assert.deepEqual(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60])
})

test('waits are of one user from one network; success or a quarter of an hour ends them', () => {
  const timers = new ManualTimers()
  const logins = new FailedLogins(timers)
  const guard = logins.of('2001:db8::1')
  const fail = (times: number): void => {
    for (let i = 0; i < times; i++) guard.failed('carol')
  }
  fail(9)
  assert.equal(guard.waitSec('carol'), 16)
  assert.equal(guard.waitSec('dave'), 0)
  assert.equal(logins.of('2001:db8::2').waitSec('carol'), 16)
  assert.equal(logins.of('192.0.2.1').waitSec('carol'), 0)
  guard.succeeded('carol')
  assert.equal(guard.waitSec('carol'), 0)
  fail(9)
  timers.advance(900_000)
  fail(1)
  assert.equal(guard.waitSec('carol'), 0)
})

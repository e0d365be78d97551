/**
 * Tickets and their changes are read as they were written.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { TestEnv } from '../repo/fixture.suite.ts'
import { changeTicket, newTicket } from '../write/ticket.ts'
import { ticketChanges, tickets } from './tickets.ts'

test('a ticket has its fields, and its changes what each of them said', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const { ticketId, hash } = newTicket(repo, { title: 'It fails', status: 'Open' }, { user: 'ann' })
  env.nowMs += 1_000
  const second = changeTicket(repo, ticketId, { status: 'Closed' }, { user: 'bob' })
  const [ticket] = tickets(repo)
  assert.equal(ticket?.ticketId, ticketId)
  assert.equal(ticket.dateMs, env.nowMs)
  assert.deepEqual(
    [ticket.fields.get('title'), ticket.fields.get('status')],
    ['It fails', 'Closed'],
  )
  assert.deepEqual(tickets(repo, 'zz'), [])
  assert.deepEqual(
    ticketChanges(repo, ticketId).map((change) => [change.hash, change.user, change.dateMs]),
    [
      [hash, 'ann', env.nowMs - 1_000],
      [second?.hash, 'bob', env.nowMs],
    ],
  )
  const [, change] = ticketChanges(repo, ticketId)
  assert.deepEqual(change?.fields, new Map([['status', 'Closed']]))
})

/**
 * Tickets: fields that are set, extended, hidden, left as they are.
 * What stock writes for the same: `stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { failsWith, named, startMs, stateOf, TestEnv } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { changeTicket, newTicket, type TicketFields } from './ticket.ts'
import { ada, cardsOf, dateCard } from './written.suite.ts'
import { dbOf } from '../repo/repo.ts'

test('a ticket is opened with what has a value', () => {
  using repo = memoryRepo()
  const fields = { title: 'T ü', status: '', '+comment': 'a\\b\nc', private_contact: 'a@b.c' }
  const { ticketId, ...written } = newTicket(repo, fields, ada)
  assert.deepEqual(cardsOf(repo, written), [
    dateCard,
    'J +comment a\\\\b\\nc',
    // printf 'a@b.c' | sha1sum
    'J private_contact e2d6a40c8b4d3e6a2779ba1802ef29d13940a051',
    'J title T\\sü',
    `K ${ticketId}`,
    'U ada',
  ])
  assert.deepEqual(dbOf(repo).prepare('SELECT content, mtime FROM concealed').all(), [
    ['a@b.c', startMs / 1000],
  ])
})

test('a change of a ticket says what differs, and what belongs to it alone', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const fields = { title: 't', comment: 'c', private_contact: 'a@b.c' }
  const { ticketId } = newTicket(repo, fields, ada)
  const change = (to: TicketFields): string[] => {
    env.nowMs += 1000
    const written = changeTicket(repo, ticketId, to, ada)
    return written === undefined ? [] : cardsOf(repo, written).slice(1, -2)
  }
  assert.deepEqual(change({}), [])
  assert.deepEqual(change({ ...fields, status: '' }), [])
  assert.deepEqual(change({ '+comment': '', icomment: '', mimetype: '' }), [])
  const mixed = { title: '', status: 'Open', '+comment': 'more', icomment: 'why' }
  const cards = ['J +comment more', 'J icomment why', 'J status Open', 'J title ']
  assert.deepEqual(change(mixed), cards)
  assert.deepEqual(change(mixed), cards.slice(0, 2))
  assert.deepEqual(change({ comment: 'cmoremore' }), [])
  const hash = named(utf8('anything'))
  assert.deepEqual(change({ private_contact: hash }), [`J private_contact ${hash}`])
})

test('a ticket that is not here cannot be changed', () => {
  using repo = memoryRepo()
  newTicket(repo, { title: 't' }, ada)
  const write = (): unknown => changeTicket(repo, '0'.repeat(40), { title: 'u' }, ada)
  assert.throws(write, failsWith('artifact.missing', /0{40}/))
})

test('fields that no ticket here has are refused', () => {
  using repo = memoryRepo()
  const before = stateOf(repo)
  const refused: TicketFields[] = [
    {},
    { title: '' },
    { nothing: 'x' },
    { tkt_id: '1' },
    { '': 'x' },
    { '+': 'x' },
    { '++title': 'x' },
    { title: 'x', '+title': 'y' },
    { title: 'a\0b' },
  ]
  for (const fields of refused) {
    const write = (): unknown => newTicket(repo, fields, ada)
    assert.throws(write, failsWith('artifact.invalid', /ticket/), JSON.stringify(fields))
  }
  assert.deepEqual(stateOf(repo), before)
})

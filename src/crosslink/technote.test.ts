/**
 * Technotes in the derived tables.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { TechnoteDeck } from '../deck/deck.ts'
import {
  type Artifact,
  artifact,
  assertOrderFree,
  assertStockAgrees,
  first,
  hashNamed,
  minute,
} from './order.suite.ts'

const id = 'e0'.repeat(20)

function note(at: number, more: Partial<TechnoteDeck> = {}): Artifact {
  return artifact({
    kind: 'technote',
    dateMs: minute(at),
    eventMs: minute(-1000),
    technoteId: id,
    user: 'ann',
    comment: `note of ${at}`,
    parents: [],
    tags: [],
    content: `Text of [${'c3'.repeat(20)}] ${at}`,
    ...more,
  })
}

const one = note(1)
const two = note(2, {
  parents: [one.hash],
  tags: [
    { action: '+', name: 'bgcolor', target: '*', value: '#123456' },
    { action: '+', name: 'sym-news', target: '*' },
  ],
})
const three = note(3, { parents: [two.hash], eventMs: minute(-500), comment: 'three <b>' })
const lost = hashNamed('0123456789'.repeat(4))

function events(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith('event type=e'))
}

test('the newest version alone is on the timeline, at the time of its E card', () => {
  const lines = assertOrderFree([one, two, three])
  const [event, ...more] = events(lines)
  assert.deepEqual(more, [])
  assert.match(event ?? '', new RegExp(`objid=${three.hash} tagid=event-${id} .*"three <b>"`))
})

test('versions without a parent replace each other all the same', () => {
  const lines = assertOrderFree([one, note(2), note(3)])
  assert.equal(events(lines).length, 1)
})

test('of two versions of one moment the one with the greater hash is the newest', () => {
  const tied = [note(9, { comment: 'x' }), note(9, { comment: 'y' })]
  const newest = tied
    .map(({ hash }) => hash)
    .sort()
    .at(-1)
  assert.ok(events(assertOrderFree(tied))[0]?.includes(`objid=${newest}`))
})

test('the tables say the same whatever order versions come in, also with one missing', () => {
  assertOrderFree([one, three, first])
  assertOrderFree([one, note(4, { parents: [lost] }), two])
})

test('stock derives the same of notes', async (t) => {
  await assertStockAgrees(t, [
    first,
    one,
    two,
    three,
    note(4, { technoteId: 'f1'.repeat(32), content: '', mimetype: 'text/x-markdown' }),
    artifact({
      kind: 'technote',
      dateMs: minute(5),
      eventMs: minute(5),
      technoteId: 'f2'.repeat(20),
      parents: [lost],
      tags: [{ action: '+', name: 'bgcolor', target: '*', value: 'red' }],
      content: ' \n no comment, no user',
    }),
  ])
})

test('stock derives the same where the versions come newest first', async (t) => {
  await assertStockAgrees(t, [first, three, two, one])
})

test('tags put on a note later lie over it as in stock', async (t) => {
  const tags = artifact({
    kind: 'control',
    dateMs: minute(6),
    user: 'bob',
    tags: [
      { action: '+', name: 'bgcolor', target: three.hash, value: '#aabbcc' },
      { action: '+', name: 'comment', target: three.hash, value: `see [${lost}]` },
      { action: '+', name: 'user', target: three.hash, value: 'eve' },
      { action: '+', name: 'date', target: three.hash, value: '2023-01-02 03:04:05' },
    ],
  })
  assertOrderFree([one, two, three, tags])
  await assertStockAgrees(t, [first, one, two, three, tags])
})

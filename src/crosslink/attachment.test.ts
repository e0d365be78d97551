/**
 * Attachments in the derived tables.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttachmentDeck, Deck } from '../deck/deck.ts'
import {
  type Artifact,
  artifact,
  assertOrderFree,
  assertStockAgrees,
  first,
  hashNamed,
  minute,
} from './order.suite.ts'

const [ticketId, noteId] = ['ad'.repeat(20), 'be'.repeat(20)]
const source = hashNamed('0123456789abcdef'.repeat(4))

function attach(at: number, target: string, more: Partial<AttachmentDeck> = {}): Artifact {
  return artifact({
    kind: 'attachment',
    dateMs: minute(at),
    user: 'ann',
    fileName: `it's <a> file.txt`,
    target,
    source,
    comment: 'why',
    ...more,
  })
}

/** The end of an attachment. */
function detach(at: number, target: string, fileName = `it's <a> file.txt`): Artifact {
  return artifact({ kind: 'attachment', dateMs: minute(at), fileName, target })
}

const page: Deck = {
  kind: 'wiki',
  dateMs: minute(1),
  user: 'ann',
  wikiTitle: `Ann's "page"`,
  parents: [],
  content: 'text',
}
const ticket = artifact({
  kind: 'ticket',
  dateMs: minute(1),
  user: 'ann',
  ticketId,
  fields: [{ name: 'title', value: 'A ticket' }],
})
const note = artifact({
  kind: 'technote',
  dateMs: minute(1),
  eventMs: minute(1),
  technoteId: noteId,
  parents: [],
  tags: [],
  content: 'text',
})

function timeline(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [, type = '', comment = ''] = /^event type=(\w) .*?"((?:Add|Delete).*)"/.exec(line) ?? []
    return type === '' ? [] : [`${type} ${comment.replaceAll('\\"', '"')}`]
  })
}

test('the timeline names the target by its kind, whichever came first', () => {
  for (const [target, targetId, type, name] of [
    [artifact(page), page.wikiTitle, 'w', 'wiki page [Ann&#39;s &quot;page&quot;]'],
    [ticket, ticketId, 't', 'ticket [adadadadadadadad|adadadadad]'],
    [note, noteId, 'e', 'tech note [/technote/bebebebebebebebe|bebebebebe]'],
  ] as const) {
    const file = 'it&#39;s &lt;a&gt; file.txt'
    const deleted = type === 'e' ? `/artifact/it's <a> file.tx|${file}` : file
    assert.deepEqual(
      timeline(assertOrderFree([target, attach(2, targetId), detach(3, targetId)])),
      [
        `${type} Add attachment [/artifact/0123456789abcdef|${file}] to ${name}`,
        `${type} Delete attachment "${deleted}" from ${name}`,
      ],
    )
  }
})

test('a target that is not here is taken for a wiki page', () => {
  assert.deepEqual(timeline(assertOrderFree([attach(2, ticketId)])), [
    `w Add attachment [/artifact/0123456789abcdef|it&#39;s &lt;a&gt; file.txt]` +
      ` to wiki page [${ticketId}]`,
  ])
})

test('the latest of the attachments of one name to one target is marked', () => {
  const others = [attach(9, 'Other'), attach(9, 'Page', { fileName: 'other.txt' })]
  const tied = [attach(3, 'Page', { comment: 'x' }), attach(3, 'Page', { comment: 'y' })]
  const lines = assertOrderFree([attach(1, 'Page'), attach(2, 'Page'), ...tied, ...others])
  const latest = lines.flatMap(
    (line) => /^attachment attachid=(\w+) isLatest=1/.exec(line)?.[1] ?? [],
  )
  assert.deepEqual(latest, [...tied, ...others].map(({ hash }) => hash).sort())
})

test('a tag called like a ticket makes no ticket', () => {
  const tags = artifact({
    kind: 'control',
    dateMs: minute(1),
    user: 'bob',
    tags: [{ action: '+', name: `tkt-${ticketId}`, target: first.hash }],
  })
  const lines = assertOrderFree([first, tags, attach(2, ticketId)])
  assert.match(timeline(lines)[0] ?? '', /^w /)
})

test('stock derives the same of attachments that come after their targets', async (t) => {
  await assertStockAgrees(t, [
    first,
    artifact(page),
    ticket,
    note,
    ...[page.wikiTitle, ticketId, noteId].flatMap((target, i) => [
      attach(10 + i, target),
      detach(20 + i, target),
      attach(30 + i, target, { mimetype: 'text/x-markdown', fileName: 'über.txt' }),
      detach(40 + i, target, 'shørt.ü'),
      detach(50 + i, target, 'a-name-cut-in-ü'),
    ]),
    attach(60, first.hash),
  ])
})

test('stock derives the same of attachments that come before their targets', async (t) => {
  await assertStockAgrees(t, [
    first,
    attach(5, ticketId),
    detach(6, ticketId),
    attach(5, noteId),
    ticket,
    note,
    artifact(page),
  ])
})

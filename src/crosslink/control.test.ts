/**
 * Control artifacts on the timeline: every sentence stock has for a tag.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { ControlDeck } from '../deck/deck.ts'
import { dumpDerived } from './derived-dump.ts'
import {
  type Artifact,
  artifact,
  assertOrderFree,
  assertStockAgrees,
  first,
  hashNamed,
  minute,
  repoWith,
  sealed,
  store,
} from './order.suite.ts'
import { dbOf } from '../repo/repo.ts'

const other = hashNamed('0123456789abcdef'.repeat(4))
const old = hashNamed('fedcba9876'.repeat(4))

function control(at: number, tags: ControlDeck['tags']): Artifact {
  return artifact({ kind: 'control', dateMs: minute(at), user: 'bob', tags })
}

const names = ['branch', 'bgcolor', 'comment', 'user', 'date', 'closed', 'sym-a&b', 'odd<"tag\'>']
const actions = ['+', '-', '*'] as const
const values = [undefined, '2024-01-02 03:04:05.678', `a<b> & "c" 'd'`]

/** One for every action, name and value, and some with several tags. */
const sentences: readonly Artifact[] = [
  first,
  ...names.flatMap((name, i) =>
    actions.flatMap((action, j) =>
      values.flatMap((value, k) =>
        // A date that is no date, or a cancelled one, leaves stock with an event without a time.
        name === 'date' && (action !== '+' || k !== 1)
          ? []
          : [
              control(10 + i * 9 + j * 3 + k, [
                { action, name, target: other, ...(value === undefined ? {} : { value }) },
              ]),
            ],
      ),
    ),
  ),
  control(200, [
    { action: '*', name: 'branch', target: other, value: 'new' },
    { action: '*', name: 'sym-new', target: other },
    { action: '-', name: 'sym-trunk', target: other, value: 'gone' },
    { action: '+', name: 'sym-kept', target: other },
    { action: '*', name: 'sym-new', target: old },
    { action: '+', name: 'closed', target: old, value: 'a note' },
    { action: '-', name: 'bgcolor', target: old },
  ]),
]

function commentOf(repo: ReturnType<typeof repoWith>): string | null | undefined {
  return dbOf(repo)
    .prepare<[string | null]>(`SELECT comment FROM event WHERE type = 'g'`)
    .get()?.[0]
}

test('a control artifact says what it does in the words of stock', () => {
  using repo = repoWith()
  store(repo, [sentences.at(-1) ?? first])
  assert.equal(
    commentOf(repo),
    'Edit [0123456789abcdef|0123456789]:' +
      ' Move to branch [/timeline?r=new&nd&dp=0123456789abcdef&unhide | new].' +
      ' Add tag "kept".' +
      ' Edit [fedcba9876fedcba|fedcba9876]:' +
      ' Add propagating tag "new". Mark "Closed" with note "a note". Cancel background color.',
  )
})

test('hash-digits decides how much of a hash is shown, between 6 and 64', () => {
  for (const [digits, shown, linked] of [
    ['1', 6, 16],
    ['12', 12, 18],
    ['60', 60, 64],
    ['99', 64, 64],
  ] as const) {
    using repo = repoWith({ 'hash-digits': digits })
    store(repo, [control(1, [{ action: '+', name: 'comment', target: other, value: 'x' }])])
    const link = `${other.slice(0, linked)}|${other.slice(0, shown)}`
    assert.equal(commentOf(repo), `Edit [${link}]: Edit check-in comment.`)
  }
})

test('a tag with a NUL in it ends there', () => {
  using repo = repoWith()
  store(repo, [sealed(`D 2023-11-14T22:14:20.123\nT +note\\0b ${other} c\\0d\nU bob\n`)])
  assert.match(commentOf(repo) ?? '', / Add "note" with value "c"\.$/)
})

test('the tables say the same whatever order control artifacts come in', () => {
  assertOrderFree(sentences.slice(-12))
})

test('the target of a tag becomes a phantom, as private as what names it', () => {
  using repo = repoWith()
  store(repo, [control(1, [{ action: '+', name: 'note', target: other }])])
  const lines = dumpDerived(repo, ['phantom', 'private', 'unclustered'])
  assert.ok(lines.includes(`phantom rid=${other}`) && lines.includes(`unclustered rid=${other}`))
  assert.ok(!lines.some((line) => line.startsWith('private')))
})

test('stock writes the same timeline for every tag', async (t) => {
  await assertStockAgrees(t, sentences)
})

test('stock shows as much of a hash as we do', async (t) => {
  await assertStockAgrees(t, sentences.slice(-6), { 'hash-digits': '12' })
})

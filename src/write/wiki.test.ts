/**
 * Wiki pages: versions, titles, mimetypes.
 * What stock writes for the same: `stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fromUtf8 } from '../base/bytes.ts'
import { failsWith, isHeldPrivately, stateOf, version } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { deltaSource } from '../repo/content.ts'
import { makePrivate, ridOf } from '../repo/blob.ts'
import { type WikiPage, writeWiki } from './wiki.ts'
import { ada, cardsOf, dateCard, dateCardAfter } from './written.suite.ts'

/** A version of page P that is long enough to be worth a delta. */
function page(number: number): WikiPage {
  return { title: 'P', content: fromUtf8(version(number)) }
}

test('a page follows the version before it and keeps its mimetype', () => {
  using repo = memoryRepo()
  const first = writeWiki(repo, { title: 'A ü', content: 'x\n', mimetype: 'text/plain' }, ada)
  assert.deepEqual(cardsOf(repo, first), [
    dateCard,
    'L A\\sü',
    'N text/plain',
    'U ada',
    'W 2',
    'x',
    '',
  ])
  const second = writeWiki(repo, { title: 'A ü', content: '', comment: 'gone' }, ada)
  const said = [
    'C gone',
    dateCardAfter(1),
    'L A\\sü',
    'N text/plain',
    `P ${first.hash}`,
    'U ada',
    'W 0',
    '',
  ]
  assert.deepEqual(cardsOf(repo, second), said)
  const mimetype = 'text/x-fossil-wiki'
  const third = writeWiki(repo, { title: 'A ü', content: 'y', mimetype }, ada)
  const plain = [dateCardAfter(2), 'L A\\sü', `P ${second.hash}`, 'U ada', 'W 1', 'y']
  assert.deepEqual(cardsOf(repo, third), plain)
})

test('an older version of a page becomes a delta, and a private one stays among its own', () => {
  using repo = memoryRepo()
  const first = writeWiki(repo, page(1), ada)
  const second = writeWiki(repo, page(2), ada)
  const secondRid = ridOf(repo, second.hash)
  assert.equal(deltaSource(repo, ridOf(repo, first.hash)), secondRid)
  makePrivate(repo, secondRid)
  assert.ok(isHeldPrivately(repo, writeWiki(repo, page(3), ada).hash))
})

test('a title that no page can have is refused', () => {
  using repo = memoryRepo()
  const before = stateOf(repo)
  const titles = ['', ' a', 'a ', 'a  b', 'a\nb', 'x'.repeat(101), 'ü'.repeat(51), '\ud800']
  titles.push('Sandbox', 'sand BOX', 'a\0')
  for (const title of titles) {
    const write = (): unknown => writeWiki(repo, { title, content: 'x' }, ada)
    assert.throws(write, failsWith('artifact.invalid', /wiki/), JSON.stringify(title))
  }
  for (const content of ['a\0b', '\ud800']) {
    const write = (): unknown => writeWiki(repo, { title: 'P', content }, ada)
    assert.throws(write, failsWith('artifact.invalid'))
  }
  assert.deepEqual(stateOf(repo), before)
})

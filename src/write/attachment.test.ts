/**
 * Attachments: names, targets, and taking away.
 * What stock writes for the same: `stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { expandContent } from '../base/zlib.ts'
import { failsWith, named, startMs, stateOf } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { readArtifact } from '../repo/content.ts'
import type { Author, Written } from './artifact.ts'
import { attachFile, detachFile } from './attachment.ts'
import { newTicket } from './ticket.ts'
import { writeWiki } from './wiki.ts'
import { ada, cardsOf, dateCard } from './written.suite.ts'

test('a file is attached to what is here, without directories and trimmed of space', () => {
  using repo = memoryRepo()
  writeWiki(repo, { title: 'A page', content: 'x' }, ada)
  const target = { page: 'A page' }
  const file = { fileName: 'C:\\dir/a b.png', content: utf8('data'), comment: ' seen ' }
  const attached = attachFile(repo, target, file, ada)
  assert.equal(attached.source, named(utf8('data')))
  assert.deepEqual(cardsOf(repo, attached), [
    `A a\\sb.png A\\spage ${attached.source}`,
    'C seen',
    dateCard,
    'U ada',
  ])
  const nameless = attachFile(repo, target, { ...file, fileName: 'dir/', comment: '' }, ada)
  assert.equal(cardsOf(repo, nameless)[0], `A unknown A\\spage ${attached.source}`)
})

test('an attachment that reads as an artifact is compressed', () => {
  using repo = memoryRepo()
  const page = writeWiki(repo, { title: 'P', content: 'x' }, ada)
  const content = readArtifact(repo, page.hash)
  const { source, ...written } = attachFile(repo, { page: 'P' }, { fileName: 'a', content }, ada)
  assert.equal(cardsOf(repo, written)[0], `A a.gz P ${source}`)
  assert.deepEqual(expandContent(readArtifact(repo, source), { maxBytes: 9999 }), content)
})

test('only what is attached is taken away, and once', () => {
  using repo = memoryRepo()
  const { ticketId } = newTicket(repo, { title: 't' }, ada)
  const target = { ticketId }
  let seconds = 0
  const later = (): Author => ({ ...ada, dateMs: startMs + 1000 * ++seconds })
  const detach = (): Written => detachFile(repo, target, 'a', later())
  const attach = (fileName: string): Written =>
    attachFile(repo, target, { fileName, content: utf8('a') }, later())
  attach('b')
  assert.throws(detach, failsWith('artifact.missing', /name a/))
  attach('a')
  assert.deepEqual(cardsOf(repo, detach()), [
    `A a ${ticketId}`,
    'D 2023-11-14T22:13:24.000',
    'U ada',
  ])
  assert.throws(detach, failsWith('artifact.missing', /name a/))
  attach('a')
  detach()
})

test('an attachment needs a target that is here, and a name', () => {
  using repo = memoryRepo()
  newTicket(repo, { title: 't' }, ada)
  const file = { fileName: 'f', content: utf8('a') }
  const gone = [{ page: 't' }, { ticketId: '0'.repeat(40) }, { technoteId: '0'.repeat(40) }]
  for (const target of gone) {
    assert.throws(() => attachFile(repo, target, file, ada), failsWith('artifact.missing'))
    assert.throws(() => detachFile(repo, target, 'f', ada), failsWith('artifact.missing'))
  }
  writeWiki(repo, { title: 'P', content: 'x' }, ada)
  const before = stateOf(repo)
  for (const fileName of ['.', 'a/..', 'a\0b', '\ud800']) {
    const attach = (): unknown => attachFile(repo, { page: 'P' }, { ...file, fileName }, ada)
    assert.throws(attach, failsWith('artifact.invalid', /attachment/), JSON.stringify(fileName))
  }
  assert.deepEqual(stateOf(repo), before)
})

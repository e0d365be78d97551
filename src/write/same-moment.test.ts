/**
 * Later writing counts, even where the clock has not moved, or is behind that of others.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { newestVersion } from '../crosslink/version.ts'
import { startMs } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { verify } from '../crosslink/verify.ts'
import type { Author } from './artifact.ts'
import { attachFile, detachFile } from './attachment.ts'
import { symbolicTags } from '../crosslink/properties.ts'
import { editPost, newThread } from './forum.ts'
import { addTag, cancelTag } from './tag.ts'
import { editTechnote, newTechnote } from './technote.ts'
import { changeTicket, newTicket } from './ticket.ts'
import { writeWiki } from './wiki.ts'
import { ada, commit } from './written.suite.ts'

/** Somebody whose clock is an hour ahead. */
const ahead: Author = { user: 'bob', dateMs: startMs + 3_600_000 }

/** Enough for a rule that goes by hashes to be wrong in one of them. */
const versions = Array.from({ length: 12 }, (_, i) => `version ${i}`)

/** Checks in a repository where others were ahead, and in one where the clock stands still. */
function atOneMoment(check: (repo: Repo, first: Author) => void): void {
  for (const first of [ada, ahead]) {
    using repo = memoryRepo()
    check(repo, first)
    assert.deepEqual(verify(repo).differences, [])
  }
}

test('the last version of a page is the page', () => {
  atOneMoment((repo, first) => {
    writeWiki(repo, { title: 'P', content: 'first' }, first)
    for (const content of versions) {
      writeWiki(repo, { title: 'P', content }, ada)
      assert.equal(newestVersion(repo, 'wiki', 'P')?.deck.content, content)
    }
  })
})

test('the last version of a technote is the note', () => {
  atOneMoment((repo, first) => {
    const { technoteId } = newTechnote(repo, { content: 'first', comment: 'c' }, first)
    for (const content of versions) {
      editTechnote(repo, technoteId, { content }, ada)
      assert.equal(newestVersion(repo, 'technote', technoteId)?.deck.content, content)
    }
  })
})

test('the last change of a ticket is what it says', () => {
  atOneMoment((repo, first) => {
    const { ticketId } = newTicket(repo, { title: 'first' }, first)
    for (const title of versions) {
      changeTicket(repo, ticketId, { title }, ada)
      assert.deepEqual(dbOf(repo).prepare('SELECT title FROM ticket').all(), [[title]])
    }
  })
})

test('the last file attached under a name is the one that is there, until it is taken away', () => {
  atOneMoment((repo, first) => {
    writeWiki(repo, { title: 'P', content: 'text' }, ada)
    const latest = dbOf(repo).prepare('SELECT src FROM attachment WHERE isLatest')
    attachFile(repo, { page: 'P' }, { fileName: 'f', content: utf8('first') }, first)
    for (const content of versions) {
      const file = { fileName: 'f', content: utf8(content) }
      const { source } = attachFile(repo, { page: 'P' }, file, ada)
      assert.deepEqual(latest.all(), [[source]])
    }
    detachFile(repo, { page: 'P' }, 'f', ada)
    assert.deepEqual(latest.all(), [[null]])
  })
})

test('the last title of a thread is its title', () => {
  atOneMoment((repo, first) => {
    let { hash } = newThread(repo, { title: 'first', content: 'text' }, first)
    for (const title of versions) {
      hash = editPost(repo, hash, { title }, ada).hash
      const titles = dbOf(repo).prepare('SELECT DISTINCT substr(comment, 7) FROM event').all()
      assert.deepEqual(titles, [[title]])
    }
  })
})

test('a tag that was cancelled is gone, and one that was added again is there', () => {
  atOneMoment((repo, first) => {
    const target = commit(repo)
    for (const author of [first, ada, ada, ada]) {
      addTag(repo, { target: target.hash, name: 't' }, author)
      assert.ok(symbolicTags(repo, target.rid).includes('t'))
      cancelTag(repo, { target: target.hash, name: 't' }, ada)
      assert.ok(!symbolicTags(repo, target.rid).includes('t'))
    }
  })
})

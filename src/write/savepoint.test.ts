/**
 * Writing that fails within a larger transaction: the derived tables know nothing of it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { verify } from '../crosslink/verify.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { checkin } from './checkin.ts'
import { addTag } from './tag.ts'
import { writeWiki } from './wiki.ts'

function commit(repo: Repo, text: string, parent?: ArtifactHash): ArtifactHash {
  const changes = [{ name: 'a.txt', content: utf8(`${text}\n`) }]
  const follows = parent === undefined ? {} : { parent }
  return checkin(repo, { changes, comment: text, user: 'ann', ...follows }).hash
}

test('a check-in, a tag and a page whose error is caught leave no row behind', () => {
  using repo = memoryRepo()
  const [first, lost, second] = repo.transaction(() => {
    const parent = commit(repo, 'first')
    const written: ArtifactHash[] = []
    const attempt = (): void =>
      repo.transaction(() => {
        written.push(commit(repo, 'lost', parent))
        addTag(repo, { target: parent, name: 'lost' }, { user: 'ann' })
        writeWiki(repo, { title: 'Lost', content: 'page' }, { user: 'ann' })
        throw new Error('no')
      })
    assert.throws(attempt, /no/)
    return [parent, written[0] ?? assert.fail(), commit(repo, 'second', parent)]
  })
  const held = [first, lost, second].map((hash) => hash !== undefined && hasArtifact(repo, hash))
  assert.deepEqual(held, [true, false, true])
  assert.deepEqual(verify(repo).differences, [])
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM leaf').get(), [1])
  assert.deepEqual(dbOf(repo).prepare(`SELECT count(*) FROM event WHERE type <> 'ci'`).get(), [0])
})

test('a check-in that is refused in a transaction takes back the files that it had stored', () => {
  using repo = memoryRepo()
  repo.transaction(() => {
    const changes = [
      { name: 'a.txt', content: utf8('kept nowhere\n') },
      { name: '../b.txt', content: utf8('bad name\n') },
    ]
    assert.throws(() => checkin(repo, { changes, comment: 'c', user: 'ann' }), /checkin.invalid/)
    commit(repo, 'good')
  })
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM blob').get(), [2])
})

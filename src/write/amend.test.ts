/**
 * Amendments: only what differs.
 * What stock writes for the same: `stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { failsWith, named, startMs, TestEnv } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { amendCheckin, type Amendment } from './amend.ts'
import { writeWiki } from './wiki.ts'
import { ada, cardsOf, commit } from './written.suite.ts'

/** Amends check-ins, one a second, and returns the T cards. */
function amender(repo: Repo, env: TestEnv, target: ArtifactHash): (to: Amendment) => string[] {
  return (to) => {
    env.nowMs += 1000
    const written = amendCheckin(repo, target, to, ada)
    return written === undefined ? [] : cardsOf(repo, written).slice(1, -1)
  }
}

test('an amendment says what differs, and nothing where nothing does', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const { hash } = commit(repo, { comment: 'said', user: 'u' })
  const amend = amender(repo, env, hash)
  assert.deepEqual(amend({}), [])
  const same = { comment: '\n said\t', user: 'u', dateMs: startMs, color: '', branch: 'trunk' }
  assert.deepEqual(amend({ ...same, closed: false, hidden: false, cancelTags: ['x'] }), [])
  const dateMs = startMs + 1
  assert.deepEqual(amend({ comment: 'a\nb', user: 'v', dateMs, color: 'abc' }), [
    `T +bgcolor ${hash} #abc`,
    `T +comment ${hash} a\\nb`,
    `T +date ${hash} 2023-11-14T22:13:20.001`,
    `T +user ${hash} v`,
  ])
  assert.deepEqual(amend({ comment: 'a\r\nb', user: 'v', dateMs, color: '#abc' }), [])
  assert.deepEqual(amend({ color: 'abc', colorPropagates: true, comment: 'said' }), [
    `T *bgcolor ${hash} #abc`,
    `T +comment ${hash} said`,
  ])
  assert.deepEqual(amend({ color: 'blue', dateMs: startMs }), [
    `T *bgcolor ${hash} blue`,
    `T +date ${hash} 2023-11-14T22:13:20`,
  ])
  assert.deepEqual(amend({ color: '' }), [`T -bgcolor ${hash}`])
  assert.deepEqual(amend({ color: '', comment: 'said', user: 'v', dateMs: startMs }), [])
})

test('an amendment moves, names, closes and hides', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const { hash } = commit(repo, { tags: ['alone'] })
  const amend = amender(repo, env, hash)
  assert.deepEqual(amend({ branch: 'b', addTags: ['b', 'c'], cancelTags: ['alone', 'none'] }), [
    `T *branch ${hash} b`,
    `T *sym-b ${hash}`,
    `T +sym-c ${hash}`,
    `T -sym-alone ${hash}`,
    `T -sym-trunk ${hash}`,
  ])
  assert.deepEqual(amend({ branch: 'b', cancelTags: ['alone'] }), [])
  assert.deepEqual(amend({ closed: true, hidden: true }), [
    `T *hidden ${hash}`,
    `T +closed ${hash}`,
  ])
  assert.deepEqual(amend({ closed: true, hidden: true }), [])
  assert.deepEqual(amend({ closed: false, hidden: false }), [
    `T -closed ${hash}`,
    `T -hidden ${hash}`,
  ])
  commit(repo, { parent: hash, branch: 'other' })
  assert.deepEqual(amend({ closed: true }), [`T +closed ${hash}`])
  assert.deepEqual(amend({ closed: false }), [`T -closed ${hash}`])
  commit(repo, { parent: hash })
  assert.deepEqual(amend({ closed: true }), [`T *closed ${hash}`])
})

test('only check-ins are amended, to what a tag can say', () => {
  using repo = memoryRepo()
  const { hash } = commit(repo)
  const page = writeWiki(repo, { title: 'P', content: 'x' }, ada).hash
  const refused: Amendment[] = [
    { comment: '' },
    { comment: 'a\0b' },
    { user: '' },
    { branch: '' },
    { addTags: [''] },
    { dateMs: 0.5 },
    { dateMs: Number.NaN },
    { dateMs: Number.MAX_SAFE_INTEGER },
  ]
  for (const amendment of refused) {
    const write = (): unknown => amendCheckin(repo, hash, amendment, ada)
    assert.throws(write, failsWith('artifact.invalid'), JSON.stringify(amendment))
  }
  assert.throws(
    () => amendCheckin(repo, page, { comment: 'x' }, ada),
    failsWith('artifact.invalid'),
  )
  const gone = named(utf8('unknown'))
  assert.throws(
    () => amendCheckin(repo, gone, { comment: 'x' }, ada),
    failsWith('artifact.missing'),
  )
})

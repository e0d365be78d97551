/**
 * Forum posts: threads, replies, versions.
 * What stock writes for the same: `stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { failsWith, named, stateOf } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { editPost, newThread, replyToPost } from './forum.ts'
import { ada, cardsOf, commit, dateCard, dateCardAfter } from './written.suite.ts'

test('posts open threads, answer, and replace each other', () => {
  using repo = memoryRepo()
  const opening = { title: 'A title', content: 'first\n', mimetype: 'text/x-markdown' }
  const root = newThread(repo, opening, ada)
  const head = [dateCard, 'H A\\stitle', 'N text/x-markdown', 'U ada', 'W 6', 'first', '']
  assert.deepEqual(cardsOf(repo, root), head)
  const reply = replyToPost(repo, root.hash, { content: 'no' }, { user: 'bob' })
  const place = [`G ${root.hash}`, `I ${root.hash}`]
  assert.deepEqual(cardsOf(repo, reply), [dateCard, ...place, 'U bob', 'W 2', 'no'])
  const nested = replyToPost(repo, reply.hash, { content: 'yes' }, ada)
  const below = [`G ${root.hash}`, `I ${reply.hash}`]
  assert.deepEqual(cardsOf(repo, nested), [dateCard, ...below, 'U ada', 'W 3', 'yes'])
  const edited = editPost(repo, reply.hash, { content: '' }, { user: 'bob' })
  const edit = [dateCardAfter(1), ...place, `P ${reply.hash}`, 'U bob', 'W 0', '']
  assert.deepEqual(cardsOf(repo, edited), edit)
  const retitled = editPost(repo, root.hash, { title: 'New' }, ada)
  const anew = [dateCardAfter(1), `G ${root.hash}`, 'H New', 'N text/x-markdown', `P ${root.hash}`]
  assert.deepEqual(cardsOf(repo, retitled), [...anew, 'U ada', 'W 6', 'first', ''])
  const again = editPost(repo, retitled.hash, { mimetype: 'text/x-fossil-wiki' }, ada)
  const last = [dateCardAfter(2), `G ${root.hash}`, 'H New', `P ${retitled.hash}`, 'U ada']
  assert.deepEqual(cardsOf(repo, again), [...last, 'W 6', 'first', ''])
})

test('a post needs content, a thread a title, and a reply a post', () => {
  using repo = memoryRepo()
  const { hash: other } = commit(repo)
  const { hash: root } = newThread(repo, { title: 't', content: 'x' }, ada)
  const { hash: reply } = replyToPost(repo, root, { content: 'x' }, ada)
  const before = stateOf(repo)
  const refused: (() => unknown)[] = [
    () => newThread(repo, { title: '', content: 'x' }, ada),
    () => newThread(repo, { title: 't', content: ' \n' }, ada),
    () => newThread(repo, { title: 't', content: 'a\0b' }, ada),
    () => replyToPost(repo, root, { content: '' }, ada),
    () => replyToPost(repo, other, { content: 'x' }, ada),
    () => editPost(repo, root, { title: '' }, ada),
    () => editPost(repo, reply, { title: 't' }, ada),
    () => editPost(repo, other, { content: 'x' }, ada),
  ]
  for (const write of refused) assert.throws(write, failsWith('artifact.invalid', /forum/))
  const gone = named(utf8('unknown'))
  assert.throws(() => replyToPost(repo, gone, { content: 'x' }, ada), failsWith('artifact.missing'))
  assert.deepEqual(stateOf(repo), before)
})

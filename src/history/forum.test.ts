/**
 * Threads and posts are read as they were written.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { readArtifact } from '../repo/content.ts'
import { TestEnv } from '../repo/fixture.suite.ts'
import { storeContent } from '../repo/store.ts'
import { editPost, newThread, replyToPost } from '../write/forum.ts'
import { forumPosts, forumThreads } from './forum.ts'

/** A thread of four posts, one edited and one deleted, and another thread. */
function story() {
  const env = new TestEnv()
  const repo = memoryRepo({}, env)
  const at = <T>(action: () => T): T => {
    env.nowMs += 1_000
    return action()
  }
  const opened = at(() => newThread(repo, { title: 'Hello', content: 'one' }, { user: 'ann' }))
  const answer = at(() => replyToPost(repo, opened.hash, { content: 'two' }, { user: 'bob' }))
  const other = at(() => newThread(repo, { title: 'Other', content: 'x' }, { user: 'eve' }))
  const edit = at(() => editPost(repo, answer.hash, { content: 'two!' }, { user: 'ann' }))
  const late = at(() => replyToPost(repo, answer.hash, { content: 'four' }, { user: 'ann' }))
  const gone = at(() => replyToPost(repo, edit.hash, { content: 'five' }, { user: 'eve' }))
  const deleted = at(() => editPost(repo, gone.hash, { content: '' }, { user: 'eve' }))
  const renamed = at(() => editPost(repo, opened.hash, { title: 'Hello!' }, { user: 'ann' }))
  return {
    repo,
    startMs: new TestEnv().nowMs,
    opened,
    answer,
    other,
    edit,
    late,
    gone,
    deleted,
    renamed,
  }
}

test('threads have the newest title and date, the one that changed last first', () => {
  const { startMs, opened, other, ...made } = story()
  using repo = made.repo
  assert.deepEqual(forumThreads(repo), [
    { root: opened.hash, title: 'Hello!', dateMs: startMs + 8_000, posts: 4 },
    { root: other.hash, title: 'Other', dateMs: startMs + 3_000, posts: 1 },
  ])
})

test('posts are the newest versions, in the order of the first ones', () => {
  const { startMs, opened, answer, edit, late, gone, deleted, renamed, ...made } = story()
  using repo = made.repo
  const posts = forumPosts(repo, opened.hash)
  assert.deepEqual(
    posts.map(({ hash, first, inReplyTo, content }) => [hash, first, inReplyTo, content]),
    [
      [renamed.hash, opened.hash, undefined, 'one'],
      [edit.hash, answer.hash, opened.hash, 'two!'],
      [late.hash, late.hash, answer.hash, 'four'],
      [deleted.hash, gone.hash, answer.hash, ''],
    ],
  )
  const [, second] = posts
  assert.deepEqual(
    [second?.user, second?.dateMs, second?.editedMs, second?.title, second?.mimetype],
    ['bob', startMs + 2_000, startMs + 4_000, undefined, undefined],
  )
})

test('a thread whose first post is not here is read as far as it is', () => {
  const { answer, opened, edit, ...made } = story()
  using whole = made.repo
  using repo = memoryRepo()
  assert.deepEqual([forumThreads(repo), forumPosts(repo, opened.hash)], [[], []])
  for (const { hash } of [edit, answer]) {
    storeContent(repo, { hash, content: readArtifact(whole, hash), isPrivate: false })
  }
  const [thread] = forumThreads(repo)
  assert.deepEqual([thread?.root, thread?.title, thread?.posts], [opened.hash, undefined, 1])
  assert.deepEqual(
    forumPosts(repo, opened.hash).map(({ hash, inReplyTo }) => [hash, inReplyTo]),
    [[edit.hash, opened.hash]],
  )
})

/**
 * Forum posts in the derived tables.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { ForumDeck } from '../deck/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import {
  type Artifact,
  artifact,
  assertOrderFree,
  assertStockAgrees,
  first,
  hashNamed,
  minute,
  repoWith,
  store,
} from './order.suite.ts'
import { cacheOf, dbOf } from '../repo/repo.ts'

const alpha = 'a1'.repeat(20)
const lost = hashNamed('0123456789'.repeat(4))

function post(at: number, more: Partial<ForumDeck> = {}): Artifact {
  return artifact({
    kind: 'forum',
    dateMs: minute(at),
    user: 'ann',
    parents: [],
    content: `post of ${at}, see [${alpha}]`,
    ...more,
  })
}

const root = post(1, { threadTitle: 'Title: one' })
const threadRoot = root.hash
const reply = post(2, { threadRoot, inReplyTo: root.hash })
const answer = post(3, { threadRoot, inReplyTo: reply.hash, mimetype: 'text/plain' })
const edit = post(4, { threadRoot, threadTitle: `Title's "two"`, parents: [root.hash] })
const editedReply = post(5, { threadRoot, inReplyTo: root.hash, parents: [reply.hash] })
const deletedReply = post(6, {
  threadRoot,
  inReplyTo: reply.hash,
  parents: [answer.hash],
  content: '',
})
const late = post(7, { threadRoot, inReplyTo: edit.hash })
const thread = [root, reply, answer, edit, editedReply, deletedReply, late]

function titles(lines: readonly string[]): Record<ArtifactHash, string> {
  const pairs = lines.flatMap((line) => {
    const [, hash, text = ''] =
      /^event type=f .*?objid=(\w+) .*?comment=("(?:[^"\\]|\\.)*")/.exec(line) ?? []
    return hash === undefined ? [] : [[hash, JSON.parse(text)] as const]
  })
  return Object.fromEntries(pairs)
}

test('every post shows the title of its thread, which is that of the newest first post', () => {
  const title = `Title's "two"`
  assert.deepEqual(titles(assertOrderFree(thread)), {
    [root.hash]: `Post: ${title}`,
    [reply.hash]: `Reply: ${title}`,
    [answer.hash]: `Reply: ${title}`,
    [edit.hash]: `Edit: ${title}`,
    [editedReply.hash]: `Edit reply: ${title}`,
    [deletedReply.hash]: `Delete reply: ${title}`,
    [late.hash]: `Reply: ${title}`,
  })
})

test('the title is unknown while no post that has one is here', () => {
  assert.deepEqual(titles(assertOrderFree([reply, answer])), {
    [reply.hash]: 'Reply: <i>Unknown</i>',
    [answer.hash]: 'Reply: <i>Unknown</i>',
  })
  assert.equal(titles(assertOrderFree([reply, edit]))[reply.hash], `Reply: Title's "two"`)
})

test('a first post whose title is taken away is a deleted one', () => {
  const deleted = post(9, { threadRoot, parents: [edit.hash], content: '' })
  const shown = titles(assertOrderFree([root, reply, edit, deleted]))
  assert.deepEqual(
    new Set(Object.values(shown)),
    new Set(['Post: (Deleted)', 'Reply: (Deleted)', 'Edit: (Deleted)']),
  )
})

test('of two first posts of one moment the one with the greater hash has the title', () => {
  const tied = ['x', 'y'].map((threadTitle) =>
    post(9, { threadRoot, threadTitle, parents: [root.hash] }),
  )
  const newest = tied[0]?.hash === tied.map(({ hash }) => hash).sort()[1] ? 'x' : 'y'
  assert.equal(titles(assertOrderFree([root, ...tied]))[root.hash], `Post: ${newest}`)
})

test('a repository without posts has no table for them', () => {
  using repo = repoWith()
  const tables = (): unknown[] =>
    dbOf(repo).prepare(`SELECT name FROM sqlite_schema WHERE name GLOB 'forum*' ORDER BY 1`).all()
  store(repo, [first])
  assert.deepEqual(tables(), [])
  store(repo, [root])
  assert.deepEqual(tables(), [['forumpost'], ['forumthread']])
})

test('posts of shunned threads are told apart', () => {
  using repo = repoWith()
  dbOf(repo).prepare('INSERT INTO shun(uuid) VALUES(?), (?)').run(root.hash, lost)
  cacheOf(repo).clear()
  store(repo, [reply, edit, post(9, { threadRoot: lost, threadTitle: 'Other', parents: [lost] })])
  const comments = dbOf(repo).prepare('SELECT comment FROM event ORDER BY mtime').all()
  // To stock, an answer to what is shunned opens a thread, and an edit of it is a new post.
  assert.deepEqual(comments, [['Post: (Deleted)'], [`Post: Title's "two"`], ['Post: Other']])
})

test('the tables say the same whatever order posts come in, also with some missing', () => {
  assertOrderFree([root, edit, late])
  assertOrderFree([reply, editedReply, deletedReply, late])
  assertOrderFree([post(9, { threadRoot: lost, inReplyTo: lost, parents: [lost] }), edit])
})

test('stock derives the same of threads', async (t) => {
  await assertStockAgrees(t, [
    first,
    ...thread,
    post(8, { threadTitle: 'Another thread', mimetype: 'text/x-markdown' }),
    post(9, { threadRoot: lost, inReplyTo: lost }),
    post(10, { threadRoot, inReplyTo: late.hash, content: '' }),
    post(11, { threadRoot, threadTitle: 'Title three', parents: [edit.hash], content: '' }),
  ])
})

/**
 * Phantoms and private artifacts: what is private does not depend on what came first.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { listed, receive, stateOf, whole } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { rebuild } from './rebuild.ts'
import { verify } from './verify.ts'
import { checkin, control, onBranch, plain } from './checkins.suite.ts'
import { dumpDerived } from './derived-dump.ts'
import { type Artifact, artifact } from './order.suite.ts'

const file = plain('a file')
const lost = checkin(0, { comment: 'never here' })
const open = checkin(1, { parents: [lost], files: { a: 'a file' }, tags: onBranch('trunk') })
const hidden = checkin(2, { parents: [lost], files: { a: 'a file', b: 'b' } })

interface Coming {
  readonly made: Artifact
  readonly isPrivate: boolean
}

const publicly = (made: Artifact): Coming => ({ made, isPrivate: false })
const privately = (made: Artifact): Coming => ({ made, isPrivate: true })

/** A repository in which they came; it is the same for every order, and for a rebuild. */
function came(...coming: readonly Coming[]): Repo {
  const all = fc.shuffledSubarray([...coming], { minLength: coming.length })
  let expected: string[] | undefined
  for (const order of fc.sample(all, { seed: 5, numRuns: 12 })) {
    using repo = memoryRepo()
    for (const { made, isPrivate } of order) receive(repo, { ...whole(made.content), isPrivate })
    const lines = dumpDerived(repo)
    expected ??= lines
    assert.deepEqual(lines, expected)
    assert.deepEqual(verify(repo).differences, [])
    rebuild(repo)
    assert.deepEqual(dumpDerived(repo), expected)
  }
  const repo = memoryRepo()
  for (const { made, isPrivate } of coming) receive(repo, { ...whole(made.content), isPrivate })
  return repo
}

test('what a private check-in names is private', () => {
  using repo = came(privately(hidden))
  const { private: isPrivate, phantoms } = stateOf(repo)
  assert.deepEqual(phantoms, [lost.hash])
  assert.deepEqual(isPrivate, [lost.hash, hidden.hash].sort())
})

test('a phantom that a public artifact names is public, whoever named it first', () => {
  using repo = came(privately(hidden), publicly(open))
  assert.deepEqual(stateOf(repo).private, [hidden.hash])
  assert.ok(listed(repo, 'unclustered').includes(lost.hash))
})

test('a file of a public check-in is public, even where it came privately', () => {
  const root = checkin(1, { files: { a: 'a file' }, tags: onBranch('trunk') })
  using repo = came(publicly(root), privately(file))
  assert.deepEqual(stateOf(repo).private, [])
  assert.deepEqual(stateOf(repo).announced, [root.hash, file.hash].sort())
})

test('a file of private check-ins alone stays private', () => {
  const root = checkin(1, { files: { a: 'a file' } })
  using repo = came(privately(root), privately(file))
  assert.deepEqual(stateOf(repo).private, [root.hash, file.hash].sort())
})

test('a private file that public and private check-ins share is public', () => {
  using repo = came(publicly(lost), privately(hidden), publicly(open), privately(file))
  assert.deepEqual(stateOf(repo).private, [hidden.hash, plain('b').hash].sort())
})

test('a private check-in stays private when public artifacts name it', () => {
  const tag = control(5, hidden, '+note x')
  const child = checkin(6, { parents: [hidden], files: { a: 'a file' } })
  using repo = came(publicly(lost), privately(hidden), publicly(tag), publicly(child))
  assert.ok(stateOf(repo).private.includes(hidden.hash))
})

test('a private cluster hides what it names, and takes nothing off the announcements', () => {
  const cluster = artifact({ kind: 'cluster', members: [file.hash, lost.hash].sort() })
  using repo = came(privately(cluster), publicly(file))
  assert.deepEqual(stateOf(repo).announced, [file.hash])
  assert.deepEqual(stateOf(repo).private, [cluster.hash, lost.hash].sort())
})

test('a forum post that a public post answers is public, whoever named it first', () => {
  const lostPost = plain('a post').hash
  const [secret, known] = ['secret', 'known'].map((content, i) =>
    artifact({
      kind: 'forum',
      dateMs: i,
      user: 'ann',
      parents: [],
      content,
      threadRoot: lostPost,
      inReplyTo: lostPost,
    }),
  )
  assert.ok(secret !== undefined && known !== undefined)
  using hiding = came(privately(secret))
  assert.deepEqual(stateOf(hiding).private, [secret.hash, lostPost].sort())
  using repo = came(privately(secret), publicly(known))
  assert.deepEqual(stateOf(repo).private, [secret.hash])
})

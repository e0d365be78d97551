/**
 * The moment at which a check-in lock ends by itself.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { noBuggify } from '../base/env.ts'
import { openDatabase } from '../db/node.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { checkin } from '../write/checkin.ts'
import { type CheckinLock, lockCheckin, unlockCheckins } from './checkin-lock.ts'
import { createRepo } from '../crosslink/open.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

const [mine, yours] = ['1'.repeat(40), '2'.repeat(40)]

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7)

function makeRepo(): { repo: Repo; clock: { ms: number } } {
  const clock = { ms: 1_700_000_000_000, nowMs: () => clock.ms }
  const env = { clock, random: { bytes }, buggify: noBuggify }
  return { repo: createRepo(openDatabase(), env), clock }
}

function commit(
  repo: Repo,
  text: string,
  options: { parent?: ArtifactHash; branch?: string } = {},
): ArtifactHash {
  const changes = [{ name: 'file.txt', content: utf8(text) }]
  return checkin(repo, { changes, comment: text, user: 'us', ...options }).hash
}

function lock(repo: Repo, hash: ArtifactHash, clientId: string): CheckinLock | undefined {
  return lockCheckin(repo, { checkin: hash, clientId, login: 'ann' })
}

test('a lock stays with who took it first, by the clock of the repository', () => {
  const { repo } = makeRepo()
  const tip = commit(repo, 'one')
  assert.equal(lock(repo, tip, mine), undefined)
  assert.deepEqual(lock(repo, tip, yours), { login: 'ann', mtimeSec: 1_700_000_000 })
  assert.equal(lock(repo, tip, mine), undefined)
})

test('a lock ends after a minute; taking it again does not make it longer', () => {
  const { repo, clock } = makeRepo()
  const tip = commit(repo, 'one')
  lock(repo, tip, mine)
  clock.ms += 59_000
  lock(repo, tip, mine)
  assert.notEqual(lock(repo, tip, yours), undefined)
  clock.ms += 1000
  assert.equal(lock(repo, tip, yours), undefined)
})

test('a lock ends when its check-in gets a child, unless that begins a branch', () => {
  const { repo } = makeRepo()
  const tip = commit(repo, 'one')
  lock(repo, tip, mine)
  commit(repo, 'elsewhere', { parent: tip, branch: 'other' })
  assert.notEqual(lock(repo, tip, yours), undefined)
  commit(repo, 'two', { parent: tip })
  assert.equal(lock(repo, tip, yours), undefined)
})

test('a lock that cannot be read is none', () => {
  const { repo } = makeRepo()
  const tip = commit(repo, 'one')
  const row = dbOf(repo).prepare('INSERT INTO config(name, value, mtime) VALUES(?, ?, ?)')
  row.run(`ci-lock-${tip}`, '{"login"', 1_700_000_000)
  assert.equal(lock(repo, tip, mine), undefined)
})

test('a client gives back all its locks, and only its own', () => {
  const { repo } = makeRepo()
  const [one, two] = [commit(repo, 'one'), commit(repo, 'two')]
  lock(repo, one, mine)
  lock(repo, two, yours)
  unlockCheckins(repo, mine)
  assert.equal(lock(repo, one, yours), undefined)
  assert.notEqual(lock(repo, two, mine), undefined)
})

/**
 * Transactions within transactions: what a caught error takes back, and what it leaves.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hasArtifact } from './blob.ts'
import { config, setConfig } from './config.ts'
import { failsWith, memoryRepo, named, stateOf, TestEnv, version } from './fixture.suite.ts'
import { storeLocal } from './store.ts'
import { dbOf, joinTransaction, type Repo } from './repo.ts'

const undone = new Error('undone')

/** Runs `action` in a transaction that fails, and catches the error. */
function undo(repo: Repo, action: () => void): void {
  const attempt = (): void =>
    repo.transaction(() => {
      action()
      throw undone
    })
  assert.throws(attempt, (error) => error === undone)
}

test('an error caught inside a transaction takes back the inner one, nothing else', () => {
  using repo = memoryRepo()
  repo.transaction(() => {
    storeLocal(repo, version(1))
    setConfig(repo, 'project-name', 'before')
    undo(repo, () => {
      storeLocal(repo, version(2))
      setConfig(repo, 'project-name', 'within')
      undo(repo, () => storeLocal(repo, version(3)))
      assert.ok(hasArtifact(repo, named(version(2))))
    })
    assert.equal(config(repo, 'project-name'), 'before')
    storeLocal(repo, version(4))
  })
  const held = [1, 2, 3, 4].filter((number) => hasArtifact(repo, named(version(number))))
  assert.deepEqual(held, [1, 4])
})

test('the receipt of a savepoint that failed is not used again', () => {
  using repo = memoryRepo()
  repo.transaction(() => {
    undo(repo, () => storeLocal(repo, version(1)))
    repo.transaction(() => storeLocal(repo, version(2)))
    storeLocal(repo, version(3))
  })
  const receipts = dbOf(repo).prepare('SELECT DISTINCT rcvid FROM blob JOIN rcvfrom USING(rcvid)')
  assert.equal(receipts.all().length, 1)
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM blob WHERE rcvid > 0').get(), [2])
})

test('an error that leaves a joined step half done ends the transaction, caught or not', () => {
  using repo = memoryRepo()
  const before = stateOf(repo)
  const step = (): void =>
    joinTransaction(repo, () => {
      storeLocal(repo, version(1))
      throw undone
    })
  const joined = (): void => assert.throws(step, (error) => error === undone)
  assert.throws(
    () => repo.transaction(joined),
    (error) => error === undone,
  )
  assert.deepEqual(stateOf(repo), before)
  repo.transaction(() => {
    assert.throws(
      () => repo.transaction(joined),
      (error) => error === undone,
    )
    storeLocal(repo, version(2))
  })
  assert.deepEqual(Object.keys(stateOf(repo).held), [named(version(2))])
})

test('a dry run returns its result and leaves nothing, inside a transaction too', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const before = dbOf(repo).serialize()
  assert.equal(
    repo.dryRun(() => storeLocal(repo, version(1)).isNew),
    true,
  )
  assert.equal(Buffer.compare(dbOf(repo).serialize(), before), 0)
  assert.equal(dbOf(repo).inTransaction, false)
  repo.transaction(() => {
    assert.equal(
      repo.dryRun(() => storeLocal(repo, version(1)).isNew),
      true,
    )
    assert.equal(storeLocal(repo, version(1)).isNew, true)
  })
  assert.ok(hasArtifact(repo, named(version(1))))
})

test('a savepoint does not run into a commit that fails', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  env.failing.add('repo.commit.fail')
  const outer = (): void =>
    repo.transaction(() => {
      repo.transaction(() => storeLocal(repo, version(1)))
      assert.ok(hasArtifact(repo, named(version(1))))
    })
  assert.throws(outer, failsWith('repo.io'))
  assert.ok(!hasArtifact(repo, named(version(1))))
})

test('an asynchronous action is refused, and nothing of it is kept', () => {
  using repo = memoryRepo()
  const asynchronous = (): unknown =>
    repo.transaction(async () => {
      storeLocal(repo, version(1))
      await Promise.resolve()
    })
  assert.throws(asynchronous, /not asynchronous/)
  assert.ok(!hasArtifact(repo, named(version(1))))
})

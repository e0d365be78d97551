/**
 * Batches of a clone that are remembered: the same for everybody who asks for the same, and made
 * anew when anything changed.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { ensureKnown, makePrivate } from '../repo/blob.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { shun } from '../repo/shun.ts'
import { storeLocal } from '../repo/store.ts'
import { CardWriter } from '../xfer/format.ts'
import { writeCloneBatch, writeRememberedBatch } from './clone-server.ts'

interface Asked {
  readonly sequence?: number
  readonly version?: number
  readonly withPrivate?: boolean
  readonly budgetBytes?: number
}

function ask(
  write: typeof writeRememberedBatch,
  repo: Repo,
  { sequence = 1, version = 3, withPrivate = false, budgetBytes = 1e6 }: Asked = {},
): { text: string; next: number; cards: number } {
  const writer = new CardWriter()
  writer.add({ type: 'comment', text: 'first' })
  const isOverBudget = (): boolean => writer.sizeBytes >= budgetBytes
  const next = write(repo, writer, { sequence, version, withPrivate, budgetBytes, isOverBudget })
  const { cards } = writer
  return { text: fromUtf8(writer.finish()), next, cards }
}

/** Asserts that the remembered message is the one that would be written now. */
function isCurrent(repo: Repo, asked: Asked = {}): void {
  assert.deepEqual(ask(writeRememberedBatch, repo, asked), ask(writeCloneBatch, repo, asked))
  assert.deepEqual(ask(writeRememberedBatch, repo, asked), ask(writeCloneBatch, repo, asked))
}

test('a batch is the same whether it was remembered or not', () => {
  using repo = memoryRepo()
  for (let i = 0; i < 20; i++) storeLocal(repo, utf8(`artifact ${i}\n`))
  storeLocal(repo, utf8('secret\n'), { isPrivate: true })
  isCurrent(repo)
  for (const asked of [
    { version: 2 },
    { withPrivate: true },
    { sequence: 7 },
    { budgetBytes: 300 },
  ]) {
    isCurrent(repo, asked)
  }
  isCurrent(repo)
})

test('a batch is made anew when an artifact came, became private or was banned', () => {
  using repo = memoryRepo()
  const { rid, hash } = storeLocal(repo, utf8('one\n'))
  isCurrent(repo)
  const second = storeLocal(repo, utf8('two\n'))
  isCurrent(repo)
  assert.match(ask(writeRememberedBatch, repo).text, new RegExp(second.hash))
  repo.transaction(() => {
    makePrivate(repo, rid)
  })
  isCurrent(repo)
  assert.doesNotMatch(ask(writeRememberedBatch, repo).text, new RegExp(hash))
  shun(repo, [second.hash])
  isCurrent(repo)
  assert.doesNotMatch(ask(writeRememberedBatch, repo).text, new RegExp(second.hash))
  repo.transaction(() => ensureKnown(repo, hash, { isPrivate: false }))
  isCurrent(repo)
})

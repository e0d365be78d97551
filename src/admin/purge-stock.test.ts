/**
 * Purges beside stock's: each brings back what the other took, and both take the same.
 * @module
 */

import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { test } from 'node:test'

import { requireFossilOrSkip } from '../../tools/ensure-fossil.ts'
import { fromUtf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { openDatabase } from '../db/node.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { readArtifact } from '../repo/content.ts'
import { listed, stateOf } from '../repo/fixture.suite.ts'
import { listPurges, readPurged, undoPurge } from './graveyard.ts'
import { checkinsWithAll, purge } from './purge.ts'
import { rebuild } from '../crosslink/rebuild.ts'
import type { Repo } from '../repo/repo.ts'
import { openRepo } from '../crosslink/open.ts'
import { verify } from '../crosslink/verify.ts'
import { Stock } from '../write/stock.suite.ts'

function lines(first: string): string {
  return `${first}\n${'the same line\n'.repeat(40)}`
}

/** A branch with files, amended check-ins and a private end, beside a trunk that goes on. */
async function branched(stock: Stock): Promise<ArtifactHash> {
  await stock.begin()
  stock.write('a.txt', lines('side 1'))
  stock.write('own ü.txt', lines('own'))
  await stock.run('add', 'own ü.txt')
  await stock.run('commit', '-m', 'side 1', '--branch', 'side', '--no-warnings')
  const root = stock.tip('side')
  stock.write('a.txt', lines('side: the second'))
  await stock.run('commit', '-m', 'side 2', '--no-warnings')
  await stock.run('amend', stock.tip('side'), '-m', 'side two')
  stock.write('a.txt', lines('secret'))
  await stock.run('commit', '-m', 'secret', '--private', '--no-warnings')
  await stock.run('update', 'trunk')
  stock.write('a.txt', lines('trunk: the second'))
  await stock.run('commit', '-m', 'trunk 2', '--no-warnings')
  await stock.run('tag', 'add', 'release', 'trunk')
  return root
}

/** Everything that a repository holds, without the order and the storage. */
function holdings(repo: Repo): object {
  const { held, phantoms } = stateOf(repo)
  return { held, phantoms, private: listed(repo, 'private') }
}

/** Everything in the graveyard, without the order and the storage. */
function byName(repo: Repo): object[] {
  return (listPurges(repo)[0]?.artifacts ?? [])
    .map(({ storedBytes, ...item }) => ({ ...item, isStored: storedBytes > 0 }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
}

function checkSound(repo: Repo): void {
  assert.deepEqual(verify(repo).differences, [])
}

test('stock lists, prints and undoes our purge', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  const root = await branched(stock)
  let before: object
  let items: readonly { hash: string; description: string }[]
  {
    using repo = stock.open()
    rebuild(repo)
    before = holdings(repo)
    const { artifacts } = purge(repo, checkinsWithAll(repo, [root]))
    checkSound(repo)
    items = artifacts
  }
  assert.equal(items.length, 8)
  const shown = await stock.run('purge', 'list', '-l')
  assert.match(shown, /^ {3}1 on \d{4}-/)
  for (const { hash, description } of items) {
    assert.ok(shown.includes(`${hash.slice(0, 16)} `) && shown.includes(` ${description}\n`), shown)
  }
  assert.ok(shown.includes(' file own ü.txt\n'))
  const own = items.find(({ description }) => description === 'file own ü.txt')?.hash ?? ''
  assert.match(await stock.run('purge', 'cat', own), /^own\nthe same line\n/)
  await stock.run('test-integrity')
  assert.equal(await stock.run('purge', 'undo', '1'), '')
  using repo = stock.open()
  assert.deepEqual(holdings(repo), before)
  assert.deepEqual(listPurges(repo), [])
})

test('we list, print and undo a purge of stock, and take what it takes', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  const root = await branched(stock)
  const copy = `${stock.path}.before`
  {
    using repo = stock.open()
    rebuild(repo)
  }
  copyFileSync(stock.path, copy)
  const said = await stock.run('purge', 'checkins', 'side')
  assert.match(said, /8 artifacts purged/)
  using ours = openRepo(openDatabase(copy), systemEnv)
  const before = holdings(ours)
  purge(ours, checkinsWithAll(ours, [root]))
  using theirs = stock.open()
  assert.deepEqual(holdings(theirs), holdings(ours))
  assert.deepEqual(byName(theirs), byName(ours))
  const text = fromUtf8(readPurged(theirs, root))
  assert.match(text, /^C side\\s1\n/)
  assert.equal(undoPurge(theirs, 1), 8)
  checkSound(theirs)
  assert.deepEqual(holdings(theirs), before)
  assert.equal(fromUtf8(readArtifact(theirs, root)), text)
  assert.match(await stock.run('test-integrity'), /0 errors|\d+ non-phantom blobs/)
})

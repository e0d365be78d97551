/**
 * Merges, picks and backouts, byte for byte as stock commits them.
 * @module
 */

import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { requireFossilOrSkip } from '../../tools/ensure-fossil.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { setConfig } from '../repo/config.ts'
import { Stock } from '../write/stock.suite.ts'
import { commitMerge } from './commit.ts'
import { type MergePlan, planMerge } from './plan.ts'

const text = '1\n2\n3\n4\n5\n6\n'

/** Commits what is in the check-out; returns the name of it. */
async function commit(stock: Stock, ...args: string[]): Promise<ArtifactHash> {
  const before = new Set(stock.held())
  await stock.run('commit', '-m', 'c', '--no-warnings', '--allow-fork', ...args)
  const tip = /^checkout: +(\w+)/m.exec(await stock.run('info'))?.[1] ?? assert.fail()
  return stock.held().find((hash) => hash.startsWith(tip) && !before.has(hash)) ?? assert.fail(tip)
}

/** Merges by stock and by us, and compares the check-ins. */
async function isMatched(
  stock: Stock,
  merge: { kind: MergePlan['kind']; source: ArtifactHash; target: ArtifactHash },
  ...args: string[]
): Promise<ArtifactHash> {
  const kind = merge.kind === 'merge' ? [] : [`--${merge.kind}`]
  const said = await stock.run('merge', ...kind, ...args, merge.source)
  assert.doesNotMatch(said, /\*{5}|WARNING|fossil: /)
  const integrate = args.includes('--integrate')
  return stock.isMatched(['commit', '-m', 'said', '--no-warnings'], (repo, { user, dateMs }) =>
    commitMerge(repo, planMerge(repo, merge), { comment: 'said', user, dateMs, integrate }),
  )
}

test('a merge, a pick and a backout are check-ins of the bytes that stock writes', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  {
    using repo = stock.open()
    setConfig(repo, 'repo-cksum', 'on')
  }
  stock.write('a.txt', text)
  stock.write('old', text)
  await stock.run('add', 'old')
  const base = await commit(stock)
  stock.write('a.txt', text.replace('1', 'one'))
  await stock.run('mv', '--hard', 'old', 'new')
  chmodSync(join(stock.folder, 'dir/b.txt'), 0o755)
  stock.write('added', 'added\n')
  await stock.run('add', 'added')
  const source = await commit(stock, '--branch', 'side')
  await stock.run('update', base)
  stock.write('a.txt', text.replace('6', 'six'))
  stock.write('old', text.replace('3', 'three'))
  const target = await commit(stock)
  const merged = await isMatched(stock, { kind: 'merge', source, target }, '--integrate')

  await stock.run('update', source)
  stock.write('a.txt', text.replace('1', 'one').replace('4', 'four'))
  const further = await commit(stock, '--branch', 'next')
  await stock.run('update', merged)
  const picked = await isMatched(stock, { kind: 'cherrypick', source: further, target: merged })
  stock.write('other', 'other\n')
  await stock.run('add', 'other')
  const last = await commit(stock)
  assert.notEqual(picked, last)
  await isMatched(stock, { kind: 'backout', source: picked, target: last })
})

/**
 * Unversioned files between us and stock, in both roles.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { utf8 } from '../base/bytes.ts'
import type { Repo } from '../repo/repo.ts'
import { findUnversioned, removeUnversioned, unversionedHash } from '../repo/unversioned.ts'
import { parseCards } from '../xfer/parse.ts'
import { fails, makeRepo } from './pair.suite.ts'
import { UnversionedServer } from './unversioned.ts'
import { UnversionedClient, type UnversionedSummary } from './unversioned-client.ts'
import {
  budgets,
  converse,
  filesOf,
  messageOf,
  put,
  readAndWrite,
  rowsOf,
  serve,
  spoken,
} from './unversioned-pair.suite.ts'
import {
  askStock,
  openStock,
  serveStock,
  type StockRepo,
  stockRepo,
} from './unversioned-stock.suite.ts'

/** `uv add`, at a time of ours. */
async function addTo(stock: StockRepo, name: string, text: string, time: string): Promise<void> {
  const file = join(stock.folder, 'upload')
  writeFileSync(file, text)
  await runFossil(['uv', 'add', file, '--as', name, '--mtime', time, '-R', stock.path])
}

/** Syncs `repo` with stock's server; what is said beside the conversation must be no error. */
async function syncWithStock(
  repo: Repo,
  stock: StockRepo,
): Promise<{ summary: UnversionedSummary; replies: string[][] }> {
  const client = new UnversionedClient(repo)
  const replies: string[][] = []
  while (client.goesOn) {
    const reply = await askStock(stock, (writer) => {
      client.writeRequest(writer, { budgetBytes: budgets.request })
    })
    repo.transaction(() => {
      for (const card of parseCards(reply)) {
        if (client.receive(card)) continue
        assert.ok(card.type === 'comment' || card.type === 'pragma', JSON.stringify(card))
      }
    })
    replies.push(spoken(reply))
  }
  return { summary: client.summary, replies }
}

/** Has stock's client sync with ours as the server; returns what it printed. */
async function syncStockWith(
  t: { after(action: () => void): void },
  stock: StockRepo,
  repo: Repo,
): Promise<string> {
  const url = await serveStock(t, repo, () => {
    const server = new UnversionedServer(repo, readAndWrite)
    return (card, writer) => {
      server.receive(card, writer, { overBudget: writer.sizeBytes >= budgets.reply })
    }
  })
  const { stdout, stderr } = await runFossil(['uv', 'sync', url, '-v', '-R', stock.path])
  return stdout + stderr
}

/** The last seconds of four years. */
const [t1, t2, t3] = ['2021-01-01', '2022-01-01', '2023-01-01'] as const
const [s1, s2, s3] = [1_609_459_200, 1_640_995_200, 1_672_531_200] as const

async function filledStock(t: { after(action: () => void): void }): Promise<StockRepo> {
  const stock = await stockRepo(t, 'oy')
  await addTo(stock, 'theirs', 'only in stock\n', t1)
  await addTo(stock, 'empty', '', t1)
  await addTo(stock, 'dir/newer', 'new in stock\n', t3)
  await addTo(stock, 'older', 'old in stock\n', t1)
  await addTo(stock, 'later', 'same text', t3)
  await addTo(stock, 'earlier', 'same text', t1)
  await addTo(stock, 'deleted-there', 'x', t1)
  await addTo(stock, 'deleted-here', 'x', t1)
  await runFossil(['uv', 'rm', 'deleted-there', '--mtime', t2, '-R', stock.path])
  return stock
}

function filledRepo(): Repo {
  const repo = makeRepo('ours')
  put(repo, 'ours', 'only here\n'.repeat(50), s1)
  put(repo, 'dir/newer', 'old here\n', s2)
  put(repo, 'older', 'new here\n', s2)
  put(repo, 'later', 'same text', s1)
  put(repo, 'earlier', 'same text', s3)
  put(repo, 'deleted-there', 'x', s1)
  put(repo, 'deleted-here', 'x', s1)
  removeUnversioned(repo, { name: 'deleted-here', mtimeSec: s2 })
  return repo
}

const merged = [
  `deleted-here@${s2} deleted`,
  `deleted-there@${s2} deleted`,
  `dir/newer@${s3} new in stock\n`,
  `earlier@${s3} same text`,
  `empty@${s1} `,
  `later@${s3} same text`,
  `older@${s2} new here\n`,
  `ours@${s1} ${'only here\n'.repeat(50)}`,
  `theirs@${s1} only in stock\n`,
]

async function assertMerged(repo: Repo, stock: StockRepo): Promise<void> {
  assert.deepEqual(rowsOf(repo), merged)
  {
    using file = openStock(stock)
    assert.deepEqual(rowsOf(file), merged)
  }
  const { stdout } = await runFossil(['uv', 'hash', '--debug', '-R', stock.path])
  assert.equal(stdout.trimEnd().split('\n').at(-1), unversionedHash(repo))
}

test("our client and stock's server end with the same files", async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await filledStock(t)
  using repo = filledRepo()
  const { summary, replies } = await syncWithStock(repo, stock)
  assert.equal(replies.length, 2)
  const { received, adopted, sent, missing, unsent, pullOnly } = summary
  assert.deepEqual(
    { received, adopted, sent, missing, unsent, pullOnly },
    { received: 3, adopted: 2, sent: 4, missing: [], unsent: [], pullOnly: false },
  )
  await assertMerged(repo, stock)
  assert.equal((await syncWithStock(repo, stock)).replies.length, 1)
})

test("stock's client and our server end with the same files", async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await filledStock(t)
  using repo = filledRepo()
  const printed = await syncStockWith(t, stock, repo)
  assert.match(printed, /Unversioned-file sent: theirs/)
  await assertMerged(repo, stock)
})

test('a file over the budget of stock is promised, and comes in another round', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await stockRepo(t, 'oy')
  await runFossil([
    'sqlite',
    `REPLACE INTO config VALUES('max-download', 2000, 0)`,
    '-R',
    stock.path,
  ])
  for (const name of ['a', 'b', 'c']) await addTo(stock, name, name.repeat(1500), t1)
  using repo = makeRepo('ours')
  const { replies, summary } = await syncWithStock(repo, stock)
  assert.ok(replies.length > 2 && replies[1]?.some((card) => card.startsWith('uvigot')))
  assert.equal(filesOf(repo).length, 3)
  assert.deepEqual(summary.missing, [])
})

test('stock lets who lacks the permission pull, and takes nothing', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await stockRepo(t, 'o')
  await addTo(stock, 'theirs', 'text', t1)
  using repo = makeRepo('ours')
  put(repo, 'ours', 'text', s1)
  const { summary } = await syncWithStock(repo, stock)
  assert.deepEqual([summary.pullOnly, summary.unsent, summary.missing], [true, ['ours'], []])
  assert.deepEqual(filesOf(repo), [`ours@${s1} text`, `theirs@${s1} text`])
})

// What docs/divergences.md says of holes.
test('stock keeps a hash without its content for good; in our hands it heals', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await stockRepo(t, 'oy')
  await addTo(stock, 'x', 'the only copy', t1)
  using repo = makeRepo('ours')
  put(repo, 'x', 'changed', s2)
  // A later time for a text that stock does not have: its copy became another one meanwhile.
  const time = { ...(findUnversioned(repo, 'x') ?? assert.fail()), content: undefined }
  await askStock(stock, (writer) => {
    writer.add({ type: 'pragma', name: 'uv-hash', args: ['0'.repeat(40)] })
    writer.add({ type: 'uvfile', ...time })
  })
  using file = openStock(stock)
  assert.deepEqual(rowsOf(file), [`x@${s2} hole`])
  assert.deepEqual((await syncWithStock(repo, stock)).replies, [['server-version …', 'comment']])
  assert.deepEqual(rowsOf(file), [`x@${s2} hole`])
  converse(file, repo)
  assert.deepEqual(rowsOf(file), [`x@${s2} changed`])
})

test('stock refuses content that is not what its hash says, as we do', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await stockRepo(t, 'oy')
  const lie = utf8(`uvfile x 5 ${'0'.repeat(40)} 3 0\nmud`)
  const reply = await askStock(stock, (writer) => {
    writer.add({ type: 'pragma', name: 'uv-hash', args: ['0'.repeat(40)] })
    writer.addRaw(lie, 1)
  })
  assert.match(Buffer.from(reply).toString(), /^error in\S+HASH\S+does\S+not\S+match/m)
  using repo = makeRepo('ours')
  fails('hash.mismatch', () => serve(repo, lie))
  assert.deepEqual(rowsOf(repo), [])
})

test('stock gives files to whoever knows their names; we ask for the permission', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await stockRepo(t, '')
  await runFossil(['user', 'capabilities', 'nobody', '', '-R', stock.path])
  await runFossil(['user', 'capabilities', 'anonymous', '', '-R', stock.path])
  await addTo(stock, 'x', 'for members only', t1)
  const request = { type: 'uvgimme', name: 'x' } as const
  const reply = await askStock(stock, (writer) => writer.add(request))
  assert.match(Buffer.from(reply).toString(), /for members only/)
  using file = openStock(stock)
  const access = { read: false, write: false }
  fails('sync.refused', () => serve(file, messageOf(request), { access }))
})

/**
 * Synced tables beside stock Fossil: it leaves them alone in a rebuild, a clone by it has none of
 * them, and it is never sent a card of theirs.
 * @module
 */

import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { createRepo, openRepo, type Repo, sync, systemEnv } from 'trilobite'
import { defineTable, deleteRow, listRows, putRow, tables } from 'trilobite/tables'
import { httpTransport } from 'trilobite/transport/http'

import { requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import {
  cloneTo,
  commit,
  fossil,
  isSound,
  makeFolder,
  makeTheirs,
  ourServer,
  stockServer,
} from './stock.suite.ts'

function fill(repo: Repo): void {
  defineTable(repo, {
    name: 'things',
    columns: [
      { name: 'id', type: 'integer', key: true },
      { name: 'text', type: 'text' },
      { name: 'bytes', type: 'blob' },
    ],
    conflict: 'mtime-wins',
  })
  repo.transaction(() => {
    for (let id = 0; id < 200; id++) {
      putRow(repo, 'things', {
        id: 2n ** 60n + BigInt(id),
        text: `thing ${id}`,
        bytes: Uint8Array.of(id),
      })
    }
  })
  deleteRow(repo, 'things', { id: 2n ** 60n })
}

test('stock rebuilds a repository, and its tables are there', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = join(makeFolder(t), 'ours.fossil')
  const before = (() => {
    using repo = createRepo(path, systemEnv)
    commit(repo, 2)
    fill(repo)
    return listRows(repo, 'things', { deleted: true })
  })()
  assert.equal(before.length, 200)
  await fossil('.', 'rebuild', path)
  await isSound(path)
  using repo = openRepo(path, systemEnv)
  assert.deepEqual(listRows(repo, 'things', { deleted: true }), before)
  assert.deepEqual(
    tables(repo).map(({ name }) => name),
    ['things'],
  )
})

test('a clone by stock has no tables, and a clone of that gets them from ours', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const ours = join(folder, 'ours.fossil')
  {
    using repo = createRepo(ours, systemEnv)
    commit(repo, 2)
    fill(repo)
  }
  const url = await ourServer(t, ours)
  const theirs = join(folder, 'theirs.fossil')
  const said = await fossil(folder, 'clone', url, theirs)
  assert.doesNotMatch(said, /unknown|xigot|schema/)
  using copy = openRepo(theirs, systemEnv)
  assert.deepEqual(tables(copy), [])
  using transport = httpTransport(url)
  const { tables: moved } = await sync(copy, transport, { push: false, tables: true })
  assert.deepEqual([moved?.peer, moved?.received], ['ours', 200])
})

test('a server of stock is pushed to with tables, and told nothing of them', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const theirs = join(folder, 'theirs.fossil')
  await makeTheirs(theirs)
  const url = await stockServer(t, theirs)
  const path = join(folder, 'ours.fossil')
  await cloneTo(path, url)
  using repo = openRepo(path, systemEnv)
  fill(repo)
  using transport = httpTransport(url)
  const result = await sync(repo, transport, { tables: true })
  assert.deepEqual([result.complete, result.tables?.peer, result.messages], [true, 'none', []])
  copyFileSync(theirs, `${theirs}.copy`)
  using copy = openRepo(`${theirs}.copy`, systemEnv)
  assert.deepEqual(tables(copy), [])
})

/**
 * The witness of servers: it tells each change of rows and tables that its sender may not make, and
 * nothing else.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemEnv } from '../base/env.ts'
import { createRepo } from '../crosslink/open.ts'
import { openDatabase } from '../db/node.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { accessOf } from '../sync/access.ts'
import type { TableDefinition } from '../tables/definition.ts'
import { findRow, storeRow } from '../tables/rows.ts'
import { requireTable } from '../tables/schema.ts'
import { addColumn, defineTable, pkHash, putRow } from '../tables/tables.ts'
import { CardWriter } from '../xfer/format.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { RowWitness } from './row-witness.ts'

const users = new Map([
  ['amy', accessOf('iy')],
  ['bob', accessOf('iy')],
  ['reader', accessOf('o')],
  ['relay', accessOf('aiy')],
])

/** A request of somebody; of nobody where none is named. */
function requestOf(user: string): Uint8Array {
  const writer = new CardWriter()
  if (user !== '') {
    writer.add({ type: 'login', user, nonce: 'a'.repeat(40), signature: 'b'.repeat(40) })
  }
  writer.add({ type: 'pragma', name: 'xtables', args: ['1'] })
  return encodeMessage(writer.finish(), { deflateOverBytes: 1 << 20 })
}

function tableOf(name: string, conflict: TableDefinition['conflict']): TableDefinition {
  const columns = [
    { name: 'id', type: 'text', key: true },
    { name: 'body', type: 'text' },
  ] as const
  return { name, columns, conflict }
}

/** A server with a row of amy's under each rule, and one of nobody's. */
function makeServer(): Repo {
  const repo = createRepo(openDatabase(), systemEnv, { hashPolicy: 'sha1' })
  for (const rule of ['mtime-wins', 'self-write', 'owner-write'] as const) {
    const name = rule.replace('-', '_')
    defineTable(repo, tableOf(name, rule))
    putRow(repo, name, { id: 'amys', body: 'first' }, { user: 'amy', mtimeSec: 100 })
    putRow(repo, name, { id: 'free', body: 'first' }, { mtimeSec: 100 })
  }
  return repo
}

/** Stores a version whoever may write it, as a server with a bug would. */
function put(repo: Repo, name: string, id: string, owner: string): void {
  const table = requireTable(repo, name)
  const key = pkHash(repo, name, { id })
  const row = { mtimeSec: 200, isDeleted: false, owner, data: `{"body":"new","id":"${id}"}` }
  repo.transaction(() => storeRow(repo, table, { key, row, held: findRow(repo, table, key) }))
}

function addSeal(repo: Repo): void {
  addColumn(repo, 'mtime_wins', { name: 'seal', type: 'blob' })
}

/** Removes a row of nobody's, as if it had never been. */
function forget(repo: Repo): void {
  const key = pkHash(repo, 'self_write', { id: 'free' })
  const { id } = requireTable(repo, 'self_write')
  dbOf(repo).exec(`DELETE FROM fx_trilobite_row WHERE tid = ${id} AND key = '${key}'`)
}

/** The trespass that is told of one change by one sender, without the hashes of keys. */
function told(sender: string, change: (repo: Repo) => void): string | undefined {
  using repo = makeServer()
  const witness = new RowWitness(users)
  const reply = witness.watch({ id: 'master', repo }, requestOf(sender), () => {
    change(repo)
    return 'reply'
  })
  assert.equal(reply, 'reply')
  const [first, ...others] = witness.trespasses
  assert.deepEqual(others, [])
  if (first !== undefined) assert.equal(first.nodeId, 'master')
  return first?.detail.replace(/ \([0-9a-f]{40}\)/, '')
}

suite('a request that changes', () => {
  test('what its sender may is none of its business', () => {
    for (const [sender, table, id, owner] of [
      ['amy', 'mtime_wins', 'amys', ''],
      ['bob', 'mtime_wins', 'amys', ''],
      ['amy', 'self_write', 'amys', 'amy'],
      ['bob', 'self_write', 'free', 'bob'],
      ['bob', 'self_write', 'new', 'bob'],
      ['amy', 'owner_write', 'amys', 'amy'],
      ['bob', 'owner_write', 'new', 'bob'],
      ['relay', 'owner_write', 'amys', 'bob'],
    ] as const) {
      const what = `${sender} ${table} ${id}`
      assert.equal(
        told(sender, (repo) => put(repo, table, id, owner)),
        undefined,
        what,
      )
    }
    assert.equal(told('bob', addSeal), undefined)
  })

  test('nothing is told of nothing', () => {
    assert.equal(
      told('', () => {}),
      undefined,
    )
  })

  test('a row of another is told, also one of nobody under owner-write', () => {
    for (const [table, id, whose] of [
      ['self_write', 'amys', 'amy'],
      ['owner_write', 'amys', 'amy'],
      ['owner_write', 'free', 'nobody'],
    ] as const) {
      const detail = `a row of ${table} belongs to ${whose} and was changed by bob`
      assert.equal(
        told('bob', (repo) => put(repo, table, id, 'bob')),
        detail,
      )
    }
  })

  test('a row in the name of another is told', () => {
    const detail = 'a row of self_write was signed amy by bob'
    assert.equal(
      told('bob', (repo) => put(repo, 'self_write', 'new', 'amy')),
      detail,
    )
  })

  test('anything is told where its sender may not write, or is nobody', () => {
    for (const [sender, who] of [
      ['reader', 'reader'],
      ['', 'nobody'],
      ['stranger', 'stranger'],
    ] as const) {
      const detail = `a row of mtime_wins was changed by ${who}, who may not write`
      assert.equal(
        told(sender, (repo) => put(repo, 'mtime_wins', 'amys', '')),
        detail,
      )
      const table = `the table later was changed by ${who}, who may not write`
      assert.equal(
        told(sender, (repo) => defineTable(repo, tableOf('later', 'mtime-wins'))),
        table,
      )
    }
  })

  test('a row that is gone is told, whoever sent it', () => {
    assert.equal(told('relay', forget), 'a row of self_write went away with a message of relay')
  })
})

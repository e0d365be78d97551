/**
 * Bold requests: rows that no server may take are sent all the same, and the server refuses them.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { putUser } from '../admin/user.ts'
import { systemEnv } from '../base/env.ts'
import { createRepo } from '../crosslink/open.ts'
import { openDatabase } from '../db/node.ts'
import type { Repo } from '../repo/repo.ts'
import type { TableDefinition } from '../tables/definition.ts'
import { defineTable, listRows, putRow } from '../tables/tables.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import { boldRequest } from './bold-requests.ts'
import { versionOf } from './invariants/tables.ts'
import { MockFossil } from './mock-fossil.ts'
import { TableOracle } from './table-oracle.ts'

const login = { user: 'bob', password: 'secret' }
const definition: TableDefinition = {
  name: 'notes',
  columns: [{ name: 'id', type: 'text', key: true }],
  conflict: 'self-write',
}

function repoWithNotes(): Repo {
  const repo = createRepo(openDatabase(), systemEnv, {
    projectCode: 'a'.repeat(40),
    hashPolicy: 'sha1',
  })
  defineTable(repo, definition)
  return repo
}

/** A request of somebody who does not log in. */
function plainRequest(): Uint8Array {
  const writer = new CardWriter()
  const codes = { projectCode: 'a'.repeat(40), serverCode: 'b'.repeat(40) }
  writer.add({ type: 'push', ...codes })
  return encodeMessage(writer.finish(), { deflateOverBytes: 1 << 20 })
}

/** Writes a row in the name of amy; the oracle hears that it must stay. */
function forge(repo: Repo, oracle: TableOracle): void {
  const key = putRow(repo, 'notes', { id: 'forged' }, { user: 'amy' })
  const version = versionOf(repo, 'notes', key) ?? assert.fail()
  oracle.record({ table: 'notes', key, nodeId: 'bob', version, travels: false })
}

test('a request without such rows is as it was', () => {
  using repo = repoWithNotes()
  putRow(repo, 'notes', { id: 'own' }, { user: 'bob' })
  const request = plainRequest()
  const oracle = new TableOracle()
  assert.equal(boldRequest(request, { id: 'bob', repo }, { oracle, login }), request)
})

for (const [capabilities, count] of [
  ['i', 0],
  ['o', 0],
  ['a', 1],
] as const) {
  test(`a server takes ${count} of its rows from one with the right ${capabilities}`, async () => {
    using repo = repoWithNotes()
    using server = repoWithNotes()
    putUser(server, { ...login, login: login.user, capabilities })
    const oracle = new TableOracle()
    forge(repo, oracle)
    const once = boldRequest(plainRequest(), { id: 'bob', repo }, { oracle, login })
    // It is signed anew, whoever signed it before.
    const request = boldRequest(once, { id: 'bob', repo }, { oracle, login })
    const types = Array.from(
      parseCards(decodeMessage(request, { maxBytes: 1 << 20 })),
      ({ type }) => type,
    )
    assert.deepEqual(types, ['login', 'push', 'pragma', 'xrow', 'pragma', 'xrow'])
    await new MockFossil(server, { access: 'users' }).exchange(request)
    assert.deepEqual(
      listRows(server, 'notes').map(({ owner }) => owner),
      Array.from({ length: count }, () => 'amy'),
    )
  })
}

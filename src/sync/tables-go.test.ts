/**
 * Synced tables with go-libfossil: its recorded requests are answered so that it stops, and clients
 * and servers that follow its rules come to hold what ours do.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromUtf8 } from '../base/bytes.ts'
import { putUser } from '../admin/user.ts'
import type { Repo } from '../repo/repo.ts'
import type { DatedDefinition } from '../tables/definition.ts'
import { takeDefinition } from '../tables/intake.ts'
import {
  addColumn,
  catalogHash,
  defineTable,
  deleteRow,
  getRow,
  isTombstone,
  listRows,
  putRow,
  tables,
} from '../tables/tables.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { encodeMessage } from '../xfer/frame.ts'
import * as go from '../xfer/go.vectors.ts'
import { accessOf } from './access.ts'
import { handleXfer } from './handler.ts'
import { signed } from './login.ts'
import {
  ask,
  bodyOf,
  cardsOf,
  makeRepo,
  ofType,
  pragma,
  projectCode,
  pullCard,
  pushCard,
  syncWith,
} from './pair.suite.ts'
import { goAnswer, goSync, GoTable } from './tables-go.suite.ts'
import {
  aboutTables,
  noted,
  notes,
  recorded,
  repoWith,
  syncTables,
  writer,
} from './tables-pair.suite.ts'

/** Says a recorded request to a server of ours. */
function says(server: Repo, text: string, access = writer): Card[] {
  return ask(server, recorded(text, projectCode), { access })
}

const types = (cards: readonly Card[]): string[] => aboutTables([cards]).map(({ type }) => type)

/** Cards about rows, by their names and key hashes. */
function names(cards: readonly Card[] = []): string[] {
  return aboutTables([cards]).map((card) => ('pkHash' in card ? `${card.type} ${card.pkHash}` : ''))
}

/** Rows that are sent, whole. */
function rows(cards: readonly Card[] = []): string[] {
  return ofType(cards, 'xrow')
    .map(({ pkHash, mtimeSec, content }) => `${pkHash} ${mtimeSec} ${fromUtf8(content)}`)
    .sort()
}

function dated(mtimeSec: number, conflict: DatedDefinition['conflict']): DatedDefinition {
  return { ...notes, conflict, version: 1, mtimeSec }
}

/** A server that has heard the first push. */
function pushed(): Repo {
  const server = makeRepo('server')
  for (const { request } of go.first) says(server, request)
  return server
}

/** The server of the recorded conversation about changes, after it. */
function changed(): Repo {
  const server = pushed()
  putRow(
    server,
    'things',
    { id: 'a', n: 1, v: 'server newer', r: 1.5 },
    { mtimeSec: 1_700_000_100 },
  )
  putRow(server, 'things', { id: 'd', n: 4, v: 'only server', r: 2 }, { mtimeSec: 1_700_000_102 })
  return server
}

suite('a recorded client', () => {
  test('that pushes is asked once for each row, and sends it once', () => {
    using server = makeRepo('server')
    const [one, two] = go.first.map(({ request }) => types(says(server, request)))
    assert.deepEqual(one, ['xgimme', 'xgimme', 'xgimme'])
    assert.deepEqual(two, [], 'Go would ask again for what came with the request')
    const held = listRows(server, 'things').map(({ values }) => values)
    assert.deepEqual(held, [
      { id: 'a', n: 1n, v: 'one', r: 1.5, b: Uint8Array.of(0, 255, 16) },
      { id: 'b', n: 9_007_199_254_740_993n, v: 'two "quoted" ü', r: 0.1, b: null },
    ])
    assert.ok(isTombstone(server, 'things', { id: 'c', n: -5 }))
  })

  test('that has nothing new is told nothing', () => {
    using server = pushed()
    assert.deepEqual(types(says(server, go.idle[0]?.request ?? '')), [])
  })

  test('gets what is newer here, and brings what is newer there', () => {
    using server = changed()
    const [one, two, three] = go.changes.map(({ request }) => says(server, request))
    const [a, b, d] = [
      '80d01bb1c72faa794641c5112f541cb2d2706cd7',
      '291378c43e879f015617edd698f715a9a975d103',
      '6083b61d1a55f2821835956c0d74e83eb4770c3b',
    ]
    assert.deepEqual(names(one).sort(), [`xgimme ${b}`, `xigot ${d}`, `xrow ${a}`])
    assert.deepEqual(names(two), [`xrow ${d}`])
    assert.deepEqual(names(three), [])
    const [sent] = ofType(two ?? [], 'xrow')
    const json = '{"b":null,"id":"d","n":4,"r":2,"v":"only server"}'
    assert.equal(fromUtf8(sent?.content ?? new Uint8Array()), json, 'as Go writes it')
    assert.ok(isTombstone(server, 'things', { id: 'b', n: 9_007_199_254_740_993n }))
  })

  test('hears of deletions', () => {
    using server = changed()
    for (const { request } of go.changes) says(server, request)
    deleteRow(server, 'things', { id: 'd', n: 4 }, { mtimeSec: 1_700_000_200 })
    const reply = says(server, go.serverDeletes[0]?.request ?? '')
    assert.deepEqual(types(reply), ['xdelete'])
  })

  test('that is new learns all tables, and gets all rows as Go sends them', () => {
    using server = changed()
    for (const { request } of go.changes) says(server, request)
    deleteRow(server, 'things', { id: 'd', n: 4 }, { mtimeSec: 1_700_000_200 })
    const replies = go.fresh.map(({ request }) => says(server, request))
    assert.deepEqual(types(replies[0] ?? []), ['schema', 'xigot', 'xigot', 'xigot', 'xigot'])
    const theirs = recorded(go.fresh[1]?.reply ?? '', projectCode)
    assert.deepEqual(rows(replies[1]), rows(theirs))
  })

  test('that overwrites rows of others is answered with those that stand', () => {
    using server = makeRepo('server')
    for (const login of ['amy', 'bob']) {
      putUser(server, { login, password: 'secret', capabilities: 'io' })
    }
    sayAs(server, 'amy', go.ownerAmy)
    const before = noted(server, 'owner')
    assert.deepEqual(Object.keys(before), ['k'])
    const replies = sayAs(server, 'bob', go.ownerBob.slice(0, 2))
    assert.deepEqual(noted(server, 'owner'), before)
    assert.deepEqual(noted(server, 'self'), before)
    const answers = ofType(replies.at(-1) ?? [], 'xrow').map(({ table, mtimeSec }) => [
      table,
      mtimeSec,
    ])
    assert.deepEqual(answers, [
      ['owner', 1_700_000_010],
      ['self', 1_700_000_010],
    ])
  })
})

/** Says recorded requests as a user of the server. */
function sayAs(server: Repo, user: string, rounds: readonly go.Round[]): Card[][] {
  return rounds.map(({ request }, round) => {
    const text = new CardWriter()
    for (const card of recorded(request, projectCode)) text.add(card)
    // Each proof of a login is good for one message.
    text.add({ type: 'comment', text: `${user} ${round}` })
    const message = signed(server, text.finish(), { user, password: 'secret' })
    return cardsOf(handleXfer(server, encodeMessage(message)))
  })
}

/** Answers as a server of ours. */
function answering(server: Repo, access = writer): (request: Uint8Array) => Uint8Array {
  return (request) => handleXfer(server, request, { access })
}

suite('a client of Go', () => {
  test('brings its table, gets ours, and stops', () => {
    using server = makeRepo('server')
    const own = new GoTable()
    for (let n = 0; n < 20; n++) own.put(`${n}`, 100 + n, { v: `go ${n}` })
    own.put('gone', 100, { v: null })
    const { rounds } = goSync(own, answering(server))
    assert.equal(rounds, 2)
    assert.deepEqual(noted(server), own.values)
    assert.equal(catalogHash(server, 'notes'), own.catalogue)
    putRow(server, 'notes', { id: 'ours', v: 'ours' })
    putRow(server, 'notes', { id: '3', v: 'newer here' })
    deleteRow(server, 'notes', { id: '4' })
    const again = goSync(own, answering(server))
    assert.ok(again.rounds <= 2, `${again.rounds} rounds`)
    assert.deepEqual(own.values, noted(server))
  })

  test('that has no table gets ours', () => {
    using server = repoWith('server', { a: '1', b: '2' })
    const { table, rounds } = goSync(undefined, answering(server))
    assert.deepEqual(table?.values, { a: '1', b: '2' })
    assert.ok(rounds <= 3, `${rounds} rounds`)
  })

  test('that loses a tie comes to hold the value that stands', () => {
    for (const [theirs, ours] of [
      ['apple', 'pear'],
      ['pear', 'apple'],
    ] as const) {
      using server = repoWith('server')
      putRow(server, 'notes', { id: 'a', v: ours }, { mtimeSec: 500 })
      const own = new GoTable()
      own.put('a', 500, { v: theirs })
      // Its times say that nothing differs, until somebody with digests finds it.
      using other = repoWith('other')
      putRow(other, 'notes', { id: 'a', v: theirs }, { mtimeSec: 500 })
      goSync(own, answering(server))
      syncTables(other, server, { access: writer })
      goSync(own, answering(server))
      assert.deepEqual([own.values, noted(server)], [{ a: 'pear' }, { a: 'pear' }])
    }
  })

  test('sees a change within the second of the version that it has', () => {
    for (const author of [{}, { mtimeSec: 503 }]) {
      using server = repoWith('server')
      putRow(server, 'notes', { id: 'a', v: '1' }, author)
      const own = new GoTable()
      goSync(own, answering(server))
      putRow(server, 'notes', { id: 'a', v: '2' }, author)
      goSync(own, answering(server))
      assert.deepEqual(own.values, { a: '2' })
    }
  })

  test('without rights to write changes nothing here, keeps its rows, and stops', () => {
    using server = repoWith('server', { a: 'stands' })
    const own = new GoTable()
    own.put('a', 1_900_000_000, { v: 'mine' })
    own.put('b', 1_900_000_000, { v: 'mine' })
    const { rounds } = goSync(own, answering(server, accessOf('o')))
    assert.ok(rounds <= 3, `${rounds} rounds`)
    assert.deepEqual(noted(server), { a: 'stands' })
    assert.deepEqual(own.values, { a: 'mine', b: 'mine' })
  })

  test('that may do nothing learns nothing', () => {
    using server = repoWith('server', { a: 'secret' })
    const reply = ask(server, [pragma('client-version', '22800', '20260315', '120000')], {
      access: accessOf(''),
    })
    assert.deepEqual(types(reply), [])
  })

  test('that does not know a column leaves it as it is', () => {
    using server = repoWith('server', { a: '1' })
    addColumn(server, 'notes', { name: 'more', type: 'integer' })
    putRow(server, 'notes', { id: 'a', v: '1', more: 7 }, { mtimeSec: 1_700_000_100 })
    const own = new GoTable()
    goSync(own, answering(server))
    assert.deepEqual(own.values, { a: '1' })
    own.put('a', 1_800_000_000, { v: 'changed' })
    goSync(own, answering(server))
    assert.deepEqual(getRow(server, 'notes', { id: 'a' })?.values, {
      id: 'a',
      v: 'changed',
      more: 7n,
    })
    assert.equal(tables(server)[0]?.columns.length, 3)
  })

  test('takes a row of NULLs for a deleted one, and that kills none here', () => {
    using server = repoWith('server')
    const key = putRow(server, 'notes', { id: 'null' })
    // Its catalogue leaves rows of NULLs out: another row makes it look.
    putRow(server, 'notes', { id: 'a', v: '1' })
    const own = new GoTable()
    for (let n = 0; n < 3; n++) goSync(own, answering(server))
    assert.deepEqual([own.rows.size, own.values], [2, { a: '1' }])
    const told = own.card(key, false) ?? assert.fail('it has the row')
    assert.equal(told.type, 'xdelete')
    const before = getRow(server, 'notes', { id: 'null' })
    ask(server, [pushCard, pullCard, own.schema, told], { access: writer })
    assert.deepEqual(getRow(server, 'notes', { id: 'null' }), before)
    assert.equal(isTombstone(server, 'notes', { id: 'null' }), false)
  })
})

suite('a server of Go', () => {
  test('gets what is newer here, and gives what is newer there', () => {
    const theirs = new GoTable()
    theirs.put('a', 100, { v: 'go' })
    theirs.put('gone', 100, { v: null })
    using client = repoWith('client', { b: 'ours' })
    const said = syncWith(client, (request) => goAnswer(theirs, request), { tables: true })
    assert.equal(said.result.shortfall, undefined)
    assert.equal(said.result.tables?.peer, 'plain')
    assert.ok(said.result.rounds <= 4, `${said.result.rounds} rounds`)
    assert.deepEqual(theirs.values, { a: 'go', b: 'ours' })
    assert.deepEqual(noted(client), theirs.values)
    deleteRow(client, 'notes', { id: 'a' })
    syncWith(client, (request) => goAnswer(theirs, request), { tables: true })
    assert.deepEqual(theirs.values, { b: 'ours' })
  })

  test('that takes no change of a row is sent it once, and the sync says so', () => {
    const theirs = new GoTable('notes', { conflict: 'owner-write' })
    theirs.put('a', 100, { v: 'go' })
    using client = makeRepo('client')
    const answer = (request: Uint8Array): Uint8Array => goAnswer(theirs, request)
    assert.ok(syncWith(client, answer, { tables: true }).result.complete)
    putRow(client, 'notes', { id: 'a', v: 'ours' })
    putRow(client, 'notes', { id: 'b', v: 'new' })
    const { result } = syncWith(client, answer, { tables: true })
    assert.deepEqual(theirs.values, { a: 'go', b: 'new' })
    assert.deepEqual([result.tables?.sent, result.tables?.differs], [2, true])
    assert.equal(result.shortfall, 'some rows of tables could not be synced')
    assert.ok(result.rounds <= 3, `${result.rounds} rounds`)
  })

  test('that takes no push is pulled from, and the sync says what it does not accept', () => {
    const theirs = new GoTable()
    theirs.put('a', 100, { v: 'go' })
    using client = repoWith('client', { b: 'ours' })
    const answer = (request: Uint8Array): Uint8Array => {
      if (ofType(cardsOf(request), 'push').length === 0) return goAnswer(theirs, request)
      const refusal: Card = { type: 'error', text: 'push denied: insufficient capabilities' }
      return bodyOf(refusal, ...cardsOf(goAnswer(theirs, request)))
    }
    const { result } = syncWith(client, answer, { tables: true })
    assert.deepEqual([noted(client), theirs.values], [{ a: 'go', b: 'ours' }, { a: 'go' }])
    assert.ok(result.pushRefused)
    assert.equal(result.shortfall, 'the server does not accept rows of tables from us')
  })

  test('that takes no login says so', () => {
    using client = repoWith('client')
    const reply = bodyOf({ type: 'error', text: 'authentication failed' })
    const failure = { code: 'login.failed' }
    assert.throws(() => syncWith(client, () => reply, { tables: true }), failure)
  })

  test('that never keeps a row is sent it once', () => {
    const theirs = new GoTable()
    using client = repoWith('client', { b: 'ours' })
    const deaf = (request: Uint8Array): Uint8Array => {
      const reply = goAnswer(theirs, request)
      theirs.rows.clear()
      return reply
    }
    const { result } = syncWith(client, deaf, { tables: true })
    assert.ok(result.rounds <= 4, `${result.rounds} rounds`)
    assert.equal(result.tables?.sent, 1)
  })

  test('that has no such table gets ours where we speak first, and not otherwise', () => {
    const silence: Card = { type: 'comment', text: 'of the time' }
    const theirs: GoTable[] = []
    const answer = (request: Uint8Array): Uint8Array => {
      const [schema] = ofType(cardsOf(request), 'schema')
      if (schema !== undefined && theirs.length === 0) theirs.push(new GoTable(schema.table))
      const [table] = theirs
      return table === undefined ? bodyOf(silence) : goAnswer(table, request)
    }
    using client = repoWith('client', { b: 'ours' })
    assert.equal(syncWith(client, answer, { tables: true }).result.tables?.peer, 'none')
    assert.equal(theirs.length, 0)
    syncWith(client, answer, { tables: 'plain' })
    assert.deepEqual(theirs[0]?.values, { b: 'ours' })
  })

  test('is sent no column that it does not know', () => {
    const theirs = new GoTable()
    using client = repoWith('client')
    addColumn(client, 'notes', { name: 'more', type: 'text' })
    putRow(client, 'notes', { id: 'a', v: '1', more: 'x' })
    syncWith(client, (request) => goAnswer(theirs, request), { tables: true })
    assert.deepEqual(theirs.values, { a: '1' })
    assert.equal(tables(client)[0]?.columns.length, 3)
  })

  test('replaces no newer row by an older one, whatever it sends', () => {
    using client = repoWith('client', { a: 'new', b: 'new' })
    const theirs = new GoTable()
    for (const id of ['a', 'b']) theirs.put(id, 100, { v: id === 'a' ? 'old' : null })
    const cards = [...theirs.rows.keys()].map((key) => theirs.card(key, false) ?? assert.fail(key))
    assert.deepEqual(types(cards), ['xrow', 'xdelete'])
    const answer = (): Uint8Array => bodyOf(theirs.schema, ...cards, ...theirs.announcements)
    const { result } = syncWith(client, answer, { tables: true })
    assert.deepEqual(noted(client), { a: 'new', b: 'new' })
    assert.deepEqual([result.tables?.received, result.tables?.sent], [0, 2])
  })
})

test('a definition of Go’s counts by its time, and its version is always 1', () => {
  using repo = makeRepo('repo')
  defineTable(repo, notes)
  const trusted = { isTrusted: true }
  assert.equal(takeDefinition(repo, dated(5, 'self-write'), trusted), 'same')
  assert.equal(tables(repo)[0]?.conflict, 'mtime-wins')
  assert.equal(takeDefinition(repo, dated(1_900_000_000, 'self-write'), trusted), 'stored')
  assert.equal(tables(repo)[0]?.conflict, 'self-write')
  assert.deepEqual(types(ask(repo, [pullCard])), [], 'stock is sent nothing')
})

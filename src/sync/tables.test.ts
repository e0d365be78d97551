/**
 * Synced tables between two of ours: what travels, who wins, what it costs, who may.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import type { Repo } from '../repo/repo.ts'
import type { TableDefinition } from '../tables/definition.ts'
import { stateDigest } from '../tables/state.ts'
import {
  addColumn,
  defineTable,
  deleteRow,
  getRow,
  isTombstone,
  listRows,
  pkHash,
  putRow,
  tables,
} from '../tables/tables.ts'
import type { Card } from '../xfer/card.ts'
import { accessOf } from './access.ts'
import { handleXfer } from './handler.ts'
import {
  ask,
  bodyOf,
  cardsOf,
  makeRepo,
  ofType,
  pragma,
  pullCard,
  pushCard,
  syncPair,
} from './pair.suite.ts'
import {
  aboutTables,
  noted,
  notes,
  repoWith,
  syncAs,
  syncTables,
  syncTablesAnyhow,
  writer,
} from './tables-pair.suite.ts'

/** Moves the clock of a repository on. */
function later(repo: Repo, seconds: number): void {
  const nowMs = repo.env.clock.nowMs() + seconds * 1000
  repo.env = { ...repo.env, clock: { nowMs: () => nowMs } }
}

const owned = (conflict: TableDefinition['conflict']): TableDefinition => ({ ...notes, conflict })

const goodKey = pkHash(repoWith('any'), 'notes', { id: 'good' })

/** A row of notes, whatever is wrong with it. */
function xrow(pkHashText: string, json: string, table = 'notes'): Card & { type: 'xrow' } {
  const content = utf8(json)
  const mtimeSec = 1_800_000_000
  return { type: 'xrow', table, pkHash: pkHashText, mtimeSec, owner: undefined, content }
}

/** The row of the id `a`. */
function rowOfA(v: string): Card {
  return xrow(pkHash(repoWith('any'), 'notes', { id: 'a' }), JSON.stringify({ id: 'a', v }))
}

suite('two repositories', () => {
  test('exchange tables and rows both ways', () => {
    using client = repoWith('client', { a: 'from the client' })
    using server = repoWith('server', { b: 'from the server' })
    defineTable(client, { ...notes, name: 'only_here' })
    putRow(client, 'only_here', { id: 'x', v: 'y' })
    defineTable(server, { ...notes, name: 'only_there' })
    putRow(server, 'only_there', { id: 'p', v: 'q' })
    const { result } = syncTables(client, server, { access: writer })
    assert.deepEqual(noted(server), { a: 'from the client', b: 'from the server' })
    assert.deepEqual(
      tables(client).map(({ name }) => name),
      ['notes', 'only_here', 'only_there'],
    )
    assert.deepEqual(noted(client, 'only_there'), { p: 'q' })
    const { received = 0, sent = 0 } = result.tables ?? {}
    assert.deepEqual([result.tables?.peer, received, sent], ['ours', 2, 2])
  })

  test('that agree say one line each', () => {
    using client = repoWith('client', { a: 'a' })
    using server = makeRepo('server')
    syncTables(client, server)
    const { result, requests, replies } = syncTables(client, server)
    assert.equal(result.rounds, 1)
    assert.deepEqual(aboutTables(requests), [
      pragma('xtables', '1'),
      pragma('xtables-state', stateDigest(client)),
    ])
    assert.deepEqual(aboutTables(replies), aboutTables(requests))
  })

  test('go on while another sync brings the rows', () => {
    using client = makeRepo('client')
    const ids = Array.from({ length: 60 }, (_, at) => [`row ${at}`, 'v'.repeat(200)])
    using server = repoWith('server', Object.fromEntries(ids))
    const onReply = (_cards: Card[], round: number): void => {
      if (round === 2) syncTables(client, server)
    }
    const handler = { budgetBytes: 1000 }
    const { result } = syncTables(client, server, { handler, onReply })
    assert.equal(listRows(client, 'notes').length, 60)
    assert.ok(result.complete && result.rounds > 8)
  })

  test('take the later version, and deletions', () => {
    using client = repoWith('client', { a: '1', b: '1', c: '1' })
    using server = makeRepo('server')
    syncTables(client, server)
    later(server, 10)
    putRow(server, 'notes', { id: 'a', v: 'server' })
    later(client, 20)
    putRow(client, 'notes', { id: 'a', v: 'client' })
    deleteRow(client, 'notes', { id: 'b' })
    deleteRow(server, 'notes', { id: 'c' })
    syncTables(client, server, { access: writer })
    assert.deepEqual(noted(server), { a: 'client' })
    assert.ok(isTombstone(server, 'notes', { id: 'b' }))
    assert.ok(isTombstone(client, 'notes', { id: 'c' }))
  })

  for (const [one, other] of [
    ['apple', 'pear'],
    ['pear', 'apple'],
  ] as const) {
    test(`come to one value of two of the same time: ${one} here, ${other} there`, () => {
      using client = repoWith('client', { a: one })
      using server = repoWith('server', { a: other })
      syncTables(client, server, { access: writer })
      assert.deepEqual(noted(server), { a: 'pear' })
      const [row] = listRows(server, 'notes')
      assert.equal(row?.mtimeSec, 1_700_000_000, 'no plain peer needs another time')
    })
  }

  test('keep rows of nothing but NULLs, and delete rows of nothing but a key', () => {
    using client = repoWith('client')
    putRow(client, 'notes', { id: 'null' })
    const columns = notes.columns.slice(0, 1)
    defineTable(client, { name: 'marks', columns, conflict: 'mtime-wins' })
    for (const id of ['a', 'b']) putRow(client, 'marks', { id })
    using server = makeRepo('server')
    syncTables(client, server)
    deleteRow(client, 'marks', { id: 'a' })
    syncTables(client, server)
    assert.equal(getRow(server, 'notes', { id: 'null' })?.values['v'], null)
    assert.equal(listRows(server, 'marks').length, 1)
  })

  test('join columns that were added on both sides', () => {
    using client = repoWith('client', { a: '1' })
    using server = makeRepo('server')
    syncTables(client, server)
    addColumn(client, 'notes', { name: 'x', type: 'integer' })
    putRow(client, 'notes', { id: 'a', v: '1', x: 7 })
    addColumn(server, 'notes', { name: 'b', type: 'blob' })
    putRow(server, 'notes', { id: 'z', b: Uint8Array.of(0, 255) })
    syncTables(client, server, { access: writer })
    assert.deepEqual(getRow(server, 'notes', { id: 'a' })?.values, {
      id: 'a',
      b: null,
      v: '1',
      x: 7n,
    })
    assert.deepEqual(getRow(client, 'notes', { id: 'z' })?.values['b'], Uint8Array.of(0, 255))
  })

  test('take a row of a column that is added meanwhile, once the column has come', () => {
    using client = repoWith('client', { a: '1', b: '2' })
    using server = repoWith('server', { a: '1', b: '3' })
    const skipped: string[] = []
    const { result } = syncTables(client, server, {
      observer: (event) => {
        if (event.type === 'row.skipped') skipped.push(event.table)
      },
      onReply: (_, round) => {
        if (round !== 1) return
        addColumn(server, 'notes', { name: 'x', type: 'integer' })
        later(server, 5)
        putRow(server, 'notes', { id: 'b', v: '4', x: 7 })
      },
    })
    assert.deepEqual(skipped, ['notes'])
    assert.equal(result.tables?.skipped, 0)
    assert.equal(result.complete, true)
    assert.deepEqual(getRow(client, 'notes', { id: 'b' })?.values, { id: 'b', v: '4', x: 7n })
  })

  test('that define a table in ways that do not fit keep theirs, and say so', () => {
    using client = repoWith('client', { a: '1' })
    const columns = [{ name: 'other', type: 'integer', key: true }] as const
    using server = makeRepo('server')
    defineTable(server, { ...notes, columns })
    putRow(server, 'notes', { other: 5 })
    defineTable(server, { ...notes, name: 'fine' })
    const { result } = syncPair(client, server, { tables: true })
    assert.match(result.shortfall ?? '', /rows? of tables could not be taken/)
    assert.deepEqual(noted(client), { a: '1' })
    assert.equal(listRows(server, 'notes').length, 1)
    assert.equal(tables(client)[0]?.name, 'fine')
  })

  test('exchange thousands of rows, and then only what has changed', () => {
    using client = makeRepo('client')
    defineTable(client, notes)
    client.transaction(() => {
      for (let n = 0; n < 3000; n++) putRow(client, 'notes', { id: `${n}`, v: 'x'.repeat(50) })
    })
    using server = makeRepo('server')
    const first = syncTables(client, server, { budgetBytes: 100_000 })
    assert.equal(first.result.tables?.sent, 3000)
    using third = makeRepo('third')
    const pulled = syncTables(third, server, { handler: { budgetBytes: 100_000 } })
    assert.equal(pulled.result.tables?.received, 3000)
    later(client, 10)
    later(third, 10)
    for (let n = 0; n < 3000; n += 300) putRow(client, 'notes', { id: `${n}`, v: 'new' })
    putRow(third, 'notes', { id: 'third' })
    syncTables(client, server)
    const { result, requests, replies } = syncTables(third, server)
    assert.deepEqual([result.tables?.received, result.tables?.sent], [10, 1])
    assert.ok(result.rounds <= 4, `${result.rounds} rounds`)
    const cards = aboutTables([...requests, ...replies]).length
    assert.ok(cards < 500, `${cards} cards for 11 of 3,001 rows`)
  })
})

suite('owners', () => {
  for (const rule of ['self-write', 'owner-write'] as const) {
    test(`update their rows under ${rule}, and nobody else does`, () => {
      using server = repoWith('server', {}, owned(rule))
      using amy = makeRepo('amy')
      syncTables(amy, server)
      putRow(amy, 'notes', { id: 'k', v: '1' }, { user: 'amy' })
      syncAs('amy', amy, server)
      assert.equal(getRow(server, 'notes', { id: 'k' })?.owner, 'amy')
      later(amy, 10)
      putRow(amy, 'notes', { id: 'k', v: '2' }, { user: 'amy' })
      syncAs('amy', amy, server)
      assert.deepEqual(noted(server), { k: '2' })

      using bob = makeRepo('bob')
      defineTable(bob, owned(rule))
      later(bob, 500)
      putRow(bob, 'notes', { id: 'k', v: 'bob' }, { user: 'bob' })
      const rounds = syncAs('bob', bob, server)
      assert.ok(rounds <= 5, `${rounds} rounds`)
      assert.deepEqual(noted(server), { k: '2' })
      assert.deepEqual(noted(bob), { k: '2' }, 'the row that stands')
      assert.equal(getRow(bob, 'notes', { id: 'k' })?.owner, 'amy')
    })
  }

  test('are given to rows without one by the server, and learnt by the client', () => {
    using server = repoWith('server', {}, owned('owner-write'))
    using amy = repoWith('amy', { k: '1' }, owned('owner-write'))
    syncAs('amy', amy, server)
    assert.equal(getRow(amy, 'notes', { id: 'k' })?.owner, 'amy')
    assert.equal(getRow(server, 'notes', { id: 'k' })?.owner, 'amy')
  })

  test('are not taken from those who say they are others', () => {
    using server = repoWith('server', {}, owned('owner-write'))
    using bob = makeRepo('bob')
    defineTable(bob, owned('owner-write'))
    putRow(bob, 'notes', { id: 'k', v: '1' }, { user: 'amy' })
    const rounds = syncAs('bob', bob, server)
    assert.deepEqual(noted(server), {})
    assert.ok(rounds <= 5, `${rounds} rounds`)
  })

  test('travel with their rows where an administrator brings them', () => {
    using server = makeRepo('server')
    using relay = makeRepo('relay')
    defineTable(relay, owned('owner-write'))
    putRow(relay, 'notes', { id: 'k', v: '1' }, { user: 'amy' })
    syncTables(relay, server, { access: accessOf('a') })
    assert.equal(getRow(server, 'notes', { id: 'k' })?.owner, 'amy')
  })

  test('are not got rid of by changing the rule', () => {
    using server = repoWith('server', {}, owned('owner-write'))
    using client = makeRepo('client')
    later(client, 100)
    defineTable(client, notes)
    const [said] = syncTablesAnyhow(client, server)
    assert.match(said ?? '', /only an administrator changes the rule/)
    assert.equal(tables(server)[0]?.conflict, 'owner-write')
    syncTablesAnyhow(client, server, accessOf('a'))
    assert.equal(tables(server)[0]?.conflict, 'mtime-wins')
  })
})

/** All that a client may ask for, and a row that it brings. */
const everything: readonly Card[] = [
  pragma('xtables', '1'),
  pragma('xtables-state', '0'),
  { type: 'xask', table: 'notes', prefix: '', after: '' },
  { type: 'xrange', table: 'notes', prefix: '', count: 0, digest: '0'.repeat(24) },
  { type: 'xlist', table: 'notes', prefix: '', content: utf8('') },
  rowOfA('changed'),
]

suite('rights', () => {
  test('who may neither read nor write learns and changes nothing', () => {
    using server = repoWith('server', { a: 'secret' })
    const before = stateDigest(server)
    const reply = ask(server, everything, { access: accessOf('') })
    assert.deepEqual(aboutTables([reply]), [pragma('xtables', '1')])
    assert.equal(stateDigest(server), before)
  })

  test('who may only read changes nothing, and gets the row that stands', () => {
    using server = repoWith('server', { a: 'stands' })
    const before = stateDigest(server)
    const reply = ask(server, [pullCard, pragma('xtables', '1'), rowOfA('changed')], {
      access: accessOf('o'),
    })
    assert.equal(stateDigest(server), before)
    const [sent] = ofType(reply, 'xrow')
    assert.equal(Buffer.from(sent?.content ?? []).toString(), '{"id":"a","v":"stands"}')
  })

  test('who only pushes gets no rows', () => {
    using server = repoWith('server', { a: 'stands', b: 'more' })
    const reply = ask(server, [pushCard, ...everything], { access: writer })
    assert.deepEqual(ofType(reply, 'xrow'), [])
    assert.deepEqual(noted(server)['a'], 'changed')
  })

  test('a client that may not push is told that its rows stay', () => {
    using client = repoWith('client', { mine: '1' })
    using server = repoWith('server', { a: '1' })
    const { result } = syncPair(client, server, { tables: true, access: accessOf('o') })
    assert.equal(result.shortfall, 'the server does not accept rows of tables from us')
    assert.deepEqual(noted(client), { a: '1', mine: '1' })
    assert.deepEqual(noted(server), { a: '1' })
  })

  test('a row that is dated too far ahead is told and skipped', () => {
    using client = repoWith('client')
    putRow(client, 'notes', { id: 'far', v: '1' }, { mtimeSec: Number.MAX_SAFE_INTEGER })
    putRow(client, 'notes', { id: 'near', v: '1' })
    using server = makeRepo('server')
    const handler = { maxFutureMs: 86_400_000 }
    const { result } = syncPair(client, server, { tables: true, access: writer, handler })
    assert.match(result.messages[0] ?? '', /1 not taken: it is dated too far ahead/)
    assert.equal(result.shortfall, 'some rows of tables could not be synced')
    assert.deepEqual(noted(server), { near: '1' })
  })

  test('a client that only pulls sends nothing, and one that only pushes takes nothing', () => {
    using client = repoWith('client', { a: 'client' })
    using server = repoWith('server', { b: 'server' })
    syncTablesAnyhow(client, server, writer, { push: false })
    assert.deepEqual(
      [noted(client), noted(server)],
      [{ a: 'client', b: 'server' }, { b: 'server' }],
    )
    putRow(server, 'notes', { id: 'c', v: 'later' })
    syncTablesAnyhow(client, server, writer, { pull: false })
    assert.deepEqual(noted(server), { a: 'client', b: 'server', c: 'later' })
    assert.deepEqual(noted(client), { a: 'client', b: 'server' })
  })
})

suite('a bad row', () => {
  const bad: [what: string, card: Card][] = [
    ['of no table', xrow(goodKey, '{"id":"good","v":"x"}', 'none')],
    ['of a table that is SQL', xrow(goodKey, '{}', '";DROP--')],
    ['with no JSON', xrow(goodKey, 'nonsense')],
    ['with an array', xrow(goodKey, '[1]')],
    ['with a million brackets', xrow(goodKey, `{"id":"good","v":${'['.repeat(1e6)}`)],
    ['with a nested value', xrow(goodKey, '{"id":"good","v":{"a":1}}')],
    ['without its key', xrow(goodKey, '{"v":"x"}')],
    ['of another key', xrow(goodKey, '{"id":"other","v":"x"}')],
    ['with a column that is none', xrow(goodKey, '{"id":"good","v":"x","w":1}')],
    ['with a column that is SQL', xrow(goodKey, '{"id":"good","v) VALUES (1)--":1}')],
    ['with a prototype', xrow(goodKey, '{"id":"good","__proto__":"x"}')],
    ['with a wrong type', xrow(goodKey, '{"id":"good","v":5}')],
    ['with half a character', xrow(goodKey, '{"id":"good","v":"\\ud800"}')],
    ['with a hash that is none', xrow('GOOD', '{"id":"good","v":"x"}')],
    ['deleted, with values', { ...xrow(goodKey, '{"id":"good","v":"x"}'), type: 'xdelete' }],
  ]
  for (const [what, card] of bad) {
    const onReply = (cards: Card[], round: number): Card[] => {
      return round === 1 ? [...cards, card] : cards
    }
    test(`${what} is told and skipped, and costs its message nothing else`, () => {
      using server = repoWith('server')
      const fine = xrow(pkHash(server, 'notes', { id: 'a' }), '{"id":"a","v":"fine"}')
      const cards = [pullCard, pushCard, pragma('xtables', '1'), card, fine]
      const reply = ask(server, cards, { access: writer })
      assert.deepEqual(ofType(reply, 'error'), [])
      assert.match(ofType(reply, 'message')[0]?.text ?? '', /synced tables: 1 not taken/)
      assert.deepEqual(noted(server), { a: 'fine' })
    })
    test(`${what} from a server is skipped by a client`, () => {
      using client = repoWith('client')
      using server = repoWith('server', { a: 'fine' })
      assert.throws(() => syncTables(client, server, { onReply }), /could not be taken/)
      assert.deepEqual(noted(client), { a: 'fine' })
    })
  }

  const definitions: [what: string, json: string][] = [
    ['mtime', '{"columns":[{"name":"mtime","type":"text","pk":true}],"conflict":"mtime-wins"}'],
    ['_owner', '{"columns":[{"name":"_owner","type":"text","pk":true}],"conflict":"self-write"}'],
    ['no key', '{"columns":[{"name":"a","type":"text","pk":false}],"conflict":"mtime-wins"}'],
    ['no JSON', '{'],
    ['a million brackets', '['.repeat(1e6)],
    ['null', 'null'],
    ['no rule', '{"columns":[{"name":"a","type":"text","pk":true}],"conflict":"x"}'],
  ]
  for (const [what, json] of definitions) {
    test(`and a definition with ${what} is told and skipped, and pulls go on`, () => {
      using server = repoWith('server', { a: 'fine' })
      const content = utf8(json)
      const card: Card = { type: 'schema', table: 'u', version: 1, hash: '0', mtimeSec: 1, content }
      const reply = ask(server, [pullCard, pushCard, card], { access: writer })
      assert.match(ofType(reply, 'message')[0]?.text ?? '', /synced tables: 1 not taken/)
      using client = makeRepo('client')
      syncTables(client, server)
      assert.deepEqual(noted(client), { a: 'fine' })
    })
  }
})

test('a server without tables in its words is told nothing but pragmas', () => {
  using client = repoWith('client', { a: '1' })
  using server = makeRepo('server')
  const told: Card[] = []
  const onRequest = (cards: Card[]): Card[] => {
    told.push(...aboutTables([cards]))
    return cards.filter(({ type }) => type !== 'pragma')
  }
  const { result } = syncPair(client, server, { tables: true, onRequest })
  assert.deepEqual([result.tables?.peer, tables(server)], ['none', []])
  assert.deepEqual(
    told.map((card) => card.type === 'pragma' && card.name),
    ['xtables', 'xtables-state'],
  )
})

test('a request that is answered with an error leaves the tables as they were', () => {
  using server = repoWith('server', { a: '1' })
  const before = stateDigest(server)
  const body = bodyOf(pullCard, pushCard, pragma('xtables', '1'), rowOfA('2'), {
    type: 'unknown',
    name: 'florp',
    line: 'florp',
  })
  const reply = cardsOf(handleXfer(server, body, { access: writer }))
  assert.deepEqual(
    reply.map(({ type }) => type),
    ['error'],
  )
  assert.equal(stateDigest(server), before)
})

/**
 * Messages about synced tables from anyone, to both sides: rows and definitions of which most are
 * none, in any order, whole and damaged. Each is answered, what is stored is sound, rows that it is
 * not about stay, a good row beside bad ones is taken, and who may not write changes nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { sha1 } from '../hash/hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { findTable, storedTables } from '../tables/schema.ts'
import { stateDigest } from '../tables/state.ts'
import { allRows, defineTable, getRow, putRow } from '../tables/tables.ts'
import { wrongRanges } from '../tables/tables.suite.ts'
import { hashOfKey, parseRow } from '../tables/value.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { accessOf } from './access.ts'
import { bodyOfBytes, damaged, edit } from './fuzz.suite.ts'
import { handleXfer } from './handler.ts'
import { cardsOf, makeRepo, pragma, pullCard, pushCard } from './pair.suite.ts'
import { SyncSession } from './session.ts'
import { notes } from './tables-pair.suite.ts'

const messages = Number(process.env['TRILOBITE_FUZZ_MESSAGES'] ?? 400)
const seed = Number(process.env['TRILOBITE_FUZZ_SEED'] ?? 20261129)
/** Messages that one repository hears, one after the other. */
const perRepo = 20

const ids = ['a', 'b', 'c', '', 'ü', '"; DROP TABLE blob; --']
const id = fc.constantFrom(...ids)
const keyOf = (text: string): string => sha1(utf8(`id=${text}`))
const key = fc.oneof(
  { weight: 8, arbitrary: id.map(keyOf) },
  { weight: 1, arbitrary: fc.constantFrom('0'.repeat(40), 'A'.repeat(40), 'x', '-') },
)
const table = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('notes', 'owned') },
  { weight: 2, arbitrary: fc.constantFrom('t', 'T', 'blob', 'x_a', '";DROP', 'sqlite_master') },
)
const odd = fc.constantFrom<unknown>(null, 1, 1.5, -0, true, [], {}, '\ud800', '\0', 'x')
const json = fc.oneof(
  { weight: 5, arbitrary: id.map((text) => JSON.stringify({ id: text, v: `of ${text}` })) },
  { weight: 2, arbitrary: id.map((text) => JSON.stringify({ id: text })) },
  {
    weight: 4,
    arbitrary: fc
      .dictionary(fc.constantFrom('id', 'v', 'n', 'r', 'b', 'mtime', '_owner', '__proto__'), odd)
      .map((row) => JSON.stringify(row)),
  },
  { weight: 1, arbitrary: fc.constantFrom('', '{', '[]', 'null', '{"id":"a","r":1e400}', '[[[[') },
)
const columns = fc.array(
  fc.record({
    name: fc.constantFrom('id', 'v', 'n', 'r', 'mtime', '_owner', 'A', '"', 'constructor'),
    type: fc.constantFrom('text', 'integer', 'real', 'blob', 'TEXT', 'none'),
    pk: fc.boolean(),
  }),
  { maxLength: 4 },
)
const definition = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(columns, fc.constantFrom('mtime-wins', 'self-write', 'owner-write', 'none'))
      .map(([list, conflict]) => JSON.stringify({ columns: list, conflict })),
  },
  { weight: 1, arbitrary: json },
)
const mtimeSec = fc.oneof(fc.nat(9), fc.constantFrom(0, Number.MAX_SAFE_INTEGER))
const owner = fc.constantFrom(undefined, 'amy', 'bob', 'a b')
const prefix = fc.constantFrom('', 'a', '0', 'ab', keyOf('a').slice(0, 3), keyOf('a'), 'G', '_')
const row = { table, pkHash: key, mtimeSec, owner, content: json.map(utf8) }

const anyCard: fc.Arbitrary<Card> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('xrow' as const), ...row }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('xdelete' as const), ...row }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('schema' as const),
      table,
      version: fc.nat(3),
      hash: fc.constant('0'),
      mtimeSec,
      content: definition.map(utf8),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('xigot' as const), ...row }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('xgimme' as const), ...row }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('xrange' as const),
      table,
      prefix,
      count: fc.nat(3),
      digest: fc.constantFrom('0'.repeat(24), 'x'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('xlist' as const),
      table,
      prefix,
      content: fc
        .oneof(
          fc.constantFrom('', 'x', '\n'),
          key.map((text) => `${text} 5 ${'0'.repeat(24)}\n`),
        )
        .map(utf8),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('xask' as const, 'xmore' as const),
      table,
      prefix,
      after: prefix,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Card>(
      pragma('xtables', '1'),
      pragma('xtables', '2'),
      pragma('xtables-state', '0'),
      pragma('xtable-hash', 'notes', '0'),
      pragma('client-version', '22800', '20260315', '120000'),
    ),
  },
)

const message = fc.record({
  opening: fc.subarray([pragma('xtables', '1'), pullCard, pushCard]),
  cards: fc.array(anyCard, { maxLength: 15 }),
  edits: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(edit, { maxLength: 3 }) },
  ),
  capabilities: fc.constantFrom('s', 'gio', 'io', 'o', ''),
})

type Message = typeof message extends fc.Arbitrary<infer M> ? M : never

const goodRow: Card = {
  type: 'xrow',
  table: 'notes',
  pkHash: keyOf('good'),
  mtimeSec: 50,
  owner: undefined,
  content: utf8('{"id":"good","v":"good"}'),
}

function bytesOf({ opening, cards, edits }: Message): Uint8Array {
  const text = new CardWriter()
  for (const card of [...opening, ...cards, goodRow]) text.add(card)
  return damaged(text.finish(), edits)
}

function makeTables(name: string): Repo {
  const repo = makeRepo(name)
  defineTable(repo, notes)
  defineTable(repo, { ...notes, name: 'owned', conflict: 'owner-write' })
  putRow(repo, 'notes', { id: 'kept', v: 'kept' }, { mtimeSec: 100 })
  putRow(repo, 'owned', { id: 'kept', v: 'kept' }, { mtimeSec: 100, user: 'amy' })
  return repo
}

/** Asserts what holds of every repository, whatever was said to it. */
function checkSound(repo: Repo): void {
  for (const stored of storedTables(repo)) {
    for (const { key: name, data } of allRows(repo, stored)) {
      assert.equal(hashOfKey(stored, parseRow(stored, data)), name)
    }
    assert.deepEqual(wrongRanges(repo, stored.name), [])
  }
  assert.equal(getRow(repo, 'notes', { id: 'kept' })?.values['v'], 'kept')
  assert.equal(getRow(repo, 'owned', { id: 'kept' })?.values['v'], 'kept')
}

/** Says one message to a server; returns whether it was accepted. */
function says(server: Repo, said: Message): boolean {
  const before = stateDigest(server)
  const isWhole = said.edits.length === 0
  const access = accessOf(said.capabilities)
  const body = bodyOfBytes(bytesOf(said))
  const reply = cardsOf(handleXfer(server, body, { access, deflateOverBytes: Infinity }))
  const error = reply.find(({ type }) => type === 'error')
  if (error?.type === 'error') assert.doesNotMatch(error.text, /failed to answer/)
  const writes = access.write && said.opening.includes(pushCard)
  if (error !== undefined || (isWhole && !writes)) assert.equal(stateDigest(server), before)
  if (
    isWhole &&
    writes &&
    error === undefined &&
    findTable(server, 'notes')?.conflict === 'mtime-wins'
  ) {
    assert.ok(getRow(server, 'notes', { id: 'good' }) !== undefined, 'a good row is taken')
  }
  return error === undefined
}

test(`answers ${messages} messages about tables, and keeps what it held`, () => {
  const image = dbOf(makeTables('server')).serialize()
  let accepted = 0
  const batch = fc.array(message, { minLength: perRepo, maxLength: perRepo })
  const property = fc.property(batch, (all) => {
    using server = makeRepo('server', image)
    for (const said of all) if (says(server, said)) accepted++
    checkSound(server)
  })
  fc.assert(property, { seed, numRuns: Math.max(1, Math.ceil(messages / perRepo)) })
  assert.ok(accepted > messages / 3, `${accepted} were accepted`)
})

test(`a client takes as many replies, and keeps what it held`, () => {
  const image = dbOf(makeTables('client')).serialize()
  const property = fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), (replies) => {
    using client = makeRepo('client', image)
    const session = new SyncSession(client, { tables: true })
    for (const said of replies) {
      if (session.result !== undefined) break
      session.request()
      try {
        const reply = damaged(bytesOf({ ...said, edits: [] }), said.edits)
        session.receive(encodeMessage(reply.length === 0 ? utf8('\n') : reply))
      } catch (error) {
        assert.ok(FossilError.is(error), String(error))
        break
      }
    }
    checkSound(client)
  })
  fc.assert(property, { seed, numRuns: Math.ceil(messages / 3) })
})

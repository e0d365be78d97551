/**
 * The setting `ticket-table`: what it may say, and what it may not.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { setConfig } from '../repo/config.ts'
import { failsWith } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { sqlTokens } from './sql-tokens.ts'
import { ticketTables } from './ticket-table.ts'

function schema(repo: Repo): unknown[] {
  return dbOf(repo).prepare('SELECT type, name, tbl_name FROM sqlite_schema ORDER BY name').all()
}

function texts(sql: string): string[] | undefined {
  return sqlTokens(sql)?.map(({ kind, text }) => `${kind} ${text}`)
}

function make(repo: Repo, sql: string): void {
  setConfig(repo, 'ticket-table', sql)
  repo.transaction(() => ticketTables(repo))
}

test('without the setting the tables are those of a new repository', () => {
  using repo = memoryRepo()
  const columns = (): unknown[] =>
    ['ticket', 'ticketchng'].map((table) =>
      dbOf(repo).prepare('SELECT * FROM pragma_table_info(?)').all(table),
    )
  const before = { schema: schema(repo), columns: columns() }
  dbOf(repo).exec(
    'INSERT INTO ticket(tkt_uuid) VALUES(1); INSERT INTO ticketchng VALUES(1,2,3,4,5,6,7,8)',
  )
  repo.transaction(() => ticketTables(repo))
  assert.deepEqual({ schema: schema(repo), columns: columns() }, before)
  for (const table of ['ticket', 'ticketchng']) {
    assert.deepEqual(dbOf(repo).prepare(`SELECT * FROM ${table}`).all(), [])
  }
})

test('tables and indexes of tickets are made, and made again', () => {
  using repo = memoryRepo()
  const sql = `
    create table "ticket"(a TEXT DEFAULT ');', b CHECK (b IN ('x', (1))), [c d], \`e\`) strict;;
    CREATE TABLE IF NOT EXISTS ticketchng(a) WITHOUT ROWID, STRICT; -- the end`
  const plain = `CREATE TABLE ticket(a, b); CREATE TABLE 'Ticket_more'(a);
    CREATE UNIQUE INDEX IF NOT EXISTS anyname ON ticket(a) WHERE b > 5;
    /* ; */ CREATE INDEX "x y" ON ticket_more(a);
    CREATE TABLE IF NOT EXISTS fx_mine(a)`
  for (const text of [plain, plain, plain.toUpperCase()]) make(repo, text)
  const names = (): string[] =>
    dbOf(repo)
      .prepare<[string]>(
        `SELECT lower(name) FROM sqlite_schema
          WHERE tbl_name LIKE 'ticket%' OR name LIKE 'fx%' ORDER BY 1`,
      )
      .all()
      .map(([name]) => name)
  assert.deepEqual(names(), ['anyname', 'fx_mine', 'ticket', 'ticket_more', 'x y'])
  assert.throws(() => make(repo, sql), failsWith('repo.invalid', /missing datatype/))
  assert.deepEqual(names(), ['anyname', 'fx_mine', 'ticket', 'ticket_more', 'x y'])
})

test('anything else is refused, and nothing has changed', () => {
  using repo = memoryRepo()
  const before = schema(repo)
  for (const sql of [
    'DROP TABLE user',
    'DELETE FROM ticket',
    'CREATE TABLE user2(a)',
    'CREATE TABLE ticket AS SELECT * FROM user',
    'CREATE TABLE ticket(a) AS SELECT 1',
    'CREATE TEMP TABLE ticket(a)',
    'CREATE TABLE temp.ticket(a)',
    'CREATE TABLE fx_trilobite_wait(a)',
    'CREATE VIEW ticket AS SELECT pw FROM user',
    'CREATE VIRTUAL TABLE ticket USING fts5(a)',
    'CREATE TRIGGER ticket_t AFTER INSERT ON blob BEGIN DELETE FROM user; END',
    'CREATE INDEX ticket_i ON user(pw)',
    'CREATE INDEX fx_i ON user(pw)',
    'CREATE UNIQUE TABLE ticket(a)',
    'CREATE TABLE ticket(a); UPDATE user SET cap = 1',
    'CREATE TABLE ticket(a)); DROP TABLE user; --',
    'CREATE TABLE ticket(a',
    `CREATE TABLE ticket(a DEFAULT '); DROP TABLE user`,
    'CREATE TABLE ticket(a) /* DROP TABLE user',
    'CREATE TABLE ticket(a DEFAULT ?1)',
    'CREATE TABLE ticket(a)\0',
    'CREATE TABLE ticket(a)\v',
    'CREATE TABLE ticket(a) WITHOUT',
    'CREATE TABLE ticket(a, a)',
    'CREATE TABLE ticket(a DEFAULT (SELECT pw FROM user))',
    'CREATE TABLE ticket(a CHECK (a IN (SELECT pw FROM user)))',
    'CREATE TABLE ticket(a); CREATE INDEX i ON ticket(a) WHERE a IN (SELECT pw FROM user)',
    'CREATE TABLE ticket(a) é',
    'PRAGMA writable_schema = 1',
    'ATTACH DATABASE x AS y',
    'ticket',
    ';(',
  ]) {
    assert.throws(() => make(repo, sql), failsWith('repo.invalid', /ticket-table/), sql)
    assert.deepEqual(schema(repo), before, sql)
  }
})

test('no text makes, changes or drops anything but tables of tickets', () => {
  using repo = memoryRepo()
  dbOf(repo).exec('DROP TABLE ticket; DROP TABLE ticketchng')
  const others = (): string =>
    JSON.stringify(schema(repo).filter((row) => !/ticket|fx_/i.test(String(row))))
  const before = others()
  const piece = fc.constantFrom(
    ...'CREATE TABLE INDEX IF NOT EXISTS ON AS SELECT DROP WHERE user ticket main'.split(' '),
    ...`"ticket" 'fx_a' [ticket \` ( ) (a) (a,b) ; , -- /* */ a 1e5 ' " . \ufeff`.split(' '),
    '\n',
    '\u00a0',
    'IF NOT EXISTS',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        make(repo, `CREATE TABLE ticket(a); ${pieces.join(' ')}`)
      } catch (error) {
        assert.ok(failsWith('repo.invalid')(error), String(error))
      }
      assert.equal(others(), before)
    }),
    { seed: 3, numRuns: 300 },
  )
})

test('tokens are told apart as SQLite tells them', () => {
  assert.deepEqual(texts(`a1$ "b""c" [d'e] \`f\`\`g\` 'h''i' 1.5e3 .5 x'00' é--j\n<>/*k;*/;`), [
    'word a1$',
    'name b"c',
    `name d'e`,
    'name f`g',
    `string h'i`,
    'number 1.5e3',
    'number .5',
    'word x',
    'string 00',
    'word é',
    'symbol <',
    'symbol >',
    'symbol ;',
  ])
  assert.deepEqual(texts(''), [])
  for (const text of [`'a`, '"a', '`a', '[a', '/* a', 'a ? b', ':a', '@a', '#a', '\0', 'a\\b']) {
    assert.equal(sqlTokens(text), undefined, text)
  }
})

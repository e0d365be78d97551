/**
 * Changes that a `config` card makes, and those that no card can make.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { utf8 } from '../base/bytes.ts'
import type { ConfigCard } from '../xfer/card.ts'
import { isShunned } from '../repo/blob.ts'
import { config, setConfig } from '../repo/config.ts'
import { type ConfigArea, configAreas, configCards } from './config-areas.ts'
import { type ConfigOutcome, receiveConfig } from './config-areas-receive.ts'
import { configSql, goldenCards, subscriberSql } from './config-areas.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

interface Rights {
  readonly areas?: readonly ConfigArea[]
  readonly setup?: boolean
}

function take(
  repo: Repo,
  name: string,
  content: string | Uint8Array,
  { areas = ['all'], setup = true }: Rights = {},
): ConfigOutcome {
  const bytes = typeof content === 'string' ? utf8(content) : content
  const card: ConfigCard = { type: 'config', name, content: bytes }
  return receiveConfig(repo, card, { areas, setup })
}

/** Everything that a card might change, and the schema. */
function snapshot(repo: Repo): unknown {
  const tables = ['config', 'user', 'shun', 'concealed', 'reportfmt', 'blob', 'private']
  const rows = tables.map((table) => dbOf(repo).prepare(`SELECT * FROM ${table} ORDER BY 1`).all())
  return [...rows, dbOf(repo).prepare('SELECT sql FROM sqlite_schema ORDER BY name').all()]
}

/** The cards that a repository sends, but for those of every new one. */
function shared(repo: Repo): string[] {
  return configCards(repo, 'all', { admin: true, addresses: true })
    .map(({ content }) => Buffer.from(content).toString())
    .filter((text) => !/^2440587|'hash-policy'/.test(text))
}

function userRow(repo: Repo, login: string): unknown {
  return dbOf(repo)
    .prepare('SELECT pw, cap, info, photo, jx, mtime FROM user WHERE login = ?')
    .get(login)
}

test('everything that one repository sends, another takes', () => {
  using source = memoryRepo()
  using target = memoryRepo()
  take(source, '/subscriber', `1 'first'`)
  dbOf(source).exec(`DELETE FROM subscriber; ${configSql} ${subscriberSql}`)
  const cards = configCards(source, 'all', { admin: true, addresses: true })
  const outcomes = cards.map((card) => receiveConfig(target, card, { areas: ['all'], setup: true }))
  // Nobody takes a report with a Julian date, the one of every new repository among them.
  const isJulian = goldenCards.map(([, , text]) => /^\d+\./.test(text))
  assert.deepEqual(
    outcomes,
    isJulian.map((yes) => (yes ? 'malformed' : 'stored')),
  )
  assert.deepEqual(shared(target), shared(source))
  const again = cards.map((card) => receiveConfig(target, card, { areas: ['all'], setup: true }))
  assert.ok(!again.includes('stored'))
})

test('the newer row wins, and a row of the same time stays', () => {
  using repo = memoryRepo()
  assert.equal(take(repo, '/config', `100 'css' value 'a'`), 'stored')
  assert.equal(take(repo, '/config', `99 'css' value 'b'`), 'older')
  assert.equal(take(repo, '/config', `100 'css' value 'c'`), 'older')
  assert.equal(config(repo, 'css'), 'a')
  assert.equal(take(repo, '/config', `101 'css' value 'd'`), 'stored')
  assert.equal(config(repo, 'css'), 'd')
  assert.deepEqual(dbOf(repo).prepare(`SELECT mtime FROM config WHERE name = 'css'`).get(), [101])
})

test('a row without a time stays, whatever comes', () => {
  using repo = memoryRepo()
  const before = userRow(repo, 'nobody')
  assert.equal(take(repo, '/user', `9999999999 'nobody' cap 'a'`), 'older')
  assert.deepEqual(userRow(repo, 'nobody'), before)
})

test('a newer row changes the columns that it names', () => {
  using repo = memoryRepo()
  take(repo, '/user', `100 'eve' pw 'p' cap 'i' info 'Eve' photo X'01'`)
  take(repo, '/user', `200 'eve' cap 'io' info NULL`)
  assert.deepEqual(userRow(repo, 'eve'), ['p', 'io', null, Uint8Array.of(1), '{}', 200])
})

test('columns that nobody knows are passed over', () => {
  using repo = memoryRepo()
  assert.equal(take(repo, '/user', `1 'eve' cookie 'x' uid 1 cap 'i' future 'y'`), 'stored')
  const row = dbOf(repo).prepare(`SELECT cookie, cap FROM user WHERE login = 'eve'`).get()
  assert.deepEqual(row, [null, 'i'])
})

test('a row comes in only with its area', () => {
  for (const [area, name, content] of goldenCards) {
    if (content.startsWith('2440587')) continue
    using repo = memoryRepo()
    const others = content.includes('th1-uri-regexp') ? ['ticket', 'xfer'] : []
    const homes: string[] = ['all', area, ...others, ...(area === 'css' ? ['skin'] : [])]
    for (const other of configAreas) {
      if (homes.includes(other)) continue
      const before = snapshot(repo)
      assert.equal(take(repo, name, content, { areas: [other] }), 'refused', `${content} ${other}`)
      assert.deepEqual(snapshot(repo), before)
    }
    assert.equal(take(repo, name, content, { areas: [area] }), 'stored', content)
  }
})

test('codes and other settings of the repository itself are never taken', () => {
  using repo = memoryRepo()
  const before = snapshot(repo)
  const names = ['project-code', 'server-code', 'aux-schema', 'content-schema', 'uv-hash']
  names.push('th1-setup', 'ssh-command', 'tcl', 'last-sync-url', 'max-upload', 'Css', 'css ')
  for (const name of names) {
    assert.equal(take(repo, '/config', `9999999999 '${name}' value 'x'`), 'refused', name)
  }
  assert.deepEqual(snapshot(repo), before)
  assert.match(repo.projectCode, /^[0-9a-f]{40}$/)
  assert.match(repo.serverCode, /^[0-9a-f]{40}$/)
})

test('tables that are not shared, and the form without a slash, are refused', () => {
  using repo = memoryRepo()
  const before = snapshot(repo)
  const names = ['css', '/blob', '/sqlite_schema', '/Config', '/user ', '/', '', '/@user', '@user']
  names.push('/user"(login) VALUES(1);--', '/config/config', '/toString')
  for (const name of names) assert.equal(take(repo, name, `1 'css' value 'x'`), 'refused', name)
  assert.deepEqual(snapshot(repo), before)
})

test('SQL in a card stays text', () => {
  const evil = [
    `'); DROP TABLE user; --`,
    `' || (SELECT pw FROM user) || '`,
    `x', (SELECT value FROM config), 'y`,
    `\\'; DELETE FROM blob; --`,
    `"; ATTACH 'x' AS y; --`,
    `?1 :a @b $c`,
    `%s%n`,
  ]
  for (const text of evil) {
    using repo = memoryRepo()
    const quoted = `'${text.replaceAll("'", "''")}'`
    assert.equal(
      take(repo, '/config', `5 'walias:/${text.replaceAll("'", "''")}' value ${quoted}`),
      'stored',
    )
    assert.equal(config(repo, `walias:/${text}`), text)
    assert.equal(take(repo, '/user', `5 ${quoted} pw ${quoted} cap 'i'`), 'stored')
    assert.deepEqual(dbOf(repo).prepare('SELECT pw FROM user WHERE login = ?').get(text), [text])
    assert.deepEqual(dbOf(repo).prepare('PRAGMA integrity_check').get(), ['ok'])
  }
})

test('SQL in place of a literal, a column or a time is malformed, and changes nothing', () => {
  using repo = memoryRepo()
  const before = snapshot(repo)
  const contents = [
    `5 'css' value (SELECT pw FROM user)`,
    `5 'css' value pw`,
    `5 'css' value 'x');DROP TABLE user;--`,
    `5 'css' value 'x', mtime 'y'`,
    `5 'css' value=(SELECT 1),name 'x'`,
    `5 'css' "value" 'x'`,
    `(SELECT 5) 'css' value 'x'`,
    `5 (SELECT 'css') value 'x'`,
    `5 css value 'x'`,
    `5,6 'css' value 'x'`,
    `now() 'css' value 'x'`,
    `5 'css' value rowid`,
    `5 'css' value 'a' value 'b'`,
    '',
  ]
  for (const content of contents) {
    for (const name of ['/config', '/user', '/shun']) {
      assert.equal(take(repo, name, content), 'malformed', content)
    }
  }
  assert.deepEqual(snapshot(repo), before)
})

test('no bytes are more than an outcome', () => {
  using repo = memoryRepo()
  const scraps = [`5 `, `'css'`, ` value `, `'x'`, `'`, `''`, ' ', 'NULL', `X'00'`, '\0', '\xff']
  scraps.push('walias:/', ' cap ', 'mtime', ';', '--', '(', ')', '9'.repeat(20), ` 7`)
  const content = fc.array(fc.constantFrom(...scraps), { maxLength: 10 })
  const name = fc.constantFrom('/config', '/user', '/shun', '/reportfmt', '/concealed', '/x')
  const schema = (): unknown =>
    dbOf(repo).prepare('SELECT sql FROM sqlite_schema ORDER BY name').all()
  const [before, code] = [schema(), repo.projectCode]
  fc.assert(
    fc.property(name, content, (table, parts) => {
      take(repo, table, Uint8Array.from(Buffer.from(parts.join(''), 'latin1')))
      assert.equal(dbOf(repo).inTransaction, false)
    }),
    { seed: 5, numRuns: 2000 },
  )
  assert.deepEqual([schema(), repo.projectCode], [before, code])
})

test('who lacks the capability s neither gives it nor touches who has it', () => {
  using repo = memoryRepo()
  const noSetup = { setup: false }
  const before = snapshot(repo)
  for (const content of [
    `9999999999 'admin' pw 'mine'`,
    `5 'eve' cap 's'`,
    `5 'eve' cap 'is'`,
    `5 'eve' cap X'73'`,
  ]) {
    assert.equal(take(repo, '/user', content, noSetup), 'refused', content)
  }
  assert.deepEqual(snapshot(repo), before)
  assert.equal(take(repo, '/user', `5 'eve' cap 'ai'`, noSetup), 'stored')
  assert.equal(take(repo, '/user', `6 'eve' cap 's'`, noSetup), 'refused')
  assert.equal(take(repo, '/user', `6 'eve' cap 's'`), 'stored')
  assert.equal(take(repo, '/user', `7 'eve' cap 'i'`, noSetup), 'refused')
})

test('a shunned name is in force at once', () => {
  using repo = memoryRepo()
  const name = '1'.repeat(64)
  assert.equal(isShunned(repo, name), false)
  take(repo, '/shun', `5 '${name}' scom 'spam'`)
  assert.equal(isShunned(repo, name), true)
})

test('a setting that was looked up before is not remembered', () => {
  using repo = memoryRepo()
  setConfig(repo, 'css', 'old')
  assert.equal(config(repo, 'css'), 'old')
  take(repo, '/config', `9999999999 'css' value 'new'`)
  assert.equal(config(repo, 'css'), 'new')
})

test('the first subscriber makes the tables of alerts, each with a code of its own', () => {
  using repo = memoryRepo()
  take(repo, '/subscriber', `5 'a@b.c' suname 'a' ssub 'c'`)
  take(repo, '/subscriber', `5 'd@e.f' ssub 'c'`)
  // The column compares without regard to case.
  assert.equal(take(repo, '/subscriber', `6 'A@B.C' ssub 'acx'`), 'stored')
  const rows = dbOf(repo)
    .prepare(`SELECT semail, ssub, sverified, length(subscriberCode) FROM subscriber ORDER BY 1`)
    .all()
  assert.deepEqual(rows, [
    ['a@b.c', 'acx', 1, 32],
    ['d@e.f', 'c', 1, 32],
  ])
  const codes = dbOf(repo).prepare('SELECT count(DISTINCT subscriberCode) FROM subscriber').get()
  assert.deepEqual(codes, [2])
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM pending_alert').get(), [0])
})

test('an old table gets the column that a card fills', () => {
  using repo = memoryRepo()
  dbOf(repo).exec('ALTER TABLE user DROP COLUMN jx')
  assert.equal(take(repo, '/user', `5 'eve' cap 'i'`), 'stored')
  assert.equal(take(repo, '/user', `6 'eve' jx '{"a":1}'`), 'stored')
  assert.deepEqual(dbOf(repo).prepare(`SELECT jx FROM user WHERE login = 'eve'`).get(), ['{"a":1}'])
})

test('text that is not UTF-8 arrives as it is', () => {
  using repo = memoryRepo()
  take(repo, '/config', Uint8Array.from(Buffer.from(`7 'css' value '\xe9'`, 'latin1')))
  const sql = `SELECT typeof(value), hex(value) FROM config WHERE name = 'css'`
  assert.deepEqual(dbOf(repo).prepare(sql).get(), ['text', 'E9'])
})

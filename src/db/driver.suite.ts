/**
 * The contract of the database port. Every implementation runs it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FossilError } from '../base/error.ts'
import { isRefusal, type OpenMemory } from './driver.ts'

/** Every way of asking SQL for the time, and what it is at 1,700,000,000,789 ms. */
const clockSql: readonly (readonly [sql: string, value: string | number])[] = [
  ['CURRENT_TIMESTAMP', '2023-11-14 22:13:20'],
  ['current_date', '2023-11-14'],
  ['Current_Time', '22:13:20'],
  ['date()', '2023-11-14'],
  [`date('now')`, '2023-11-14'],
  [`date('NOW', '+1 day')`, '2023-11-15'],
  [`date(CAST('now' AS BLOB))`, '2023-11-14'],
  [`time('now', 'subsec')`, '22:13:20.789'],
  [`datetime('subsec')`, '2023-11-14 22:13:20.789'],
  [`datetime('subsecond', '-1 hour')`, '2023-11-14 21:13:20.789'],
  [`datetime('now', 'localtime')`, '2023-11-14 22:13:20'],
  [`datetime('now', 'start of month', 'UTC')`, '2023-11-01 00:00:00'],
  [`julianday('now')`, 2_460_263.425_935_058],
  ['julianday()', 2_460_263.425_935_058],
  [`unixepoch('now', 'subsec')`, 1_700_000_000.789],
  ['unixepoch()', 1_700_000_000],
  [`strftime('%Y %f')`, '2023 20.789'],
  [`strftime('%s', 'Now')`, '1700000000'],
  [`timediff('now', '2023-11-14')`, '+0000-00-00 22:13:20.789'],
  [`timediff('2023-11-14 22:13:20.789', 'subsec')`, '+0000-00-00 00:00:00.000'],
]

/** Registers the contract as tests of `name`. */
export function databaseContract(name: string, openMemory: OpenMemory): void {
  test(`${name}: integers stay integers in columns of every affinity`, () => {
    using db = disposable(openMemory())
    db.exec('CREATE TABLE t(a TEXT, b INTEGER, c, d REAL)')
    db.prepare('INSERT INTO t VALUES(?, ?, ?, ?)').run(1, 2, 3, 4.5)
    assert.deepEqual(db.prepare('SELECT a, b, c, d, typeof(c) FROM t').get(), [
      '1',
      2,
      3,
      4.5,
      'integer',
    ])
  })

  test(`${name}: text, bytes and null come back as they went in`, () => {
    using db = disposable(openMemory())
    db.exec('CREATE TABLE t(a, b, c)')
    const bytes = Uint8Array.of(0, 255, 10, 0)
    db.prepare('INSERT INTO t VALUES(?, ?, ?)').run('é\n', bytes, null)
    const row = db.prepare('SELECT a, b, c FROM t').get()
    assert.equal(row?.[0], 'é\n')
    assert.ok(row?.[1] instanceof Uint8Array)
    assert.deepEqual([...row[1]], [...bytes])
    assert.equal(row?.[2], null)
  })

  test(`${name}: a statement returns the first row, all rows, or nothing`, () => {
    using db = disposable(openMemory())
    db.exec('CREATE TABLE t(a INTEGER PRIMARY KEY)')
    const insert = db.prepare('INSERT INTO t VALUES(?)')
    assert.deepEqual(
      [7, 8].map((value) => insert.run(value)),
      [
        { changes: 1, lastRowid: 7 },
        { changes: 1, lastRowid: 8 },
      ],
    )
    assert.deepEqual(db.prepare('SELECT a FROM t ORDER BY a').all(), [[7], [8]])
    assert.deepEqual([...db.prepare('SELECT a FROM t ORDER BY a DESC').iterate()], [[8], [7]])
    assert.equal(db.prepare('SELECT a FROM t WHERE a = ?').get(9), undefined)
  })

  test(`${name}: the same SQL is prepared once`, () => {
    using db = disposable(openMemory())
    assert.equal(db.prepare('SELECT 1'), db.prepare('SELECT 1'))
  })

  test(`${name}: a thousand other statements make it forget one, whose holder goes on`, () => {
    using db = disposable(openMemory())
    const held = db.prepare('SELECT 42')
    for (let other = 0; other < 1000; other++) db.prepare(`SELECT ${other}`).get()
    assert.deepEqual(held.get(), [42])
    const [first, again] = [db.prepare('SELECT 7 AS b'), db.prepare('SELECT 7 AS b')]
    assert.equal(first, again)
    for (let other = 0; other < 1000; other++) db.prepare(`SELECT ${other} AS c`)
    assert.notEqual(db.prepare('SELECT 7 AS b'), first)
    assert.deepEqual(first.get(), [7])
  })

  test(`${name}: foreign keys are not enforced, since Fossil breaks its own`, () => {
    using db = disposable(openMemory())
    db.exec('CREATE TABLE a(x INTEGER PRIMARY KEY); CREATE TABLE b(y REFERENCES a)')
    assert.equal(db.prepare('INSERT INTO b VALUES(5)').run().changes, 1)
  })

  test(`${name}: a rollback undoes, and inTransaction tells the truth`, () => {
    using db = disposable(openMemory())
    db.exec('CREATE TABLE t(a)')
    db.exec('BEGIN')
    assert.equal(db.inTransaction, true)
    db.prepare('INSERT INTO t VALUES(1)').run()
    db.exec('ROLLBACK')
    assert.equal(db.inTransaction, false)
    assert.deepEqual(db.prepare('SELECT count(*) FROM t').get(), [0])
  })

  test(`${name}: a database opened from an image is an independent copy`, () => {
    using first = disposable(openMemory())
    first.exec('CREATE TABLE t(a); INSERT INTO t VALUES(1)')
    using second = disposable(openMemory(first.serialize()))
    second.exec('INSERT INTO t VALUES(2)')
    assert.deepEqual(first.prepare('SELECT count(*) FROM t').get(), [1])
    assert.deepEqual(second.prepare('SELECT count(*) FROM t').get(), [2])
  })

  test(`${name}: SQL has no clock or randomness of its own`, () => {
    using db = disposable(openMemory())
    for (const sql of [...clockSql.map(([read]) => read), 'random()', 'randomblob(4)']) {
      assert.throws(
        () => db.prepare(`SELECT ${sql}`).get(),
        /time and randomness come from env/,
        sql,
      )
    }
  })

  test(`${name}: in SQL it is now when the world says so, and local time is UTC`, () => {
    using db = disposable(openMemory())
    let nowMs = 0
    db.takeFrom(() => ({ clock: { nowMs: () => nowMs }, random: { bytes: fail } }))
    nowMs = 1_700_000_000_789
    for (const [sql, value] of clockSql) {
      assert.deepEqual(db.prepare(`SELECT ${sql}`).get(), [value], sql)
    }
    db.exec(`CREATE TABLE t(a, b DEFAULT CURRENT_TIMESTAMP, c DEFAULT (unixepoch()))`)
    db.exec(`CREATE INDEX i ON t(date(b)); INSERT INTO t(a) VALUES(1)`)
    assert.deepEqual(db.prepare('SELECT * FROM t').get(), [1, '2023-11-14 22:13:20', 1_700_000_000])
    nowMs += 1_000
    assert.deepEqual(db.prepare('SELECT unixepoch()').get(), [1_700_000_001])
  })

  test(`${name}: dates that are given are SQLite's, whatever the world says`, () => {
    using db = disposable(openMemory())
    for (const [sql, value] of [
      [`date('2024-02-30')`, '2024-03-01'],
      [`datetime(0, 'unixepoch')`, '1970-01-01 00:00:00'],
      [`julianday('2000-01-01T12:00')`, 2_451_545],
      [`typeof(julianday('2000-01-01T12:00'))`, 'real'],
      [`datetime(2451545)`, '2000-01-01 12:00:00'],
      [`datetime(2451545.25, '+1 day')`, '2000-01-02 18:00:00'],
      [`strftime('%s', '1970-01-02')`, '86400'],
      [`typeof(unixepoch('1970-01-02'))`, 'integer'],
      [`timediff('2024-03-01', '2024-02-01')`, '+0000-01-00 00:00:00.000'],
      [`datetime('2024-06-01 12:00', 'localtime')`, '2024-06-01 12:00:00'],
      [`datetime(86400, 'localtime', 'unixepoch')`, null],
      [`date('never')`, null],
      [`date(NULL)`, null],
      [`strftime()`, null],
    ] as const) {
      assert.deepEqual(db.prepare(`SELECT ${sql}`).get(), [value], sql)
    }
  })

  test(`${name}: randomness in SQL comes from the world`, () => {
    using db = disposable(openMemory())
    let drawn = 0
    const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(++drawn)
    db.takeFrom(() => ({ clock: { nowMs: fail }, random: { bytes } }))
    db.exec('CREATE TABLE t(a, b DEFAULT (random() % 1000), c DEFAULT (hex(randomblob(2))))')
    db.exec('INSERT INTO t(a) VALUES(1), (2)')
    assert.deepEqual(db.prepare('SELECT * FROM t ORDER BY a').all(), [
      [1, Number(0x01_01_01_01_01_01_01_01n % 1000n), '0202'],
      [2, Number(0x03_03_03_03_03_03_03_03n % 1000n), '0404'],
    ])
    const sizes = `length(randomblob(0)), length(randomblob('3x')), length(randomblob(NULL))`
    assert.deepEqual(db.prepare(`SELECT ${sizes}`).get(), [1, 3, 1])
    assert.throws(() => db.prepare('SELECT randomblob(1000000001)').get(), /too big/)
  })

  test(`${name}: bytes that are no database are an operating error`, () => {
    const garbage = new Uint8Array(8192).fill(7)
    assert.throws(() => {
      using db = disposable(openMemory(garbage))
      db.prepare('SELECT * FROM sqlite_schema').all()
    }, isUnreadable)
  })

  test(`${name}: a row that its table refuses is an operating error of its own`, () => {
    using db = disposable(openMemory())
    db.exec(`CREATE TABLE t(a INTEGER PRIMARY KEY, b CHECK(b > 0), c NOT NULL DEFAULT 1, d UNIQUE,
      e AS (json(d)) STORED)`)
    db.prepare('INSERT INTO t(a, b, d) VALUES(1, 1, 5)').run()
    for (const row of [
      `1, 1, 1, 1`,
      `2, 0, 1, 1`,
      `2, 1, NULL, 1`,
      `2, 1, 1, 5`,
      `'x', 1, 1, 1`,
      `2, 1, 1, '{'`,
    ]) {
      const insert = db.prepare(`INSERT INTO t(a, b, c, d) VALUES(${row})`)
      assert.throws(
        () => insert.run(),
        (error) => isUnreadable(error) && isRefusal(error),
        row,
      )
    }
    assert.throws(() => db.exec('INSERT INTO t(a, b) VALUES(2, 0)'), isRefusal)
    assert.throws(
      () => db.prepare('SELECT nothing FROM nowhere'),
      (error) => !isRefusal(error),
    )
  })

  test(`${name}: an error of a function in SQL is thrown as it comes`, () => {
    using db = disposable(openMemory())
    const mistake = new TypeError('ours')
    const nowMs = (): never => {
      throw mistake
    }
    db.takeFrom(() => ({ clock: { nowMs }, random: { bytes: fail } }))
    assert.throws(
      () => db.prepare('SELECT date()').get(),
      (error) => error === mistake,
    )
  })

  test(`${name}: a mistake in SQL is thrown as it comes`, () => {
    using db = disposable(openMemory())
    assert.throws(
      () => db.prepare('SELECT nothing FROM nowhere'),
      (error) => !FossilError.is(error),
    )
  })

  test(`${name}: closing twice does nothing the second time`, () => {
    const db = openMemory()
    db.close()
    db.close()
    assert.equal(db.isOpen, false)
  })
}

function fail(): never {
  throw new Error('nobody asked for this')
}

function isUnreadable(error: unknown): boolean {
  return FossilError.is(error, 'repo.unreadable')
}

function disposable<T extends { close(): void }>(resource: T): T & Disposable {
  return Object.assign(resource, { [Symbol.dispose]: () => resource.close() })
}

/**
 * The contract of the database port. Every implementation runs it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FossilError } from '../base/error.ts'
import type { OpenMemory } from './driver.ts'

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

  test(`${name}: SQL cannot draw randomness`, () => {
    using db = disposable(openMemory())
    assert.throws(() => db.prepare('SELECT random()').get(), /randomness comes from env/)
    assert.throws(() => db.prepare('SELECT randomblob(4)').get(), /randomness comes from env/)
  })

  test(`${name}: bytes that are no database are an operating error`, () => {
    const garbage = new Uint8Array(8192).fill(7)
    assert.throws(() => {
      using db = disposable(openMemory(garbage))
      db.prepare('SELECT * FROM sqlite_schema').all()
    }, isUnreadable)
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

function isUnreadable(error: unknown): boolean {
  return FossilError.is(error, 'repo.unreadable')
}

function disposable<T extends { close(): void }>(resource: T): T & Disposable {
  return Object.assign(resource, { [Symbol.dispose]: () => resource.close() })
}

/**
 * node:sqlite behind the database port.
 * @module
 */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FossilError } from '../base/error.ts'
import type { Database } from './driver.ts'
import { databaseContract } from './driver.suite.ts'
import { isFrozen } from './frozen.ts'
import { openDatabase } from './node.ts'

databaseContract('node:sqlite', openDatabase)

test('a path that cannot be opened is an operating error that names it', () => {
  assert.throws(
    () => openDatabase('/nonexistent/folder/x.fossil'),
    (error) => FossilError.is(error, 'repo.unreadable') && /nonexistent/.test(error.message),
  )
})

test('a file that is not there is an operating error, and is not made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-'))
  try {
    const path = join(folder, 'a b%20?#.db')
    for (const name of [path, '', 'a\0b']) {
      assert.throws(
        () => openDatabase(name),
        (error) => FossilError.is(error, 'repo.unreadable'),
      )
    }
    assert.deepEqual(readdirSync(folder), [])
    openDatabase(path, { create: true }).close()
    openDatabase(path).close()
    assert.deepEqual(readdirSync(folder), ['a b%20?#.db'])
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

test('a file opened read-only refuses writes as an operating error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-'))
  try {
    const path = join(folder, 'x.db')
    const first = openDatabase(path, { create: true })
    first.exec('CREATE TABLE t(a)')
    first.close()
    const second = openDatabase(path, { readOnly: true })
    assert.throws(
      () => second.prepare('INSERT INTO t VALUES(1)').run(),
      (error) => FossilError.is(error, 'repo.io'),
    )
    second.close()
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

test('a file that is no database is an operating error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-'))
  try {
    const path = join(folder, 'x.db')
    writeFileSync(path, 'hello '.repeat(1000))
    const db = openDatabase(path, { readOnly: true })
    assert.throws(
      () => db.prepare('SELECT * FROM sqlite_schema').all(),
      (error) => FossilError.is(error, 'repo.unreadable'),
    )
    db.close()
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

const total = (db: Database): unknown => db.prepare('SELECT sum(length(a)) FROM t').get()

test('a file that a killed writer left is not read until it was opened for writing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-'))
  try {
    const [path, copy] = [join(folder, 'x.db'), join(folder, 'copy.db')]
    const writer = openDatabase(path, { create: true })
    writer.exec(`CREATE TABLE t(a);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO t SELECT zeroblob(1000) FROM n`)
    // So small a cache spills: pages are written before the commit, and the journal before them.
    writer.exec('PRAGMA cache_size = 1; BEGIN; UPDATE t SET a = NULL')
    for (const end of ['', '-journal']) copyFileSync(path + end, copy + end)
    writer.close()
    const left = [copy, `${copy}-journal`].map((name) => readFileSync(name))

    const reader = openDatabase(copy, { readOnly: true })
    assert.throws(
      () => total(reader),
      (error) =>
        FossilError.is(error, 'repo.unreadable') &&
        error.detail.path === copy &&
        error.detail.reason.includes('open the file once for writing'),
    )
    const now = [copy, `${copy}-journal`].map((name) => readFileSync(name))
    assert.deepEqual(now, left, 'a reader changes nothing')

    const second = openDatabase(copy)
    assert.deepEqual(total(second), [100_000])
    second.close()
    assert.deepEqual(total(reader), [100_000])
    reader.close()
    assert.deepEqual(readdirSync(folder).sort(), ['copy.db', 'x.db'])
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

/** Somebody without rights, where we have them all. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

test('a file in WAL mode that lies where nothing can be written beside it is read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-'))
  try {
    const path = join(folder, 'x.db')
    const writer = openDatabase(path, { create: true })
    writer.exec('PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES(7)')
    assert.equal(isFrozen(path), false)
    writer.close()
    chmodSync(path, 0o444)
    chmodSync(folder, 0o555)
    const program = `
      import { isFrozen } from ${JSON.stringify(join(import.meta.dirname, 'frozen.ts'))}
      import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'node.ts'))}
      const path = process.argv.at(-1)
      const rows = [{}, { readOnly: true }].flatMap((options) => {
        const db = openDatabase(path, options)
        try { return db.prepare('SELECT a FROM t').all() } finally { db.close() }
      })
      console.log(JSON.stringify([isFrozen(path), ...rows]))`
    const args = ['--no-warnings', '--input-type=module', '-e', program, path]
    const said = execFileSync(process.execPath, args, { ...nobody, cwd: '/', encoding: 'utf8' })
    assert.deepEqual(JSON.parse(said), [true, [7], [7]])
  } finally {
    chmodSync(folder, 0o755)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

test('a file that is made is for its owner alone; one that is there stays as it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-'))
  try {
    const modeOf = (name: string): number => statSync(join(folder, name)).mode & 0o777
    writeFileSync(join(folder, 'old.db'), '', { mode: 0o644 })
    chmodSync(join(folder, 'old.db'), 0o644)
    for (const name of ['new.db', 'old.db']) {
      const db = openDatabase(join(folder, name), { create: true })
      db.exec('CREATE TABLE t(a)')
      db.close()
    }
    assert.deepEqual([modeOf('new.db'), modeOf('old.db')], [0o600, 0o644])
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

test('a number that JavaScript cannot hold makes a file unreadable', () => {
  const db = openDatabase()
  try {
    const rows = db.prepare('SELECT 4702539457725847019')
    for (const read of [() => rows.get(), () => rows.all(), () => [...rows.iterate()]]) {
      assert.throws(read, (error) => FossilError.is(error, 'repo.unreadable'))
    }
  } finally {
    db.close()
  }
})

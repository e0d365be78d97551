/**
 * Opening, transactions, and what is remembered across them.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { openDatabase } from '../db/node.ts'
import {
  announcedArtifacts,
  ensureKnown,
  hasArtifact,
  isPrivate,
  isShunned,
  phantomArtifacts,
  unresolvedRids,
  shunChanged,
} from './blob.ts'
import { config, setConfig } from './config.ts'
import { deltaSource, readArtifact } from './content.ts'
import { deltify, storeLocal } from './store.ts'
import {
  createRepo,
  deltaOf,
  failsWith,
  memoryRepo,
  named,
  openRepo,
  receive,
  scratchPath,
  stateOf,
  TestEnv,
  version,
  whole,
} from './fixture.suite.ts'
import { dbOf, Repo } from './repo.ts'
import { auxSchema, oldestAuxSchema, requiredColumns, requiredTables } from './schema.ts'

function openAt(path: string): Repo {
  const db = openDatabase(path, { create: true })
  try {
    return openRepo(db, new TestEnv())
  } catch (error) {
    db.close()
    throw error
  }
}

test('a repository that was closed opens again with all it had', (t) => {
  const path = scratchPath(t)
  {
    using repo = createRepo(openDatabase(path, { create: true }), new TestEnv())
    storeLocal(repo, version(1))
  }
  using repo = openAt(path)
  assert.deepEqual(readArtifact(repo, named(version(1))), version(1))
})

test('a closed repository answers nothing, and closes twice', () => {
  const repo = memoryRepo()
  repo.close()
  repo.close()
  assert.throws(() => config(repo, 'project-code'))
  assert.throws(() => repo.transaction(() => 0))
})

test('what is not a repository is refused, whatever it is, and left as it was', (t) => {
  const path = scratchPath(t)
  const files: [bytes: Uint8Array, code: 'repo.invalid' | 'repo.unreadable'][] = [
    [utf8(''), 'repo.invalid'],
    [utf8('C a\\scomment\n'), 'repo.unreadable'],
    [new Uint8Array(65_536), 'repo.unreadable'],
    [openDatabase().serialize(), 'repo.invalid'],
    [otherDatabase(), 'repo.invalid'],
  ]
  for (const [bytes, code] of files) {
    writeFileSync(path, bytes)
    assert.throws(() => openAt(path), failsWith(code, new RegExp(path)))
    assert.equal(Buffer.compare(readFileSync(path), bytes), 0)
  }
})

function otherDatabase(): Uint8Array {
  const db = openDatabase()
  db.exec('CREATE TABLE t(a); CREATE VIEW blob AS SELECT a AS rid FROM t')
  return db.serialize()
}

test('a folder and a path below a file are refused', (t) => {
  const path = scratchPath(t)
  mkdirSync(path)
  const file = join(dirname(path), 'file')
  writeFileSync(file, '')
  for (const each of [path, join(file, 'x.fossil'), join(path, 'no', 'such', 'folder')]) {
    assert.throws(() => openAt(each), failsWith('repo.unreadable', new RegExp(each)))
  }
})

test('a repository cut short is refused, or says so at the rows that are gone', (t) => {
  const path = scratchPath(t)
  {
    using repo = createRepo(openDatabase(path, { create: true }), new TestEnv())
    for (let number = 0; number < 200; number++) storeLocal(repo, version(number))
  }
  const size = statSync(path).size
  const image = readFileSync(path)
  for (const left of [100, 4095, 4096, 16_834, size - 8192, size - 1]) {
    writeFileSync(path, image)
    truncateSync(path, left)
    const readAll = (): void => {
      using repo = openAt(path)
      for (let number = 0; number < 200; number++) readArtifact(repo, named(version(number)))
    }
    assert.throws(readAll, isDamage, `${left} bytes`)
    assert.equal(statSync(path).size, left)
  }
})

function isDamage(error: unknown): boolean {
  return FossilError.is(error) && ['repo.unreadable', 'repo.corrupt'].includes(error.code)
}

test('a repository without one of its tables is refused', () => {
  for (const table of requiredTables) {
    using repo = memoryRepo()
    dbOf(repo).exec(`ALTER TABLE ${table} RENAME TO x`)
    const reason = new RegExp(`no table "${table}"`)
    assert.throws(() => openRepo(dbOf(repo), repo.env), failsWith('repo.invalid', reason))
  }
})

test('a repository whose artifacts, users or settings lack a column is refused', () => {
  for (const [table, columns] of Object.entries(requiredColumns)) {
    for (const column of columns.split(' ')) {
      using repo = memoryRepo()
      dbOf(repo).exec(`ALTER TABLE ${table} RENAME COLUMN ${column} TO odd`)
      const reason = new RegExp(`its table "${table}" lacks the column "${column}"`)
      assert.throws(() => openRepo(dbOf(repo), repo.env), failsWith('repo.unreadable', reason))
    }
  }
})

test('only a schema that needs no rebuild is opened', () => {
  using repo = memoryRepo()
  const set = dbOf(repo).prepare(`REPLACE INTO config(name, value) VALUES('aux-schema', ?)`)
  const openAgain = (): Repo => openRepo(dbOf(repo), repo.env)
  for (const value of [auxSchema, oldestAuxSchema, '2014-11-28 15:46', utf8(auxSchema)]) {
    set.run(value)
    assert.ok(openAgain() instanceof Repo)
  }
  for (const value of ['2011-04-25 19:49', '2015-01-24 1', '2026-01-01', '', 2016, null]) {
    set.run(value)
    assert.throws(openAgain, failsWith('repo.invalid', /fossil rebuild/), String(value))
  }
  dbOf(repo).exec(`DELETE FROM config WHERE name = 'aux-schema'`)
  assert.throws(openAgain, failsWith('repo.invalid', /fossil rebuild/))
})

test('a transaction returns what its action returns, and an inner one is a part of it', () => {
  using repo = memoryRepo()
  const result = repo.transaction(() => {
    assert.equal(dbOf(repo).inTransaction, true)
    return repo.transaction(() => storeLocal(repo, version(1)).isNew)
  })
  assert.equal(result, true)
  assert.equal(dbOf(repo).inTransaction, false)
})

/** Changes everything that is remembered between statements, and looks at it. */
function changeEverything(repo: Repo): void {
  const old = storeLocal(repo, version(1))
  const next = storeLocal(repo, version(2))
  storeLocal(repo, version(3), { isPrivate: true })
  deltify(repo, old.rid, next.rid)
  receive(repo, deltaOf(version(8), version(9)))
  receive(repo, deltaOf(version(7), version(0)))
  receive(repo, whole(version(7)))
  setConfig(repo, 'project-name', 'changed')
  dbOf(repo)
    .prepare('INSERT INTO shun(uuid) VALUES(?)')
    .run(named(version(4)))
  shunChanged(repo)
  look(repo)
}

/** Everything that a repository may remember, as it answers now. */
function look(repo: Repo): unknown {
  const names = Array.from({ length: 10 }, (_, number) => named(version(number)))
  return {
    name: config(repo, 'project-name'),
    held: names.map((hash) => hasArtifact(repo, hash)),
    shunned: names.map((hash) => isShunned(repo, hash)),
    announced: announcedArtifacts(repo),
    phantoms: phantomArtifacts(repo, { limit: 99, withPrivate: true }),
    unresolved: [...unresolvedRids(repo)],
  }
}

test('after a failed transaction nothing of it is left, remembered or stored', () => {
  using repo = memoryRepo()
  storeLocal(repo, version(0))
  const [before, state] = [look(repo), stateOf(repo)]
  const image = dbOf(repo).serialize()
  const failure = new Error('of the caller')
  const attempt = (): void =>
    repo.transaction(() => {
      changeEverything(repo)
      throw failure
    })
  assert.throws(attempt, (error) => error === failure)
  assert.deepEqual(look(repo), before)
  assert.deepEqual(stateOf(repo), state)
  assert.equal(Buffer.compare(dbOf(repo).serialize(), image), 0)
  repo.transaction(() => changeEverything(repo))
  assert.notDeepEqual(look(repo), before)
})

test('a commit that fails leaves nothing, and the next one starts afresh', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  storeLocal(repo, version(0))
  const [before, state] = [look(repo), stateOf(repo)]
  env.failing.add('repo.commit.fail')
  assert.throws(() => repo.transaction(() => changeEverything(repo)), failsWith('repo.io'))
  assert.throws(() => storeLocal(repo, version(5)), failsWith('repo.io'))
  assert.deepEqual(look(repo), before)
  assert.deepEqual(stateOf(repo), state)
  env.failing.clear()
  const { hash, rid } = storeLocal(repo, version(5))
  assert.deepEqual([hasArtifact(repo, hash), rid], [true, 2])
  assert.deepEqual(dbOf(repo).prepare('SELECT rcvid FROM blob WHERE rid = 2').get(), [2])
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM rcvfrom').get(), [2])
})

test('content remembered from a failed transaction is not served for the rid that it had', () => {
  using repo = memoryRepo()
  const attempt = (): void =>
    repo.transaction(() => {
      const { hash } = storeLocal(repo, version(1))
      readArtifact(repo, hash)
      throw new Error('undo')
    })
  assert.throws(attempt, /undo/)
  const { rid, hash } = storeLocal(repo, version(2))
  assert.equal(rid, 1)
  assert.deepEqual(readArtifact(repo, hash), version(2))
})

test('what another connection writes is noticed, inside and outside a transaction', (t) => {
  const path = scratchPath(t)
  using ours = createRepo(openDatabase(path, { create: true }), new TestEnv())
  using theirs = openAt(path)
  storeLocal(theirs, version(0))
  const empty = look(ours)
  theirs.transaction(() => changeEverything(theirs))
  assert.notDeepEqual(look(ours), empty)
  assert.deepEqual(look(ours), look(theirs))
  theirs.transaction(() => {
    setConfig(theirs, 'project-name', 'again')
    receive(theirs, whole(version(8)))
  })
  ours.transaction(() => assert.equal(config(ours, 'project-name'), 'again'))
  assert.deepEqual(look(ours), look(theirs))
  assert.equal(hasArtifact(ours, named(version(9))), true)
})

test('what another connection makes of an artifact is noticed', (t) => {
  const path = scratchPath(t)
  using ours = createRepo(openDatabase(path, { create: true }), new TestEnv())
  using theirs = openAt(path)
  const old = storeLocal(ours, version(1), { isPrivate: true })
  assert.equal(isPrivate(ours, old.rid), true)
  receive(theirs, whole(version(1)))
  assert.equal(isPrivate(ours, old.rid), false)
  const next = storeLocal(theirs, version(2))
  deltify(theirs, old.rid, next.rid)
  assert.equal(deltaSource(ours, old.rid), next.rid)
  assert.deepEqual(readArtifact(ours, old.hash), version(1))
})

test('two connections that store the same artifact store it once', (t) => {
  const path = scratchPath(t)
  using ours = createRepo(openDatabase(path, { create: true }), new TestEnv())
  using theirs = openAt(path)
  assert.equal(hasArtifact(ours, named(version(1))), false)
  assert.equal(storeLocal(theirs, version(1)).isNew, true)
  assert.equal(storeLocal(ours, version(1)).isNew, false)
  ensureKnown(theirs, named(version(2)), { isPrivate: false })
  assert.equal(storeLocal(ours, version(2)).rid, 2)
})

test('a transaction that another connection holds up fails whole, and can be repeated', (t) => {
  const path = scratchPath(t)
  using theirs = createRepo(openDatabase(path, { create: true }), new TestEnv())
  using ours = openRepo(openDatabase(path, { busyTimeoutMs: 0 }), new TestEnv())
  theirs.transaction(() => {
    storeLocal(theirs, version(1))
    assert.throws(() => storeLocal(ours, version(2)), failsWith('repo.io', /locked/))
    assert.equal(hasArtifact(ours, named(version(1))), false)
  })
  assert.equal(storeLocal(ours, version(2)).rid, 2)
  assert.equal(hasArtifact(ours, named(version(1))), true)
})

test('a repository opened to be read refuses every change', (t) => {
  const path = scratchPath(t)
  {
    using repo = createRepo(openDatabase(path, { create: true }), new TestEnv())
    storeLocal(repo, version(1))
  }
  using repo = openRepo(openDatabase(path, { readOnly: true }), new TestEnv())
  assert.deepEqual(readArtifact(repo, named(version(1))), version(1))
  assert.throws(() => storeLocal(repo, version(2)), failsWith('repo.io'))
  assert.throws(() => setConfig(repo, 'a', 'b'), failsWith('repo.io'))
})

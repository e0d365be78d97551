/**
 * New repositories. `interop/repo-stock.test.ts` compares their tables with stock's.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { openDatabase } from '../db/node.ts'
import type { HashPolicy } from '../hash/artifact-hash.ts'
import { config } from './config.ts'
import { storeLocal } from './store.ts'
import { identify } from './create.ts'
import {
  createRepo,
  failsWith,
  memoryRepo,
  openRepo,
  scratchPath,
  startMs,
  TestEnv,
  version,
} from './fixture.suite.ts'
import { dbOf } from './repo.ts'

test('a new repository knows what it is, who it is and who may use it', () => {
  using repo = createRepo(openDatabase(), new TestEnv())
  const settings = dbOf(repo).prepare('SELECT name, value, mtime FROM config ORDER BY name').all()
  const mtime = startMs / 1000
  assert.deepEqual(settings, [
    ['aux-schema', '2015-01-24', mtime],
    ['content-schema', '2', mtime],
    ['hash-policy', '2', mtime],
    ['project-code', repo.projectCode, mtime],
    ['server-code', repo.serverCode, mtime],
  ])
  const users = dbOf(repo).prepare('SELECT login, cap, info FROM user ORDER BY uid').all()
  assert.deepEqual(users, [
    ['admin', 's', ''],
    ['anonymous', 'hz', 'Anon'],
    ['nobody', 'gjorz', 'Nobody'],
    ['developer', 'ei', 'Dev'],
    ['reader', 'kptw', 'Reader'],
  ])
  const passwords = dbOf(repo).prepare<[string]>('SELECT pw FROM user ORDER BY uid').all().flat()
  const forms = [/^[0-9a-f]{16}$/, /^[0-9A-F]{16}$/, /^$/, /^$/, /^$/]
  for (const [i, form] of forms.entries()) assert.match(passwords[i] ?? '', form)
  const reports = dbOf(repo).prepare('SELECT title, mtime FROM reportfmt').all()
  assert.deepEqual(reports, [['All Tickets', 2440587.5]])
  assert.deepEqual(dbOf(repo).prepare('PRAGMA application_id').get(), [252006673])
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM blob').get(), [0])
})

test('codes, first user and hash policy are as asked', () => {
  const [projectCodeGiven, serverCodeGiven] = ['0123456789'.repeat(4), 'abcdef0123'.repeat(4)]
  const hashPolicies: HashPolicy[] = ['sha1', 'auto', 'sha3', 'sha3-only', 'shun-sha1']
  for (const policy of hashPolicies) {
    using repo = createRepo(openDatabase(), new TestEnv(), {
      projectCode: projectCodeGiven,
      serverCode: serverCodeGiven,
      adminUser: "o'hara",
      hashPolicy: policy,
    })
    assert.equal(repo.projectCode, projectCodeGiven)
    assert.equal(repo.serverCode, serverCodeGiven)
    assert.equal(repo.hashPolicy, policy)
    assert.deepEqual(dbOf(repo).prepare('SELECT login, cap FROM user').get(), ["o'hara", 's'])
  }
})

test('a first user who is called like a default one keeps every right', () => {
  using repo = createRepo(openDatabase(), new TestEnv(), { adminUser: 'developer' })
  const users = dbOf(repo).prepare('SELECT login, cap FROM user ORDER BY uid').all()
  assert.deepEqual(users[0], ['developer', 's'])
  assert.equal(users.length, 4)
})

test('codes come from the environment: the same again in the same world, others in another', () => {
  const codes = [1, 1, 2].map((seed) => {
    using repo = createRepo(openDatabase(), new TestEnv(seed))
    return repo.projectCode + repo.serverCode
  })
  assert.equal(codes[0], codes[1])
  assert.notEqual(codes[0], codes[2])
  using repo = memoryRepo()
  const before = [repo.projectCode, repo.serverCode]
  identify(repo, { projectCode: before[0] ?? '' })
  assert.equal(repo.projectCode, before[0])
  assert.notEqual(repo.serverCode, before[1])
})

test('a malformed code is refused, and the database stays empty', () => {
  for (const code of ['', 'x'.repeat(40), 'A'.repeat(40), 'a'.repeat(39), 'a'.repeat(41)]) {
    for (const option of ['projectCode', 'serverCode']) {
      const db = openDatabase()
      const empty = db.serialize()
      const attempt = (): unknown => createRepo(db, new TestEnv(), { [option]: code })
      assert.throws(attempt, failsWith('option.invalid', new RegExp(option)))
      assert.equal(Buffer.compare(db.serialize(), empty), 0)
    }
  }
})

test('a database that has anything in it is left alone', (t) => {
  const path = scratchPath(t)
  for (const sql of [
    'CREATE TABLE t(a)',
    'CREATE TABLE event(a)',
    'CREATE VIEW v AS SELECT 1',
    'CREATE TABLE blob(rid)',
  ]) {
    writeFileSync(path, '')
    const other = openDatabase(path, { create: true })
    other.exec(sql)
    other.close()
    const before = readFileSync(path)
    const db = openDatabase(path, { create: true })
    assert.throws(() => createRepo(db, new TestEnv()), failsWith('repo.invalid', new RegExp(path)))
    db.close()
    assert.equal(Buffer.compare(readFileSync(path), before), 0)
  }
  using repo = memoryRepo()
  assert.throws(() => createRepo(dbOf(repo), new TestEnv()), failsWith('repo.invalid', /already/))
})

test('a repository is made whole or not at all', (t) => {
  const path = scratchPath(t)
  const env = new TestEnv()
  env.failing.add('repo.commit.fail')
  const db = openDatabase(path, { create: true })
  assert.throws(() => createRepo(db, env), failsWith('repo.io'))
  assert.equal(readFileSync(path).length, 0)
  env.failing.clear()
  using repo = createRepo(db, env)
  assert.equal(storeLocal(repo, version(1)).isNew, true)
})

test('a file that is no database is left alone', (t) => {
  const path = scratchPath(t)
  const text = 'not a database, but long enough to be one\n'.repeat(99)
  writeFileSync(path, text)
  const db = openDatabase(path, { create: true })
  assert.throws(() => createRepo(db, new TestEnv()), failsWith('repo.unreadable'))
  db.close()
  assert.equal(readFileSync(path, 'utf8'), text)
})

test('an image of a repository is a repository of its own', () => {
  using repo = memoryRepo()
  storeLocal(repo, version(1))
  using copy = openRepo(openDatabase(dbOf(repo).serialize()), new TestEnv())
  storeLocal(copy, version(2))
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM blob').get(), [1])
  assert.equal(config(copy, 'project-code'), config(repo, 'project-code'))
})

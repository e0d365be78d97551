/**
 * Verify: every damage is found and named, and looking for it changes nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { compressContent } from '../base/zlib.ts'
import { openDatabase } from '../db/node.ts'
import { announcedArtifacts } from '../repo/blob.ts'
import { createRepo, openRepo } from './open.ts'
import { checkin, control, onBranch, plain, settled } from './checkins.suite.ts'
import { dumpDerived } from './derived-dump.ts'
import { type Artifact, artifact, minute, store } from './order.suite.ts'
import {
  deltaOf,
  failsWith,
  receive,
  scratchPath,
  TestEnv,
  version,
  whole,
} from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import { rebuild } from './rebuild.ts'
import { verify } from './verify.ts'

const root = checkin(0, { tags: onBranch('trunk'), files: { a: 'one', b: 'two' } })
const child = checkin(1, {
  parents: [root],
  files: { a: 'two', b: 'two' },
  cherrypicks: [{ direction: '-', target: root.hash }],
  comment: `undoes [${root.hash}]`,
})
const ticketId = 'ab'.repeat(20)
const member = checkin(9, { comment: 'never here' })

/** Something of everything. */
const artifacts: readonly Artifact[] = [
  plain('one'),
  plain('two'),
  root,
  child,
  control(2, root, '*bgcolor red', '+note x'),
  checkin(3, { parents: [child], baseline: plain('lost').hash, comment: 'waits' }),
  artifact({
    kind: 'wiki',
    dateMs: minute(4),
    user: 'ann',
    wikiTitle: 'Home',
    parents: [],
    content: `see [${child.hash}]`,
  }),
  artifact({
    kind: 'ticket',
    dateMs: minute(5),
    user: 'ann',
    ticketId,
    fields: [{ name: 'title', value: 'broken' }],
  }),
  artifact({
    kind: 'attachment',
    dateMs: minute(6),
    user: 'ann',
    fileName: 'a.txt',
    target: ticketId,
    source: plain('one').hash,
  }),
  artifact({
    kind: 'forum',
    dateMs: minute(7),
    user: 'ann',
    threadTitle: 'Hello',
    parents: [],
    content: 'all',
  }),
  artifact({ kind: 'cluster', members: [plain('one').hash, member.hash].sort() }),
]

function filled(): Repo {
  const repo = memoryRepo()
  store(repo, artifacts)
  receive(repo, { ...whole(version(7)), isPrivate: true })
  receive(repo, deltaOf(version(200), version(201)))
  return repo
}

/** Statements that damage a table, and what is found then. */
const damages: readonly (readonly [table: string, kinds: string, sql: string])[] = (
  [
    ['attachment', '', 'isLatest = 0'],
    ['backlink', `VALUES('abc', 0, 1, 2.5)`, `target = 'abcd'`],
    ['cherrypick', 'VALUES(1, 2, 0)', 'isExclude = 0'],
    ['event', `(type, mtime, objid) VALUES('ci', 1.5, 9999)`, `comment = 'other'`],
    ['forumpost', 'VALUES(9999, 1, 2, 3, 4.5)', 'fmtime = fmtime + 1'],
    ['leaf', 'VALUES(1)', 'rid = 9999'],
    ['mlink', 'VALUES(1, 2, 3, 4, 1, 0, 0, 0)', 'mperm = 7'],
    ['mlink', 'SELECT * FROM mlink LIMIT 1', 'isaux = 1'],
    ['orphan', 'VALUES(1, 2)', 'baseline = 1'],
    ['phantom', 'VALUES(1)', 'rid = 9999'],
    ['plink', 'VALUES(2, 1, 1, 2.5, NULL)', 'isprim = 0'],
    ['private', 'VALUES(2)', ''],
    ['tagxref', `VALUES(1, 1, 1, 1, 'x', 2.5, 9999)`, `value = 'other'`],
    ['ticket', `(tkt_uuid) VALUES('x')`, `title = 'other'`],
    ['ticketchng', '', `login = 'other'`],
    ['unclustered', '', ''],
  ] as const
).flatMap(([table, added, changed]) => {
  const one = `(SELECT min(_rowid_) FROM ${table})`
  const key = table === 'cherrypick' ? 'true' : `_rowid_ = ${one}`
  const found: [string, string, string][] = []
  if (table !== 'private') found.push([table, 'missing', `DELETE FROM ${table} WHERE ${key}`])
  if (added !== '') found.push([table, 'extra', `INSERT INTO ${table} ${added}`])
  if (changed !== '') {
    found.push([table, 'extra missing', `UPDATE ${table} SET ${changed} WHERE ${key}`])
  }
  return found
})

test('a sound repository has nothing to tell of', () => {
  using repo = filled()
  const { artifacts: count, ...rest } = verify(repo)
  assert.deepEqual(rest, { differences: [], total: 0 })
  assert.equal(count, artifacts.length + 1)
})

test('every table holds something in these tests', () => {
  using repo = filled()
  for (const [table] of damages) {
    assert.ok(dbOf(repo).prepare(`SELECT 1 FROM ${table}`).get(), table)
  }
})

test('a row that is missing, added or changed is found in every table', () => {
  for (const [table, kinds, sql] of damages) {
    using repo = filled()
    dbOf(repo).exec(sql)
    const { differences } = verify(repo)
    // Changes of tickets go under the name of the ticket.
    const others = table === 'ticket' ? ['ticketchng'] : []
    for (const each of differences) assert.ok([table, ...others].includes(each.table), sql)
    const there = differences.filter((each) => each.table === table)
    assert.equal([...new Set(there.map(({ kind }) => kind))].sort().join(' '), kinds, sql)
  }
})

test('the last digits of a time are those of a build of stock, its milliseconds are damage', () => {
  using repo = filled()
  const db = dbOf(repo)
  for (const [table, column] of [
    ['event', 'mtime'],
    ['event', 'omtime'],
    ['plink', 'mtime'],
  ]) {
    const move = (days: number): void => {
      db.prepare(`UPDATE ${table} SET ${column} = ${column} + ?`).run(days)
    }
    move(1e-9)
    assert.equal(verify(repo).total, 0, `${table}.${column}`)
    move(2 / 86_400_000)
    assert.ok(verify(repo).total > 0, `${table}.${column}`)
    move(-2 / 86_400_000 - 1e-9)
  }
  assert.equal(verify(repo).total, 0)
})

test('rows are named by artifacts, tags and files', () => {
  using repo = filled()
  dbOf(repo).exec(`DELETE FROM mlink WHERE pmid <> 0; DELETE FROM tagxref WHERE value = 'x'`)
  const [change, tag] = verify(repo).differences
  const [one, two] = ['one', 'two'].map((text) => plain(text).hash)
  assert.equal(
    change?.what,
    `mid=${child.hash} fid=${two} pmid=${root.hash} pid=${one} fnid=a pfnid=0 mperm=0 isaux=0`,
  )
  const { hash: source } = control(2, root, '*bgcolor red', '+note x')
  assert.equal(
    tag?.what.replace(/ mtime=[0-9.]+/, ''),
    `tagid=note tagtype=1 srcid=${source} origid=${root.hash} value="x" rid=${root.hash}`,
  )
})

test('a table that is gone is missing, with its rows', () => {
  using repo = filled()
  dbOf(repo).exec('DROP TABLE leaf; DROP TABLE forumpost')
  const found = verify(repo).differences.map(({ table, kind }) => `${table} ${kind}`)
  assert.deepEqual(found, ['leaf missing', 'leaf missing', 'forumpost missing'])
})

test('content that is not what its name says is found', () => {
  using repo = filled()
  const { hash } = plain('one')
  dbOf(repo)
    .prepare('UPDATE blob SET content = ? WHERE uuid = ?')
    .run(compressContent(Buffer.from('two'), repo), hash)
  assert.deepEqual(verify(repo).differences, [
    { table: 'blob', kind: 'damaged', what: `${hash}: its content is not what its name says` },
  ])
})

test('a size that is not that of the content is found', () => {
  using repo = filled()
  const { hash } = plain('one')
  dbOf(repo).prepare('UPDATE blob SET size = 5 WHERE uuid = ?').run(hash)
  assert.deepEqual(verify(repo).differences, [
    { table: 'blob', kind: 'damaged', what: `${hash}: its row says 5 bytes, it has 3` },
  ])
})

test('content that cannot be read is found, and what is a delta of it', () => {
  for (const sql of [
    `UPDATE blob SET content = x'00000003ff' WHERE uuid = '${plain('one').hash}'`,
    `UPDATE blob SET content = NULL WHERE uuid = '${plain('one').hash}'`,
    `INSERT INTO delta SELECT rid, 9999 FROM blob WHERE uuid = '${plain('one').hash}'`,
    `INSERT INTO delta SELECT rid, rid FROM blob WHERE uuid = '${plain('one').hash}'`,
  ]) {
    using repo = filled()
    receive(repo, whole(version(1)))
    dbOf(repo).exec(sql)
    dbOf(repo).exec(`INSERT INTO delta
      SELECT a.rid, b.rid FROM blob AS a, blob AS b
       WHERE a.uuid = '${whole(version(1)).hash}' AND b.uuid = '${plain('one').hash}'`)
    const { differences } = verify(repo)
    assert.deepEqual(
      differences.map(({ table, kind, what }) => `${table} ${kind} ${what.slice(0, 64)}`).sort(),
      [plain('one').hash, whole(version(1)).hash].map((hash) => `blob damaged ${hash}`).sort(),
      sql,
    )
  }
})

test('a phantom that nobody asks for is found', () => {
  using repo = filled()
  dbOf(repo).exec(`
    DELETE FROM phantom WHERE rid = (SELECT rid FROM blob WHERE uuid = '${member.hash}');
    DELETE FROM blob WHERE uuid = '${member.hash}'`)
  const { differences, total } = verify(repo)
  assert.equal(total, differences.length)
  const [lost] = differences.filter(({ table }) => table === 'blob')
  assert.equal(lost?.kind, 'missing')
  assert.equal(lost?.what, `${member.hash}: it is named, and not asked for`)
})

test('a broken index is found', () => {
  using repo = filled()
  const image = Buffer.from(dbOf(repo).serialize()).toString('latin1')
  const swapped = image.replaceAll('mlink_i1 ON mlink(mid)', 'mlink_i1 ON mlink(fid)')
  assert.notEqual(swapped, image)
  using damaged = openRepo(openDatabase(Buffer.from(swapped, 'latin1')), new TestEnv())
  const found = verify(damaged).differences.filter(({ table }) => table === 'sqlite')
  assert.ok(found.length > 0)
  for (const { kind, what } of found) {
    assert.equal(kind, 'damaged')
    assert.match(what, /mlink_i1/)
  }
})

test('no more is told of one table than the limit, and all is counted', () => {
  using repo = filled()
  dbOf(repo).exec('DELETE FROM tagxref; DELETE FROM event')
  const { differences, total } = verify(repo, { limit: 2 })
  assert.equal(differences.filter(({ table }) => table === 'event').length, 2)
  assert.equal(differences.filter(({ table }) => table === 'tagxref').length, 2)
  assert.ok(total > differences.length)
})

test('ids of tags and file names, and tables of others, are not compared', () => {
  using repo = filled()
  dbOf(repo).exec(`
    INSERT INTO tag(tagname) VALUES('unused'); INSERT INTO filename(name) VALUES('unused');
    CREATE TABLE mine(x)`)
  assert.equal(verify(repo).total, 0)
})

test('a verification tells how far it is', () => {
  using repo = filled()
  const seen: number[] = []
  const { artifacts: count } = verify(repo, { onProgress: (done) => seen.push(done) })
  assert.deepEqual(
    seen,
    [...Array(count).keys()].map((index) => index + 1),
  )
})

test('a verification leaves the repository and what is remembered of it as it was', () => {
  using repo = filled()
  const announced = announcedArtifacts(repo)
  const cache = cacheOf(repo)
  dbOf(repo).exec('UPDATE blob SET size = 5 WHERE rid = 1; DELETE FROM leaf; DELETE FROM phantom')
  const before = Buffer.from(dbOf(repo).serialize())
  assert.ok(verify(repo).total > 0)
  assert.ok(before.equals(dbOf(repo).serialize()))
  assert.equal(announcedArtifacts(repo), announced)
  assert.equal(cacheOf(repo), cache)
  assert.equal(dbOf(repo).inTransaction, false)
  assert.deepEqual(dbOf(repo).prepare('SELECT name FROM sqlite_temp_schema').all(), [])
})

test('a verification that is interrupted leaves nothing behind', () => {
  using repo = filled()
  const before = dumpDerived(repo)
  assert.throws(() => verify(repo, { onProgress: () => assert.fail('stop') }), /stop/)
  assert.equal(dbOf(repo).inTransaction, false)
  assert.deepEqual(dumpDerived(repo), before)
  assert.equal(verify(repo).total, 0)
})

/** A file like {@link filled}. */
function filledFile(t: Parameters<typeof scratchPath>[0]): string {
  const path = scratchPath(t)
  using repo = createRepo(openDatabase(path, { create: true }), new TestEnv())
  store(repo, artifacts)
  return path
}

test('a file that is damaged in every way can be verified where it cannot be written', (t) => {
  const path = filledFile(t)
  {
    using repo = openRepo(openDatabase(path), new TestEnv())
    dbOf(repo).exec(`
      UPDATE blob SET size = size + 1 WHERE size > 0; DELETE FROM blob WHERE size < 0;
      DROP TABLE forumpost; DELETE FROM phantom`)
  }
  const before = readFileSync(path)
  using repo = openRepo(openDatabase(path, { readOnly: true }), new TestEnv())
  const tables = new Set(verify(repo).differences.map(({ table }) => table))
  for (const table of ['blob', 'forumpost', 'phantom']) assert.ok(tables.has(table), table)
  assert.ok(before.equals(readFileSync(path)))
})

test('others write while a file in WAL mode is verified, and it sees none of that', (t) => {
  const path = filledFile(t)
  using repo = openRepo(openDatabase(path), new TestEnv())
  dbOf(repo).exec('PRAGMA journal_mode = WAL')
  using other = openRepo(openDatabase(path), new TestEnv())
  const result = verify(repo, {
    onProgress: (done) => {
      if (done === 3) store(other, [plain('meanwhile')])
    },
  })
  assert.deepEqual(result, { artifacts: artifacts.length, differences: [], total: 0 })
  assert.equal(verify(repo).artifacts, artifacts.length + 1)
})

test('others read while a file is verified', (t) => {
  const path = filledFile(t)
  using repo = openRepo(openDatabase(path), new TestEnv())
  using other = openRepo(openDatabase(path, { busyTimeoutMs: 0 }), new TestEnv())
  const expected = dumpDerived(other)
  const onProgress = (): void => assert.deepEqual(dumpDerived(other), expected)
  assert.equal(verify(repo, { onProgress }).total, 0)
  assert.throws(
    () => verify(repo, { onProgress: () => store(other, [plain('meanwhile')]) }),
    failsWith('repo.io'),
    'without WAL, a commit waits for whoever reads',
  )
})

test('a table whose columns are named otherwise is told, and a rebuild makes it anew', () => {
  using repo = settled([checkin(0, { tags: onBranch('trunk'), files: { a: 'x' } })])
  for (const [table, column] of [
    ['event', 'omtime'],
    ['tagxref', 'origid'],
    ['filename', 'name'],
    ['tag', 'tagname'],
    ['unclustered', 'rid'],
  ] as const) {
    dbOf(repo).exec(`ALTER TABLE ${table} RENAME COLUMN ${column} TO odd`)
    const told = verify(repo).differences.filter((each) => each.table === table)
    assert.deepEqual(told, [{ table, kind: 'damaged', what: `it lacks the columns ${column}` }])
    rebuild(repo)
    assert.deepEqual(verify(repo).differences, [])
  }
})

/**
 * The files of a simulation: what is refused before anything is written.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import { openDatabase } from '../db/node.ts'
import { allBlobUuidsSorted } from '../dst/holdings.ts'
import { checkin } from '../write/checkin.ts'
import { storeLocal } from '../repo/store.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { writeUnversioned } from '../repo/unversioned.ts'
import { checkKeepFolder, readMasterImage, TraceFile } from './sim-files.ts'

const scratch = mkdtempSync(join(tmpdir(), 'trilobite-files-'))
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }))

/** Makes a repository file with some history, then lets `change` at it. */
function repoFile(name: string, change: (repo: Repo) => void = () => {}): string {
  const path = join(scratch, name)
  using repo = createRepo(openDatabase(path, { create: true }), systemEnv, { hashPolicy: 'sha1' })
  const text = 'a line that says something\n'.repeat(20)
  const { hash: parent } = checkin(repo, {
    changes: [{ name: 'a', content: utf8(text) }],
    comment: 'first',
    user: 'u',
  })
  const changes = [{ name: 'a', content: utf8(`${text}more\n`) }]
  checkin(repo, { changes, comment: 'second', user: 'u', parent })
  change(repo)
  return path
}

const coded =
  (code: FossilErrorCode, reason: RegExp, path?: string) =>
  (error: unknown): boolean => {
    assert.ok(FossilError.is(error, code), String(error))
    assert.match(error.message, reason)
    if (path !== undefined) assert.ok(error.message.endsWith(`(path ${path})`), error.message)
    return true
  }

suite('the image of a master', () => {
  test('is the file as a database, artifacts and all', () => {
    const path = repoFile('plain.fossil')
    using file = openRepo(openDatabase(path, { readOnly: true }), systemEnv)
    using copy = openRepo(openDatabase(readMasterImage(path)), systemEnv)
    assert.deepEqual(allBlobUuidsSorted(copy), allBlobUuidsSorted(file))
    assert.equal(allBlobUuidsSorted(copy).length, 4)
  })

  test('leaves file and folder as they were, in WAL mode, too', () => {
    const path = repoFile('wal.fossil', (repo) => dbOf(repo).exec('PRAGMA journal_mode = WAL'))
    const [bytes, names] = [readFileSync(path), readdirSync(scratch)]
    readMasterImage(path)
    assert.deepEqual([readFileSync(path), readdirSync(scratch)], [bytes, names])
  })

  test('holds what another process has just written', () => {
    const path = repoFile('busy.fossil', (repo) => dbOf(repo).exec('PRAGMA journal_mode = WAL'))
    using writer = openRepo(openDatabase(path, { create: true }), systemEnv)
    const { hash } = storeLocal(writer, utf8('in the log only'))
    const image = readMasterImage(path)
    // As RepoFactory does: a database in memory has no log.
    using copy = openRepo(openDatabase(image.fill(1, 18, 20)), systemEnv)
    assert.ok(allBlobUuidsSorted(copy).includes(hash))
  })

  const damages: Record<string, [sql: string, reason: RegExp]> = {
    'forged content': ["UPDATE blob SET content = x'00000000789c030000000001' WHERE rid = 2", /./],
    'a lost delta source': ['DELETE FROM blob WHERE rid IN (SELECT srcid FROM delta)', /lacks/],
    'no project code': ["DELETE FROM config WHERE name = 'project-code'", /no project-code/],
    'no announcements': ['DELETE FROM unclustered', /"fossil rebuild" repairs/],
    'an unlisted phantom': [
      `INSERT INTO blob(rcvid, size, uuid) VALUES(0, -1, '${'e'.repeat(40)}')`,
      /"fossil rebuild" repairs/,
    ],
    'an old schema': ["UPDATE config SET value = '2010' WHERE name = 'aux-schema'", /rebuild/],
  }
  for (const [what, [sql, reason]] of Object.entries(damages)) {
    test(`is refused with ${what}`, () => {
      const path = repoFile(`${what}.fossil`, (repo) => dbOf(repo).exec(sql))
      assert.throws(() => readMasterImage(path), coded('repo.invalid', reason, path))
    })
  }

  test('is refused with a damaged unversioned file, where those are to be synced', () => {
    const path = repoFile('unversioned.fossil', (repo) => {
      writeUnversioned(repo, { name: 'a', content: utf8('text'), mtimeSec: 1 })
      dbOf(repo).exec("UPDATE unversioned SET content = x'00'")
    })
    readMasterImage(path)
    const refused = coded('repo.invalid', /"a" holds content that hashes to/, path)
    assert.throws(() => readMasterImage(path, { uv: true }), refused)
  })

  test('is refused where pages of the file are damaged', () => {
    const path = repoFile('pages.fossil')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0xa5, 4096, bytes.length - 4096))
    assert.throws(
      () => readMasterImage(path),
      (error) => FossilError.is(error),
    )
  })

  test('is refused where there is no repository', () => {
    const text = join(scratch, 'text')
    writeFileSync(text, 'this is a text\n'.repeat(50))
    const empty = join(scratch, 'empty')
    writeFileSync(empty, '')
    const nowhere = join(scratch, 'nowhere')
    assert.throws(() => readMasterImage(text), coded('repo.unreadable', /not a database/, text))
    assert.throws(() => readMasterImage(empty), coded('repo.invalid', /not a Fossil/, empty))
    assert.throws(() => readMasterImage(nowhere), coded('repo.unreadable', /no such file/, nowhere))
    assert.throws(() => readMasterImage(scratch), coded('repo.unreadable', /not a file/, scratch))
  })
})

suite('a folder to keep repositories in', () => {
  test('may be there or not, and the paths are told', () => {
    const folder = join(scratch, 'a', 'b')
    const expected = ['master', 'leaf-0', 'leaf-1'].map((id) => join(folder, `${id}.fossil`))
    assert.deepEqual(checkKeepFolder(folder, 2), expected)
    mkdirSync(folder, { recursive: true })
    assert.deepEqual(checkKeepFolder(folder, 2), expected)
  })

  test('is not made by looking', () => {
    checkKeepFolder(join(scratch, 'not yet'), 1)
    assert.ok(!readdirSync(scratch).includes('not yet'))
  })

  test('is refused where a repository of that name is there already', () => {
    const folder = join(scratch, 'taken')
    mkdirSync(folder)
    writeFileSync(join(folder, 'leaf-3.fossil'), '')
    checkKeepFolder(folder, 3)
    assert.throws(() => checkKeepFolder(folder, 4), coded('repo.unreadable', /exists already/))
  })

  test('is refused where it is a file, is in one, or has no name', () => {
    const file = join(scratch, 'file')
    writeFileSync(file, '')
    for (const path of [file, join(file, 'deeper'), '']) {
      assert.throws(() => checkKeepFolder(path, 1), coded('repo.unreadable', /not a folder/, path))
    }
  })
})

suite('a trace file', () => {
  test('holds the lines, also more than fit one batch', () => {
    const path = join(scratch, 'trace')
    const trace = new TraceFile(path)
    const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index} ${'x'.repeat(30)}`)
    for (const line of lines) trace.write(line)
    trace.close()
    assert.equal(readFileSync(path, 'utf8'), `${lines.join('\n')}\n`)
  })

  test('replaces a trace and no repository', () => {
    const path = join(scratch, 'again')
    for (const line of ['first', 'second']) {
      const trace = new TraceFile(path)
      trace.startOver()
      trace.write(line)
      trace.close()
    }
    assert.equal(readFileSync(path, 'utf8'), 'second\n')
    new TraceFile(path).close()
    assert.equal(readFileSync(path, 'utf8'), 'second\n', 'no run began')
    const repo = repoFile('precious.fossil')
    const bytes = readFileSync(repo)
    assert.throws(() => new TraceFile(repo), coded('repo.unreadable', /repository/, repo))
    assert.deepEqual(readFileSync(repo), bytes)
  })

  test('is none of the repositories to be kept', () => {
    const path = join(scratch, 'x', '..', 'leaf-0.fossil')
    const kept = checkKeepFolder(scratch, 1)
    assert.throws(() => new TraceFile(path, kept), coded('repo.unreadable', /repository/))
  })

  test('that cannot be opened is an error at once', () => {
    const nowhere = join(scratch, 'no', 'folder')
    assert.throws(() => new TraceFile(nowhere), coded('repo.unreadable', /ENOENT/, nowhere))
    assert.throws(() => new TraceFile(scratch), coded('repo.unreadable', /EISDIR/, scratch))
  })

  test(
    'that cannot be written is an error at the end, not within a sync',
    { skip: noFullDevice() },
    () => {
      const trace = new TraceFile('/dev/full')
      for (let line = 0; line < 10; line++) trace.write('x'.repeat(20_000))
      assert.throws(() => trace.close(), coded('repo.unreadable', /ENOSPC/, '/dev/full'))
    },
  )
})

function noFullDevice(): string | false {
  return process.platform === 'linux' ? false : 'only Linux has a device that is always full'
}

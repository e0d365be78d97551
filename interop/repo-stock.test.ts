/**
 * Repositories that we write, in the eyes of stock Fossil, and stock's in ours.
 * @module
 */

import assert from 'node:assert/strict'
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import {
  accessOf,
  type ArtifactHash,
  checkin,
  checkinFiles,
  type CheckinOptions,
  createRepo,
  FossilError,
  handleXfer,
  openRepo,
  parseArtifactHash,
  readArtifact,
  type Repo,
  storeLocal,
  systemEnv,
} from 'trilobite'
import { openDatabase } from 'trilobite/db/node'
import { sha1, sha3 } from 'trilobite/hash'
import { CardWriter, decodeMessage, encodeMessage, parseCards } from 'trilobite/xfer'

import { requireFossilOrSkip, runFossil } from '../tools/ensure-fossil.ts'

const maxBytes = 1 << 24
const startMs = 1_700_000_000_000

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-stock-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

async function fossil(...args: string[]): Promise<string> {
  const { stdout, stderr } = await runFossil(args)
  return (stdout + stderr).replaceAll('\r', '\n')
}

/** Lets stock derive its tables and check everything it can. */
async function approve(path: string): Promise<void> {
  assert.match(await fossil('rebuild', path), /100\.0% complete/)
  const integrity = await fossil('test-integrity', '-R', path)
  assert.match(integrity, /checked: +0 errors/)
  assert.match(integrity, /integrity-check: ok/)
  assert.doesNotMatch(integrity, /skip phantom/)
  const parsed = await fossil('test-parse-all-blobs', '--wellformed', '-R', path)
  assert.match(parsed, /tests with 0 errors/)
}

function names(path: string, sql: string): string[] {
  const db = openDatabase(path, { readOnly: true })
  try {
    return db.prepare(sql).all().flat().map(String)
  } finally {
    db.close()
  }
}

test('a new repository has the tables, columns, report and fixed tags of stock', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = scratch(t)
  const [theirs, ours] = [join(folder, 'theirs.fossil'), join(folder, 'ours.fossil')]
  await fossil('new', theirs)
  createRepo(ours, systemEnv).close()
  const queries = [
    `SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid`,
    `SELECT t.name || '.' || c.name || ' ' || coalesce(c.dflt_value, '')
       FROM sqlite_schema t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid`,
    `SELECT i.name || ' ' || i.tbl_name || ' ' || group_concat(c.name)
       FROM sqlite_schema i, pragma_index_info(i.name) c
      WHERE i.type = 'index' AND i.name NOT LIKE 'sqlite_%' GROUP BY i.name ORDER BY i.name`,
    'SELECT title, owner, mtime, cols, sqlcode, jx FROM reportfmt',
    'SELECT tagid, tagname FROM tag WHERE tagid < 12 ORDER BY tagid',
    `SELECT name, value FROM config
      WHERE name IN ('aux-schema', 'content-schema', 'hash-policy') ORDER BY name`,
    `SELECT login, info, length(pw) > 9 FROM user WHERE login <> 'admin' AND login <> 'tester'`,
    `SELECT name FROM pragma_table_info('user'), user WHERE cap = 's'`,
    'PRAGMA application_id',
    'PRAGMA user_version',
  ]
  for (const sql of queries) assert.deepEqual(names(ours, sql), names(theirs, sql), sql)
  const settings = 'SELECT name FROM config'
  const known = new Set(names(theirs, settings))
  assert.deepEqual(
    names(ours, settings).filter((name) => !known.has(name)),
    [],
  )
})

/** Writes check-ins one second apart. */
class Author {
  readonly repo: Repo
  #checkins = 0

  constructor(repo: Repo) {
    this.repo = repo
  }

  write(comment: string, options: Partial<CheckinOptions>): ArtifactHash {
    const dateMs = startMs + 1000 * this.#checkins++
    return checkin(this.repo, { changes: [], user: 'ada', comment, dateMs, ...options }).hash
  }
}

function file(name: string, content: string | Uint8Array | undefined) {
  return { name, content: typeof content === 'string' ? Buffer.from(content) : content }
}

const long = (number: number): string => `${number}\n${'one of many lines\n'.repeat(99)}`
const binary = Uint8Array.from({ length: 2000 }, (_, i) => (i * i) & 0xff)

/** A history with everything that a check-in of ours can say. */
function writeHistory(repo: Repo): Record<string, ArtifactHash> {
  const author = new Author(repo)
  const empty = author.write('initial empty', {})
  const first = author.write('first files', {
    parent: empty,
    changes: [
      file('src/long.txt', long(1)),
      { ...file('a file with spaces', 'x'), permission: 'executable' },
      { ...file('link', 'a file with spaces'), permission: 'symlink' },
      file('ünïcödé/漢字 😀', 'name in UTF-8\n'),
      file('empty', ''),
      file('binary', binary),
    ],
  })
  const second = author.write('a\\backslash, a\ttab and\nmany lines, ü', {
    parent: first,
    changes: [file('src/long.txt', long(2)), file('empty', undefined)],
    tags: ['v1 ü'],
  })
  const fork = author.write('on a branch', {
    parent: first,
    branch: 'fork',
    user: 'grace hopper',
    changes: [file('src/fork.txt', long(3))],
  })
  const secret = author.write('hidden', {
    parent: second,
    isPrivate: true,
    branch: 'private',
    changes: [file('src/long.txt', long(9))],
  })
  const merge = author.write('merged', {
    parent: second,
    mergedParents: [fork, secret],
    changes: [file('src/fork.txt', long(3))],
  })
  return { empty, first, second, fork, secret, merge }
}

test('stock finds our check-ins sound, and shows their files as they were written', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = join(scratch(t), 'ours.fossil')
  const repo = createRepo(path, systemEnv, { adminUser: 'ada' })
  const { empty, first, second, fork, secret, merge } = writeHistory(repo)
  repo.close()
  await approve(path)
  const format = '%H|%a|%b|%t|%c'
  const lines = await fossil('timeline', '-R', path, '-n', '0', '-t', 'ci', '-F', format)
  const history = lines.split('\n').filter((line) => line.includes('|'))
  assert.deepEqual(history, [
    `${merge}|ada|trunk|trunk|merged`,
    `${secret}|ada|private|private|hidden`,
    `${fork}|grace hopper|fork|fork|on a branch`,
    `${second}|ada|trunk|trunk, v1 ü|a\\backslash, a tab and many lines, ü`,
    `${first}|ada|trunk|trunk|first files`,
    `${empty}|ada|trunk|trunk|initial empty`,
  ])
  const list = async (version = ''): Promise<string[]> =>
    (await fossil('ls', '-R', path, '-r', version)).split('\n').filter(Boolean)
  const kept = ['a file with spaces', 'binary', 'link', 'src/long.txt', 'ünïcödé/漢字 😀']
  assert.deepEqual(await list(empty), [])
  assert.deepEqual(await list(first), [...kept.slice(0, 2), 'empty', ...kept.slice(2)])
  assert.deepEqual(await list(second), kept)
  assert.deepEqual((await list(merge)).sort(), [...kept, 'src/fork.txt'].sort())
  const contents: [version: string | undefined, name: string, content: string | Uint8Array][] = [
    [first, 'src/long.txt', long(1)],
    [second, 'src/long.txt', long(2)],
    [secret, 'src/long.txt', long(9)],
    [merge, 'src/long.txt', long(2)],
    [merge, 'src/fork.txt', long(3)],
    [merge, 'ünïcödé/漢字 😀', 'name in UTF-8\n'],
    [merge, 'a file with spaces', 'x'],
    [first, 'empty', ''],
    [merge, 'binary', binary],
  ]
  for (const [version = '', name, content] of contents) {
    const { bytes } = await runFossil(['cat', name, '-R', path, '-r', version])
    assert.equal(Buffer.compare(bytes, Buffer.from(content)), 0, `${name} of ${version}`)
  }
  const permissions = `SELECT name || ' ' || mperm FROM mlink JOIN filename USING(fnid)
    WHERE mperm <> 0 GROUP BY 1 ORDER BY 1`
  assert.deepEqual(names(path, permissions), ['a file with spaces 1', 'link 2'])
})

test('stock leaves private what is private, and we agree on what is announced', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = join(scratch(t), 'ours.fossil')
  {
    using repo = createRepo(path, systemEnv)
    writeHistory(repo)
  }
  const tables = ['private', 'unclustered', 'unsent', 'phantom']
  const state = (): string[][] =>
    tables.map((table) => names(path, `SELECT uuid FROM blob JOIN ${table} USING(rid) ORDER BY 1`))
  const [hidden = [], open, ...rest] = state()
  assert.equal(hidden.length, 2)
  assert.deepEqual(open, rest[0])
  await approve(path)
  // A rebuild empties `unsent`, which costs a round trip and loses nothing.
  assert.deepEqual(state(), [hidden, open, [], []])
})

test('we go on where stock left off, and stock where we did', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = scratch(t)
  const path = join(folder, 'both.fossil')
  const stock = async (...args: string[]): Promise<void> => {
    await runFossil(args, { cwd: folder })
  }
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content)
  await stock('new', path)
  await stock('open', '--force', path)
  write('kept', long(1))
  write('old name', long(2))
  await stock('add', 'kept', 'old name')
  await stock('commit', '-m', 'theirs', '--no-warnings')
  // Stock tells a changed file by its size and second, so the size must change.
  write('kept', long(30))
  renameSync(join(folder, 'old name'), join(folder, 'new name'))
  await stock('mv', 'old name', 'new name')
  await stock('commit', '-m', 'theirs, a rename', '--no-warnings')
  const tip = `SELECT uuid FROM event JOIN blob ON rid = objid ORDER BY event.mtime DESC LIMIT 1`
  const parent = parseArtifactHash(names(path, tip)[0] ?? '') ?? assert.fail()
  let child: ArtifactHash
  {
    using repo = openRepo(path, systemEnv)
    assert.deepEqual([...checkinFiles(repo, parent).keys()], ['kept', 'new name'])
    const changes = [file('ours', 'x')]
    child = checkin(repo, { parent, changes, comment: 'ours', user: 'ada' }).hash
    assert.equal(checkinFiles(repo, child).get('new name')?.priorName, undefined)
    for (const uuid of names(path, 'SELECT uuid FROM blob ORDER BY rid')) {
      const hash = parseArtifactHash(uuid) ?? assert.fail()
      assert.equal((hash.length === 40 ? sha1 : sha3)(readArtifact(repo, hash)), hash)
    }
  }
  await approve(path)
  await stock('update', child)
  assert.equal(readFileSync(join(folder, 'ours'), 'utf8'), 'x')
  write('ours', 'yy')
  await stock('commit', '-m', 'theirs again', '--no-warnings')
  await approve(path)
  using repo = openRepo(path, systemEnv)
  const last = parseArtifactHash(names(path, tip)[0] ?? '') ?? assert.fail()
  assert.notEqual(last, child)
  assert.deepEqual([...checkinFiles(repo, last).keys()], ['kept', 'new name', 'ours'])
})

/** A pull that says nothing of its own. */
function pullRequest(repo: Repo): Uint8Array {
  const writer = new CardWriter()
  writer.add({ type: 'pragma', name: 'client-version', args: ['22600', '20250101', '0'] })
  writer.add({ type: 'pull', serverCode: '0'.repeat(40), projectCode: repo.projectCode })
  writer.add({ type: 'comment', text: 'different each time' })
  return encodeMessage(writer.finish())
}

/** The artifacts that a reply announces, sorted. */
function igots(reply: Uint8Array): ArtifactHash[] {
  const hashes: ArtifactHash[] = []
  for (const card of parseCards(decodeMessage(reply, { maxBytes }))) {
    if (card.type === 'igot') hashes.push(card.hash)
    assert.notEqual(card.type, 'error')
  }
  return hashes.sort()
}

async function askStock(path: string, request: Uint8Array): Promise<Uint8Array> {
  const head = `POST /x HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/x-fossil\r\n`
  const length = `Content-Length: ${request.length}\r\n\r\n`
  const input = Buffer.concat([Buffer.from(head + length), request])
  const { bytes } = await runFossil(['http', path, '--ipaddr', '127.0.0.1'], { input })
  return bytes.subarray(Buffer.from(bytes).indexOf('\r\n\r\n') + 4)
}

test('we make the clusters that stock makes of the same artifacts, byte for byte', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = scratch(t)
  // Stock reads the list of artifacts while it adds to it, so that a cluster whose name sorts after
  // the place it has reached becomes a member of the next one. These contents avoid that.
  const expected: [count: number, clusters: number, word: string][] = [
    [99, 0, 'a'],
    [100, 1, 'a'],
    [900, 1, 'a'],
    [901, 2, 'a'],
    [1701, 3, 'c'],
  ]
  for (const [count, clusters, word] of expected) {
    const ours = join(folder, `ours-${count}.fossil`)
    const theirs = join(folder, `theirs-${count}.fossil`)
    using repo = createRepo(ours, systemEnv)
    repo.transaction(() => {
      for (let n = 0; n < count; n++) storeLocal(repo, Buffer.from(`${word} ${n}`))
      storeLocal(repo, Buffer.from('of no concern to others'), { isPrivate: true })
    })
    copyFileSync(ours, theirs)
    const request = pullRequest(repo)
    const announced = igots(handleXfer(repo, request, { access: accessOf('gjorz') }))
    assert.equal(announced.length, clusters === 0 ? count : clusters)
    assert.deepEqual(igots(await askStock(theirs, request)), announced, `${count} artifacts`)
    for (const table of ['unclustered', '(SELECT rid FROM tagxref WHERE tagid = 7)', 'phantom']) {
      const sql = `SELECT uuid FROM blob JOIN ${table} USING(rid) ORDER BY uuid`
      assert.deepEqual(names(ours, sql), names(theirs, sql), table)
    }
    for (const hash of clusters === 0 ? [] : announced) {
      const { bytes } = await runFossil(['artifact', hash, '-R', theirs])
      assert.equal(Buffer.compare(bytes, readArtifact(repo, hash)), 0)
    }
  }
})

test('what stock does not take for a repository, we refuse and leave as it was', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = scratch(t)
  const good = join(folder, 'good.fossil')
  createRepo(good, systemEnv).close()
  const size = statSync(good).size
  const cut = (path: string, bytes: number): void => {
    copyFileSync(good, path)
    truncateSync(path, bytes)
  }
  const without = (path: string, table: string): void => {
    copyFileSync(good, path)
    const db = openDatabase(path)
    db.exec(`DROP TABLE ${table}`)
    db.close()
  }
  const impostors: [name: string, make: (path: string) => void][] = [
    ['empty', (path) => writeFileSync(path, '')],
    ['text', (path) => writeFileSync(path, 'not a database\n'.repeat(9999))],
    ['zeros', (path) => writeFileSync(path, new Uint8Array(65_536))],
    ['cut-in-header', (path) => cut(path, 50)],
    ['cut-by-a-page', (path) => cut(path, size - 4096)],
    ['cut-to-one-page', (path) => cut(path, 4096)],
    ['without-mlink', (path) => without(path, 'mlink')],
    ['without-config', (path) => without(path, 'config')],
  ]
  for (const [name, make] of impostors) {
    const path = join(folder, name)
    make(path)
    const before = readFileSync(path)
    assert.match(await fossil('info', '-R', path), /not a valid repository/, name)
    assert.throws(() => openRepo(path, systemEnv).close(), isRefusal, name)
    assert.equal(Buffer.compare(readFileSync(path), before), 0, name)
  }
  assert.throws(() => openRepo(folder, systemEnv), isRefusal)
  assert.throws(() => createRepo(folder, systemEnv), isRefusal)
  const before = readFileSync(good)
  assert.match(await fossil('new', good), /already exists/)
  assert.throws(() => createRepo(good, systemEnv), isRefusal)
  assert.equal(Buffer.compare(readFileSync(good), before), 0)
})

function isRefusal(error: unknown): boolean {
  return FossilError.is(error) && ['repo.invalid', 'repo.unreadable'].includes(error.code)
}

/**
 * Unversioned files in one repository file, written by stock and read by us, and the other way
 * round.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { noBytes, utf8 } from '../base/bytes.ts'
import { openDatabase } from '../db/node.ts'
import { createRepo, openRepo, scratchPath, TestEnv } from './fixture.suite.ts'
import { dbOf, type Repo } from './repo.ts'
import {
  findUnversioned,
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  touchUnversioned,
  unversionedHash,
  writeUnversioned,
} from './unversioned.ts'

/** 2020-01-02 03:04:05. */
const mtimeSec = 1_577_934_245
const time = '2020-01-02 03:04:05'

const contents: Readonly<Record<string, Uint8Array>> = {
  'dir/binary': Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 251),
  empty: noBytes,
  'hello.txt': utf8('hello\n'),
  'long.txt': utf8('a line that repeats\n'.repeat(1000)),
  'ü.txt': utf8('ünversioned'),
}

function open(path: string): Repo {
  return openRepo(openDatabase(path), new TestEnv())
}

async function uv(path: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await runFossil(['uv', ...args, '-R', path])
  assert.equal(stderr, '')
  return stdout
}

/** The files as they are stored, without compressed bytes, which differ between zlib builds. */
function storedRows(repo: Repo): unknown {
  const sql = 'SELECT name, mtime, hash, sz, encoding FROM unversioned ORDER BY name'
  return dbOf(repo).prepare(sql).all()
}

/** A repository made by stock that holds `contents`. */
async function filledByStock(t: TestContext): Promise<string> {
  const path = scratchPath(t)
  await runFossil(['new', path])
  const upload = join(dirname(path), 'upload')
  for (const [name, content] of Object.entries(contents)) {
    writeFileSync(upload, content)
    await uv(path, 'add', upload, '--as', name, '--mtime', time)
  }
  return path
}

test('what stock writes is read here', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = await filledByStock(t)
  await uv(path, 'rm', 'hello.txt', '--mtime', '2021-01-01')
  using repo = open(path)
  const names = listUnversioned(repo).map(({ name }) => name)
  assert.deepEqual(names, Object.keys(contents))
  for (const [name, content] of Object.entries(contents)) {
    const entry = findUnversioned(repo, name)
    if (name === 'hello.txt') {
      assert.deepEqual([entry?.hash, entry?.mtimeSec], [undefined, 1_609_459_200])
      continue
    }
    assert.deepEqual([entry?.mtimeSec, entry?.sizeBytes], [mtimeSec, content.length])
    assert.deepEqual(readUnversioned(repo, name), content)
  }
})

test('what is written here is read by stock', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = scratchPath(t)
  {
    using repo = createRepo(openDatabase(path, { create: true }), new TestEnv())
    for (const [name, content] of Object.entries(contents)) {
      writeUnversioned(repo, { name, content, mtimeSec })
    }
    writeUnversioned(repo, { name: 'gone', content: noBytes, mtimeSec })
    removeUnversioned(repo, { name: 'gone', mtimeSec })
  }
  const listed = (await uv(path, 'list')).trimEnd().split('\n')
  const expected = Object.entries(contents).map(([name, { length }]) => `${time} ${length} ${name}`)
  assert.deepEqual(
    listed.map((line) => line.replace(/^\w{12} (\S+ \S+) +(\d+) +\d+ /, '$1 $2 ')),
    expected,
  )
  for (const [name, content] of Object.entries(contents)) {
    const { bytes } = await runFossil(['uv', 'cat', name, '-R', path])
    assert.deepEqual(new Uint8Array(bytes), content)
  }
  assert.match(await uv(path, 'list', '--all'), /\(deleted\) .* gone/)
})

test('stock and we store the same rows and hash the same catalogue', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = await filledByStock(t)
  using theirs = open(path)
  using ours = createRepo(
    openDatabase(scratchPath(t, 'ours.fossil'), { create: true }),
    new TestEnv(),
  )
  for (const [name, content] of Object.entries(contents)) {
    writeUnversioned(ours, { name, content, mtimeSec })
  }
  assert.deepEqual(storedRows(ours), storedRows(theirs))
  assert.equal(unversionedHash(ours), (await uv(path, 'hash')).trim())
})

test('the kept hash of a catalogue is good for both, whoever changes it next', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = await filledByStock(t)
  const agree = async (): Promise<void> => {
    using repo = open(path)
    const kept = await uv(path, 'hash')
    const computed = (await uv(path, 'hash', '--debug')).trimEnd().split('\n').at(-1)
    assert.deepEqual([kept.trim(), unversionedHash(repo)], [computed, computed])
  }
  await agree()
  await uv(path, 'touch', 'empty', '--mtime', '2022-02-02')
  await agree()
  const changes: ((repo: Repo) => void)[] = [
    (repo) => touchUnversioned(repo, { name: 'ü.txt', mtimeSec: 5 }),
    (repo) => removeUnversioned(repo, { name: 'hello.txt', mtimeSec: 6 }),
    (repo) => writeUnversioned(repo, { name: 'new', content: noBytes, mtimeSec: 253402300799 }),
    // Beyond year 9999 SQLite's dates end: the line of the catalogue has no date.
    (repo) => writeUnversioned(repo, { name: 'far', content: noBytes, mtimeSec: 253402300800 }),
  ]
  for (const change of changes) {
    {
      using repo = open(path)
      change(repo)
    }
    await agree()
  }
})

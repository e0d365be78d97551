/**
 * Unversioned files in one repository: what is written is read back, which of two versions wins,
 * and what damaged rows lead to. Agreement with stock is unversioned-stock.test.ts.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { noBytes, utf8 } from '../base/bytes.ts'
import { openDatabase } from '../db/node.ts'
import { type ArtifactHash, nameFor } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { config } from './config.ts'
import {
  createRepo,
  failsWith,
  memoryRepo,
  openRepo,
  scratchPath,
  startMs,
  TestEnv,
} from './fixture.suite.ts'
import { setHashPolicy } from './hash-policy.ts'
import { dbOf, type Repo } from './repo.ts'
import {
  compareVersions,
  findUnversioned,
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  storeUnversioned,
  touchUnversioned,
  unversionedHash,
  unversionedHoles,
  unversionedStatuses,
  writeUnversioned,
} from './unversioned.ts'

const hello = utf8('hello\n')
const long = utf8('a line that repeats\n'.repeat(100))
/** 2020-01-02 03:04:05, as in the golden catalogue below. */
const mtimeSec = 1_577_934_245

function named(content: Uint8Array): ArtifactHash {
  return nameFor(content, 'sha3')
}

function write(repo: Repo, name: string, content: Uint8Array, atSec = mtimeSec): ArtifactHash {
  return writeUnversioned(repo, { name, content, mtimeSec: atSec })
}

function stored(repo: Repo, name: string): [encoding: number, bytes: number] | undefined {
  return dbOf(repo)
    .prepare<[number, number]>('SELECT encoding, length(content) FROM unversioned WHERE name = ?')
    .get(name)
}

test('a file is read as it was written', () => {
  using repo = memoryRepo()
  for (const [name, content] of [
    ['hello.txt', hello],
    ['dir/long.txt', long],
    ['empty', noBytes],
  ] as const) {
    assert.equal(write(repo, name, content), named(content))
    assert.deepEqual(readUnversioned(repo, name), content)
    assert.deepEqual(findUnversioned(repo, name), {
      name,
      mtimeSec,
      hash: named(content),
      sizeBytes: content.length,
      hasContent: true,
    })
  }
})

test('content is compressed where that saves more than a fifth', () => {
  using repo = memoryRepo()
  write(repo, 'hello', hello)
  write(repo, 'long', long)
  assert.deepEqual(stored(repo, 'hello'), [0, hello.length])
  const [encoding, bytes] = stored(repo, 'long') ?? assert.fail()
  assert.equal(encoding, 1)
  assert.ok(bytes < long.length / 10)
})

test('the hash policy names the content', () => {
  using repo = memoryRepo()
  setHashPolicy(repo, 'auto')
  assert.equal(write(repo, 'x', hello), nameFor(hello, 'sha1'))
  setHashPolicy(repo, 'sha3')
  assert.equal(write(repo, 'x', hello), named(hello))
})

test('a second version replaces the first, whatever its time', () => {
  using repo = memoryRepo()
  write(repo, 'x', hello)
  write(repo, 'x', long, mtimeSec - 1)
  assert.deepEqual(readUnversioned(repo, 'x'), long)
  assert.equal(listUnversioned(repo).length, 1)
})

test('a deleted file is remembered with the time of its deletion', () => {
  using repo = memoryRepo()
  write(repo, 'x', long)
  assert.equal(removeUnversioned(repo, { name: 'x', mtimeSec: mtimeSec + 5 }), true)
  assert.equal(readUnversioned(repo, 'x'), undefined)
  assert.deepEqual(listUnversioned(repo), [
    { name: 'x', mtimeSec: mtimeSec + 5, hash: undefined, sizeBytes: 0, hasContent: false },
  ])
  const row = dbOf(repo).prepare('SELECT hash, sz, encoding, content FROM unversioned').get()
  assert.deepEqual(row, [null, 0, 0, null])
})

test('what is made here without a time beats what it replaces, even within the same second', () => {
  using repo = memoryRepo()
  const nowSec = Math.floor(repo.env.clock.nowMs() / 1000)
  const times = [long, long, undefined, undefined, hello].map((content) => {
    if (content === undefined) removeUnversioned(repo, { name: 'x' })
    else writeUnversioned(repo, { name: 'x', content })
    return findUnversioned(repo, 'x')?.mtimeSec
  })
  // Only the deletion needs a second more: a deletion loses against any file of the same time.
  assert.deepEqual(
    times,
    [0, 0, 1, 1, 1].map((laterSec) => nowSec + laterSec),
  )
  write(repo, 'ahead', hello, nowSec + 3600)
  removeUnversioned(repo, { name: 'ahead' })
  assert.equal(findUnversioned(repo, 'ahead')?.mtimeSec, nowSec + 3601)
  write(repo, 'last', hello, Number.MAX_SAFE_INTEGER)
  removeUnversioned(repo, { name: 'last' })
  assert.equal(findUnversioned(repo, 'last')?.mtimeSec, Number.MAX_SAFE_INTEGER)
})

test('without a file nothing is made: no table, no row, no receipt', () => {
  using repo = memoryRepo()
  assert.deepEqual(listUnversioned(repo), [])
  assert.deepEqual(unversionedHoles(repo), [])
  assert.equal(readUnversioned(repo, 'x'), undefined)
  assert.equal(unversionedHash(repo), 'da39a3ee5e6b4b0d3255bfef95601890afd80709')
  assert.equal(removeUnversioned(repo, { name: 'x', mtimeSec }), false)
  assert.equal(touchUnversioned(repo, { name: 'x', mtimeSec }), false)
  const made = dbOf(repo)
    .prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'unversioned%'`)
    .all()
  assert.deepEqual(made, [])
  assert.deepEqual(dbOf(repo).prepare('SELECT count(*) FROM rcvfrom').get(), [0])
})

test('a row says when it was received, once for each transaction', () => {
  using repo = memoryRepo()
  repo.transaction(() => {
    write(repo, 'a', hello)
    write(repo, 'b', hello)
  })
  assert.deepEqual(dbOf(repo).prepare('SELECT rcvid FROM unversioned ORDER BY name').all(), [
    [1],
    [1],
  ])
  const [uid, julian] = dbOf(repo).prepare('SELECT uid, mtime FROM rcvfrom').get() ?? []
  assert.deepEqual([uid, julian], [1, 2440587.5 + startMs / 86_400_000])
})

test('files are listed by the bytes of their names', () => {
  using repo = memoryRepo()
  // By UTF-16 units '\uffee' comes last of all; so it does by UTF-8, as no pair is a name.
  const names = ['b', 'a/b', 'a.b', 'ü', 'B', '漢', '\uffee', 'a']
  for (const name of names) write(repo, name, hello)
  const expected = names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  assert.deepEqual(
    listUnversioned(repo).map(({ name }) => name),
    expected,
  )
})

test('names and times that no card can carry are refused, and change nothing', () => {
  using repo = memoryRepo()
  const names = ['', '/a', 'a b', 'a\\b', '../a', 'a//b', '😀', '\ud800', 'a\0', 'a\n']
  for (const name of names) {
    assert.throws(() => write(repo, name, hello), failsWith('option.invalid', /name/), name)
  }
  for (const atSec of [-1, 1.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => write(repo, 'a', hello, atSec), failsWith('option.invalid', /mtimeSec/))
    const file = { name: 'a', mtimeSec: atSec }
    assert.throws(() => removeUnversioned(repo, file), failsWith('option.invalid', /mtimeSec/))
    assert.throws(() => touchUnversioned(repo, file), failsWith('option.invalid', /mtimeSec/))
  }
  assert.deepEqual(listUnversioned(repo), [])
})

test('content longer than a row is refused', () => {
  using repo = memoryRepo()
  const content = new Uint8Array(1_000_000_000)
  assert.throws(() => write(repo, 'a', content), failsWith('repo.io', /do not fit/))
})

test('what arrives under the hash of something else is refused, and replaces nothing', () => {
  using repo = memoryRepo()
  write(repo, 'x', hello)
  const file = { name: 'x', content: long, mtimeSec: mtimeSec + 1, hash: named(hello) }
  assert.throws(() => storeUnversioned(repo, file), failsWith('hash.mismatch'))
  assert.deepEqual(readUnversioned(repo, 'x'), hello)
  storeUnversioned(repo, { ...file, hash: nameFor(long, 'sha1') })
  assert.deepEqual(readUnversioned(repo, 'x'), long)
  assert.equal(findUnversioned(repo, 'x')?.hash, nameFor(long, 'sha1'))
})

// Taken from stock 2.21: `fossil uv add h.txt e.txt --mtime '2020-01-02 03:04:05'`, `uv hash`.
test('the hash of the catalogue is the one that stock prints', () => {
  using repo = memoryRepo()
  write(repo, 'h.txt', hello)
  write(repo, 'e.txt', noBytes)
  assert.equal(unversionedHash(repo), '7d4b66342469f6c2683c5d6cc9adc27b2f2f2391')
})

test('the hash of the catalogue leaves out what is deleted', () => {
  using repo = memoryRepo()
  write(repo, 'a', hello)
  const before = unversionedHash(repo)
  write(repo, 'b', hello)
  assert.notEqual(unversionedHash(repo), before)
  removeUnversioned(repo, { name: 'b', mtimeSec })
  assert.equal(unversionedHash(repo), before)
  const line = `a 2020-01-02 03:04:05 ${named(hello)}\n`
  assert.equal(before, sha1(utf8(line)))
})

test('the hash of the catalogue is kept, and forgotten at every change', () => {
  using repo = memoryRepo()
  const changes = [
    () => write(repo, 'a', hello),
    () => write(repo, 'a', long),
    () => touchUnversioned(repo, { name: 'a', mtimeSec: mtimeSec + 1 }),
    () => removeUnversioned(repo, { name: 'a', mtimeSec: mtimeSec + 2 }),
    () => storeUnversioned(repo, { name: 'a', content: hello, mtimeSec: 1, hash: named(hello) }),
  ]
  const seen = new Set<string>()
  for (const change of changes) {
    change()
    assert.equal(config(repo, 'uv-hash'), undefined)
    seen.add(unversionedHash(repo))
    assert.equal(config(repo, 'uv-hash'), unversionedHash(repo))
  }
  assert.equal(seen.size, changes.length)
})

test('a change that is rolled back leaves the file and the hash', () => {
  using repo = memoryRepo()
  write(repo, 'x', hello)
  const before = unversionedHash(repo)
  const fail = (): void =>
    repo.transaction(() => {
      write(repo, 'x', long)
      throw new Error('out of luck')
    })
  assert.throws(fail, /out of luck/)
  assert.deepEqual(readUnversioned(repo, 'x'), hello)
  assert.equal(unversionedHash(repo), before)
})

test('the table survives, and one that was rolled back is made again', (t) => {
  const path = scratchPath(t)
  {
    using repo = createRepo(openDatabase(path, { create: true }), new TestEnv())
    const fail = (): void =>
      repo.transaction(() => {
        write(repo, 'x', hello)
        throw new Error('out of luck')
      })
    assert.throws(fail, /out of luck/)
    assert.deepEqual(listUnversioned(repo), [])
    write(repo, 'x', hello)
  }
  using again = openRepo(openDatabase(path), new TestEnv())
  assert.deepEqual(readUnversioned(again, 'x'), hello)
})

test('the status of a name has the number that stock gives it', () => {
  using repo = memoryRepo()
  // Hashes of our own making: only their order matters.
  const [low, middle, high] = [named(utf8('1')), named(utf8('2')), named(utf8('3'))].sort()
  const content = ['1', '2', '3'].map(utf8).find((bytes) => named(bytes) === middle)
  write(repo, 'x', content ?? assert.fail(), 100)
  write(repo, 'gone', hello)
  removeUnversioned(repo, { name: 'gone', mtimeSec: 100 })
  const statusOf = (name: string, atSec: number, hash: ArtifactHash | undefined): number =>
    unversionedStatuses.indexOf(
      compareVersions(findUnversioned(repo, name), { mtimeSec: atSec, hash }),
    )

  assert.equal(statusOf('y', 100, middle), 0)
  assert.equal(statusOf('y', 100, undefined), 0)
  assert.deepEqual(
    [99, 100, 101].map((at) => statusOf('x', at, middle)),
    [4, 3, 2],
  )
  assert.deepEqual(
    [99, 100, 101].map((at) => statusOf('x', at, low)),
    [5, 5, 1],
  )
  assert.deepEqual(
    [99, 100, 101].map((at) => statusOf('x', at, high)),
    [5, 1, 1],
  )
  assert.deepEqual(
    [99, 100, 101].map((at) => statusOf('x', at, undefined)),
    [5, 5, 1],
  )
  assert.deepEqual(
    [99, 100, 101].map((at) => statusOf('gone', at, undefined)),
    [4, 3, 2],
  )
  assert.deepEqual(
    [99, 100, 101].map((at) => statusOf('gone', at, low)),
    [5, 1, 1],
  )
})

test('of two versions both sides choose the same one', () => {
  const hash = fc.constantFrom(undefined, ...['1', '2', '3'].map((text) => named(utf8(text))))
  const version = fc.record({ mtimeSec: fc.integer({ min: 1, max: 4 }), hash })
  const mirrored = {
    theirs: 'ours',
    ours: 'theirs',
    'their-mtime': 'our-mtime',
    'our-mtime': 'their-mtime',
    same: 'same',
    absent: 'absent',
  }
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.equal(mirrored[compareVersions(a, b)], compareVersions(b, a))
      const gives = ['theirs', 'their-mtime', 'same']
      if (gives.includes(compareVersions(a, b)) && gives.includes(compareVersions(b, c))) {
        assert.ok(gives.includes(compareVersions(a, c)), 'the order is transitive')
      }
    }),
    { seed: 1, numRuns: 2000 },
  )
})

test('a hash without content is a hole, unless it is the hash of nothing', () => {
  using repo = memoryRepo()
  write(repo, 'empty', noBytes)
  write(repo, 'hole', hello)
  // What stock's server makes of a `uvfile` whose content was omitted, xfer.c:389-409.
  dbOf(repo).exec('UPDATE unversioned SET content = NULL, sz = 0')
  assert.deepEqual(unversionedHoles(repo), [findUnversioned(repo, 'hole')])
  assert.equal(findUnversioned(repo, 'hole')?.hasContent, false)
  assert.equal(readUnversioned(repo, 'hole'), undefined)
  assert.equal(findUnversioned(repo, 'empty')?.hasContent, true)
  assert.deepEqual(readUnversioned(repo, 'empty'), noBytes)
})

test('damaged content is an error that says which file it is', () => {
  using repo = memoryRepo()
  write(repo, 'x', hello)
  const damages = [
    `content = x'00'`,
    `encoding = 1`,
    `content = 'text'`,
    `hash = 'none'`,
    `hash = '${'0'.repeat(64)}'`,
  ]
  for (const damage of damages) {
    write(repo, 'x', hello)
    dbOf(repo).exec(`UPDATE unversioned SET ${damage}`)
    assert.throws(() => readUnversioned(repo, 'x'), failsWith('repo.unreadable', /"x"/), damage)
  }
})

test('times, sizes and hashes that stock may have stored are read within bounds', () => {
  using repo = memoryRepo()
  const rows: [set: string, mtimeSec: number, sizeBytes: number][] = [
    ['mtime = 9223372036854775807, sz = 99999999999', 2 ** 53 - 1, 2 ** 31 - 1],
    ['mtime = -5, sz = -5', 0, 0],
    ['mtime = NULL, sz = NULL', 0, 0],
    [`mtime = 'soon', sz = 1.5`, 0, 1],
    ['hash = upper(hash)', mtimeSec, hello.length],
  ]
  for (const [set, atSec, sizeBytes] of rows) {
    write(repo, 'x', hello)
    dbOf(repo).exec(`UPDATE unversioned SET ${set}`)
    const entry = { name: 'x', mtimeSec: atSec, sizeBytes, hash: named(hello), hasContent: true }
    assert.deepEqual(listUnversioned(repo), [entry], set)
    assert.deepEqual(readUnversioned(repo, 'x'), hello)
  }
})

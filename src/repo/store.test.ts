/**
 * Storing and reading whole artifacts, and what damaged rows do.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hex, noBytes, utf8 } from '../base/bytes.ts'
import { parseArtifactHash } from '../hash/artifact-hash.ts'
import { ensureKnown, findHeld, findRid, hasArtifact, isPhantom } from './blob.ts'
import { deltaSource, readArtifact, readContent, storedBytes } from './content.ts'
import { deltify, storeContent, storeLocal } from './store.ts'
import {
  failsWith,
  listed,
  memoryRepo,
  named,
  receive,
  stateOf,
  version,
  whole,
} from './fixture.suite.ts'
import { cacheOf, dbOf, type Repo } from './repo.ts'
import { ridOfRow } from './rid.ts'

function count(repo: Repo, table: string): unknown {
  return dbOf(repo).prepare(`SELECT count(*) FROM ${table}`).get()?.[0]
}

test('what was stored is read back, and is announced and queued', () => {
  using repo = memoryRepo()
  const content = utf8('hello\n')
  const stored = storeLocal(repo, content)
  assert.deepEqual(stored, { rid: 1, isNew: true, hash: named(content) })
  assert.deepEqual(readContent(repo, stored.rid), content)
  assert.deepEqual(readArtifact(repo, stored.hash), content)
  const { unclustered, unsent, announced } = stateOf(repo)
  for (const list of [unclustered, unsent, announced]) assert.deepEqual(list, [stored.hash])
})

test('the empty artifact has content: none, in a frame that stock reads and writes', () => {
  using repo = memoryRepo()
  const { rid, hash } = storeLocal(repo, noBytes)
  const row = dbOf(repo).prepare<[number, Uint8Array]>('SELECT size, content FROM blob').get()
  assert.deepEqual([row?.[0], hex(row?.[1] ?? noBytes)], [0, '000000007801010000ffff00000001'])
  for (const sql of ['SELECT 1', `UPDATE blob SET content = x'00000000789c030000000001'`]) {
    dbOf(repo).prepare(sql).all()
    cacheOf(repo).clear()
    assert.deepEqual(readContent(repo, rid), noBytes)
    assert.ok(hasArtifact(repo, hash))
  }
})

test('an artifact of 20 MB is stored and read, and not kept in memory', () => {
  using repo = memoryRepo()
  const content = new Uint8Array(Buffer.alloc(20_000_000, 'a line of a large file, and so on\n'))
  const { rid, hash } = storeLocal(repo, content)
  assert.equal(Buffer.compare(readArtifact(repo, hash), content), 0)
  assert.equal(cacheOf(repo).content(rid), undefined)
})

test('an artifact that is here already is not stored twice', () => {
  using repo = memoryRepo()
  const first = storeLocal(repo, version(1))
  const second = storeLocal(repo, version(1))
  const third = storeContent(repo, { hash: first.hash, content: version(1), isPrivate: false })
  assert.deepEqual(
    [second, third],
    [
      { ...first, isNew: false },
      { rid: 1, isNew: false },
    ],
  )
  assert.deepEqual([count(repo, 'blob'), count(repo, 'rcvfrom')], [1, 1])
})

test('content that is not what its name says is refused, and nothing is kept', () => {
  using repo = memoryRepo()
  const hash = named(version(1))
  const lie = { hash, content: version(2), isPrivate: false }
  assert.throws(() => storeContent(repo, lie), failsWith('hash.mismatch'))
  assert.equal(count(repo, 'blob'), 0)
  ensureKnown(repo, hash, { isPrivate: false })
  const before = stateOf(repo)
  assert.throws(() => storeContent(repo, lie), failsWith('hash.mismatch'))
  assert.deepEqual(stateOf(repo), before)
  assert.equal(count(repo, 'rcvfrom'), 0)
})

test('a lie about an artifact that is here leaves it as it was', () => {
  using repo = memoryRepo()
  const { hash } = storeLocal(repo, version(1), { isPrivate: true })
  const lie = { hash, content: version(2), isPrivate: false }
  assert.throws(() => storeContent(repo, lie), failsWith('hash.mismatch'))
  assert.deepEqual(readArtifact(repo, hash), version(1))
  assert.deepEqual(stateOf(repo).private, [hash])
})

test('a phantom keeps its rid when its content comes', () => {
  using repo = memoryRepo()
  const hash = named(version(1))
  const rid = ensureKnown(repo, hash, { isPrivate: false })
  assert.ok(rid !== undefined && isPhantom(repo, rid))
  assert.equal(readContent(repo, rid), undefined)
  assert.throws(() => readArtifact(repo, hash), failsWith('artifact.missing', new RegExp(hash)))
  assert.deepEqual(receive(repo, whole(version(1))), true)
  assert.equal(findHeld(repo, hash), rid)
  assert.deepEqual(readArtifact(repo, hash), version(1))
  assert.deepEqual([listed(repo, 'phantom'), listed(repo, 'unclustered')], [[], [hash]])
})

test('an unknown name is missing', () => {
  using repo = memoryRepo()
  const hash = named(version(1))
  assert.throws(() => readArtifact(repo, hash), failsWith('artifact.missing', new RegExp(hash)))
})

test('each transaction that brings artifacts is one receipt, with its time', () => {
  using repo = memoryRepo()
  repo.transaction(() => {
    for (const number of [1, 2, 3]) storeLocal(repo, version(number))
  })
  repo.transaction(() => storeLocal(repo, version(1)))
  storeLocal(repo, version(4))
  const receipts = dbOf(repo).prepare('SELECT rcvid, uid, mtime, nonce, ipaddr FROM rcvfrom').all()
  // julianday('2023-11-14 22:13:20')
  const fields = [1, 2460263.425925926, null, null]
  assert.deepEqual(receipts, [
    [1, ...fields],
    [2, ...fields],
  ])
  const rcvids = dbOf(repo).prepare('SELECT rcvid FROM blob ORDER BY rid').all().flat()
  assert.deepEqual(rcvids, [1, 1, 1, 2])
})

test('bytes read by name belong to the reader: changing them changes nothing here', () => {
  using repo = memoryRepo()
  const old = storeLocal(repo, version(1))
  for (let again = 0; again < 2; again++) {
    readContent(repo, old.rid)
    readArtifact(repo, old.hash).fill(0)
  }
  const next = storeLocal(repo, version(2))
  assert.ok(deltify(repo, old.rid, next.rid))
  cacheOf(repo).clear()
  assert.deepEqual(readArtifact(repo, old.hash), version(1))
})

test('an older version becomes a delta of a newer one, and reads the same', () => {
  using repo = memoryRepo()
  const [old, next] = [storeLocal(repo, version(1)), storeLocal(repo, version(2))]
  assert.ok(deltify(repo, old.rid, next.rid))
  assert.equal(deltaSource(repo, old.rid), next.rid)
  assert.ok((storedBytes(repo, old.rid)?.length ?? 999) < 100)
  cacheOf(repo).clear()
  assert.deepEqual(readContent(repo, old.rid), version(1))
  assert.equal(dbOf(repo).prepare('SELECT size FROM blob').get()?.[0], version(1).length)
})

test('a delta that could not be read or is not worth it is not made', () => {
  using repo = memoryRepo()
  const rids = [1, 2].map((number) => storeLocal(repo, version(number)).rid)
  const [one = ridOfRow(0), two = ridOfRow(0)] = rids
  const short = storeLocal(repo, version(3).subarray(0, 49)).rid
  const noise = storeLocal(repo, utf8(Array.from({ length: 99 }, (_, i) => i * i).join(' '))).rid
  const secret = storeLocal(repo, version(4), { isPrivate: true }).rid
  const ghost = ensureKnown(repo, named(version(5)), { isPrivate: false }) ?? ridOfRow(0)
  const pairs = [
    [one, one],
    [one, short],
    [short, one],
    [one, noise],
    [one, ghost],
    [ghost, one],
    [one, secret],
  ] as const
  assert.deepEqual(
    pairs.map(([rid, source]) => deltify(repo, rid, source)),
    pairs.map(() => false),
  )
  assert.ok(deltify(repo, secret, one), 'private content may depend on public content')
  assert.ok(deltify(repo, one, two))
  assert.equal(deltify(repo, one, noise), false, 'it is a delta already')
  assert.equal(deltify(repo, two, one), false, 'it would close a loop')
  assert.equal(count(repo, 'delta'), 2)
})

test('rows that contradict each other are an operating error that names the row', () => {
  const damages: [sql: string, reason: RegExp][] = [
    ['UPDATE blob SET content = NULL WHERE rid = 1', /a size but no content/],
    ["UPDATE blob SET content = 'text' WHERE rid = 1", /a size but no content/],
    ['UPDATE blob SET content = substr(content, 1, 20) WHERE rid = 1', /cannot be expanded/],
    ["UPDATE blob SET content = x'00' WHERE rid = 2", /cannot be expanded/],
    ['UPDATE blob SET content = (SELECT content FROM blob WHERE rid = 3)', /does not fit/],
    ['UPDATE delta SET srcid = 3', /does not fit/],
    ['UPDATE delta SET srcid = 1', /does not end/],
    ['INSERT INTO delta VALUES(2, 1)', /does not end/],
    ['UPDATE delta SET srcid = 99', /ends in nothing/],
    ['UPDATE blob SET size = -1 WHERE rid = 1', /no content/],
  ]
  for (const [sql, reason] of damages) {
    using repo = memoryRepo()
    const [old, next] = [storeLocal(repo, version(1)), storeLocal(repo, version(2))]
    storeLocal(repo, utf8('of no use to anyone'))
    deltify(repo, old.rid, next.rid)
    dbOf(repo).exec(sql)
    cacheOf(repo).clear()
    assert.throws(() => readContent(repo, old.rid), failsWith('repo.corrupt', reason), sql)
  }
})

test('a name of the other algorithm is verified by that algorithm', () => {
  using repo = memoryRepo()
  const hash = parseArtifactHash('f572d396fae9206628714fb2ce00f72e94f2258f') ?? assert.fail()
  const lie = { hash, content: utf8('hello'), isPrivate: false }
  assert.throws(() => storeContent(repo, lie), failsWith('hash.mismatch'))
  const { rid } = storeContent(repo, { hash, content: utf8('hello\n'), isPrivate: false })
  assert.equal(findRid(repo, hash), rid)
})

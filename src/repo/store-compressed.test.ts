/**
 * Artifacts that come in the form that a database holds: when that form is kept.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { concat, utf8 } from '../base/bytes.ts'
import { noBuggify } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { compressContent } from '../base/zlib.ts'
import { openDatabase } from '../db/node.ts'
import { createDelta } from '../delta/index.ts'
import { type ArtifactHash, nameFor } from '../hash/artifact-hash.ts'
import { deltaSource, readContent } from './content.ts'
import { storeContent, storeUnresolved } from './store.ts'
import { createRepo } from './fixture.suite.ts'
import { cacheOf, dbOf, type Repo } from './repo.ts'
import type { Rid } from './rid.ts'

const source = utf8('a line of the source\n'.repeat(20))
const target = concat([source, utf8('and one more\n')])
const delta = compressContent(createDelta(source, target))

const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(7)

function makeRepo(): Repo {
  const env = { clock: { nowMs: () => 0 }, random: { bytes: randomBytes }, buggify: noBuggify }
  return createRepo(openDatabase(), env)
}

const nameOf = (content: Uint8Array): ArtifactHash => nameFor(content, 'sha3')

function store(
  repo: Repo,
  content: Uint8Array,
  { isPrivate = false, ...form }: { isPrivate?: boolean; bytes?: Uint8Array; of?: Rid } = {},
): Rid {
  const compressed = form.bytes && { bytes: form.bytes, source: form.of }
  const arrival = { hash: nameOf(content), content, isPrivate }
  return storeContent(repo, { ...arrival, ...(compressed && { compressed }) }).rid
}

function stored(repo: Repo, rid: Rid): [bytes: Uint8Array, size: number] | undefined {
  return dbOf(repo)
    .prepare<[Uint8Array, number]>('SELECT content, size FROM blob WHERE rid = ?')
    .get(rid)
}

test('whole content is kept byte for byte as its sender compressed it', () => {
  using repo = makeRepo()
  const prefix = compressContent(source).subarray(0, 4)
  const bytes = concat([prefix, deflateSync(source, { level: 1 })])
  assert.notDeepEqual(bytes, compressContent(source))
  const rid = store(repo, source, { bytes })
  assert.deepEqual(stored(repo, rid), [bytes, source.length])
  cacheOf(repo).clear()
  assert.deepEqual(readContent(repo, rid), source)
})

test('a delta is kept as a delta, with the size of what it makes', () => {
  using repo = makeRepo()
  const base = store(repo, source)
  const rid = store(repo, target, { bytes: delta, of: base })
  assert.deepEqual(stored(repo, rid), [delta, target.length])
  assert.equal(deltaSource(repo, rid), base)
  cacheOf(repo).clear()
  assert.deepEqual(readContent(repo, rid), target)
})

test('a public delta of a private artifact is kept whole, a private one as it is', () => {
  for (const isPrivate of [false, true]) {
    using repo = makeRepo()
    const base = store(repo, source, { isPrivate: true })
    const rid = store(repo, target, { bytes: delta, of: base, isPrivate })
    assert.equal(deltaSource(repo, rid), isPrivate ? base : undefined)
    cacheOf(repo).clear()
    assert.deepEqual(readContent(repo, rid), target)
  }
})

test('what is here already keeps its form', () => {
  using repo = makeRepo()
  const base = store(repo, source)
  const rid = store(repo, target)
  const before = stored(repo, rid)
  assert.equal(store(repo, target, { bytes: delta, of: base }), rid)
  assert.deepEqual([stored(repo, rid), deltaSource(repo, rid)], [before, undefined])
})

test('content that is not what its name says is refused in any form', () => {
  using repo = makeRepo()
  const base = store(repo, source)
  const compressed = { bytes: delta, source: base }
  assert.throws(
    () =>
      storeContent(repo, { hash: nameOf(source), content: target, isPrivate: false, compressed }),
    (error) => FossilError.is(error, 'hash.mismatch'),
  )
  assert.equal(dbOf(repo).prepare('SELECT rid FROM blob').all().length, 1)
})

test('a compressed delta that came before its source is kept until the source comes', () => {
  using repo = makeRepo()
  const names = { hash: nameOf(target), source: nameOf(source) }
  const waiting = { delta: createDelta(source, target), isPrivate: false, compressed: delta }
  const rid = storeUnresolved(repo, { ...names, ...waiting })?.rid
  assert.ok(rid !== undefined)
  assert.deepEqual(stored(repo, rid), [delta, target.length])
  assert.equal(readContent(repo, rid), undefined)
  const base = store(repo, source)
  assert.equal(deltaSource(repo, rid), base)
  assert.deepEqual(readContent(repo, rid), target)
})

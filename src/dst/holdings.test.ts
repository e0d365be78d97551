/**
 * Things that count as held.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArtifactHash } from '../hash/artifact-hash.ts'
import { countPhantoms, ensureKnown } from '../repo/blob.ts'
import { storeUnresolved } from '../repo/store.ts'
import { createDelta } from '../delta/index.ts'
import { utf8 } from '../base/bytes.ts'
import {
  allBlobUuidsSorted,
  countBlobs,
  countUvFiles,
  hasBlob,
  publicBlobUuidsSorted,
} from './holdings.ts'
import { nobodys, Pair } from './invariants/pair.suite.ts'

test('an artifact with its content is held, private or not', () => {
  using pair = new Pair()
  for (const hash of Object.values(pair.named)) assert.ok(hasBlob(pair.master, hash), hash)
  assert.ok(!hasBlob(pair.leaf, pair.named.secret))
})

test('a phantom is known and not held', () => {
  using pair = new Pair()
  assert.equal(hasBlob(pair.master, nobodys), false)
  assert.ok(!allBlobUuidsSorted(pair.master).some((hash) => hash === nobodys))
  assert.equal(countPhantoms(pair.master), 1)
})

test('an unversioned file is held until it is deleted', () => {
  using pair = new Pair()
  assert.equal(countUvFiles(pair.leaf), 3)
  pair.delete('leaf-0', { name: 'short', mtimeSec: 900 })
  assert.deepEqual([countUvFiles(pair.leaf), countUvFiles(pair.master)], [2, 3])
})

test('a delta that waits for its source is not held', () => {
  using pair = new Pair()
  const [waiting, source] = ['1', '2'].map((digit) => parseArtifactHash(digit.repeat(40)))
  assert.ok(waiting && source)
  const delta = createDelta(utf8('source'), utf8('target'))
  const before = countBlobs(pair.leaf)
  storeUnresolved(pair.leaf, { hash: waiting, source, delta, isPrivate: false })
  assert.equal(hasBlob(pair.leaf, waiting), false)
  assert.equal(countBlobs(pair.leaf), before)
  assert.equal(countPhantoms(pair.leaf), 1)
  ensureKnown(pair.leaf, source, { isPrivate: false })
  assert.equal(countPhantoms(pair.leaf), 1)
})

test('what is no artifact name is not held', () => {
  using pair = new Pair()
  for (const text of ['', 'trunk', nobodys.toUpperCase(), `${nobodys}0`, "' OR 1"]) {
    assert.equal(hasBlob(pair.master, text), false)
  }
})

test('names come in ascending order; public ones are those not private', () => {
  using pair = new Pair()
  const all = allBlobUuidsSorted(pair.master)
  assert.deepEqual(
    all,
    all.toSorted((a, b) => (a < b ? -1 : 1)),
  )
  assert.equal(all.length, countBlobs(pair.master))
  assert.deepEqual(
    publicBlobUuidsSorted(pair.master),
    all.filter((hash) => hash !== pair.named.secret),
  )
})

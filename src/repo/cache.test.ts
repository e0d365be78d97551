/**
 * The memory of a repository: bounded, ordered by use, and gone when told.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { RepoCache } from './cache.ts'
import { named } from './fixture.suite.ts'
import { ridOfRow } from './rid.ts'

const megabyte = 1_000_000
const hash = named(utf8('a'))

function kept(cache: RepoCache, rids: readonly number[]): number[] {
  return rids.filter((rid) => cache.content(ridOfRow(rid)) !== undefined)
}

test('contents beyond 50 MB push out those used longest ago', () => {
  const cache = new RepoCache()
  const rids = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  for (const rid of rids) cache.rememberContent(ridOfRow(rid), new Uint8Array(5 * megabyte))
  assert.deepEqual(kept(cache, rids), rids)
  cache.content(ridOfRow(1))
  cache.rememberContent(ridOfRow(11), new Uint8Array(6 * megabyte))
  assert.deepEqual(kept(cache, [...rids, 11]), [1, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('content above a quarter of the room is not kept, and pushes nothing out', () => {
  const cache = new RepoCache()
  cache.rememberContent(ridOfRow(1), new Uint8Array(1))
  cache.rememberContent(ridOfRow(2), new Uint8Array(12.5 * megabyte))
  cache.rememberContent(ridOfRow(3), new Uint8Array(12.5 * megabyte + 1))
  assert.deepEqual(kept(cache, [1, 2, 3]), [1, 2])
})

test('content is remembered once, and forgotten room is used again', () => {
  const cache = new RepoCache()
  const rids = [1, 2, 3, 4]
  const first = new Uint8Array(12.5 * megabyte)
  for (const rid of rids) cache.rememberContent(ridOfRow(rid), first)
  cache.rememberContent(ridOfRow(1), new Uint8Array(1))
  assert.equal(cache.content(ridOfRow(1)), first)
  cache.forget(hash, ridOfRow(2))
  cache.rememberContent(ridOfRow(5), first)
  assert.deepEqual(kept(cache, [...rids, 5]), [1, 3, 4, 5])
})

test('a name is remembered until it is forgotten, by itself or with everything', () => {
  const cache = new RepoCache()
  cache.rememberHeld(hash, ridOfRow(7))
  assert.equal(cache.heldRid(hash), 7)
  cache.forget(hash, ridOfRow(7))
  assert.equal(cache.heldRid(hash), undefined)
  cache.rememberHeld(hash, ridOfRow(7))
  cache.rememberContent(ridOfRow(7), utf8('a'))
  cache.config.set('a', 'b')
  cache.holdings.hasPhantom = true
  cache.unresolved = new Set()
  cache.clear()
  assert.equal(cache.heldRid(hash), undefined)
  assert.deepEqual(kept(cache, [7]), [])
  assert.deepEqual([cache.config.size, cache.holdings, cache.unresolved], [0, {}, undefined])
})

test('cleared room is room again', () => {
  const cache = new RepoCache()
  const rids = [1, 2, 3, 4]
  for (let round = 0; round < 2; round++) {
    for (const rid of rids) cache.rememberContent(ridOfRow(rid), new Uint8Array(12 * megabyte))
    assert.deepEqual(kept(cache, rids), rids)
    cache.clear()
  }
})

test('content that is a part of a larger buffer is kept without the rest of it', () => {
  const cache = new RepoCache()
  const inflated = Buffer.alloc(16_384, 7)
  cache.rememberContent(ridOfRow(1), inflated.subarray(100, 400))
  cache.rememberContent(ridOfRow(2), inflated)
  const [small, whole] = [cache.content(ridOfRow(1)), cache.content(ridOfRow(2))]
  assert.deepEqual([small?.length, small?.buffer.byteLength, small?.[0]], [300, 300, 7])
  assert.equal(whole, inflated)
})

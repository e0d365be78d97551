/**
 * The order in which a peer is asked for what is missing.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { ensureKnown, makePrivate } from '../repo/blob.ts'
import { storeUnresolved } from '../repo/store.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { addForeign, contentOf, makeRepo, nameOf } from './pair.suite.ts'
import { WantList, type WantOptions } from './want-list.ts'

const publicOnly: WantOptions = { withPrivate: false, unresolved: 'none' }

function phantom(repo: Repo, number: number, isPrivate = false): NamedArtifact {
  const hash = nameOf(contentOf(number))
  return { hash, rid: ensureKnown(repo, hash, { isPrivate }) ?? assert.fail('shunned') }
}

function phantoms(repo: Repo, many: number): NamedArtifact[] {
  return Array.from({ length: many }, (_, i) => phantom(repo, i))
}

const names = (artifacts: readonly NamedArtifact[]): string[] => artifacts.map(({ hash }) => hash)

test('what is offered comes first, then what was not asked for, then the rest', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const all = phantoms(repo, 6)
  const [first, second, third, ...others] = all
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  assert.deepEqual(wants.chooseToAsk(10, publicOnly), names(all))
  for (const { hash } of [first, second]) wants.noteAsked(hash)
  assert.deepEqual(wants.chooseToAsk(10, publicOnly), names([third, ...others, first, second]))
  assert.equal(wants.noteOffered(second), true)
  assert.equal(wants.noteOffered(third), false)
  assert.deepEqual(wants.chooseToAsk(10, publicOnly), names([second, third, ...others, first]))
  assert.deepEqual(wants.chooseToAsk(3, publicOnly), names([second, third, ...others.slice(0, 1)]))
})

test('every phantom has its turn, however few may be asked for at once', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const all = names(phantoms(repo, 10))
  const asked: string[] = []
  for (let round = 0; wants.hasUnasked(publicOnly); round++) {
    assert.ok(round < 4)
    for (const hash of wants.chooseToAsk(3, publicOnly)) {
      wants.noteAsked(hash)
      if (asked.length < 10) asked.push(hash)
    }
  }
  assert.deepEqual(asked, all)
  assert.equal(wants.outstanding, 10)
})

test('what the peer lacks is not asked of it, until a later message says otherwise', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const [first, second] = phantoms(repo, 2)
  assert.ok(first !== undefined && second !== undefined)
  wants.notePeerLacks(first.hash)
  wants.noteOffered(first, { asPrivate: true })
  assert.deepEqual(wants.chooseToAsk(1, publicOnly), [second.hash])
  wants.noteAsked(second.hash)
  assert.equal(wants.hasUnasked(publicOnly), false)
  wants.beginMessage()
  assert.deepEqual(wants.chooseToAsk(1, publicOnly), [first.hash])
})

test('what the peer asks for and then announces in public it has made itself', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const cluster = phantom(repo, 1)
  wants.notePeerLacks(cluster.hash)
  wants.noteOffered(cluster)
  assert.deepEqual(wants.chooseToAsk(1, publicOnly), [cluster.hash])
})

test('what came in vain is not asked for again, whatever later messages say', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const artifact = phantom(repo, 1)
  wants.giveUp(artifact.hash)
  wants.beginMessage()
  wants.noteOffered(artifact)
  assert.deepEqual(wants.chooseToAsk(1, publicOnly), [])
})

test('what has arrived is neither asked for nor outstanding', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const artifact = phantom(repo, 1)
  wants.noteOffered(artifact)
  wants.noteAsked(artifact.hash)
  wants.noteOffered(artifact)
  addForeign(repo, contentOf(1))
  assert.deepEqual(wants.chooseToAsk(5, publicOnly), [])
  wants.noteArrived(artifact.hash)
  assert.equal(wants.outstanding, 0)
  assert.equal(wants.hasUnasked(publicOnly), false)
})

test('private and shunned phantoms are left alone, even when offered', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const [hidden, shunned, other] = phantoms(repo, 3)
  assert.ok(hidden !== undefined && shunned !== undefined && other !== undefined)
  for (const artifact of [hidden, shunned, other]) wants.noteOffered(artifact)
  makePrivate(repo, hidden.rid)
  dbOf(repo).prepare('INSERT INTO shun(uuid) VALUES(?)').run(shunned.hash)
  cacheOf(repo).clear()
  assert.deepEqual(wants.chooseToAsk(5, publicOnly), [other.hash])
  const withPrivate = { ...publicOnly, withPrivate: true }
  assert.deepEqual(wants.chooseToAsk(5, withPrivate), [hidden.hash, other.hash])
})

test('deltas without their source are asked for where that is wanted', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const [hash, source] = [nameOf(contentOf(1)), nameOf(contentOf(2))]
  const delta = utf8('0\n0;')
  storeUnresolved(repo, { hash, source, delta, isPrivate: false })
  assert.deepEqual(wants.chooseToAsk(5, publicOnly), [source])
  assert.deepEqual(wants.chooseToAsk(5, { ...publicOnly, unresolved: 'all' }), [source, hash])
  const isOurs = (other: string): boolean => other === hash
  assert.deepEqual(wants.chooseToAsk(5, { ...publicOnly, unresolved: isOurs }), [source, hash])
  assert.deepEqual(wants.chooseToAsk(5, { ...publicOnly, unresolved: () => false }), [source])
  wants.noteAsked(source)
  assert.equal(wants.hasUnasked(publicOnly), false)
  assert.equal(wants.hasUnasked({ ...publicOnly, unresolved: 'all' }), true)
})

test('a delta that was asked for and is promised goes first, where deltas are asked for', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const all: WantOptions = { ...publicOnly, unresolved: 'all' }
  const [hash, source] = [nameOf(contentOf(1)), nameOf(contentOf(2))]
  const { rid } =
    storeUnresolved(repo, { hash, source, delta: utf8('0\n0;'), isPrivate: false }) ?? {}
  assert.ok(rid !== undefined && !wants.isAsked(hash))
  for (const name of [source, hash]) wants.noteAsked(name)
  assert.ok(wants.isAsked(hash))
  assert.equal(wants.noteOffered({ rid, hash }), true)
  assert.deepEqual(wants.chooseToAsk(5, all), [hash, source])
  assert.deepEqual(wants.chooseToAsk(5, publicOnly), [source])
})

test('what came in vain is given up, with everything that it waits for', () => {
  using repo = makeRepo('repo')
  const wants = new WantList(repo)
  const all: WantOptions = { ...publicOnly, unresolved: 'all' }
  const [last, middle, first, other] = [4, 3, 2, 1].map((number) => nameOf(contentOf(number)))
  assert.ok(last !== undefined && middle !== undefined)
  assert.ok(first !== undefined && other !== undefined)
  const delta = utf8('0\n0;')
  storeUnresolved(repo, { hash: last, source: middle, delta, isPrivate: false })
  storeUnresolved(repo, { hash: middle, source: first, delta, isPrivate: false })
  storeUnresolved(repo, { hash: other, source: first, delta, isPrivate: false })
  assert.deepEqual(wants.chooseToAsk(9, all).sort(), [last, middle, first, other].sort())
  wants.giveUp(last)
  assert.deepEqual(wants.chooseToAsk(9, all), [other])
})

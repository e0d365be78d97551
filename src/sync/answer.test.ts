/**
 * Replies to clones and to check-in locks: what they hold, and who may have them.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, utf8 } from '../base/bytes.ts'
import { expandContent } from '../base/zlib.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid, makePrivate, makePublic } from '../repo/blob.ts'
import { beginClone } from '../repo/clone-state.ts'
import { setConfig } from '../repo/config.ts'
import { deltaSource } from '../repo/content.ts'
import { deltify, storeLocal, storeUnresolved } from '../repo/store.ts'
import type { Repo } from '../repo/repo.ts'
import { shun } from '../repo/shun.ts'
import type { Card } from '../xfer/card.ts'
import { createDelta } from '../delta/index.ts'
import { accessOf } from './access.ts'
import { answerXfer } from './handler.ts'
import {
  addArtifacts,
  ask,
  bodyOf,
  contentOf,
  count,
  errorOf,
  makeRepo,
  nameOf,
  ofType,
  pragma,
  projectCode,
  pullCard,
  snapshot,
  stockedRepo,
  testEnv,
} from './pair.suite.ts'

const clone = (sequence = 1, version = 3): Card => ({ type: 'clone', version, sequence })

/** Names of the artifacts of a reply, in its order. */
const sent = (reply: readonly Card[]): ArtifactHash[] =>
  reply.flatMap((card) => (card.type === 'cfile' || card.type === 'file' ? [card.hash] : []))

/** A server with a long artifact and one that is stored as a delta of it; their names. */
function withDelta(repo: Repo): { source: ArtifactHash; delta: ArtifactHash } {
  const text = contentOf(100, 2000)
  const source = storeLocal(repo, text)
  const delta = storeLocal(repo, concat([text, utf8('and more')]))
  assert.ok(deltify(repo, delta.rid, source.rid))
  return { source: source.hash, delta: delta.hash }
}

test('a clone sends the artifacts, then where to go on, then whose they are', () => {
  using repo = makeRepo('server')
  const hashes = addArtifacts(repo, { to: 3 })
  const reply = ask(repo, [clone()])
  const types = ['cfile', 'cfile', 'cfile', 'clone_seqno', 'push', 'comment']
  assert.deepEqual(
    reply.map(({ type }) => type),
    types,
  )
  assert.deepEqual(sent(reply), hashes)
  assert.deepEqual(reply.slice(3, 5), [
    { type: 'clone_seqno', sequence: 0 },
    { type: 'push', serverCode: repo.serverCode, projectCode },
  ])
})

test('a clone of version 3 goes unwrapped and holds what the database holds', () => {
  using repo = makeRepo('server')
  const { source, delta } = withDelta(repo)
  const { contentType } = answerXfer(repo, bodyOf(clone()), { access: accessOf('g') })
  assert.equal(contentType, 'application/x-fossil-uncompressed')
  const [whole, small] = ofType(ask(repo, [clone()]), 'cfile')
  assert.deepEqual([whole?.hash, whole?.deltaSource], [source, undefined])
  assert.deepEqual([small?.hash, small?.deltaSource], [delta, source])
  assert.equal(small?.uncompressedSizeBytes, 2008)
  assert.ok((small?.compressed.length ?? 999) < 100)
})

test('a clone of version 2 has the same artifacts in file cards, wrapped', () => {
  using repo = makeRepo('server')
  const { source, delta } = withDelta(repo)
  const { contentType } = answerXfer(repo, bodyOf(clone(1, 2)), { access: accessOf('g') })
  assert.equal(contentType, 'application/x-fossil')
  const files = ofType(ask(repo, [clone(1, 2)]), 'file')
  assert.deepEqual(
    files.map(({ hash, deltaSource: of }) => [hash, of]),
    [
      [source, undefined],
      [delta, source],
    ],
  )
  assert.deepEqual(files[0]?.content, contentOf(100, 2000))
})

test('a clone that cannot be had is refused: version 1, and a sequence before the first', () => {
  using repo = stockedRepo()
  assert.equal(errorOf(ask(repo, [clone(1, 1)])), 'clone protocol 1 is not supported')
  assert.equal(errorOf(ask(repo, [clone(0)])), 'invalid clone sequence number')
})

test('who may not clone learns the project and nothing else', () => {
  using repo = stockedRepo()
  const push = { type: 'push', serverCode: repo.serverCode, projectCode }
  for (const [letters, cards, text] of [
    ['io', [clone()], 'not authorized to clone'],
    ['', [pragma('send-private'), clone()], 'not authorized to clone'],
    ['g', [pragma('send-private'), clone()], 'not authorized to sync private content'],
  ] as const) {
    const reply = ask(repo, cards, { access: accessOf(letters) })
    assert.deepEqual(reply, [push, { type: 'error', text }], letters)
  }
  const alone = ask(repo, [pragma('send-private'), pullCard], { access: accessOf('g') })
  assert.equal(errorOf(alone), 'not authorized to sync private content')
})

test('an unfinished clone is not served', () => {
  using repo = makeRepo('server')
  addArtifacts(repo, { to: 1 })
  beginClone(repo)
  for (const card of [clone(), pullCard]) {
    assert.equal(errorOf(ask(repo, [card])), 'this repository is not whole yet')
  }
})

test('a clone goes on where the last reply ended, one artifact at least, to the end', () => {
  for (const [budget, rounds] of [
    ['1', 5],
    ['400', 3],
    ['100000', 1],
  ] as const) {
    using repo = makeRepo('server')
    const hashes = addArtifacts(repo, { to: 5, bytes: 120 })
    setConfig(repo, 'max-download', budget)
    const names: ArtifactHash[] = []
    let asked = 0
    for (let sequence = 1; sequence !== 0; asked++) {
      const reply = ask(repo, [clone(sequence)])
      names.push(...sent(reply))
      const [next] = ofType(reply, 'clone_seqno')
      assert.ok(next !== undefined && (next.sequence === 0 || next.sequence > sequence))
      sequence = next.sequence
    }
    assert.deepEqual(names, hashes)
    assert.ok(Math.abs(asked - rounds) <= 1, `${asked} rounds at ${budget}`)
  }
})

test('private artifacts are cloned only by who asks and may', () => {
  using repo = stockedRepo()
  const [open, secret] = [nameOf(contentOf(0)), nameOf(contentOf(1))]
  assert.deepEqual(sent(ask(repo, [clone()])), [open])
  const reply = ask(repo, [pragma('send-private'), clone()], { access: accessOf('gx') })
  assert.deepEqual(sent(reply), [open, secret])
  const at = reply.findIndex((card) => card.type === 'cfile' && card.hash === secret)
  assert.deepEqual(reply[at - 1], { type: 'private' })
  assert.equal(ofType(reply, 'private').length, 1)
})

test('what is stored as a delta of what the peer may not have goes whole', () => {
  const hide: Record<string, (repo: Repo, source: ArtifactHash) => void> = {
    private: (repo, source) => {
      const rid = findRid(repo, source)
      assert.ok(rid !== undefined)
      makePrivate(repo, rid)
    },
    shunned: (repo, source) => shun(repo, [source]),
  }
  for (const [name, hideIt] of Object.entries(hide)) {
    for (const version of [2, 3]) {
      using repo = makeRepo('server')
      const { source, delta } = withDelta(repo)
      hideIt(repo, source)
      const rid = findRid(repo, delta)
      assert.ok(rid !== undefined)
      makePublic(repo, rid)
      assert.ok(deltaSource(repo, rid) !== undefined)
      const reply = ask(repo, [clone(1, version)])
      assert.deepEqual(sent(reply), [delta], name)
      const [compressed] = ofType(reply, 'cfile')
      const [file] = ofType(reply, 'file')
      assert.equal((compressed ?? file)?.deltaSource, undefined)
      const content = compressed
        ? expandContent(compressed.compressed, { maxBytes: 10_000 })
        : file?.content
      assert.equal(nameOf(content ?? new Uint8Array(0)), delta, name)
    }
  }
})

test('phantoms, shunned and unverified artifacts are left out of a clone', () => {
  using repo = makeRepo('server')
  const [kept, shunned] = addArtifacts(repo, { to: 2 })
  assert.ok(shunned)
  shun(repo, [shunned])
  const [base, target] = [contentOf(5, 200), contentOf(6, 200)]
  const delta = createDelta(base, target)
  assert.ok(
    storeUnresolved(repo, {
      hash: nameOf(target),
      source: nameOf(base),
      delta,
      isPrivate: false,
    }),
  )
  assert.deepEqual(sent(ask(repo, [clone()])), [kept])
})

const checkin = nameOf(utf8('a check-in'))
const [mine, yours] = ['1'.repeat(40), '2'.repeat(40)]
const lock = (clientId = mine): Card => pragma('ci-lock', checkin, clientId)
const told = (reply: readonly Card[]): Card[] =>
  ofType(reply, 'pragma').filter(({ name }) => name !== 'avoid-delta-manifests')
const locks = 'SELECT count(*) FROM config WHERE name = ?'

test('a check-in is locked for one client, and the others are told who has it', () => {
  using repo = makeRepo('server')
  for (let again = 0; again < 2; again++) {
    assert.deepEqual(told(ask(repo, [lock()])), [])
  }
  const failed = pragma('ci-lock-fail', 'nobody', '1700000000')
  assert.deepEqual(told(ask(repo, [lock(yours)])), [failed])
  assert.deepEqual(told(ask(repo, [pragma('ci-unlock', yours), lock(yours)])), [failed])
  assert.deepEqual(told(ask(repo, [pragma('ci-unlock', mine), lock(yours)])), [])
})

test('a lock ends after a minute, or whatever the setting says', () => {
  for (const [setting, sec] of [
    [undefined, 60],
    ['5', 5],
  ] as const) {
    const env = testEnv('server')
    using repo = makeRepo('server')
    repo.env = env
    if (setting !== undefined) setConfig(repo, 'lock-timeout', setting)
    ask(repo, [lock()])
    env.clock.ms += sec * 1000 - 1000
    assert.equal(told(ask(repo, [lock(yours)])).length, 1)
    env.clock.ms += 1000
    assert.deepEqual(told(ask(repo, [lock(yours)])), [])
  }
})

test('who locks a check-in hears to avoid delta manifests, unless a setting allows them', () => {
  using repo = makeRepo('server')
  const avoid = pragma('avoid-delta-manifests')
  const pragmas = (): Card[] => ofType(ask(repo, [lock()]), 'pragma')
  assert.deepEqual(pragmas(), [avoid])
  setConfig(repo, 'forbid-delta-manifests', 'off')
  assert.deepEqual(pragmas(), [])
  setConfig(repo, 'forbid-delta-manifests', 'maybe')
  assert.deepEqual(pragmas(), [avoid])
  assert.deepEqual(ofType(ask(repo, [lock()], { access: accessOf('o') }), 'pragma'), [])
})

test('who may not write neither locks nor unlocks, is told, and still pulls', () => {
  using repo = makeRepo('server')
  addArtifacts(repo, { to: 1 })
  ask(repo, [lock()])
  const before = snapshot(repo)
  for (const card of [lock(yours), pragma('ci-unlock', mine)]) {
    const reply = ask(repo, [pullCard, card], { access: accessOf('o') })
    assert.match(ofType(reply, 'message')[0]?.text ?? '', /^not authorized to (un)?lock/)
    assert.equal(ofType(reply, 'igot').length, 1)
    assert.deepEqual(snapshot(repo), before)
  }
})

test('a lock of what is no check-in, or by what is no client, is passed over', () => {
  using repo = makeRepo('server')
  ask(repo, [pragma('ci-lock', 'tip', mine), pragma('ci-lock', checkin, 'me'), pragma('ci-lock')])
  assert.equal(count(repo, locks, `ci-lock-${checkin}`), 0)
  ask(repo, [lock()])
  assert.equal(count(repo, locks, `ci-lock-${checkin}`), 1)
})

test('unversioned files are promised once the budget of a reply is spent', () => {
  using repo = makeRepo('server')
  const names = ['a', 'b', 'c']
  const files = names.map((name, i): Card => {
    const content = contentOf(i, 500)
    const hash = nameOf(content)
    return { type: 'uvfile', name, mtimeSec: 1, hash, sizeBytes: 500, content }
  })
  ask(repo, files)
  setConfig(repo, 'max-download', '600')
  const wants = names.map((name): Card => ({ type: 'uvgimme', name }))
  const reply = ask(repo, wants)
  assert.deepEqual([ofType(reply, 'uvfile').length, ofType(reply, 'uvigot').length], [2, 1])
})

/**
 * The client of a clone: what it asks for, what it keeps of each reply, and how it goes on.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { compressContent } from '../base/zlib.ts'
import { createDelta } from '../delta/index.ts'
import { unresolvedRids } from '../repo/blob.ts'
import { beginClone, cloneState, type CloneState } from '../repo/clone-state.ts'
import { config, setConfig } from '../repo/config.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { shun } from '../repo/shun.ts'
import { purge } from '../admin/purge.ts'
import { findUser, putUser } from '../admin/user.ts'
import type { Card } from '../xfer/card.ts'
import { fullAccess } from './access.ts'
import { CloneSession, type CloneSessionOptions } from './clone.ts'
import type { SyncEvent } from './events.ts'
import { handleXfer } from './handler.ts'
import {
  addArtifacts,
  addForeign,
  bodyOf,
  cardsOf,
  contentOf,
  fails,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  projectCode,
  snapshot,
  verifyRepo,
} from './pair.suite.ts'
import { clone } from './sync.ts'

const server = 'a'.repeat(40)
const everything = { access: fullAccess }

/** A repository that waits to become a clone. */
function prepared(): Repo {
  const repo = makeRepo('client')
  beginClone(repo)
  return repo
}

function cfile(content: Uint8Array, hash = nameOf(content)): Card {
  const compressed = compressContent(content)
  const uncompressedSizeBytes = content.length
  return { type: 'cfile', hash, deltaSource: undefined, uncompressedSizeBytes, compressed }
}

function cfileDelta(
  source: Uint8Array,
  target: Uint8Array,
  delta = createDelta(source, target),
): Card {
  const compressed = compressContent(delta)
  const names = { hash: nameOf(target), deltaSource: nameOf(source) }
  return { type: 'cfile', ...names, uncompressedSizeBytes: target.length, compressed }
}

const seqno = (sequence: number): Card => ({ type: 'clone_seqno', sequence })
const push = (project = projectCode, serverCode = server): Card => ({
  type: 'push',
  serverCode,
  projectCode: project,
})
const refusal = (text: string): Card => ({ type: 'error', text })

/** Answers one request with `cards`; returns what it asked. */
function round(session: CloneSession, ...cards: readonly Card[]): Card[] {
  const asked = cardsOf(session.request())
  session.receive(bodyOf(...cards))
  return asked
}

const asks = (cards: readonly Card[]): number | undefined => ofType(cards, 'clone')[0]?.sequence

const asksForPrivate = (cards: readonly Card[]): boolean =>
  ofType(cards, 'pragma').some(({ name }) => name === 'send-private')

function begin(repo: Repo, options: CloneSessionOptions = {}): CloneSession {
  return new CloneSession(repo, options)
}

test('each reply is kept with the place where the next one goes on', () => {
  using repo = prepared()
  const session = begin(repo)
  const states: (CloneState | undefined)[] = [cloneState(repo)]
  assert.equal(asks(round(session, cfile(contentOf(0)), seqno(7), push())), 1)
  states.push(cloneState(repo))
  assert.equal(asks(round(session, cfile(contentOf(1)), seqno(0), push())), 7)
  states.push(cloneState(repo))
  assert.deepEqual(states, [
    { sequence: 1 },
    { sequence: 7, serverCode: server },
    { sequence: 0, serverCode: server },
  ])
  assert.ok(session.isDone && begin(repo).isDone)
  assert.deepEqual([session.rounds, session.totals.artifactsReceived], [2, 2])
  assert.equal(config(repo, 'project-code'), projectCode)
  assert.equal(heldNames(repo).length, 2)
  verifyRepo(repo)
})

test('a new session goes on where the last whole reply ended', () => {
  using repo = prepared()
  round(begin(repo), cfile(contentOf(0)), seqno(7), push())
  const interrupted = begin(repo)
  interrupted.request()
  assert.equal(asks(round(begin(repo), cfile(contentOf(1)), seqno(9), push())), 7)
})

test('a reply that is wrong anywhere is dropped as a whole; those before it are kept', () => {
  const wrong: [Parameters<typeof fails>[0], ...Card[]][] = [
    ['hash.mismatch', cfile(contentOf(1)), cfile(contentOf(2), nameOf(contentOf(3)))],
    ['delta.corrupt', cfileDelta(contentOf(0), contentOf(1), utf8('0:;'))],
    ['xfer.malformed', cfile(contentOf(1)), { type: 'unknown', name: 'brew', line: 'brew tea' }],
    ['sync.refused', cfile(contentOf(1)), refusal('enough')],
    ['sync.wrongproject', cfile(contentOf(1)), seqno(9), push('c'.repeat(40))],
    ['xfer.malformed', cfile(contentOf(1)), push()],
    ['xfer.malformed', cfile(contentOf(1)), seqno(7), push()],
    ['xfer.malformed', cfile(contentOf(1)), seqno(3), push()],
  ]
  for (const [code, ...cards] of wrong) {
    using repo = prepared()
    const session = begin(repo)
    round(session, cfile(contentOf(0)), seqno(7), push())
    const before = snapshot(repo)
    fails(code, () => round(session, ...cards))
    assert.deepEqual(snapshot(repo), before, code)
    verifyRepo(repo)
    assert.equal(asks(round(session, seqno(0), push())), 7, code)
  }
})

test('a clone does not end before it is known whose project it is', () => {
  using repo = prepared()
  const session = begin(repo)
  round(session, cfile(contentOf(0)), seqno(7))
  fails('xfer.malformed', () => round(session, cfile(contentOf(1)), seqno(0)))
  assert.deepEqual([cloneState(repo), heldNames(repo).length], [{ sequence: 7 }, 1])
  const again = begin(repo)
  assert.equal(asks(round(again, cfile(contentOf(1)), seqno(0), push())), 7)
  assert.ok(again.isDone)
})

test('an artifact that does not match its name is named by the error', () => {
  using repo = prepared()
  const claimed = nameOf(contentOf(1))
  const reply = [cfile(contentOf(0), claimed), seqno(0), push()]
  const error = fails('hash.mismatch', () => round(begin(repo), ...reply))
  assert.equal(error.detail.expected, claimed)
})

test('bytes that are no message are an operating error, and the clone goes on', () => {
  using repo = prepared()
  const session = begin(repo)
  session.request()
  fails('xfer.frame', () => session.receive(utf8('<html>')))
  assert.equal(asks(round(session, seqno(0), push())), 1)
})

test('a delta waits for its source, in the reply or in a later one', () => {
  const [source, target] = [contentOf(1, 400), concat([contentOf(1, 400), utf8('!')])]
  using repo = prepared()
  const session = begin(repo)
  round(session, cfileDelta(source, target), seqno(2), push())
  assert.deepEqual([unresolvedRids(repo).size, heldNames(repo)], [1, []])
  round(session, cfile(source), seqno(0), push())
  assert.equal(unresolvedRids(repo).size, 0)
  assert.deepEqual(heldNames(repo), [nameOf(source), nameOf(target)].sort())
  verifyRepo(repo)
})

test('a refused stranger learns the project, and then logs in', () => {
  using repo = prepared()
  const login = { user: 'alice', password: 'secret' }
  const session = begin(repo, { login, private: true })
  const first = round(session, push(), refusal('not authorized to clone'))
  assert.deepEqual([ofType(first, 'login'), asks(first)], [[], 1])
  assert.ok(!asksForPrivate(first))
  const second = round(session, cfile(contentOf(0)), seqno(2), push())
  assert.equal(second[0]?.type, 'login')
  assert.ok(asksForPrivate(second))
  assert.equal(asks(second), 1)
  const third = cardsOf(session.request())
  session.receive(bodyOf(seqno(0), push()))
  assert.equal(third[0]?.type, 'login')
})

test('a refusal is final without a login, after one, and without the project', () => {
  const login = { user: 'alice', password: 'wrong' }
  const error = refusal('not authorized to clone')
  for (const [options, ...replies] of [
    [{}, [push(), error]],
    [{ login }, [error]],
    [{ login }, [push(), error], [push(), error]],
  ] as const) {
    using repo = prepared()
    const session = begin(repo, options)
    const last = replies.at(-1) ?? []
    for (const reply of replies.slice(0, -1)) round(session, ...reply)
    const { detail } = fails('sync.refused', () => round(session, ...last))
    assert.equal(detail.message, 'not authorized to clone')
    assert.deepEqual(cloneState(repo)?.sequence, 1)
  }
})

test('another server of the project ends the bulk, and keeps what it sent', () => {
  using repo = prepared()
  round(begin(repo), cfile(contentOf(0)), seqno(7), push())
  const session = begin(repo)
  round(session, cfile(contentOf(1)), seqno(9), push(projectCode, 'b'.repeat(40)))
  assert.ok(session.isDone)
  assert.deepEqual(heldNames(repo), [nameOf(contentOf(0)), nameOf(contentOf(1))].sort())
})

test('private artifacts are taken by who asked for them, and no others', () => {
  for (const isPrivate of [false, true]) {
    using repo = prepared()
    const session = begin(repo, { private: isPrivate })
    const asked = round(session, { type: 'private' }, cfile(contentOf(0)), seqno(0), push())
    assert.equal(ofType(asked, 'pragma').length, isPrivate ? 2 : 1)
    assert.equal(heldNames(repo).length, isPrivate ? 1 : 0)
  }
})

test('a state that cannot be read is an operating error', () => {
  for (const text of ['', '{', '{}', '{"sequence":-1}', '{"sequence":1.5}', 'null', '[1]']) {
    using repo = prepared()
    setConfig(repo, 'trilobite-clone', text)
    fails('repo.invalid', () => cloneState(repo))
  }
})

test('a clone of our server ends whole, whatever exchange fails on the way', async () => {
  using served = makeRepo('server')
  putUser(served, { login: 'nobody', capabilities: 'go' })
  addArtifacts(served, { to: 30 })
  setConfig(served, 'max-download', '300')
  for (const period of [Infinity, 2, 3]) {
    using repo = prepared()
    let exchanges = 0
    const exchange = async (request: Uint8Array): Promise<Uint8Array> => {
      if (++exchanges % period === 0) {
        throw new FossilError('transport.failed', { reason: 'cut' })
      }
      return handleXfer(served, request)
    }
    let rounds = 0
    while (repo.isUnfinishedClone && rounds++ < 100) {
      await clone(repo, { exchange }).catch((error: unknown) => {
        assert.ok(FossilError.is(error, 'transport.failed'), String(error))
      })
    }
    assert.deepEqual(heldNames(repo), heldNames(served))
    assert.equal(rounds > 1, period !== Infinity)
    verifyRepo(repo)
  }
})

test('a clone that logs in brings private artifacts that a stranger is not shown', async () => {
  for (const capabilities of ['', 'go']) {
    using served = makeRepo('server')
    putUser(served, { login: 'nobody', capabilities })
    putUser(served, { login: 'alice', password: 'secret', capabilities: 'gox' })
    addArtifacts(served, { to: 3 })
    addForeign(served, contentOf(7), { isPrivate: true })
    using repo = prepared()
    const exchange = async (request: Uint8Array): Promise<Uint8Array> => handleXfer(served, request)
    const login = { user: 'alice', password: 'secret' }
    const { shortfall } = await clone(repo, { exchange }, { login, private: true })
    assert.equal(shortfall, undefined)
    assert.deepEqual(heldNames(repo), heldNames(served))
    assert.equal(dbOf(repo).prepare('SELECT rid FROM private').all().length, 1)
  }
})

test('a clone takes settings, accounts only where asked to, and nothing that runs', async () => {
  using from = makeRepo('server')
  putUser(from, { login: 'amy', password: 'pw', capabilities: 'as' })
  putUser(from, { login: 'bob', password: 'pw', capabilities: 'o' })
  const scripts = ['th1-hooks', 'th1-uri-regexp', 'xfer-push-script', 'xfer-common-script']
  for (const name of ['project-name', 'css', ...scripts]) setConfig(from, name, 'x')
  dbOf(from).exec('UPDATE config SET mtime = 1; UPDATE user SET mtime = 1')
  const exchange = async (request: Uint8Array): Promise<Uint8Array> =>
    handleXfer(from, request, { access: fullAccess })
  for (const withUsers of [false, true]) {
    using repo = prepared()
    const heard: string[] = []
    const observer = (event: SyncEvent): void => {
      if (event.type !== 'config.received') return
      heard.push(`${event.table} ${event.key} ${event.outcome}`)
    }
    assert.ok((await clone(repo, { exchange }, { withUsers, observer })).complete)
    assert.deepEqual(
      ['project-name', 'css', ...scripts].map((name) => config(repo, name)),
      ['x', 'x', ...scripts.map(() => undefined)],
    )
    assert.deepEqual([findUser(repo, 'bob')?.capabilities], [withUsers ? 'o' : undefined])
    assert.ok(heard.includes('config project-name stored'))
    assert.ok(heard.includes('config th1-hooks refused'))
    assert.equal(heard.includes('user bob stored'), withUsers)
  }
})

test('a clone ends although its server has lost an artifact that others name', async () => {
  using served = makeRepo('server')
  const [lost, ...kept] = addArtifacts(served, { to: 120 })
  assert.ok(lost !== undefined)
  // Whoever pulls has the server form a cluster, which names them all.
  handleXfer(served, bodyOf({ type: 'pull', serverCode: server, projectCode }), everything)
  purge(served, [lost])
  using repo = prepared()
  const exchange = (request: Uint8Array): Promise<Uint8Array> =>
    Promise.resolve(handleXfer(served, request, everything))
  const { complete, missing } = await clone(repo, { exchange })
  assert.deepEqual([complete, missing], [false, [lost]])
  assert.equal(repo.isUnfinishedClone, false)
  const held = new Set(heldNames(repo))
  assert.ok(kept.every((hash) => held.has(hash)))
})

test('a clone ends without what its server shuns, and without the names of it', async () => {
  using served = makeRepo('server')
  const [shunned, named] = addArtifacts(served, { to: 120 })
  assert.ok(shunned !== undefined && named !== undefined)
  handleXfer(served, bodyOf({ type: 'pull', serverCode: server, projectCode }), everything)
  // One that is here, and one that the cluster names alone.
  purge(served, [named])
  shun(served, [shunned, named])
  using repo = prepared()
  const exchange = (request: Uint8Array): Promise<Uint8Array> =>
    Promise.resolve(handleXfer(served, request, everything))
  const { complete } = await clone(repo, { exchange })
  const left = dbOf(repo).prepare('SELECT uuid FROM shun JOIN blob USING(uuid)').all()
  assert.deepEqual([complete, left], [true, []])
  verifyRepo(repo)
})

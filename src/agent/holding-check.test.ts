/**
 * Checks of holdings: a server holds what it sends, and nothing else.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { ensureKnown } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import { accessOf, fullAccess } from '../sync/access.ts'
import { handleXfer } from '../sync/handler.ts'
import type { HandlerOptions } from '../sync/handler-options.ts'
import type { Card } from '../xfer/card.ts'
import {
  addArtifacts,
  addForeign,
  ask,
  bodyOf,
  cardsOf,
  contentOf,
  fails,
  fileCard,
  makeRepo,
  nameOf,
  ofType,
  pullCard,
  snapshot,
} from '../sync/pair.suite.ts'
import { shun } from '../repo/shun.ts'
import { HoldingCheck, type HoldingCheckOptions } from './holding-check.ts'

/** Checks a server to the end; returns what it holds, sorted, and the requests it took. */
function check(
  server: Repo,
  sought: readonly ArtifactHash[],
  { handler = {}, ...options }: HoldingCheckOptions & { handler?: HandlerOptions } = {},
) {
  const holdings = new HoldingCheck(makeRepo('client'), sought, options)
  let requests = 0
  while (!holdings.isDone) {
    requests++
    holdings.receive(handleXfer(server, holdings.request(), { access: fullAccess, ...handler }))
  }
  return { held: [...holdings.held].sort(), requests }
}

/** Artifacts held according to one reply to a request for `sought`. */
function heldAfter(sought: ArtifactHash, ...reply: readonly Card[]): ArtifactHash[] {
  const holdings = new HoldingCheck(makeRepo('client'), [sought])
  holdings.request()
  holdings.receive(bodyOf(...reply))
  assert.equal(holdings.isDone, true)
  return [...holdings.held]
}

const unknown = nameOf(contentOf(99))

test('artifacts are asked for and held when they come, up to 200 in a request', () => {
  const server = makeRepo('server')
  const names = addArtifacts(server, { to: 450 })
  assert.deepEqual(check(server, names.slice(0, 3)), {
    held: names.slice(0, 3).sort(),
    requests: 1,
  })
  assert.deepEqual(check(server, names), { held: names.toSorted(), requests: 3 })
})

test('artifacts that a cluster names are held, too', () => {
  const server = makeRepo('server')
  const names = addArtifacts(server, { to: 150 })
  ask(server, [pullCard])
  assert.ok(ofType(ask(server, [pullCard]), 'igot').length < 10, 'they are clustered')
  assert.deepEqual(check(server, names).held, names.toSorted())
})

test('a server that sends one artifact a reply is asked again for those it promised', () => {
  const server = makeRepo('server')
  const names = addArtifacts(server, { to: 5, bytes: 2000 })
  const found = check(server, [unknown, ...names], { handler: { budgetBytes: 1000 } })
  assert.deepEqual(found, { held: names.toSorted(), requests: 5 })
})

test('what the server does not know, knows by name, or shuns is not held', () => {
  const server = makeRepo('server')
  const [shunned = assert.fail(), held = assert.fail()] = addArtifacts(server, { to: 2 })
  const phantom = nameOf(contentOf(50))
  ensureKnown(server, phantom, { isPrivate: false })
  shun(server, [shunned])
  const found = check(server, [unknown, phantom, shunned, held])
  assert.deepEqual(found, { held: [held], requests: 1 })
})

test('private artifacts are held where they may be sent', () => {
  const server = makeRepo('server')
  const secret = addForeign(server, contentOf(7), { isPrivate: true })
  assert.deepEqual(check(server, [secret]).held, [])
  assert.deepEqual(check(server, [secret], { private: true }).held, [secret])
})

test('neither an announcement nor a file that is another is proof', () => {
  const content = contentOf(1)
  const name = nameOf(content)
  assert.deepEqual(heldAfter(name, { type: 'igot', hash: name, isPrivate: false }), [])
  // Stock sends this for a delta whose source it lacks.
  assert.deepEqual(heldAfter(name, fileCard(new Uint8Array(), name)), [])
  assert.deepEqual(heldAfter(name, fileCard(contentOf(2))), [])
  assert.deepEqual(heldAfter(name, fileCard(content)), [name])
})

test('a check changes nothing on either side', () => {
  const [server, client] = [makeRepo('server'), makeRepo('client')]
  const names = addArtifacts(server, { to: 3 })
  const before = [snapshot(server), snapshot(client)]
  const holdings = new HoldingCheck(client, [...names, unknown])
  const request = holdings.request()
  assert.deepEqual(
    cardsOf(request).map(({ type }) => type),
    ['pragma', 'pull', 'gimme', 'gimme', 'gimme', 'gimme', 'comment'],
  )
  holdings.receive(handleXfer(server, request, { access: fullAccess }))
  assert.equal(holdings.isDone, true)
  assert.deepEqual([snapshot(server), snapshot(client)], before)
})

test('nothing of a reply that makes no sense, or says no, counts', () => {
  const server = makeRepo('server')
  const [name = assert.fail()] = addArtifacts(server, { to: 1 })
  const file = fileCard(contentOf(0), name)
  const replies = [
    ['sync.refused', bodyOf(file, { type: 'error', text: 'the disk is full' })],
    ['login.failed', bodyOf(file, { type: 'error', text: 'login failed' })],
    ['xfer.malformed', bodyOf(file, { type: 'unknown', name: '<html>', line: '<html>' })],
    ['xfer.frame', utf8('igot')],
  ] as const
  for (const [code, reply] of replies) {
    const holdings = new HoldingCheck(makeRepo('client'), [name])
    holdings.request()
    fails(code, () => holdings.receive(reply))
    assert.equal(holdings.held.size, 0, code)
  }
  fails('sync.refused', () => check(server, [name], { handler: { access: accessOf('') } }))
})

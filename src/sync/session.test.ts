/**
 * The client's side: what a sync moves, when it goes on, when it stops, and what it says then.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AssertionError } from '../base/assert.ts'
import { utf8 } from '../base/bytes.ts'
import { config, setConfig } from '../repo/config.ts'
import { storeLocal } from '../repo/store.ts'
import { setPushTrouble, unsentArtifacts } from '../repo/unsent.ts'
import type { Card } from '../xfer/card.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { accessOf, fullAccess } from './access.ts'
import type { SyncEvent } from './events.ts'
import { handleXfer } from './handler.ts'
import {
  addArtifacts,
  addForeign,
  bodyOf,
  cardsOf,
  contentOf,
  fails,
  fileCard,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  phantomNames,
  pragma,
  snapshot,
  syncPair,
  syncWith,
  verifyRepo,
} from './pair.suite.ts'
import { SyncSession } from './session.ts'
import type { SyncOptions } from './session-options.ts'

const remark: Card = { type: 'comment', text: 'nothing to say' }
const readOnly = accessOf('o')

test('a sync brings each side what the other has', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 5 })
  addArtifacts(server, { from: 5, to: 12 })
  const { result } = syncPair(client, server)
  assert.deepEqual(heldNames(client), heldNames(server))
  assert.equal(heldNames(client).length, 12)
  const { complete, shortfall, missing, artifactsSent, artifactsReceived, rounds } = result
  assert.deepEqual(
    { complete, shortfall, missing, artifactsSent, artifactsReceived, rounds },
    {
      complete: true,
      shortfall: undefined,
      missing: [],
      artifactsSent: 5,
      artifactsReceived: 7,
      rounds: 2,
    },
  )
  verifyRepo(client)
  verifyRepo(server)
})

test('a sync of equals takes one round and moves nothing', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 5 })
  syncPair(client, server)
  const { result } = syncPair(client, server)
  assert.equal(result.rounds, 1)
  assert.equal(result.artifactsSent + result.artifactsReceived, 0)
  assert.ok(result.complete)
})

test('a push sends and takes nothing', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 3 })
  addArtifacts(server, { from: 3, to: 6 })
  const { result, requests } = syncPair(client, server, { pull: false })
  assert.equal(heldNames(server).length, 6)
  assert.equal(heldNames(client).length, 3)
  assert.deepEqual(phantomNames(client), [])
  assert.ok(result.complete)
  assert.equal(ofType(requests.flat(), 'pull').length, 0)
})

test('a pull takes and sends nothing, not even names', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 3 })
  addArtifacts(server, { from: 3, to: 6 })
  const { result, requests } = syncPair(client, server, { push: false })
  assert.equal(heldNames(client).length, 6)
  assert.equal(heldNames(server).length, 3)
  assert.deepEqual(phantomNames(server), [])
  assert.ok(result.complete)
  const sent = new Set(requests.flat().map(({ type }) => type))
  assert.deepEqual([...sent].sort(), ['comment', 'gimme', 'pragma', 'pull'])
  assert.equal(unsentArtifacts(client).length, 3)
})

test('a sync that is to do nothing is refused', () => {
  using client = makeRepo('client')
  fails('option.invalid', () => new SyncSession(client, { push: false, pull: false }))
})

test('what others made is announced, and sent when asked for', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const hash = addForeign(client, contentOf(1))
  const { result, requests } = syncPair(client, server)
  assert.deepEqual(ofType(requests[0] ?? [], 'file'), [])
  assert.equal(ofType(requests[1] ?? [], 'file')[0]?.hash, hash)
  assert.equal(result.rounds, 2)
  assert.deepEqual(heldNames(server), [hash])
})

test('a cookie is stored and sent back', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const cookie: Card = { type: 'cookie', text: 'ünï-7' }
  syncPair(client, server, { onReply: (cards) => [...cards, cookie] })
  assert.equal(config(client, 'cookie'), 'ünï-7')
  const { requests } = syncPair(client, server)
  assert.deepEqual(ofType(requests[0] ?? [], 'cookie'), [cookie])
})

test('a stored cookie that no card can carry stays at home', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  for (const text of ['', 'two words', 'line\n']) {
    setConfig(client, 'cookie', text)
    assert.deepEqual(ofType(syncPair(client, server).requests.flat(), 'cookie'), [])
  }
})

test('a server that takes no push gives its pull, and what waits here makes it incomplete', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 1 })
  // Brings artifacts by announcing them, as after a push without an answer.
  setPushTrouble(client, 'unanswered')
  const [hash] = addArtifacts(server, { from: 1, to: 2 })
  const { result, requests } = syncPair(client, server, { access: readOnly })
  assert.deepEqual(heldNames(server), [hash])
  assert.equal(heldNames(client).length, 2)
  assert.deepEqual(result.messages, ['pull only - not authorized to push'])
  assert.ok(result.pushRefused && !result.complete)
  assert.equal(result.shortfall, 'the server does not accept a push from us')
  assert.deepEqual(ofType(requests.slice(1).flat(), 'push'), [])
})

test('a reader who has nothing to send is complete', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addForeign(client, contentOf(0))
  addArtifacts(server, { from: 1, to: 2 })
  const { result } = syncPair(client, server, { access: readOnly })
  assert.ok(result.pushRefused && result.complete)
  assert.equal(result.shortfall, undefined)
})

test('a server that refuses the whole sync for what it brings still gives its pull', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 1 })
  addArtifacts(server, { from: 1, to: 2 })
  const { result, replies } = syncPair(client, server, { access: readOnly })
  assert.deepEqual(replies[0], [{ type: 'error', text: 'not authorized to write' }])
  assert.equal(heldNames(client).length, 2)
  assert.equal(heldNames(server).length, 1)
  assert.ok(result.pushRefused && !result.complete)
  assert.equal(unsentArtifacts(client).length, 1)
})

test('a refused push is an error where nothing else was asked for', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 1 })
  const error = fails('sync.refused', () =>
    syncPair(client, server, { access: readOnly, pull: false }),
  )
  assert.equal(error.detail.message, 'not authorized to write')
  assert.equal(unsentArtifacts(client).length, 1)
})

test('what a push that was dropped carried is still unsent', () => {
  using client = makeRepo('client')
  addArtifacts(client, { to: 1 })
  const { result } = syncWith(client, () =>
    bodyOf({ type: 'message', text: 'pull only - not authorized to push' }),
  )
  assert.ok(result.pushRefused)
  assert.equal(unsentArtifacts(client).length, 1)
})

test('an error card ends the sync, and nothing of its message is kept', () => {
  using client = makeRepo('client')
  addArtifacts(client, { to: 1 })
  const before = snapshot(client)
  const reply = bodyOf(
    fileCard(utf8('kept?')),
    { type: 'igot', hash: nameOf(utf8('known?')), isPrivate: false },
    { type: 'cookie', text: 'stored?' },
    { type: 'error', text: 'out of coffee' },
  )
  const error = fails('sync.refused', () => syncWith(client, () => reply))
  assert.equal(error.detail.message, 'out of coffee')
  assert.deepEqual(snapshot(client), before)
  assert.equal(config(client, 'cookie'), undefined)
})

test('a page in place of a reply ends the sync and is shown', () => {
  using client = makeRepo('client')
  const events: SyncEvent[] = []
  const html: Card = { type: 'unknown', name: '<html>', line: '<html> Not here' }
  const error = fails('xfer.malformed', () =>
    syncWith(client, () => bodyOf(html), { observer: (event) => events.push(event) }),
  )
  assert.equal(error.detail.reason, 'the reply is a page, not a sync message')
  assert.deepEqual(events.at(-1), { type: 'card.unknown', line: '<html> Not here' })
})

test('cards that answer nothing that was asked end the sync', () => {
  const cards: Card[] = [
    { type: 'clone_seqno', sequence: 0 },
    { type: 'config', name: '/all', content: utf8('x') },
    { type: 'reqconfig', name: '/all' },
    { type: 'login', user: 'u', nonce: 'n', signature: 's' },
  ]
  for (const card of cards) {
    using client = makeRepo('client')
    const error = fails('xfer.malformed', () => syncWith(client, () => bodyOf(card)))
    assert.equal(error.detail.card, card.type)
  }
})

test('pragmas that nobody knows mean nothing', () => {
  using client = makeRepo('client')
  const { result } = syncWith(client, () => bodyOf(pragma('brew', 'tea'), remark))
  assert.ok(result.complete)
})

test('an empty reply is an error, and what was sent with it is still unsent', () => {
  const empty = [new Uint8Array(0), Uint8Array.of(0, 0, 0, 0), encodeMessage(utf8('x')).slice(0, 4)]
  for (const reply of empty) {
    using client = makeRepo('client')
    addArtifacts(client, { to: 2 })
    fails('xfer.frame', () => syncWith(client, () => reply))
    assert.equal(unsentArtifacts(client).length, 2)
  }
})

test('a push whose reply is lost is repeated without harm', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 4 })
  const lost = new SyncSession(client)
  handleXfer(server, lost.request(), { access: accessOf('io') })
  assert.equal(heldNames(server).length, 4)
  assert.equal(unsentArtifacts(client).length, 4)

  const { result } = syncPair(client, server)
  assert.ok(result.complete)
  assert.equal(unsentArtifacts(client).length, 0)
  assert.deepEqual(heldNames(client), heldNames(server))
  verifyRepo(server)
})

test('what does not come is listed, and the next sync asks for it again', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const [first, second] = [contentOf(1), contentOf(2)]
  const withheld = nameOf(first)
  addForeign(server, first)
  addForeign(server, second)
  const withhold = (cards: Card[]): Card[] =>
    cards.filter((card) => card.type !== 'file' || card.hash !== withheld)
  const { result } = syncPair(client, server, { onReply: withhold })
  assert.equal(result.complete, false)
  assert.equal(result.shortfall, '1 artifact did not come')
  assert.deepEqual(result.missing, [withheld])
  assert.deepEqual(heldNames(client), [nameOf(second)])
  assert.ok(result.rounds < 10)

  assert.ok(syncPair(client, server).result.complete)
  assert.deepEqual(heldNames(client), heldNames(server))
})

test('a server that goes on promising is given up', () => {
  using client = makeRepo('client')
  const hash = nameOf(contentOf(1))
  const { result } = syncWith(client, () => bodyOf({ type: 'igot', hash, isPrivate: false }))
  assert.deepEqual(result.missing, [hash])
  assert.ok(result.rounds <= 8, `${result.rounds} rounds`)
})

test('the sync ends after as many rounds as it may take', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(server, { to: 10 })
  const { result } = syncPair(client, server, { maxRounds: 1 })
  assert.equal(result.rounds, 1)
  assert.equal(result.missing.length, 10)
  assert.equal(result.complete, false)
})

test('rounds that move something do not count, so a long push ends complete', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  setConfig(client, 'max-upload', '1')
  addArtifacts(client, { to: 10 })
  const { result } = syncPair(client, server, { maxRounds: 2, pull: false })
  assert.ok(result.complete && result.rounds >= 10, `${result.rounds} rounds`)
  assert.equal(result.artifactsSent, 10)
  assert.deepEqual(heldNames(client), heldNames(server))
})

/** Counts the artifacts in each request of a sync that moves ten. */
function filesByRound(options: SyncOptions): number[] {
  using client = makeRepo('client')
  using server = makeRepo('server')
  setConfig(client, 'max-upload', '1000')
  addArtifacts(client, { to: 10, bytes: 300 })
  const { result, requests } = syncPair(client, server, { pull: false, ...options })
  assert.ok(result.complete)
  assert.deepEqual(heldNames(server), heldNames(client))
  return requests.map((cards) => ofType(cards, 'file').length)
}

test('a small budget of requests splits a push into more rounds, and everything arrives', () => {
  assert.deepEqual(
    filesByRound({ budgetBytes: 1 }),
    Array.from({ length: 10 }, () => 1),
  )
  assert.deepEqual(filesByRound({ budgetBytes: 1_000_000 }), [10])
  assert.ok(filesByRound({}).length > 2, 'otherwise the setting counts')
})

test('a budget below one byte is refused', () => {
  using client = makeRepo('client')
  for (const budgetBytes of [0, -1, 1.5, Number.NaN]) {
    fails('option.invalid', () => new SyncSession(client, { budgetBytes }))
  }
})

test('a push that was cut off sends nothing again that the server was seen to have', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  setConfig(client, 'max-upload', '1')
  addArtifacts(client, { to: 10 })
  const session = new SyncSession(client, { pull: false })
  for (let round = 0; round < 5; round++) {
    session.receive(handleXfer(server, session.request(), { access: fullAccess }))
  }
  assert.equal(unsentArtifacts(client).length, 5)
  const { result } = syncPair(client, server, { pull: false })
  assert.ok(result.complete)
  assert.equal(result.artifactsSent, 5)
})

test('under the smallest upload budget everything goes, one artifact a round', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  setConfig(client, 'max-upload', '1')
  addArtifacts(client, { to: 6 })
  for (let i = 6; i < 12; i++) addForeign(client, contentOf(i))
  const { result, requests } = syncPair(client, server)
  assert.equal(result.shortfall, undefined)
  for (const cards of requests) assert.ok(ofType(cards, 'file').length <= 1)
  assert.equal(heldNames(server).length, 12)
  assert.equal(result.artifactsSent, 12)
})

test('under the smallest download budget everything comes, one artifact a round', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  setConfig(server, 'max-download', '1')
  addArtifacts(server, { to: 12 })
  const { result, replies } = syncPair(client, server)
  assert.equal(result.shortfall, undefined)
  for (const cards of replies) assert.ok(ofType(cards, 'file').length <= 1)
  assert.equal(heldNames(client).length, 12)
})

test('an upload stays near its budget', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  setConfig(client, 'max-upload', '10000')
  addArtifacts(client, { to: 20, bytes: 3000 })
  const { requests } = syncPair(client, server)
  for (const cards of requests) assert.ok(ofType(cards, 'file').length <= 4)
  assert.equal(heldNames(server).length, 20)
})

test('phantoms that nobody sends do not keep others from coming', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const lost = Array.from({ length: 450 }, (_, i) => nameOf(contentOf(1000 + i)))
  const igots = lost.map((hash): Card => ({ type: 'igot', hash, isPrivate: false }))
  syncWith(client, () => bodyOf(...igots), { push: false, maxRounds: 1 })
  assert.equal(phantomNames(client).length, 450)

  addArtifacts(server, { to: 130 })
  const { result } = syncPair(client, server)
  // And the cluster that names them, since there are more than a hundred.
  assert.equal(heldNames(client).length, 131)
  assert.equal(result.missing.length, 450)
  assert.ok(result.rounds < 12, `${result.rounds} rounds`)
})

test('a session says nothing between a failure and its end', () => {
  using client = makeRepo('client')
  const session = new SyncSession(client)
  session.request()
  assert.throws(() => session.request(), AssertionError)
  fails('xfer.frame', () => session.receive(utf8('?')))
  assert.throws(() => session.request(), AssertionError)
  assert.throws(() => session.receive(bodyOf(remark)), AssertionError)
  assert.equal(session.result, undefined)
})

test('a session that has ended says nothing', () => {
  using client = makeRepo('client')
  const session = new SyncSession(client)
  session.request()
  session.receive(bodyOf(remark))
  assert.ok(session.result?.complete)
  assert.throws(() => session.request(), AssertionError)
})

test('a reply is not applied inside a transaction that it could not roll back', () => {
  using client = makeRepo('client')
  const session = new SyncSession(client)
  session.request()
  assert.throws(() => client.transaction(() => session.receive(bodyOf(remark))), AssertionError)
})

test('between a request and its reply the repository is free to use', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const session = new SyncSession(client)
  let made = 0
  while (session.result === undefined) {
    const request = session.request()
    if (made < 3) storeLocal(client, contentOf(made++))
    session.receive(handleXfer(server, request, { access: accessOf('io') }))
    if (made < 6) storeLocal(client, contentOf(made++))
  }
  assert.equal(heldNames(client).length, made)
  syncPair(client, server)
  assert.deepEqual(heldNames(server), heldNames(client))
})

test('every request ends in something that no other says', () => {
  using client = makeRepo('client')
  const ends = [1, 2].map(() => cardsOf(new SyncSession(client).request()).at(-1))
  assert.ok(ends.every((card) => card?.type === 'comment' && /^[0-9a-f]{40}$/.test(card.text)))
  assert.notDeepEqual(ends[0], ends[1])
})

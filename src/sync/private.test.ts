/**
 * Private artifacts: they stay at home unless both sides want them to travel, and what a peer says
 * of them neither publishes nor hides anything that it has no right to.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publish } from '../admin/publish.ts'
import { utf8 } from '../base/bytes.ts'
import { verify } from '../crosslink/verify.ts'
import { findRid, hasArtifact, isPrivate, makePublic } from '../repo/blob.ts'
import { clusterArtifacts, createClusters } from '../repo/cluster.ts'
import { readArtifact } from '../repo/content.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import { checkin } from '../write/checkin.ts'
import type { Card } from '../xfer/card.ts'
import { accessOf, fullAccess } from './access.ts'
import type { SyncEvent } from './events.ts'
import {
  addArtifacts,
  addForeign,
  ask,
  bodyOf,
  contentOf,
  count,
  fails,
  fileCard,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  phantomNames,
  pragma,
  pullCard,
  pushCard,
  syncPair,
  syncWith,
  verifyRepo,
} from './pair.suite.ts'

const secret = contentOf(1, 500)
const secretName = nameOf(secret)
const publicOnly = accessOf('io')
const privateCard: Card = { type: 'private' }
const remark: Card = { type: 'comment', text: 'nothing to say' }

function igot(hash: ArtifactHash, asPrivate: boolean): Card {
  return { type: 'igot', hash, isPrivate: asPrivate }
}

function keeper(name: string): Repo {
  const repo = makeRepo(name)
  addArtifacts(repo, { to: 1 })
  addForeign(repo, secret, { isPrivate: true })
  return repo
}

function isPrivateHere(repo: Repo, hash = secretName): boolean {
  const rid = findRid(repo, hash)
  return rid !== undefined && isPrivate(repo, rid)
}

function saysNothingOf(cards: readonly Card[], hash: ArtifactHash): boolean {
  return !JSON.stringify(cards.map((card) => ('hash' in card ? card.hash : ''))).includes(hash)
}

test('without the option nothing is said of private artifacts, either way', () => {
  for (const access of [fullAccess, publicOnly]) {
    using client = keeper('client')
    using server = makeRepo('server')
    addForeign(server, contentOf(2), { isPrivate: true })
    const said = syncPair(client, server, { access })
    assert.ok(said.result.complete)
    const cards = [...said.requests.flat(), ...said.replies.flat()]
    assert.ok(saysNothingOf(cards, secretName) && saysNothingOf(cards, nameOf(contentOf(2))))
    assert.ok(!hasArtifact(server, secretName))
    assert.equal(heldNames(client).length, 2)
  }
})

test('with the option private artifacts travel both ways and stay private', () => {
  using client = keeper('client')
  using server = makeRepo('server')
  const other = addForeign(server, contentOf(2), { isPrivate: true })
  const { result } = syncPair(client, server, { private: true })
  assert.ok(result.complete)
  assert.equal(result.artifactsReceived, 1)
  for (const repo of [client, server]) {
    assert.equal(heldNames(repo).length, 3)
    assert.ok(isPrivateHere(repo) && isPrivateHere(repo, other))
    assert.equal(count(repo, 'SELECT count(*) FROM private NATURAL JOIN unclustered'), 0)
    assert.equal(count(repo, 'SELECT count(*) FROM private NATURAL JOIN unsent'), 0)
    verifyRepo(repo)
  }
})

test('a private sync of equals takes one round', () => {
  using client = keeper('client')
  using server = makeRepo('server')
  syncPair(client, server, { private: true })
  assert.equal(syncPair(client, server, { private: true }).result.rounds, 1)
})

test('the option without the capability ends the sync, and nothing leaks', () => {
  using client = keeper('client')
  using server = keeper('server')
  const error = fails('sync.refused', () =>
    syncPair(client, server, { private: true, access: publicOnly }),
  )
  assert.equal(error.detail.message, 'not authorized to sync private content')
})

test('who asks for a private artifact by name is told that it is private', () => {
  using server = keeper('server')
  const wants = [pullCard, { type: 'gimme', hash: secretName } as const]
  for (const access of [publicOnly, fullAccess]) {
    const reply = ask(server, wants, { access })
    assert.deepEqual(ofType(reply, 'file'), [])
    assert.deepEqual(reply[0], igot(secretName, true))
  }
  const reply = ask(server, [pragma('send-private'), ...wants])
  assert.deepEqual(reply.slice(0, 2), [privateCard, fileCard(secret)])
})

test('a server that asks for a private artifact is told so once, and stops asking', () => {
  using client = keeper('client')
  using server = makeRepo('server')
  ask(server, [pushCard, igot(secretName, false)])
  const { result, requests } = syncPair(client, server, { access: publicOnly })
  assert.ok(result.complete)
  const told = ofType(requests.flat(), 'igot').filter(({ hash }) => hash === secretName)
  assert.deepEqual(told, [igot(secretName, true)])
  assert.ok(isPrivateHere(server))
  assert.equal(syncPair(client, server).result.rounds, 1)
})

test('a client stops asking for what the server says is private', () => {
  using client = makeRepo('client')
  using server = keeper('server')
  syncWith(client, () => bodyOf(igot(secretName, false)), { maxRounds: 1 })
  const { result } = syncPair(client, server)
  assert.ok(result.complete)
  assert.deepEqual(phantomNames(client), [secretName])
  assert.ok(isPrivateHere(client))
  assert.ok(syncPair(client, server, { private: true }).result.complete)
  assert.ok(hasArtifact(client, secretName) && isPrivateHere(client))
})

test('a private file that was not wanted is refused and does not hide the next', () => {
  using client = makeRepo('client')
  const next = fileCard(utf8('public'))
  syncWith(client, () => bodyOf(privateCard, fileCard(secret), next))
  assert.deepEqual(heldNames(client), [next.hash])
  assert.ok(!isPrivateHere(client, next.hash))
})

test('a private file does not hide the next where both are wanted', () => {
  using server = makeRepo('server')
  const next = fileCard(utf8('public'))
  ask(server, [pushCard, privateCard, fileCard(secret), next])
  assert.ok(isPrivateHere(server))
  assert.ok(!isPrivateHere(server, next.hash))
})

test('a private card at the end of a reply does not hide what the next reply brings', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const [hash] = addArtifacts(server, { to: 1 })
  syncPair(client, server, {
    private: true,
    onReply: (cards, round) => (round === 1 ? [...cards, privateCard] : cards),
  })
  assert.deepEqual(heldNames(client), [hash])
  assert.ok(!isPrivateHere(client, hash))
})

test('a name alone publishes a private artifact only by right, and is asked for otherwise', () => {
  for (const [caps, isPublished] of [
    ['io', false],
    ['iox', true],
  ] as const) {
    using server = keeper('server')
    const reply = ask(server, [pushCard, igot(secretName, false)], { access: accessOf(caps) })
    const asked = ofType(reply, 'gimme').map(({ hash }) => hash)
    assert.deepEqual(asked, isPublished ? [] : [secretName])
    assert.equal(isPrivateHere(server), !isPublished, caps)
  }
})

test('a name alone hides no artifact that is here', () => {
  for (const caps of ['io', 'iox']) {
    using server = makeRepo('server')
    const [hash = secretName] = addArtifacts(server, { to: 1 })
    ask(server, [pushCard, igot(hash, true)], { access: accessOf(caps) })
    assert.ok(!isPrivateHere(server, hash))
    assert.equal(ofType(ask(server, [pullCard]), 'igot').length, 1)
  }
})

test('an artifact that arrives publicly is published, and announced from then on', () => {
  using server = keeper('server')
  ask(server, [pushCard, fileCard(secret)], { access: publicOnly })
  assert.ok(!isPrivateHere(server))
  assert.ok(!saysNothingOf(ask(server, [pullCard]), secretName))
})

test('private artifacts are never put into clusters', () => {
  using server = makeRepo('server')
  addArtifacts(server, { to: 150 })
  addForeign(server, secret, { isPrivate: true })
  ask(server, [pullCard])
  using client = makeRepo('client')
  const { result } = syncPair(client, server)
  assert.ok(result.complete)
  assert.equal(heldNames(client).length, 151)
  assert.equal(findRid(client, secretName), undefined)
})

test('a client that refuses private content makes no phantom of it', () => {
  using client = makeRepo('client')
  syncWith(client, () => bodyOf(igot(secretName, true), remark))
  assert.equal(findRid(client, secretName), undefined)
})

test('what the server published is public at the client, where private content travels', () => {
  for (const isClustered of [false, true]) {
    using client = keeper('client')
    using server = keeper('server')
    const rid = findRid(server, secretName)
    assert.ok(rid !== undefined)
    makePublic(server, rid)
    if (isClustered) server.transaction(() => createClusters(server, { atLeast: 2 }))
    syncPair(client, server, { private: true })
    assert.ok(!isPrivateHere(client), isClustered ? 'clustered' : 'announced')
    verifyRepo(client)
  }
})

test('what the client published is public at the server, too', () => {
  using client = keeper('client')
  using server = keeper('server')
  const rid = findRid(client, secretName)
  assert.ok(rid !== undefined)
  makePublic(client, rid)
  syncPair(client, server, { private: true })
  assert.ok(!isPrivateHere(server))
})

test('a peer that may not pull is not told that what it calls private is public', () => {
  using server = keeper('server')
  const [open = secretName] = heldNames(server).filter((hash) => hash !== secretName)
  const claim = igot(open, true)
  const reply = ask(server, [pushCard, claim], { access: accessOf('i') })
  assert.ok(saysNothingOf(reply, open))
  const told = ofType(ask(server, [pullCard, claim], { access: accessOf('o') }), 'igot')
  assert.deepEqual(told, [igot(open, false)])
})

test('the files of a check-in that a peer announces as public are public here, too', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const changes = [{ name: 'a', content: secret }]
  const { hash, newArtifacts } = checkin(server, {
    changes,
    comment: 'secret',
    user: 'u',
    isPrivate: true,
  })
  syncPair(client, server, { private: true })
  assert.ok(newArtifacts.every((name) => isPrivateHere(client, name)))
  publish(server, [hash])
  syncPair(client, server, { private: true })
  assert.ok(newArtifacts.every((name) => !isPrivateHere(client, name)))
  assert.deepEqual(verify(client).differences, [])
})

/** A server that has published the secret and named it in a cluster, which a cluster names. */
function publisher(): Repo {
  const server = makeRepo('server')
  addForeign(server, secret)
  addArtifacts(server, { from: 10, to: 12 })
  createClusters(server, { atLeast: 1 })
  addArtifacts(server, { from: 20, to: 22 })
  createClusters(server, { atLeast: 1 })
  return server
}

test('what a cluster names becomes public, by its name or once it has come', () => {
  for (const asks of [true, false]) {
    using client = keeper('client')
    using server = publisher()
    const { result, replies } = syncPair(client, server, { private: asks })
    assert.ok(result.complete)
    const sent = ofType(replies.flat(), 'file').filter(({ hash }) => hash === secretName)
    assert.equal(sent.length, asks ? 0 : 1)
    assert.equal(isPrivateHere(client), false)
    verifyRepo(client)
    assert.equal(syncPair(client, server, { private: asks }).result.rounds, 1)
  }
})

function withoutSecret(cards: Card[]): Card[] {
  return cards.filter((card) => card.type !== 'file' || card.hash !== secretName)
}

test('what a cluster names stays private where the peer does not send it, till one does', () => {
  using client = keeper('client')
  using server = publisher()
  const { result, requests } = syncPair(client, server, { onReply: withoutSecret })
  assert.equal(result.complete, true)
  assert.ok(ofType(requests.flat(), 'gimme').some(({ hash }) => hash === secretName))
  assert.ok(isPrivateHere(client))
  // The clusters are known by now, and not announced again.
  assert.ok(syncPair(client, server).result.complete)
  assert.equal(isPrivateHere(client), false)
})

test('a cluster that is damaged here publishes nothing, and stops no sync', () => {
  using server = keeper('server')
  using other = publisher()
  const artifacts = heldNames(other).filter((hash) => hash !== secretName)
  const files = artifacts.map((hash) => fileCard(readArtifact(other, hash)))
  ask(server, [pushCard, ...files], { access: publicOnly })
  const damage = 'UPDATE blob SET content = substr(content, 1, length(content) - 1) WHERE uuid = ?'
  const clusters = clusterArtifacts(server)
  for (const { hash } of clusters) dbOf(server).prepare(damage).run(hash)
  cacheOf(server).clear()
  const events: SyncEvent[] = []
  const observer = (event: SyncEvent): void => void events.push(event)
  const claims = clusters.map(({ hash }) => igot(hash, false))
  const reply = ask(server, [pushCard, ...claims], { observer })
  assert.deepEqual(ofType(reply, 'error'), [])
  assert.ok(isPrivateHere(server))
  assert.ok(events.some(({ type }) => type === 'artifact.unreadable'))
})

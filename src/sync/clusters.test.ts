/**
 * Many artifacts: clusters carry their names both ways, chains of clusters are followed to the
 * end, and a sync that finds nothing new costs as much as there is unclustered.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDeck } from '../deck/format.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { createClusters } from '../repo/cluster.ts'
import { ensureKnown } from '../repo/blob.ts'
import { setConfig } from '../repo/config.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { clusterTagId } from '../repo/schema.ts'
import type { Card } from '../xfer/card.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { handleXfer } from './handler.ts'
import { fullAccess } from './access.ts'
import {
  addArtifacts,
  addForeign,
  ask,
  contentOf,
  count,
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
  verifyRepo,
} from './pair.suite.ts'
import { SyncSession } from './session.ts'

/** A repository whose artifacts are named by a chain of clusters, of which one is announced. */
function chained(name: string, links: number, from = 0): Repo {
  const repo = makeRepo(name)
  for (let link = 0; link < links; link++) {
    addArtifacts(repo, { from: from + link * 100, to: from + (link + 1) * 100 })
    repo.transaction(() => createClusters(repo))
  }
  // Others made all this: nothing is sent unasked.
  dbOf(repo).prepare('DELETE FROM unsent').run()
  assert.equal(count(repo, 'SELECT count(*) FROM unclustered'), 1)
  return repo
}

function clustersOf(repo: Repo): number {
  return count(repo, 'SELECT count(*) FROM tagxref WHERE tagid = ?', clusterTagId)
}

function cluster(members: readonly ArtifactHash[]): Uint8Array {
  return formatDeck({ kind: 'cluster', members: [...members].sort() })
}

test('well over a thousand artifacts go each way', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 1500 })
  addArtifacts(server, { from: 1500, to: 3300 })
  const { result, requests } = syncPair(client, server)
  assert.equal(result.shortfall, undefined)
  assert.ok(result.rounds < 10, `${result.rounds} rounds`)
  const asked = requests.map((cards) => ofType(cards, 'gimme').length)
  assert.deepEqual(asked.slice(2, 5), [200, 400, 800], 'twice what the last reply brought')
  assert.deepEqual(heldNames(client), heldNames(server))
  assert.ok(heldNames(client).length > 3300)
  verifyRepo(client)
  verifyRepo(server)
})

test('a chain of clusters is pulled in a few rounds from a server that knows req-clusters', () => {
  using server = chained('server', 15)
  using client = makeRepo('client')
  const { result, requests } = syncPair(client, server, { push: false })
  assert.ok(result.complete)
  assert.deepEqual(heldNames(client), heldNames(server))
  assert.ok(result.rounds < 12, `${result.rounds} rounds`)
  const asked = requests.map((cards) =>
    cards.some((card) => card.type === 'pragma' && card.name === 'req-clusters'),
  )
  assert.deepEqual(asked.slice(0, 4), [false, false, true, false])
})

test('a chain of clusters is pulled from a server that does not know req-clusters', () => {
  using server = chained('server', 15)
  using client = makeRepo('client')
  const { result } = syncPair(client, server, {
    push: false,
    onRequest: (cards) =>
      cards.filter((card) => card.type !== 'pragma' || card.name !== 'req-clusters'),
  })
  assert.ok(result.complete)
  assert.ok(result.rounds > 15, `${result.rounds} rounds`)
  assert.deepEqual(heldNames(client), heldNames(server))
})

test('a chain of clusters is pushed in a few rounds', () => {
  using client = chained('client', 15)
  using server = makeRepo('server')
  const { result, requests } = syncPair(client, server, { pull: false })
  assert.ok(result.complete)
  assert.deepEqual(heldNames(server), heldNames(client))
  assert.ok(result.rounds < 12, `${result.rounds} rounds`)
  const clustersTold = (requests[2] ?? []).some(
    (card) => card.type === 'comment' && card.text === 'sending-clusters',
  )
  assert.ok(clustersTold)
})

test('chains of clusters meet', () => {
  using client = chained('client', 6)
  using server = chained('server', 6, 600)
  const { result } = syncPair(client, server)
  assert.ok(result.complete)
  assert.deepEqual(heldNames(client), heldNames(server))
  assert.equal(syncPair(client, server).result.rounds, 1)
})

test('a server makes clusters of as many artifacts as it is told to', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const members = addArtifacts(server, { to: 4 })
  const handler = { clusterAtLeast: 5 }
  syncPair(client, server, { handler })
  assert.equal(clustersOf(server), 0)
  members.push(...addArtifacts(server, { from: 4, to: 5 }))
  const { result, replies } = syncPair(client, server, { handler })
  assert.ok(result.complete)
  const [announced, ...others] = ofType(replies[0] ?? [], 'igot').map(({ hash }) => hash)
  assert.equal(announced, nameOf(cluster(members)))
  assert.deepEqual(others, [])
  assert.deepEqual([clustersOf(server), clustersOf(client)], [1, 1])
  assert.deepEqual(heldNames(client), heldNames(server))
})

test('a cluster of what is shunned, private or lost leaves nothing but names behind', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const [shunned, hidden, lost, there] = [1, 2, 3, 4].map((i) => nameOf(contentOf(i)))
  assert.ok(shunned !== undefined && hidden !== undefined)
  assert.ok(lost !== undefined && there !== undefined)
  addForeign(server, contentOf(2), { isPrivate: true })
  addForeign(server, contentOf(4))
  addForeign(server, cluster([shunned, hidden, lost, there]))
  dbOf(client).prepare('INSERT INTO shun(uuid) VALUES(?)').run(shunned)
  const { result } = syncPair(client, server)
  assert.deepEqual(result.missing, [lost])
  assert.deepEqual(phantomNames(client).sort(), [hidden, lost].sort())
  assert.equal(heldNames(client).length, 2)
})

test('a cluster that comes with its members needs no round of its own', () => {
  using server = makeRepo('server')
  const contents = [1, 2, 3].map((i) => contentOf(i))
  const members = contents.map((content) => nameOf(content))
  const reply = ask(server, [
    pushCard,
    fileCard(cluster(members)),
    ...contents.map((content) => fileCard(content)),
  ])
  assert.deepEqual(ofType(reply, 'gimme'), [])
  assert.equal(count(server, 'SELECT count(*) FROM unclustered'), 1)
})

test('a thousand unobtainable phantoms do not hide what a cluster names', () => {
  using server = chained('server', 12)
  using client = makeRepo('client')
  client.transaction(() => {
    for (let i = 0; i < 1000; i++) {
      ensureKnown(client, nameOf(contentOf(100_000 + i)), { isPrivate: false })
    }
  })
  const { result } = syncPair(client, server)
  assert.deepEqual(heldNames(client), heldNames(server))
  assert.equal(result.missing.length, 1000)
  assert.ok(result.rounds < 25, `${result.rounds} rounds`)
})

test('small budgets on both sides slow a sync down and nothing else', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  setConfig(client, 'max-upload', '2000')
  setConfig(server, 'max-download', '3000')
  addArtifacts(client, { to: 250 })
  addArtifacts(server, { from: 250, to: 500 })
  const { result } = syncPair(client, server)
  assert.equal(result.shortfall, undefined)
  assert.deepEqual(heldNames(client), heldNames(server))
})

test('an idle sync says as much as is unclustered, whatever is clustered', () => {
  using server = makeRepo('server')
  addArtifacts(server, { to: 5000 })
  ask(server, [pullCard])
  using client = makeRepo('client', dbOf(server).serialize())
  dbOf(client).prepare('DELETE FROM unsent').run()
  const unclustered = count(client, 'SELECT count(*) FROM unclustered')
  assert.ok(unclustered > 0 && unclustered < 10)

  for (const more of [0, 40]) {
    for (const repo of [client, server])
      for (let i = 0; i < more; i++) addForeign(repo, contentOf(-1 - i))
    const session = new SyncSession(client)
    const request = session.request()
    const reply = handleXfer(server, request, { access: fullAccess })
    session.receive(reply)
    assert.ok(session.result?.complete)
    assert.equal(session.result.rounds, 1)
    const said = [request, reply].map((body) => decodeMessage(body, { maxBytes: 1 << 20 }).length)
    const [asked = 0, answered = 0] = said
    // `igot`, the hash and a newline, for each; versions, codes, nonce and time besides.
    assert.ok(asked <= 70 * (unclustered + more) + 400, `${asked} bytes`)
    assert.ok(answered <= 150, `${answered} bytes`)
  }
})

test('a server told nothing announces as much as is unclustered', () => {
  using server = makeRepo('server')
  addArtifacts(server, { to: 5000 })
  const unclustered = ofType(ask(server, [pullCard]), 'igot').length
  assert.ok(unclustered < 10)
  const again: Card[] = ask(server, [pragma('client-version', '22900', '20260821', '0'), pullCard])
  assert.equal(again.length, unclustered + 2)
})

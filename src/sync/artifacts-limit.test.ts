/**
 * The bound on the phantoms of one message: it holds whoever sends, and honest peers who announce
 * more than it allows reach the same end over several messages.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { parseCards } from '../xfer/parse.ts'
import { ArtifactExchange, type IgotOutcome } from './artifacts.ts'
import { maxNewPhantoms } from './limits.ts'
import {
  addForeign,
  contentOf,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  phantomNames,
  syncPair,
  verifyRepo,
} from './pair.suite.ts'

const name = (number: number): ArtifactHash => nameOf(contentOf(number))

function exchangeOf(repo: Repo, options: { maxNewPhantoms?: number } = {}): ArtifactExchange {
  return new ArtifactExchange(repo, {
    side: 'handler',
    acceptsPrivate: true,
    sendsPrivate: true,
    ...options,
  })
}

/** Adds artifacts that this side announces and does not send unasked. */
function addMany(repo: Repo, count: number, { isPrivate = false } = {}): void {
  repo.transaction(() => {
    for (let i = 0; i < count; i++) addForeign(repo, contentOf(i), { isPrivate })
  })
}

/** The outcome of each of `numbers`, all announced in one message. */
function announce(exchange: ArtifactExchange, ...numbers: readonly number[]): IgotOutcome[] {
  exchange.beginMessage()
  return numbers.map((number) =>
    exchange.receiveIgot({ hash: name(number), isPrivate: number % 2 === 1 }),
  )
}

test('what one message names beyond the limit is passed over, and heard in the next', () => {
  using repo = makeRepo('repo')
  const exchange = exchangeOf(repo, { maxNewPhantoms: 3 })
  assert.deepEqual(announce(exchange, 0, 1, 2, 3, 0), ['new', 'new', 'new', 'later', 'known'])
  assert.equal(findRid(repo, name(3)), undefined)
  assert.deepEqual(phantomNames(repo), [0, 1, 2].map(name))
  assert.deepEqual(announce(exchange, 0, 1, 2, 3, 4), ['known', 'known', 'known', 'new', 'new'])
  assert.deepEqual(phantomNames(repo), [0, 1, 2, 3, 4].map(name))
})

test('names that make no phantom do not count', () => {
  using repo = makeRepo('repo')
  addForeign(repo, contentOf(2))
  dbOf(repo).prepare('INSERT INTO shun(uuid) VALUES(?)').run(name(4))
  const exchange = exchangeOf(repo, { maxNewPhantoms: 1 })
  assert.deepEqual(announce(exchange, 2, 4, 6, 2), ['known', 'known', 'new', 'known'])
  assert.deepEqual(phantomNames(repo), [name(6)])
})

/** One message of `from`, as the other side reads it. */
function told(from: ArtifactExchange, write: (writer: CardWriter) => void): Card[] {
  const writer = new CardWriter()
  write(writer)
  from.beginMessage()
  return parseCards(writer.finish()).toArray()
}

/**
 * A push as far as artifacts go: the client sends what was asked for and announces the rest, the
 * server asks. A server of a new exchange answers each message, as it does over a network.
 *
 * @returns the number of messages until the server asked for nothing more
 */
function push(client: Repo, server: Repo, limits: { maxNewPhantoms: number }): number {
  const sender = exchangeOf(client)
  let wanted: ArtifactHash[] = []
  for (let messages = 1; ; messages++) {
    const request = told(sender, (writer) => {
      for (const hash of wanted) {
        const rid = sender.receiveGimme(hash)
        if (rid !== undefined) sender.send(writer, rid, { overBudget: false })
      }
      sender.announce(writer)
    })
    const receiver = exchangeOf(server, limits)
    const phantomsBefore = phantomNames(server).length
    for (const file of ofType(request, 'file')) receiver.receiveArtifact(file)
    const igots = ofType(request, 'igot')
    const outcomes = igots.map(({ hash }) => receiver.receiveIgot({ hash, isPrivate: false }))
    const added = outcomes.filter((outcome) => outcome === 'new').length
    assert.ok(added <= limits.maxNewPhantoms, `${added} phantoms`)
    assert.ok(phantomNames(server).length <= phantomsBefore + limits.maxNewPhantoms)
    const reply = told(receiver, (writer) =>
      receiver.requestMissing(writer, { limit: 50, unresolved: 'announced' }),
    )
    wanted = ofType(reply, 'gimme').map(({ hash }) => hash)
    if (wanted.length === 0) return messages
  }
}

test('whatever the limit, a peer that announces more is asked for all of it, in turn', () => {
  const count = 60
  using client = makeRepo('client')
  addMany(client, count)
  const empty = dbOf(makeRepo('server')).serialize()
  fc.assert(
    fc.property(fc.integer({ min: 1, max: count }), (limit) => {
      using server = makeRepo('server', empty)
      const messages = push(client, server, { maxNewPhantoms: limit })
      assert.deepEqual(heldNames(server), heldNames(client))
      assert.deepEqual(phantomNames(server), [])
      // As many as the limit alone would take, or the 50 of a reply; and one that ends it.
      assert.ok(messages <= Math.ceil(count / Math.min(limit, 50)) + 1, `${messages} messages`)
    }),
    { seed: 1, numRuns: 20 },
  )
})

test('a push of more unclustered artifacts than the limit ends with all of them there', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addMany(client, maxNewPhantoms + 700)
  const seen: number[] = []
  const { result, replies } = syncPair(client, server, {
    pull: false,
    onReply: () => void seen.push(phantomNames(server).length),
  })
  assert.equal(result.shortfall, undefined)
  assert.equal(seen[0], maxNewPhantoms)
  assert.ok(replies.every((cards) => ofType(cards, 'gimme').length <= 500))
  assert.deepEqual(heldNames(server), heldNames(client))
  assert.deepEqual(phantomNames(server), [])
  verifyRepo(server)
})

test('a pull of more private artifacts than the limit ends with all of them here', () => {
  using server = makeRepo('server')
  using client = makeRepo('client')
  addMany(server, maxNewPhantoms + 700, { isPrivate: true })
  const seen: number[] = []
  const { result } = syncPair(client, server, {
    private: true,
    push: false,
    onRequest: () => void seen.push(phantomNames(client).length),
  })
  assert.equal(result.shortfall, undefined)
  assert.equal(seen[1], maxNewPhantoms)
  assert.deepEqual(heldNames(client), heldNames(server))
  assert.deepEqual(phantomNames(client), [])
  verifyRepo(client)
})

/**
 * The conversation about artifacts: what is taken, what is sent, and in which form.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, utf8 } from '../base/bytes.ts'
import { createDelta } from '../delta/index.ts'
import { findRid, hasArtifact } from '../repo/blob.ts'
import { readArtifact } from '../repo/content.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { shun } from '../repo/shun.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { ArtifactExchange } from './artifacts.ts'
import type { SyncEvent } from './events.ts'
import {
  addArtifacts,
  addForeign,
  ask,
  contentOf,
  count,
  errorOf,
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
  verifyRepo,
} from './pair.suite.ts'

const parent = contentOf(1, 2000)
const child = concat([parent, utf8('and one line more\n')])
const grandchild = concat([utf8('a new first line\n'), child])

function deltaCard(source: Uint8Array, target: Uint8Array): Card & { type: 'file' } {
  const content = createDelta(source, target)
  return { type: 'file', hash: nameOf(target), deltaSource: nameOf(source), content }
}

function ridOf(repo: Repo, content: Uint8Array): Rid {
  return findRid(repo, nameOf(content)) ?? assert.fail('not here')
}

/** Makes `child` a check-in after `parent`, as far as delta sources go. */
function linkCheckins(repo: Repo, before: Uint8Array, after: Uint8Array): void {
  dbOf(repo)
    .prepare('INSERT INTO plink(pid, cid, isprim, mtime) VALUES(?, ?, 1, 0)')
    .run(ridOf(repo, before), ridOf(repo, after))
}

function family(name: string): Repo {
  const repo = makeRepo(name)
  for (const content of [parent, child, grandchild]) addForeign(repo, content)
  linkCheckins(repo, parent, child)
  linkCheckins(repo, child, grandchild)
  return repo
}

const holds = (content: Uint8Array): Card => ({
  type: 'igot',
  hash: nameOf(content),
  isPrivate: false,
})
const gimme = (content: Uint8Array): Card => ({ type: 'gimme', hash: nameOf(content) })

test('an artifact goes as a delta of its parent', () => {
  using server = family('server')
  const [file] = ofType(ask(server, [pullCard, gimme(child)]), 'file')
  assert.deepEqual(file, deltaCard(parent, child))
})

test('a delta that was made for one peer serves the next, until rows may have changed', () => {
  using server = family('server')
  const made = (): Uint8Array | undefined =>
    cacheOf(server).madeDeltas.get(`${nameOf(parent)} ${nameOf(child)}`)
  for (let peer = 0; peer < 2; peer++) {
    const [file] = ofType(ask(server, [pullCard, gimme(child)]), 'file')
    assert.deepEqual(file, deltaCard(parent, child))
    assert.deepEqual(made(), file.content)
  }
  cacheOf(server).clear()
  assert.equal(made(), undefined)
})

test('a delta that arrives before its sources is expanded when they come', () => {
  const orders = [
    [deltaCard(child, grandchild), deltaCard(parent, child), fileCard(parent)],
    [deltaCard(parent, child), deltaCard(child, grandchild), fileCard(parent)],
    [deltaCard(child, grandchild), fileCard(parent), deltaCard(parent, child)],
  ]
  for (const [first, second, third] of orders) {
    using server = makeRepo('server')
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    ask(server, [pushCard, first])
    assert.ok(!hasArtifact(server, nameOf(grandchild)))
    ask(server, [pushCard, second])
    ask(server, [pushCard, third])
    assert.deepEqual(phantomNames(server), [])
    assert.deepEqual(readArtifact(server, nameOf(grandchild)), grandchild)
    verifyRepo(server)
  }
})

test('the source of a delta that cannot be expanded is asked for', () => {
  using server = makeRepo('server')
  const reply = ask(server, [pushCard, deltaCard(parent, child)])
  assert.deepEqual(ofType(reply, 'gimme'), [gimme(parent)])
  assert.deepEqual(heldNames(server), [])
})

test('an unverified delta is neither announced nor sent', () => {
  using server = makeRepo('server')
  ask(server, [pushCard, deltaCard(parent, child)])
  const reply = ask(server, [pullCard, gimme(child)])
  assert.deepEqual(ofType(reply, 'file'), [])
  assert.deepEqual(ofType(reply, 'igot'), [])
})

test('a delta that its source shows to be a lie is a phantom again', () => {
  using server = makeRepo('server')
  const lie = { ...deltaCard(parent, child), hash: nameOf(grandchild) }
  ask(server, [pushCard, lie, fileCard(parent)])
  assert.deepEqual(heldNames(server), [nameOf(parent)])
  assert.deepEqual(phantomNames(server), [nameOf(grandchild)])
  verifyRepo(server)
})

test('a client holds deltas in reverse order until everything is there', () => {
  using client = makeRepo('client')
  using server = family('server')
  const { result } = syncPair(client, server, {
    onReply: (cards) => [...ofType(cards, 'file').reverse(), ...ofType(cards, 'igot')],
  })
  assert.ok(result.complete)
  assert.equal(result.artifactsReceived, 3)
  assert.deepEqual(heldNames(client), heldNames(server))
  verifyRepo(client)
})

test('a delta whose source does not come is asked for once more, and comes whole', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addForeign(server, child)
  const withSource = deltaCard(parent, child)
  const { result } = syncPair(client, server, {
    onReply: (cards, round) =>
      round === 2 ? cards.map((card) => (card.type === 'file' ? withSource : card)) : cards,
  })
  assert.ok(hasArtifact(client, nameOf(child)))
  // The source has a name now, which nobody has.
  assert.deepEqual(result.missing, [nameOf(parent)])
  verifyRepo(client)
})

test('what a server refuses as a delta goes whole when it asks again', () => {
  using client = family('client')
  using server = makeRepo('server')
  dbOf(server).prepare('INSERT INTO shun(uuid) VALUES(?)').run(nameOf(parent))
  const { result, requests } = syncPair(client, server, { pull: false })
  const sent = ofType(requests.flat(), 'file').filter(({ hash }) => hash === nameOf(child))
  assert.deepEqual(sent, [deltaCard(parent, child), fileCard(child)])
  assert.deepEqual(heldNames(server), [nameOf(child), nameOf(grandchild)].sort())
  assert.ok(result.complete)
  verifyRepo(server)
})

test('a client that can only send a delta of what is shunned is not asked without end', () => {
  using server = makeRepo('server')
  dbOf(server).prepare('INSERT INTO shun(uuid) VALUES(?)').run(nameOf(parent))
  const asked = (...cards: readonly Card[]): string[] =>
    ofType(ask(server, [pushCard, ...cards]), 'gimme').map(({ hash }) => hash)
  const [one, two] = [deltaCard(parent, child), deltaCard(child, grandchild)]
  assert.deepEqual(asked(one, two), [nameOf(child)], 'as a client that knows no better')
  const announced = [one, two, holds(child), holds(grandchild)]
  assert.deepEqual(asked(...announced), [], 'as stock, the second time')
  assert.deepEqual(asked(holds(child), holds(grandchild)), [nameOf(child), nameOf(grandchild)])
  assert.deepEqual(asked(fileCard(child)), [])
  assert.deepEqual(heldNames(server), [nameOf(child), nameOf(grandchild)].sort())
  verifyRepo(server)
})

test('a delta of what is shunned here arrives, and what is shunned does not stay', () => {
  using client = makeRepo('client')
  using server = family('server')
  dbOf(client).prepare('INSERT INTO shun(uuid) VALUES(?)').run(nameOf(parent))
  const { result, requests } = syncPair(client, server)
  assert.ok(result.complete)
  assert.deepEqual(heldNames(client), [nameOf(child), nameOf(grandchild)].sort())
  assert.ok(!hasArtifact(client, nameOf(parent)))
  const asked = ofType(requests.flat(), 'gimme').filter(({ hash }) => hash === nameOf(parent))
  assert.equal(asked.length, 1)
  verifyRepo(client)
})

test('so does one of a delta of what is shunned, where both sources are', () => {
  using client = makeRepo('client')
  using server = family('server')
  const ban = dbOf(client).prepare('INSERT INTO shun(uuid) VALUES(?)')
  for (const content of [parent, child]) ban.run(nameOf(content))
  const { result } = syncPair(client, server)
  assert.ok(result.complete)
  assert.deepEqual(heldNames(client), [nameOf(grandchild)])
  verifyRepo(client)
})

test('so does one of a delta of what is shunned, of a delta of what is not', () => {
  const last = concat([utf8('a newer first line\n'), grandchild])
  using client = makeRepo('client')
  using server = family('server')
  addForeign(server, last)
  linkCheckins(server, grandchild, last)
  const ban = dbOf(client).prepare('INSERT INTO shun(uuid) VALUES(?)')
  for (const content of [parent, grandchild]) ban.run(nameOf(content))
  const { result } = syncPair(client, server)
  assert.ok(result.complete)
  assert.deepEqual(heldNames(client), [nameOf(child), nameOf(last)].sort())
  verifyRepo(client)
})

test('a server that never sends the shunned source is not asked without end', () => {
  using client = makeRepo('client')
  using server = family('server')
  dbOf(client).prepare('INSERT INTO shun(uuid) VALUES(?)').run(nameOf(parent))
  const { result } = syncPair(client, server, {
    onReply: (cards) => cards.filter((card) => !('hash' in card) || card.hash !== nameOf(parent)),
  })
  assert.ok(result.rounds < 10, `${result.rounds} rounds`)
  assert.deepEqual(result.missing, [nameOf(child), nameOf(grandchild)])
  verifyRepo(client)
})

test('a shunned source that the server names before it sends it is asked for again', () => {
  using client = makeRepo('client')
  using server = family('server')
  dbOf(client).prepare('INSERT INTO shun(uuid) VALUES(?)').run(nameOf(parent))
  let named = 0
  const { result } = syncPair(client, server, {
    onReply: (cards) =>
      cards.map((card): Card => {
        const isEarly = card.type === 'file' && card.hash === nameOf(parent) && named++ === 0
        return isEarly ? holds(parent) : card
      }),
  })
  assert.ok(result.complete)
  assert.deepEqual(heldNames(client), [nameOf(child), nameOf(grandchild)].sort())
  verifyRepo(client)
})

test('a lie under the name of a shunned source is refused', () => {
  using client = makeRepo('client')
  using server = family('server')
  dbOf(client).prepare('INSERT INTO shun(uuid) VALUES(?)').run(nameOf(parent))
  const lie = (card: Card): Card =>
    card.type === 'file' && card.hash === nameOf(parent) ? fileCard(utf8('lie'), card.hash) : card
  assert.throws(() => syncPair(client, server, { onReply: (cards) => cards.map(lie) }), {
    code: 'hash.mismatch',
  })
  verifyRepo(client)
})

test('no delta of what is shunned or private leaves', () => {
  for (const table of ['shun', 'private']) {
    using server = family('server')
    const value = table === 'shun' ? nameOf(parent) : ridOf(server, parent)
    dbOf(server)
      .prepare(`INSERT INTO ${table} SELECT ? ${table === 'shun' ? ', 0, 0' : ''}`)
      .run(value)
    cacheOf(server).clear()
    const [file] = ofType(ask(server, [pullCard, gimme(child)]), 'file')
    assert.deepEqual(file, fileCard(child), table)
  }
})

test('a private artifact goes as a delta of another where private content is asked for', () => {
  using server = family('server')
  dbOf(server).prepare('INSERT INTO private SELECT rid FROM blob').run()
  cacheOf(server).clear()
  const reply = ask(server, [pragma('send-private'), pullCard, gimme(child)])
  assert.deepEqual(reply.slice(0, 2), [{ type: 'private' }, deltaCard(parent, child)])
})

test('shunned artifacts are not taken, sent, announced, asked for or made phantoms', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const [shunnedHere = nameOf(parent)] = addArtifacts(client, { to: 2 })
  const [shunnedThere = nameOf(parent)] = addArtifacts(server, { from: 2, to: 4 })
  shun(server, [shunnedHere])
  shun(client, [shunnedThere])
  const { result } = syncPair(client, server)
  assert.ok(result.complete)
  assert.equal(heldNames(client).length, 3)
  assert.equal(heldNames(server).length, 3)
  assert.ok(!hasArtifact(client, shunnedThere) && !hasArtifact(server, shunnedHere))
  assert.deepEqual([...phantomNames(client), ...phantomNames(server)], [])

  shun(client, [shunnedHere])
  const { requests } = syncPair(client, server)
  const hashes = requests.flat().map((card) => ('hash' in card ? card.hash : undefined))
  assert.ok(!hashes.includes(shunnedHere))
})

test('a shunned file is told of, and does not stop the others', () => {
  using server = makeRepo('server')
  const [shunned, other] = [fileCard(utf8('spam')), fileCard(utf8('ham'))]
  dbOf(server).prepare('INSERT INTO shun(uuid) VALUES(?)').run(shunned.hash)
  const events: SyncEvent[] = []
  ask(server, [pushCard, shunned, other], { observer: (event) => events.push(event) })
  assert.deepEqual(heldNames(server), [other.hash])
  assert.deepEqual(
    events.map((event) => ('hash' in event ? [event.type, event.hash] : [])),
    [
      ['artifact.refused', shunned.hash],
      ['artifact.received', other.hash],
    ],
  )
})

test('artifacts under names of either algorithm travel, the empty one too', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const sha1Name = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
  const line: Card = { type: 'unknown', name: 'file', line: `file ${sha1Name} 0` }
  ask(server, [pushCard, line, fileCard(utf8(''))])
  assert.equal(heldNames(server).length, 2)
  assert.ok(syncPair(client, server).result.complete)
  assert.deepEqual(heldNames(client), heldNames(server))
})

test('a delta of more than a message may hold is refused before it is expanded', () => {
  using server = makeRepo('server')
  addForeign(server, parent)
  // 40 copies of 50 MB would be 2 GB.
  const bomb = utf8(`1txZy0\n${'2@0,'.repeat(40)}0;`)
  const card: Card = { ...fileCard(bomb, nameOf(child)), deltaSource: nameOf(parent) }
  assert.match(
    errorOf(ask(server, [pushCard, card])),
    /delta\.corrupt: .* more than the 1073741824/,
  )
})

test('an exchange sends an artifact three times, and counts who asks for more', () => {
  using repo = makeRepo('repo')
  const [hash = nameOf(parent)] = addArtifacts(repo, { to: 1 })
  const exchange = new ArtifactExchange(repo, {
    side: 'sync',
    acceptsPrivate: false,
    sendsPrivate: false,
  })
  const writer = new CardWriter()
  for (let i = 0; i < 5; i++) {
    const rid = exchange.receiveGimme(hash)
    if (rid !== undefined) exchange.send(writer, rid, { overBudget: false })
  }
  assert.equal(writer.cards, 3)
  assert.equal(exchange.sentInVain, 1)
})

test('a name that comes with a request for it does not answer the request', () => {
  const [wants, has] = [gimme(parent), holds(parent)]
  for (const said of [
    [wants, has],
    [has, wants],
  ]) {
    using client = makeRepo('client')
    addForeign(client, parent)
    using server = makeRepo('server')
    const { result } = syncPair(client, server, {
      onReply: (cards, round) => (round === 1 ? said : cards),
    })
    assert.equal(result.artifactsSent, 1)
    assert.equal(result.rounds, 2)
    assert.deepEqual(heldNames(server), [nameOf(parent)])
  }
})

test('a file that is here already changes nothing', () => {
  using server = makeRepo('server')
  addForeign(server, parent)
  const rows = count(server, 'SELECT count(*) FROM blob')
  ask(server, [pushCard, fileCard(parent), fileCard(parent)])
  assert.equal(count(server, 'SELECT count(*) FROM blob'), rows)
})

test('an artifact that is damaged where it is kept does not stop the others', () => {
  const damage = 'UPDATE blob SET content = substr(content, 1, length(content) - 1) WHERE uuid = ?'
  using server = makeRepo('server')
  const [lost = nameOf(parent)] = addArtifacts(server, { to: 3 })
  dbOf(server).prepare(damage).run(lost)
  cacheOf(server).clear()
  using client = makeRepo('client')
  const pulled = syncPair(client, server)
  assert.deepEqual(pulled.result.missing, [lost])
  assert.equal(heldNames(client).length, 2)

  using other = makeRepo('other')
  const events: SyncEvent[] = []
  const pushed = syncPair(server, other, { pull: false, observer: (e) => events.push(e) })
  assert.equal(heldNames(other).length, 2)
  assert.equal(pushed.result.shortfall, '1 artifact was not sent')
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'artifact.unreadable' ? [event.hash] : []))[0],
    lost,
  )
})

test('content under a name that is not its own is refused, whole or as a delta', () => {
  using server = makeRepo('server')
  addForeign(server, parent)
  const wrong = nameOf(utf8('another'))
  for (const card of [fileCard(child, wrong), { ...deltaCard(parent, child), hash: wrong }]) {
    assert.match(errorOf(ask(server, [pushCard, card])), /^wrong hash on received artifact/)
  }
  using client = makeRepo('client')
  const error = fails('hash.mismatch', () =>
    syncPair(client, server, {
      onReply: (cards) => cards.map((c) => (c.type === 'file' ? fileCard(child, c.hash) : c)),
    }),
  )
  assert.deepEqual(error.detail, { expected: nameOf(parent), actual: nameOf(child) })
  assert.deepEqual(heldNames(client), [])
})

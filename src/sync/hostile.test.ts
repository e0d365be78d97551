/**
 * Peers that mean harm: what they can make the other side do is bounded, ends in a result or an
 * operating error, and leaves the repository whole.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { compareText, concat, utf8 } from '../base/bytes.ts'
import type { FossilErrorCode } from '../base/error.ts'
import { formatDeck } from '../deck/format.ts'
import { createDelta } from '../delta/index.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { setConfig } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import { shun } from '../repo/shun.ts'
import type { Card } from '../xfer/card.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { fullAccess } from './access.ts'
import { handleXfer } from './handler.ts'
import { maxMessageBytes, maxNewPhantoms } from './limits.ts'
import {
  addArtifacts,
  addForeign,
  ask,
  bodyOf,
  cardsOf,
  contentOf,
  errorOf,
  fails,
  fileCard,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  phantomNames,
  projectCode,
  pullCard,
  pushCard,
  snapshot,
  type Said,
  syncWith,
  verifyRepo,
} from './pair.suite.ts'

const name = (number: number): ArtifactHash => nameOf(contentOf(number))
const igot = (hash: ArtifactHash): Card => ({ type: 'igot', hash, isPrivate: false })
const gimme = (hash: ArtifactHash): Card => ({ type: 'gimme', hash })
const remark: Card = { type: 'comment', text: 'nothing to say' }
const manyNames = Array.from({ length: 100_000 }, (_, i) => name(i))
const manyIgots = manyNames.map((hash) => igot(hash))

/** A frame that claims to expand to `claimedBytes` and holds `stream`. */
function frame(claimedBytes: number, stream: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(claimedBytes)
  return concat([prefix, stream])
}

function deltaCard(source: Uint8Array, target: Uint8Array): Card {
  const content = createDelta(source, target)
  return { type: 'file', hash: nameOf(target), deltaSource: nameOf(source), content }
}

/** Bodies that cannot be unwrapped, by what is wrong with them. */
const frames: Record<string, Uint8Array> = {
  'more than the limit': frame(maxMessageBytes + 1, utf8('x')),
  'more than a stream can hold': frame(1 << 20, deflateSync(utf8('x'))),
  'a stream longer than it claims': frame(10, deflateSync(Buffer.alloc(1 << 24))),
  'a stream shorter than it claims': frame(10, deflateSync(utf8('x'))),
  'bytes after the stream': concat([encodeMessage(utf8('# x\n')), utf8('more')]),
}

/** Messages that break off or lie, by what is wrong with them. */
const messages: Record<string, { text: string; code: FossilErrorCode }> = {
  'a payload past the end': { text: `file ${name(1)} 1000\nshort`, code: 'xfer.malformed' },
  'a size beyond 31 bits': { text: `file ${name(1)} 4294967296\n`, code: 'xfer.malformed' },
  'a negative size': { text: `file ${name(1)} -1\n`, code: 'xfer.malformed' },
  'a payload longer than it claims': { text: `file ${name(1)} 3\nxxxxx\n`, code: 'hash.mismatch' },
  'a name that is no hash': { text: "igot ';DROP TABLE blob;--\n", code: 'xfer.malformed' },
  'uppercase digits': { text: `file ${name(1).toUpperCase()} 0\n`, code: 'xfer.malformed' },
  'a line of a megabyte': { text: `cookie ${'x'.repeat(1 << 20)}\n`, code: 'xfer.malformed' },
}

/** Syncs with what answers so; it must end with the rounds that it may take, at the latest. */
function outlast(
  client: Repo,
  answer: (round: number, asked: readonly ArtifactHash[]) => readonly Card[],
  maxRounds = 60,
): Said {
  const said = syncWith(
    client,
    (request, round) => {
      const asked = ofType(cardsOf(request), 'gimme').map(({ hash }) => hash)
      return bodyOf(...answer(round, asked), remark)
    },
    { maxRounds },
  )
  verifyRepo(client)
  return said
}

/** Sends a body to the handler, which must refuse it and keep nothing; returns what it says. */
function refusal(body: Uint8Array): string {
  using server = makeRepo('server')
  addArtifacts(server, { to: 1 })
  const before = snapshot(server)
  const text = errorOf(cardsOf(handleXfer(server, body, { access: fullAccess })))
  assert.deepEqual(snapshot(server), before)
  verifyRepo(server)
  return text
}

/** Runs a sync that this reply must end; nothing of it is kept. */
function endsWith(code: FossilErrorCode, body: Uint8Array): void {
  using client = makeRepo('client')
  addArtifacts(client, { to: 1 })
  const before = snapshot(client)
  fails(code, () => syncWith(client, () => body))
  assert.deepEqual(snapshot(client), before)
  verifyRepo(client)
}

suite('a hostile server', () => {
  for (const [fault, body] of Object.entries(frames)) {
    test(`that sends ${fault} ends the sync`, () => endsWith('xfer.frame', body))
  }
  for (const [fault, { text, code }] of Object.entries(messages)) {
    test(`that sends ${fault} ends the sync`, () => endsWith(code, encodeMessage(utf8(text))))
  }

  test('that names something new in every round ends as incomplete', () => {
    using client = makeRepo('client')
    const { result } = outlast(client, (round) => [igot(name(round))])
    assert.equal(result.complete, false)
    assert.equal(result.rounds, 60)
  })

  test('that sends cluster after cluster ends as incomplete', () => {
    using client = makeRepo('client')
    const clusters = [formatDeck({ kind: 'cluster', members: [name(0)] })]
    for (let i = 0; i < 100; i++) {
      const [last = utf8('')] = clusters
      clusters.unshift(formatDeck({ kind: 'cluster', members: [nameOf(last)] }))
    }
    const { result } = outlast(client, (round) => [
      fileCard(clusters[round] ?? utf8('')),
      igot(name(1)),
    ])
    assert.equal(result.complete, false)
    assert.equal(heldNames(client).length, 101)
    assert.ok(result.rounds <= 160, `${result.rounds} rounds`)
  })

  test('that asks for the same artifact again and again gets it three times', () => {
    using client = makeRepo('client')
    const [hash = name(0)] = addArtifacts(client, { to: 1 })
    const { result } = outlast(client, () => [gimme(hash), gimme(hash)])
    assert.equal(result.artifactsSent, 3)
    assert.ok(result.rounds < 6, `${result.rounds} rounds`)
    assert.equal(result.shortfall, 'the server still asks for 1 artifact that it was sent')
  })

  test('that asks for a private artifact again and again is told three times', () => {
    using client = makeRepo('client')
    const hash = addForeign(client, contentOf(1), { isPrivate: true })
    const { result, requests } = outlast(client, () => [gimme(hash)])
    assert.ok(result.rounds < 6, `${result.rounds} rounds`)
    assert.ok(ofType(requests.flat(), 'igot').every(({ isPrivate }) => isPrivate))
    assert.equal(result.artifactsSent, 0)
  })

  test('that asks for one private artifact after the other gets tired first', () => {
    using client = makeRepo('client')
    const names = Array.from({ length: 30 }, (_, i) =>
      addForeign(client, contentOf(i), { isPrivate: true }),
    )
    const { result } = outlast(client, (round) => [gimme(names[round % 30] ?? name(0))])
    assert.ok(result.rounds < 10, `${result.rounds} rounds`)
    assert.equal(result.shortfall, '1 artifact was not sent')
  })

  test('that asks for what is shunned is not heard', () => {
    using client = makeRepo('client')
    const [hash = name(0)] = addArtifacts(client, { to: 1 })
    shun(client, [hash])
    assert.equal(outlast(client, () => [gimme(hash)]).result.rounds, 1)
  })

  test('that sends the same artifact again and again moves nothing', () => {
    using client = makeRepo('client')
    const { result } = outlast(client, () => [fileCard(utf8('again')), igot(name(1))])
    assert.equal(result.artifactsReceived, 1)
    assert.ok(result.rounds < 10, `${result.rounds} rounds`)
  })

  test('that answers with delta upon delta and never a source ends as incomplete', () => {
    using client = makeRepo('client')
    const delta = createDelta(contentOf(1, 300), contentOf(2, 300))
    const { result } = outlast(client, (round, asked) => [
      igot(name(0)),
      ...asked.map((hash, i): Card => {
        const deltaSource = name(1000 * round + i)
        return { type: 'file', hash, deltaSource, content: delta }
      }),
    ])
    assert.equal(result.complete, false)
    assert.deepEqual(heldNames(client), [])
  })

  test('that names 100,000 artifacts is asked for them bit by bit', () => {
    using client = makeRepo('client')
    const { result, requests } = outlast(client, (round) => (round === 1 ? manyIgots : []), 9)
    const asked = requests.map((cards) => ofType(cards, 'gimme').length)
    assert.deepEqual(asked, [0, 200, 200, 400, 800, 1600])
    assert.equal(phantomNames(client).length, maxNewPhantoms)
    assert.equal(result.missing.length, 1000)
    assert.equal(result.shortfall, 'at least 1000 artifacts did not come')
  })

  test('that talks without end is quoted briefly', () => {
    using client = makeRepo('client')
    const chatter = Array.from({ length: 500 }, (): Card => ({ type: 'message', text: 'psst' }))
    assert.equal(outlast(client, () => chatter).result.messages.length, 100)
  })
})

suite('a hostile client', () => {
  for (const [fault, body] of Object.entries(frames)) {
    test(`that sends ${fault} hears of it`, () => assert.match(refusal(body), /^xfer\.frame: /))
  }
  for (const [fault, { text, code }] of Object.entries(messages)) {
    test(`that sends ${fault} hears of it`, () => {
      const said = refusal(encodeMessage(utf8(`push x ${projectCode}\n${text}`)))
      assert.match(said, code === 'hash.mismatch' ? /^wrong hash/ : /^xfer\.malformed: /)
    })
  }

  test('that names 100,000 artifacts is asked for 500 and leaves few names', () => {
    using server = makeRepo('server')
    const reply = ask(server, [pushCard, ...manyIgots])
    assert.equal(ofType(reply, 'gimme').length, 500)
    const text = 'too much in one message: 98000 announcements and 0 artifacts were left for later'
    assert.deepEqual(ofType(reply, 'message'), [{ type: 'message', text }])
    assert.equal(reply.length, 502)
    assert.equal(phantomNames(server).length, maxNewPhantoms)
  })

  test('that asks for one artifact 100,000 times gets it three times', () => {
    using server = makeRepo('server')
    const hash = addForeign(server, contentOf(1, 100_000))
    const wants = Array.from({ length: 100_000 }, () => gimme(hash))
    const reply = ask(server, [pullCard, ...wants])
    assert.equal(ofType(reply, 'file').length, 3)
    assert.ok(reply.length < 10)
  })

  test('that asks for everything gets as much as the budget and names', () => {
    using server = makeRepo('server')
    setConfig(server, 'max-download', '50000')
    const names = addArtifacts(server, { to: 100, bytes: 1000 })
    const reply = ask(server, [pullCard, ...names.map((hash) => gimme(hash))])
    const files = ofType(reply, 'file').length
    assert.ok(files >= 46 && files <= 50, `${files} files`)
    const told = new Set(ofType(reply, 'igot').map(({ hash }) => hash))
    assert.equal(names.filter((hash) => told.has(hash)).length, 100 - files)
  })

  test('that asks for what is nowhere gets nothing', () => {
    using server = makeRepo('server')
    const wants = Array.from({ length: 10_000 }, (_, i) => gimme(name(i)))
    assert.equal(ask(server, [pullCard, ...wants]).length, 1)
    assert.deepEqual(phantomNames(server), [])
  })

  test('that sends deltas in a circle is asked for what would close it', () => {
    using server = makeRepo('server')
    const [one, two, three] = [contentOf(1, 200), contentOf(2, 200), contentOf(3, 200)]
    const circle = [deltaCard(one, two), deltaCard(two, three), deltaCard(three, one)]
    const asked = ofType(ask(server, [pushCard, ...circle]), 'gimme').map(({ hash }) => hash)
    assert.deepEqual(asked, [nameOf(one)])
    assert.deepEqual(heldNames(server), [])
    ask(server, [pushCard, fileCard(one)])
    assert.equal(heldNames(server).length, 3)
    verifyRepo(server)
  })

  test('that sends a delta of itself is asked for it whole, and keeps nothing else away', () => {
    using server = makeRepo('server')
    const [one, two] = [contentOf(1, 200), contentOf(2, 200)]
    const replies = [deltaCard(one, one), fileCard(two), deltaCard(two, contentOf(3, 200))]
    const asked = ofType(ask(server, [pushCard, ...replies]), 'gimme').map(({ hash }) => hash)
    assert.deepEqual(asked, [nameOf(one)])
    assert.equal(heldNames(server).length, 2)
    ask(server, [pushCard, fileCard(one)])
    assert.equal(heldNames(server).length, 3)
    verifyRepo(server)
  })

  test('that sends a long chain of deltas from its end is served to the beginning', () => {
    using server = makeRepo('server')
    const contents = Array.from({ length: 500 }, (_, i) =>
      concat([contentOf(0, 300), contentOf(i)]),
    )
    const chain = contents.slice(1).map((content, i) => deltaCard(contents[i] ?? utf8(''), content))
    ask(server, [pushCard, ...chain.reverse()])
    assert.deepEqual(heldNames(server), [])
    ask(server, [pushCard, fileCard(contents[0] ?? utf8(''))])
    assert.equal(heldNames(server).length, 500)
    verifyRepo(server)
  })

  test('that sends a cluster of 20,000 names is asked for 500', () => {
    using server = makeRepo('server')
    const members = manyNames.slice(0, 20_000).sort(compareText)
    const card = fileCard(formatDeck({ kind: 'cluster', members }))
    assert.equal(ofType(ask(server, [pushCard, card]), 'gimme').length, 500)
    assert.equal(heldNames(server).length, 1)
  })
})

test('a server that asks for a damaged name does not keep a sync from its end', () => {
  using client = makeRepo('client')
  const odd = `${nameOf(contentOf(1)).slice(0, -1)}F`
  const { result } = outlast(client, () => [{ type: 'oddname', name: 'gimme', hash: odd }])
  assert.equal(result.complete, true)
  assert.equal(result.rounds, 1)
})

const wanted = (reply: readonly Card[]): ArtifactHash[] =>
  ofType(reply, 'gimme').map(({ hash }) => hash)

test('what came as a delta of nothing is asked for again, though no one announces it', () => {
  using server = makeRepo('server')
  const [nothing, target] = [contentOf(900, 200), contentOf(901, 200)]
  const source = nameOf(nothing)
  assert.deepEqual(wanted(ask(server, [pushCard, deltaCard(nothing, target)])), [source])
  // While artifacts keep coming, the source may be among them: where the peer says that it has it.
  const promise = igot(source)
  assert.deepEqual(wanted(ask(server, [pushCard, fileCard(contentOf(1)), promise])), [source])
  for (const cards of [[pushCard, fileCard(contentOf(2))], [pushCard]]) {
    assert.deepEqual(wanted(ask(server, cards)), [source, nameOf(target)])
  }
  ask(server, [pushCard, fileCard(target)])
  assert.ok(heldNames(server).includes(nameOf(target)))
  assert.deepEqual(wanted(ask(server, [pushCard])), [source])
})

test('what waits for a delta that has just come is not asked for again', () => {
  using server = makeRepo('server')
  const [whole, middle, target] = [902, 903, 904].map((number) => contentOf(number, 200))
  assert.ok(whole && middle && target)
  assert.deepEqual(wanted(ask(server, [pushCard, deltaCard(middle, target)])), [nameOf(middle)])
  assert.deepEqual(wanted(ask(server, [pushCard, deltaCard(whole, middle)])), [nameOf(whole)])
})

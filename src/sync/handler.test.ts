/**
 * The server's side: what a reply holds, and that a request is answered as a whole or not at all.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AssertionError } from '../base/assert.ts'
import { utf8 } from '../base/bytes.ts'
import { createDelta } from '../delta/index.ts'
import { config, setConfig, unsetConfig } from '../repo/config.ts'
import type { Card } from '../xfer/card.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { accessOf, fullAccess } from './access.ts'
import type { SyncEvent } from './events.ts'
import { handleXfer } from './handler.ts'
import type { HandlerOptions } from './handler-options.ts'
import {
  addArtifacts,
  ask,
  bodyOf,
  cardsOf,
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
  projectCode,
  pullCard,
  pushCard,
  snapshot,
  stockedRepo,
  syncPair,
  verifyRepo,
} from './pair.suite.ts'

const igot = (hash = nameOf(utf8('unheard of')), isPrivate = false): Card => ({
  type: 'igot',
  hash,
  isPrivate,
})
const gimme = (hash = nameOf(contentOf(0))): Card => ({ type: 'gimme', hash })

test('a push that is declined beside a pull is told of in a message', () => {
  for (const both of [
    [pullCard, pushCard],
    // As go-libfossil's clients have it.
    [pushCard, pullCard],
  ]) {
    using repo = stockedRepo()
    const reply = ask(repo, [...both, igot()], { access: accessOf('o') })
    assert.deepEqual(ofType(reply, 'message'), [
      { type: 'message', text: 'pull only - not authorized to push' },
    ])
    assert.equal(ofType(reply, 'igot').length, 1, 'it is pulled from')
    assert.deepEqual(phantomNames(repo), [])
  }
})

test('another project is refused', () => {
  for (const type of ['pull', 'push'] as const) {
    using repo = stockedRepo()
    const reply = ask(repo, [{ type, serverCode: 'x', projectCode: 'a'.repeat(40) }])
    assert.equal(errorOf(reply), 'wrong project')
  }
})

test('a client that tells its version and date hears ours', () => {
  using repo = makeRepo('server')
  const asked = ask(repo, [pragma('client-version', '22900', '20260821', '165942')])
  assert.deepEqual(asked[0], pragma('server-version', '22600', '20250101', '0'))
  assert.deepEqual(ofType(ask(repo, [pragma('client-version', '11000')]), 'pragma'), [])
})

test('a reply ends with the time', () => {
  using repo = makeRepo('server')
  assert.deepEqual(ask(repo, [pullCard]).at(-1), {
    type: 'comment',
    text: 'timestamp 2023-11-14T22:13:20 errors 0',
  })
})

test('whatever is wrong with a request, nothing of it is kept', () => {
  const source = contentOf(0)
  const delta = createDelta(source, utf8('something else'))
  const faults: Record<string, Card> = {
    'hash mismatch': fileCard(utf8('b'), nameOf(utf8('a'))),
    'corrupt delta': { ...fileCard(utf8('0:;')), deltaSource: nameOf(source) },
    'delta of other content': { ...fileCard(delta), deltaSource: nameOf(source) },
    'wrong project': { type: 'pull', serverCode: 'x', projectCode: 'b'.repeat(40) },
    'unknown card': { type: 'unknown', name: 'brew', line: 'brew tea' },
    'malformed card': { type: 'unknown', name: 'gimme', line: 'gimme five' },
  }
  for (const [name, fault] of Object.entries(faults)) {
    using repo = stockedRepo()
    const before = snapshot(repo)
    const message = [pullCard, pushCard, fileCard(utf8('good')), igot(), gimme(), fault]
    errorOf(ask(repo, message))
    assert.deepEqual(snapshot(repo), before, name)
    verifyRepo(repo)
  }
})

test('a request that was answered twice was answered once', () => {
  using repo = makeRepo('server')
  const body = bodyOf(pushCard, fileCard(utf8('one')), fileCard(utf8('two')), igot())
  const first = cardsOf(handleXfer(repo, body, { access: fullAccess }))
  const after = snapshot(repo)
  assert.deepEqual(cardsOf(handleXfer(repo, body, { access: fullAccess })), first)
  assert.deepEqual(snapshot(repo), after)
})

test('a request that cannot be unwrapped is answered with an error', () => {
  using repo = makeRepo('server')
  for (const body of [new Uint8Array(0), utf8('?'), encodeMessage(utf8('gimme\n')).slice(0, -1)]) {
    const reply = cardsOf(handleXfer(repo, body, { access: fullAccess }))
    assert.match(errorOf(reply), /^xfer\.frame: /)
  }
})

test('a mismatch does not tell what the content hashes to', () => {
  using repo = makeRepo('server')
  const [content, claimed] = [utf8('content'), nameOf(utf8('claimed'))]
  const text = errorOf(ask(repo, [pushCard, fileCard(content, claimed)]))
  assert.equal(text, `wrong hash on received artifact: ${claimed}`)
})

test('an unknown card comes back in the error and goes to the observer', () => {
  using repo = makeRepo('server')
  const events: SyncEvent[] = []
  const card: Card = { type: 'unknown', name: 'brew', line: 'brew tea\twith \\ milk' }
  const reply = ask(repo, [card], { observer: (event) => events.push(event) })
  assert.equal(errorOf(reply), `bad command: ${card.line}`)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['card.unknown', 'request.refused'],
  )
})

test("troubles of the server's own reach its observer, and the client only by name", () => {
  using repo = makeRepo('server')
  unsetConfig(repo, 'project-code')
  const events: SyncEvent[] = []
  const reply = ask(repo, [pullCard], { observer: (event) => events.push(event) })
  assert.equal(errorOf(reply), 'the server failed to answer (repo.invalid)')
  const [event] = events
  assert.ok(event?.type === 'request.refused')
  assert.equal(event.code, 'repo.invalid')
  assert.match(event.message, /no project-code/)
})

test('cards of conversations that this server does not have are refused', () => {
  const cards: Card[] = [
    { type: 'clone_seqno', sequence: 1 },
    { type: 'error', text: 'yours' },
    { type: 'message', text: 'hello' },
  ]
  for (const card of cards) {
    using repo = makeRepo('server')
    assert.equal(errorOf(ask(repo, [card])), `this server does not take ${card.type} cards`)
  }
})

test('a hundred artifacts are announced by one cluster, and one fewer by themselves', () => {
  using repo = makeRepo('server')
  const names = addArtifacts(repo, { to: 99 })
  const announced = (): string[] => ofType(ask(repo, [pullCard]), 'igot').map(({ hash }) => hash)
  assert.deepEqual(announced(), names)
  addArtifacts(repo, { from: 99, to: 100 })
  const [cluster, ...others] = announced()
  assert.deepEqual(others, [])
  assert.equal(heldNames(repo).length, 101)
  assert.deepEqual(announced(), [cluster])
})

test('a push alone makes no cluster and hears no announcement', () => {
  using repo = makeRepo('server')
  addArtifacts(repo, { to: 150 })
  const reply = ask(repo, [pushCard])
  assert.deepEqual(ofType(reply, 'igot'), [])
  assert.equal(heldNames(repo).length, 150)
})

test('what the client announces is not announced back', () => {
  using repo = makeRepo('server')
  const [first = nameOf(utf8('')), second] = addArtifacts(repo, { to: 2 })
  const reply = ask(repo, [pullCard, pushCard, igot(first)])
  assert.deepEqual(
    ofType(reply, 'igot').map(({ hash }) => hash),
    [second],
  )
})

test('at most 500 artifacts are asked for, those first that the client offers', () => {
  using repo = makeRepo('server')
  const names = Array.from({ length: 600 }, (_, i) => nameOf(contentOf(i)))
  const asked = (message: readonly Card[]): string[] =>
    ofType(ask(repo, message), 'gimme').map(({ hash }) => hash)
  assert.deepEqual(asked([pushCard, ...names.map((hash) => igot(hash))]), names.slice(0, 500))
  assert.deepEqual(asked([pushCard]), names.slice(0, 500))
  const offered = names.slice(550)
  const again = asked([pushCard, ...offered.map((hash) => igot(hash))])
  assert.deepEqual(again, [...offered, ...names.slice(0, 450)])
})

test('what the client asks for itself is not asked of it', () => {
  using repo = makeRepo('server')
  const hash = nameOf(contentOf(1))
  ask(repo, [pushCard, igot(hash)])
  assert.deepEqual(ofType(ask(repo, [pullCard, pushCard, gimme(hash)]), 'gimme'), [])
})

test('over the download budget, names go instead of content', () => {
  using repo = makeRepo('server')
  setConfig(repo, 'max-download', '2000')
  const names = addArtifacts(repo, { to: 10, bytes: 900 })
  const reply = ask(repo, [pullCard, ...names.map((hash) => gimme(hash))])
  const files = ofType(reply, 'file').map(({ hash }) => hash)
  assert.deepEqual(files, names.slice(0, 3))
  const promised = ofType(reply, 'igot').map(({ hash }) => hash)
  assert.deepEqual([...new Set(promised)], names.slice(3))
})

/** Counts the artifacts in each reply of a sync that moves ten. */
function filesByRound(handler: HandlerOptions): number[] {
  using client = makeRepo('client')
  using server = makeRepo('server')
  setConfig(server, 'max-download', '1000')
  addArtifacts(server, { to: 10, bytes: 300 })
  const { result, replies } = syncPair(client, server, { push: false, handler })
  assert.ok(result.complete)
  assert.deepEqual(heldNames(client), heldNames(server))
  return replies.map((cards) => ofType(cards, 'file').length)
}

test('a small budget of replies splits a pull into more rounds, and everything arrives', () => {
  assert.deepEqual(filesByRound({ budgetBytes: 1 }), [0, ...Array.from({ length: 10 }, () => 1)])
  assert.deepEqual(filesByRound({ budgetBytes: 1_000_000 }), [0, 10])
  assert.ok(filesByRound({}).length > 3, 'otherwise the setting counts')
})

test('numbers out of their range are refused before anything is answered', () => {
  using repo = makeRepo('server')
  for (const options of [{ budgetBytes: 0 }, { clusterAtLeast: 1 }, { clusterAtLeast: 2.5 }]) {
    const error = fails('option.invalid', () => handleXfer(repo, bodyOf(pullCard), options))
    assert.equal(error.detail.option, Object.keys(options)[0])
  }
})

test('a name that is asked for four times in one message is sent three times', () => {
  using repo = makeRepo('server')
  addArtifacts(repo, { to: 1 })
  const reply = ask(repo, [pullCard, gimme(), gimme(), gimme(), gimme()])
  assert.equal(ofType(reply, 'file').length, 3)
})

test('settled clusters are announced on request, between two comments', () => {
  using repo = makeRepo('server')
  // Each cluster names the one before, so that only the last is announced by itself.
  for (let i = 0; i < 5; i++) {
    addArtifacts(repo, { from: i * 100, to: (i + 1) * 100 })
    ask(repo, [pullCard])
  }
  const reply = ask(repo, [pullCard, pragma('req-clusters')])
  const [begin, ...rest] = reply
  assert.deepEqual(begin, { type: 'comment', text: 'sending-clusters' })
  assert.deepEqual(
    rest.map((card) => (card.type === 'comment' ? card.text.split(' ')[0] : card.type)),
    ['igot', 'igot', 'igot', 'igot', 'end-of-clusters', 'igot', 'timestamp'],
  )
  assert.equal(count(repo, 'SELECT count(*) FROM unclustered'), 1)
  assert.equal(ask(repo, [pragma('req-clusters')]).length, 1, 'but not to who does not pull')
})

test('a request is not answered inside a transaction that it could not roll back', () => {
  using repo = makeRepo('server')
  const answer = (): unknown => handleXfer(repo, bodyOf(pullCard), { access: fullAccess })
  assert.throws(() => repo.transaction(answer), AssertionError)
})

test('the handler takes the project code as it is written', () => {
  using repo = makeRepo('server')
  const message: Card = { type: 'pull', serverCode: 'x', projectCode: projectCode.toUpperCase() }
  assert.equal(config(repo, 'project-code'), projectCode)
  assert.equal(errorOf(ask(repo, [message])), 'wrong project')
})

/**
 * Peers that are not stock: recorded replies of go-libfossil 0.9.0, with cards of its own and with
 * bodies that hold nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { beginClone } from '../repo/clone-state.ts'
import { unsentArtifacts } from '../repo/unsent.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { fullAccess } from './access.ts'
import { CloneSession } from './clone.ts'
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
  syncWith,
} from './pair.suite.ts'

/** The reply of go-libfossil when it has nothing to say: a length of 0 and an empty stream. */
const silence = Uint8Array.from(Buffer.from('00000000789c010000ffff00000001', 'hex'))

const schema =
  '{"columns":[{"name":"id","type":"text","pk":true},{"name":"n","type":"integer","pk":true},' +
  '{"name":"v","type":"text","pk":false},{"name":"r","type":"real","pk":false},' +
  '{"name":"b","type":"blob","pk":false}],"conflict":"mtime-wins"}'

/** The reply of a server that has a table, to a pull that found nothing else, as recorded. */
const tableReply = [
  'schema things 1 e29dd166e2d55c44f2384d7ebde57d10e49e5f77 1700000000 229',
  schema,
  'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
  'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
  'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
].map((line) => `${line}\n`)

suite('a reply with cards about tables that nobody asked for', () => {
  test('is taken but for them, and cards that nobody knows are told to the observer', () => {
    using client = makeRepo('client')
    const events: SyncEvent[] = []
    const content = contentOf(1)
    const file = `file ${nameOf(content)} ${content.length}\n${Buffer.from(content).toString()}`
    const body = encodeMessage(utf8([...tableReply, 'florp 1\n', file].join('')))
    const observer = (event: SyncEvent): void => void events.push(event)
    const { result } = syncWith(client, () => body, { observer })
    assert.ok(result.complete)
    assert.deepEqual(heldNames(client), [nameOf(content)])
    const told = events.flatMap((event) => (event.type === 'card.unknown' ? [event.line] : []))
    assert.deepEqual(told, ['florp 1'])
  })

  test('brings a clone, too', () => {
    using client = makeRepo('client')
    beginClone(client)
    const session = new CloneSession(client)
    session.request()
    const end = `clone_seqno 0\npush ${'a'.repeat(40)} ${projectCode}\n`
    session.receive(encodeMessage(utf8([...tableReply, end].join(''))))
    assert.ok(session.isDone)
  })
})

suite('a body that holds nothing', () => {
  test('ends a pull that found nothing, well', () => {
    using client = makeRepo('client')
    const { result } = syncWith(client, () => silence)
    assert.ok(result.complete)
    assert.equal(result.rounds, 1)
  })

  test('confirms what was announced, and files after one more round', () => {
    using client = makeRepo('client')
    const names = addArtifacts(client, { to: 3 })
    const { result, requests } = syncWith(client, () => silence, { pull: false })
    assert.equal(result.shortfall, undefined)
    assert.equal(result.rounds, 2)
    const [first = [], second = []] = requests
    assert.deepEqual(
      ofType(first, 'file').map(({ hash }) => hash),
      names,
    )
    assert.deepEqual(ofType(second, 'file'), [])
    assert.deepEqual(
      ofType(second, 'igot').map(({ hash }) => hash),
      names,
    )
    assert.equal(unsentArtifacts(client).length, 0)
  })

  test('confirms no file that the server asks for in that round', () => {
    using client = makeRepo('client')
    using server = makeRepo('server')
    addArtifacts(client, { to: 3 })
    // The first request is lost on a server that says nothing of it.
    const { result } = syncWith(client, (request, round) =>
      round === 1 ? silence : handleXfer(server, request, { access: fullAccess }),
    )
    assert.ok(result.complete)
    assert.deepEqual(heldNames(server), heldNames(client))
  })

  test('leaves files unsent where the session ends before', () => {
    using client = makeRepo('client')
    addArtifacts(client, { to: 3 })
    fails('xfer.frame', () =>
      syncWith(client, (_, round) => (round === 1 ? silence : new Uint8Array(0))),
    )
    assert.equal(unsentArtifacts(client).length, 3)
  })

  test('ends a pull that waits for something as incomplete', () => {
    using client = makeRepo('client')
    const hash = nameOf(contentOf(1))
    const igot = bodyOf({ type: 'igot', hash, isPrivate: false })
    const { result } = syncWith(client, (_, round) => (round === 1 ? igot : silence))
    assert.deepEqual(result.missing, [hash])
  })

  test('is no reply to a clone, and no request', () => {
    using client = makeRepo('client')
    using server = makeRepo('server')
    addForeign(server, contentOf(1))
    beginClone(client)
    const session = new CloneSession(client)
    session.request()
    fails('xfer.frame', () => session.receive(silence))
    const reply = cardsOf(handleXfer(server, silence, { access: fullAccess }))
    assert.deepEqual(reply, [{ type: 'error', text: 'xfer.frame: the message is empty' }])
  })
})

test('a reply of no bytes at all is an error', () => {
  using client = makeRepo('client')
  addArtifacts(client, { to: 1 })
  fails('xfer.frame', () => syncWith(client, () => new Uint8Array(0)))
  assert.equal(unsentArtifacts(client).length, 1)
})

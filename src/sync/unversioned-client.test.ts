/**
 * The client's side of unversioned files: what goes which way, when it ends, and that no fault
 * loses the version that wins.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { type ArtifactHash, nameFor } from '../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { removeUnversioned, touchUnversioned, unversionedHash } from '../repo/unversioned.ts'
import type { Card } from '../xfer/card.ts'
import { fails, makeRepo, testEnv } from './pair.suite.ts'
import { UnversionedClient } from './unversioned-client.ts'
import {
  cardsIn,
  converse,
  deliver,
  emptyOut,
  filesOf,
  messageOf,
  put,
  readOnly,
  requestOf,
  rowsOf,
  serve,
  spoken,
} from './unversioned-pair.suite.ts'

function hashOf(text: string): ArtifactHash {
  return nameFor(utf8(text), 'sha3')
}

/** Client and server, each with what `fill` puts there. */
function pair(fill: (client: Repo, server: Repo) => void): { client: Repo; server: Repo } {
  const made = { client: makeRepo('client'), server: makeRepo('server') }
  fill(made.client, made.server)
  return made
}

const pushOk: Card = { type: 'pragma', name: 'uv-push-ok', args: [] }

function uvigot(name: string, mtimeSec: number, text: string | undefined): Card {
  const hash = text === undefined ? undefined : hashOf(text)
  return { type: 'uvigot', name, mtimeSec, hash, sizeBytes: text?.length ?? 0 }
}

test('each side gets what is newer on the other', () => {
  const { client, server } = pair((c, s) => {
    put(c, 'both', 'same', 10)
    put(s, 'both', 'same', 10)
    put(c, 'mine', 'from client', 10)
    put(s, 'yours', 'from server', 10)
    put(c, 'older', 'old', 10)
    put(s, 'older', 'new', 20)
    put(c, 'newer', 'new', 20)
    put(s, 'newer', 'old', 10)
    put(c, 'later', 'text', 10)
    put(s, 'later', 'text', 20)
    put(c, 'earlier', 'text', 20)
    put(s, 'earlier', 'text', 10)
  })
  const { summary, said } = converse(client, server)
  const expected = [
    'both@10 same',
    'earlier@20 text',
    'later@20 text',
    'mine@10 from client',
    'newer@20 new',
    'older@20 new',
    'yours@10 from server',
  ]
  assert.deepEqual(rowsOf(client), expected)
  assert.deepEqual(rowsOf(server), expected)
  assert.deepEqual(said.slice(2), [
    [
      'uvgimme older',
      'uvgimme yours',
      'uvfile mine@10 from client',
      'uvfile earlier@20 omitted',
      'uvfile newer@20 new',
    ],
    ['uvfile older@20 new', 'uvfile yours@10 from server'],
  ])
  assert.deepEqual(summary, {
    received: 2,
    adopted: 1,
    sent: 3,
    gimmes: 2,
    pullOnly: false,
    missing: [],
    unsent: [],
  })
})

test('two sides with the same files say one line', () => {
  const { client, server } = pair((c, s) => {
    put(c, 'x', 'text', 10)
    put(s, 'x', 'text', 10)
  })
  assert.deepEqual(converse(client, server).said, [['uv-hash …'], []])
})

test('a second conversation finds nothing to do', () => {
  const { client, server } = pair((c, s) => {
    put(c, 'x', 'text', 10)
    put(s, 'y', 'text', 10)
  })
  converse(client, server)
  assert.deepEqual(converse(client, server).said, [['uv-hash …'], []])
})

test('deletions go both ways, and back where the file is newer', () => {
  const { client, server } = pair((c, s) => {
    for (const name of ['a', 'b', 'c', 'd']) {
      put(c, name, 'text', 10)
      put(s, name, 'text', 10)
    }
    removeUnversioned(c, { name: 'a', mtimeSec: 20 })
    removeUnversioned(s, { name: 'b', mtimeSec: 20 })
    removeUnversioned(c, { name: 'c', mtimeSec: 20 })
    put(s, 'c', 'written again', 30)
    removeUnversioned(s, { name: 'd', mtimeSec: 20 })
    put(c, 'd', 'written again', 20)
  })
  converse(client, server)
  const expected = ['a@20 deleted', 'b@20 deleted', 'c@30 written again', 'd@20 written again']
  assert.deepEqual(rowsOf(client), expected)
  assert.deepEqual(rowsOf(server), expected)
})

test('the later of two deletions is the one that both remember', () => {
  const { client, server } = pair((c, s) => {
    for (const repo of [c, s]) put(repo, 'x', 'text', 10)
    removeUnversioned(c, { name: 'x', mtimeSec: 20 })
    removeUnversioned(s, { name: 'x', mtimeSec: 30 })
    put(s, 'other', 'text', 10)
  })
  converse(client, server)
  assert.deepEqual(rowsOf(client), ['other@10 text', 'x@30 deleted'])
  touchUnversioned(client, { name: 'x', mtimeSec: 40 })
  put(server, 'other', 'new', 20)
  converse(client, server)
  assert.deepEqual(rowsOf(server), ['other@20 new', 'x@40 deleted'])
})

test('a server that knows nothing of a deleted file is not told of it', () => {
  const { client, server } = pair((c) => {
    put(c, 'gone', 'text', 10)
    removeUnversioned(c, { name: 'gone', mtimeSec: 20 })
    put(c, 'here', 'text', 10)
  })
  const { said } = converse(client, server)
  assert.deepEqual(said[2], ['uvfile here@10 text'])
})

test('a server that takes nothing is told nothing, and the summary says so', () => {
  const { client, server } = pair((c, s) => {
    put(c, 'mine', 'text', 10)
    put(c, 'both', 'new', 20)
    put(s, 'both', 'old', 10)
    put(s, 'yours', 'text', 10)
  })
  const { summary } = converse(client, server, { access: readOnly })
  assert.deepEqual(rowsOf(server), ['both@10 old', 'yours@10 text'])
  assert.deepEqual(rowsOf(client), ['both@20 new', 'mine@10 text', 'yours@10 text'])
  const { pullOnly, unsent, missing, sent } = summary
  assert.deepEqual(
    { pullOnly, unsent, missing, sent },
    {
      pullOnly: true,
      unsent: ['both', 'mine'],
      missing: [],
      sent: 0,
    },
  )
})

test('under small budgets everything still arrives, a file a round', () => {
  const { client, server } = pair((c, s) => {
    for (let i = 0; i < 5; i++) {
      put(c, `c${i}`, 'c'.repeat(100 + i), 10)
      put(s, `s${i}`, 's'.repeat(100 + i), 10)
    }
  })
  const { summary, said } = converse(client, server, { budgetBytes: 1, requestBudgetBytes: 1 })
  assert.deepEqual(filesOf(client), filesOf(server))
  assert.equal(filesOf(client).length, 10)
  assert.equal(said.length / 2, 6)
  assert.equal(summary.received, 5)
  assert.equal(summary.sent, 5)
})

test('many files are asked for in portions', () => {
  const { client, server } = pair((_, s) => {
    s.transaction(() => {
      for (let i = 0; i < 700; i++) put(s, `f${i}`, `${i}`, 10)
    })
  })
  const { said, summary } = converse(client, server)
  assert.deepEqual(filesOf(client), filesOf(server))
  const asked = said.filter((_, i) => i % 2 === 0).map((cards) => cards.length)
  assert.deepEqual(asked, [1, 200, 400, 100])
  assert.equal(summary.gimmes, 700)
})

test('the copy here stays until the new one has come', () => {
  const { client, server } = pair((c, s) => {
    put(c, 'x', 'old', 10)
    put(s, 'x', 'new', 20)
  })
  const session = new UnversionedClient(client)
  deliver(client, session, serve(server, requestOf(session)))
  requestOf(session)
  // The reply is lost, and with it the session.
  assert.deepEqual(rowsOf(client), ['x@10 old'])
  converse(client, server)
  assert.deepEqual(rowsOf(client), ['x@20 new'])
})

test('content that is not what its hash says is refused, and the copy here stays', () => {
  using client = makeRepo('client')
  put(client, 'x', 'old', 10)
  const session = new UnversionedClient(client)
  requestOf(session)
  const [content, hash] = [utf8('mud'), hashOf('new')]
  const lie: Card = { type: 'uvfile', name: 'x', mtimeSec: 20, hash, sizeBytes: 3, content }
  fails('hash.mismatch', () => deliver(client, session, messageOf(pushOk, lie)))
  assert.deepEqual(rowsOf(client), ['x@10 old'])
})

test('what the server promises and never sends is asked for a few times, then missing', () => {
  using client = makeRepo('client')
  put(client, 'x', 'old', 10)
  const session = new UnversionedClient(client)
  const promise = messageOf(pushOk, uvigot('x', 20, 'new'))
  let requests = 0
  while (session.goesOn) {
    requestOf(session)
    requests++
    deliver(client, session, promise)
  }
  assert.equal(requests, 5)
  assert.deepEqual(session.summary.missing, ['x'])
  assert.deepEqual(rowsOf(client), ['x@10 old'])
})

test('a server that omits the content brings nothing', () => {
  using client = makeRepo('client')
  put(client, 'x', 'old', 10)
  const session = new UnversionedClient(client)
  requestOf(session)
  const bare = { type: 'uvfile', name: 'x', mtimeSec: 20, hash: hashOf('new') } as const
  deliver(client, session, messageOf(pushOk, { ...bare, sizeBytes: 3, content: undefined }))
  assert.equal(session.goesOn, true)
  assert.deepEqual(session.summary.missing, ['x'])
  assert.deepEqual(rowsOf(client), ['x@10 old'])
})

test("stock's holes are missing, not errors, and the copy here stays", () => {
  using client = makeRepo('client')
  put(client, 'x', 'old', 10)
  const session = new UnversionedClient(client)
  requestOf(session)
  const hole = { ...uvigot('x', 20, 'new'), sizeBytes: 0 }
  deliver(client, session, messageOf(pushOk, hole, uvigot('y', 20, 'new')))
  assert.deepEqual(spoken(requestOf(session)), ['uvgimme y'])
  const [hash, content] = [hashOf('new'), utf8('')]
  const empty: Card = { type: 'uvfile', name: 'y', mtimeSec: 20, hash, sizeBytes: 0, content }
  deliver(client, session, messageOf(empty))
  assert.equal(session.goesOn, false)
  assert.deepEqual(session.summary.missing, ['x', 'y'])
  assert.deepEqual(rowsOf(client), ['x@10 old'])
})

test('a hole here is filled by whoever has its content, at the later time of the two', () => {
  for (const [mtimeSec, expected] of [
    [5, 10],
    [10, 10],
    [15, 15],
  ] as const) {
    const { client, server } = pair((c, s) => {
      put(c, 'x', 'text', 10)
      emptyOut(c, 'x')
      put(s, 'x', 'text', mtimeSec)
    })
    converse(client, server)
    assert.deepEqual(rowsOf(client), [`x@${expected} text`])
  }
})

test('a hole that nobody can fill is missing, and is not pushed', () => {
  const { client, server } = pair((c, s) => {
    for (const name of ['newer', 'alone']) {
      put(c, name, 'text', 20)
      emptyOut(c, name)
    }
    put(s, 'newer', 'old', 10)
  })
  const { summary } = converse(client, server)
  assert.deepEqual(summary.missing, ['alone', 'newer'])
  assert.deepEqual(rowsOf(server), ['newer@10 old'])
})

test('a name that no card can carry stays here, and the summary names it', () => {
  const { client, server } = pair((c) => {
    put(c, 'a', 'text', 10)
    put(c, 'b', 'text', 10)
    dbOf(c).exec(`UPDATE unversioned SET name = 'a b' WHERE name = 'a'`)
  })
  const { summary } = converse(client, server)
  assert.deepEqual(rowsOf(server), ['b@10 text'])
  assert.deepEqual(summary.unsent, ['a b'])
})

test('what the owner writes while a file is on its way wins where it is newer, and is sent', () => {
  const { client, server } = pair((c, s) => {
    put(c, 'x', 'old', 10)
    put(s, 'x', 'new', 20)
  })
  const session = new UnversionedClient(client)
  deliver(client, session, serve(server, requestOf(session)))
  const reply = serve(server, requestOf(session))
  put(client, 'x', 'newest', 30)
  deliver(client, session, reply)
  assert.equal(session.goesOn, true)
  deliver(client, session, serve(server, requestOf(session)))
  assert.deepEqual([rowsOf(client), rowsOf(server)], [['x@30 newest'], ['x@30 newest']])
  assert.equal(session.goesOn, false)
})

test('what is sent is what is here when it is sent', () => {
  const { client, server } = pair((c) => {
    put(c, 'changed', 'old', 10)
    put(c, 'deleted', 'old', 10)
  })
  const session = new UnversionedClient(client)
  deliver(client, session, serve(server, requestOf(session)))
  put(client, 'changed', 'new', 20)
  removeUnversioned(client, { name: 'deleted', mtimeSec: 20 })
  assert.deepEqual(spoken(requestOf(session)), ['uvfile changed@20 new'])
})

test('the time alone goes with the hash and size of the content', () => {
  const { client, server } = pair((c, s) => {
    put(c, 'x', 'text', 20)
    put(s, 'x', 'text', 10)
  })
  const session = new UnversionedClient(client)
  deliver(client, session, serve(server, requestOf(session)))
  assert.deepEqual(cardsIn(requestOf(session)), [
    {
      type: 'uvfile',
      name: 'x',
      mtimeSec: 20,
      hash: hashOf('text'),
      sizeBytes: 4,
      content: undefined,
    },
  ])
})

test('a conversation that was cut short begins again, and counts what went through', () => {
  const { client, server } = pair((c, s) => {
    put(c, 'mine', 'text', 10)
    put(s, 'yours', 'text', 10)
  })
  const session = new UnversionedClient(client)
  deliver(client, session, serve(server, requestOf(session)))
  requestOf(session)
  assert.equal(session.summary.sent, 1)
  session.restart()
  assert.equal(session.summary.sent, 0)
  while (session.goesOn) deliver(client, session, serve(server, requestOf(session)))
  assert.deepEqual(filesOf(client), filesOf(server))
  const { sent, received, gimmes } = session.summary
  assert.deepEqual({ sent, received, gimmes }, { sent: 1, received: 1, gimmes: 1 })
})

test('an unlucky client sends one file at a time', () => {
  const { client, server } = pair((c) => {
    for (const name of ['a', 'b', 'c']) put(c, name, name, 10)
  })
  client.env = {
    ...testEnv('client'),
    buggify: { check: (site) => site === 'sync.uvfile.minBudget' },
  }
  assert.equal(converse(client, server).said.length / 2, 4)
  assert.equal(unversionedHash(client), unversionedHash(server))
})

test('other cards are left to others', () => {
  using client = makeRepo('client')
  const session = new UnversionedClient(client)
  const others: Card[] = [
    { type: 'comment', text: 'x' },
    { type: 'pragma', name: 'server-version', args: ['22100'] },
    { type: 'uvgimme', name: 'x' },
  ]
  for (const card of others) assert.equal(session.receive(card), false)
})

/**
 * Both sides beside somebody else who writes: a server beside other connections to its file, whose
 * readers do not wait for writers, and a client whose owner removes something between two rounds.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemEnv } from '../base/env.ts'
import { utf8 } from '../base/bytes.ts'
import { purge } from '../admin/purge.ts'
import { openDatabase } from '../db/node.ts'
import { ensureKnown, findRid, hasArtifact } from '../repo/blob.ts'
import { storeLocal } from '../repo/store.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { putUser } from '../admin/user.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { fullAccess } from './access.ts'
import { NonceMemory } from './auth.ts'
import { handleXfer } from './handler.ts'
import { signed } from './login.ts'
import {
  addForeign,
  bodyOf,
  cardsOf,
  contentOf,
  fileCard,
  makeRepo,
  nameOf,
  ofType,
  syncPair,
} from './pair.suite.ts'

/** Two connections to one repository file in WAL mode: a server and somebody else. */
function withTwo(action: (server: Repo, other: Repo) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-concurrency-'))
  try {
    const path = join(folder, 'x.fossil')
    using server = createRepo(openDatabase(path, { create: true, busyTimeoutMs: 0 }), systemEnv)
    dbOf(server).prepare('PRAGMA journal_mode = WAL').get()
    using other = openRepo(openDatabase(path, { busyTimeoutMs: 0 }), systemEnv)
    action(server, other)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

function ask(server: Repo, ...cards: Card[]): Card[] {
  const project = server.projectCode
  const codes = { serverCode: '0'.repeat(40), projectCode: project }
  const body = bodyOf({ type: 'pull', ...codes }, { type: 'push', ...codes }, ...cards)
  return cardsOf(handleXfer(server, body, { access: fullAccess }))
}

test('a pull is answered while another connection is writing, from before its write', () => {
  withTwo((server, other) => {
    storeLocal(other, utf8('one'))
    other.transaction(() => {
      storeLocal(other, utf8('two'))
      assert.equal(ofType(ask(server), 'igot').length, 1)
    })
    assert.equal(ofType(ask(server), 'igot').length, 2)
  })
})

test('a push while another connection is writing is refused, and kept once it is not', () => {
  withTwo((server, other) => {
    const file = fileCard(contentOf(1))
    other.transaction(() => {
      const [error] = ofType(ask(server, file), 'error')
      assert.match(error?.text ?? '', /^the server is busy: try again$/)
    })
    assert.deepEqual(ofType(ask(server, file), 'error'), [])
    assert.equal(ofType(ask(server), 'igot').length, 1)
  })
})

test('a request that had to be begun again may use its login once', () => {
  withTwo((server, other) => {
    putUser(server, { login: 'amy', password: 'pw', capabilities: 'io' })
    const nonces = new NonceMemory()
    // The other connection writes between this one's first look and its own write.
    const db = dbOf(server)
    let isFirst = true
    const clock = {
      nowMs: () => {
        if (db.inTransaction && isFirst) {
          isFirst = false
          db.prepare('SELECT count(*) FROM blob').get()
          storeLocal(other, utf8('meanwhile'))
        }
        return systemEnv.clock.nowMs()
      },
    }
    server.env = { ...systemEnv, clock }
    const message = new CardWriter()
    const codes = { serverCode: '0'.repeat(40), projectCode: server.projectCode }
    message.add({ type: 'push', ...codes })
    message.add(fileCard(contentOf(1)))
    const request = signed(server, message.finish(), { user: 'amy', password: 'pw' })
    const reply = cardsOf(handleXfer(server, encodeMessage(request), { nonces }))
    assert.equal(isFirst, false)
    assert.deepEqual(ofType(reply, 'error'), [])
    const again = cardsOf(handleXfer(server, encodeMessage(request), { nonces }))
    assert.equal(ofType(again, 'error')[0]?.text, 'login failed')
  })
})

test('what takes the row of an artifact that was purged during a sync is announced in it', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const [gone, next] = [contentOf(1), contentOf(2)]
  storeLocal(client, gone)
  addForeign(server, contentOf(3))
  const rid = findRid(client, nameOf(gone))
  const onReply = (_cards: Card[], round: number): void => {
    if (round !== 1) return
    purge(client, [nameOf(gone)])
    assert.equal(storeLocal(client, next).rid, rid)
  }
  const { result } = syncPair(client, server, { onReply })
  assert.ok(result.complete && result.rounds > 1)
  assert.ok(hasArtifact(server, nameOf(next)))
})

test('what a server lacks in one round and has by the next is asked for in the same sync', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const [late, other] = [contentOf(1), contentOf(2)]
  ensureKnown(server, nameOf(late), { isPrivate: false })
  addForeign(server, other)
  const onReply = (cards: Card[], round: number): void => {
    if (round !== 1) return
    assert.ok(ofType(cards, 'gimme').some(({ hash }) => hash === nameOf(late)))
    addForeign(server, late)
  }
  const { result } = syncPair(client, server, { onReply })
  assert.ok(result.complete)
  assert.ok(hasArtifact(client, nameOf(late)))
})

test('a sync goes on while another brings what this one is promised', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  for (let number = 1; number <= 12; number++) addForeign(server, contentOf(number, 500))
  const onReply = (cards: Card[]): void => {
    for (const { content } of ofType(cards, 'file')) addForeign(client, content)
  }
  const { result } = syncPair(client, server, { onReply, handler: { budgetBytes: 200 } })
  assert.equal(result.artifactsReceived, 0)
  assert.ok(result.complete)
  assert.ok(result.rounds > 12)
})

/**
 * The sender of a request: how it is proved, and that a proof counts once.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bytesEqual, concat } from '../base/bytes.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { writeUnversioned } from '../repo/unversioned.ts'
import { putUser } from '../admin/user.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { loginCard, sharedSecret, signBySecret } from '../xfer/login.ts'
import { accessOf } from './access.ts'
import { NonceMemory } from './auth.ts'
import { handleXfer } from './handler.ts'
import type { HandlerOptions } from './handler-options.ts'
import {
  cardsOf,
  contentOf,
  count,
  errorOf,
  fileCard,
  makeRepo,
  ofType,
  projectCode,
  pullCard,
  pushCard,
  snapshot,
} from './pair.suite.ts'
import { isProofKept, keepProof } from './used-proofs.ts'

const password = 'secret'
const secret = sharedSecret({ projectCode, login: 'alice', password })
const alice = { login: 'alice', secret }

/** Nobody may do anything; alice may read and write. */
function makeServer(): Repo {
  const repo = makeRepo('server')
  for (const login of ['nobody', 'anonymous', 'developer', 'reader']) {
    putUser(repo, { login, password, capabilities: '' })
  }
  putUser(repo, { login: 'alice', password, capabilities: 'io' })
  putUser(repo, { login: 'mute', capabilities: 'io' })
  return repo
}

function messageOf(...cards: readonly Card[]): Uint8Array {
  const writer = new CardWriter()
  for (const card of cards) writer.add(card)
  return writer.finish()
}

function send(repo: Repo, message: Uint8Array, options: HandlerOptions = {}): Card[] {
  return cardsOf(handleXfer(repo, encodeMessage(message), options))
}

/** A message that pushes artifact `number`, as `signer` signs it. */
function push(number: number, signer = alice): Uint8Array {
  return signBySecret(messageOf(pushCard, fileCard(contentOf(number))), signer)
}

const refused = (reply: readonly Card[]): boolean => errorOf(reply) === 'login failed'

test('a login card brings the capabilities of its user, and its name into rcvfrom', () => {
  using repo = makeServer()
  const options = { remoteAddress: '192.0.2.7' }
  assert.equal(errorOf(send(repo, messageOf(pullCard))), 'not authorized to read')
  assert.deepEqual(ofType(send(repo, push(1), options), 'error'), [])
  const row = dbOf(repo)
    .prepare('SELECT login, rcvfrom.ipaddr, length(nonce) FROM rcvfrom JOIN user USING(uid)')
    .all()
    .at(-1)
  assert.deepEqual(row, ['alice', '192.0.2.7', 40])
})

test('what proves nothing is refused, whoever it names, and nothing of the message is kept', () => {
  const unproven: Record<string, Uint8Array> = {
    'a wrong password': push(1, { login: 'alice', secret: '0'.repeat(40) }),
    'an unknown user': push(1, { login: 'mallory', secret }),
    'a user without a password': push(1, { login: 'mute', secret: '0'.repeat(40) }),
    'a user without a password, with an empty secret': push(1, { login: 'mute', secret: '' }),
    'other bytes than those signed': concat([push(1), messageOf(fileCard(contentOf(2)))]),
    'a special login': push(1, {
      login: 'developer',
      secret: sharedSecret({ projectCode, login: 'developer', password }),
    }),
    'another special login': push(1, {
      login: 'reader',
      secret: sharedSecret({ projectCode, login: 'reader', password }),
    }),
  }
  for (const [name, message] of Object.entries(unproven)) {
    using repo = makeServer()
    const before = snapshot(repo)
    assert.ok(refused(send(repo, message)), name)
    assert.deepEqual(snapshot(repo), before, name)
  }
})

test('who calls themselves nobody or anonymous is that, whatever the signature', () => {
  for (const login of ['nobody', 'anonymous']) {
    using repo = makeServer()
    assert.equal(errorOf(send(repo, push(1, { login, secret }))), 'not authorized to write')
    putUser(repo, { login: 'anonymous', capabilities: 'i' })
    assert.deepEqual(ofType(send(repo, push(1, { login, secret })), 'error'), [])
    assert.equal(count(repo, 'SELECT count(*) FROM blob WHERE size >= 0'), 1)
  }
})

test('there is one login card, and it comes first', () => {
  using repo = makeServer()
  const rest = messageOf(pullCard)
  const twice = signBySecret(signBySecret(rest, alice), alice)
  assert.equal(errorOf(send(repo, twice)), 'multiple login cards')
  const late = concat([messageOf(pushCard), signBySecret(rest, alice)])
  assert.equal(errorOf(send(repo, late)), 'the login card comes first')
  putUser(repo, { login: 'nobody', capabilities: 'io' })
  assert.equal(errorOf(send(repo, late)), 'the login card comes first')
  const remark = concat([messageOf({ type: 'comment', text: 'hello' }), signBySecret(rest, alice)])
  assert.deepEqual(ofType(send(repo, remark), 'error'), [])
})

test('a proof counts once for a server that remembers', () => {
  using repo = makeServer()
  const nonces = new NonceMemory()
  const message = signBySecret(messageOf(pullCard), alice)
  assert.deepEqual(ofType(send(repo, message, { nonces }), 'error'), [])
  assert.ok(refused(send(repo, message, { nonces })))
  // A failed proof uses nothing up.
  const other = signBySecret(messageOf(pullCard, { type: 'comment', text: 'other' }), alice)
  const forged = signBySecret(messageOf(pullCard, { type: 'comment', text: 'other' }), {
    login: 'alice',
    secret: 'f'.repeat(40),
  })
  assert.ok(refused(send(repo, forged, { nonces })))
  assert.deepEqual(ofType(send(repo, other, { nonces }), 'error'), [])
})

test('a proof that brought something in counts once even after a restart', () => {
  using repo = makeServer()
  const message = push(1)
  assert.deepEqual(ofType(send(repo, message, { nonces: new NonceMemory() }), 'error'), [])
  assert.ok(refused(send(repo, message, { nonces: new NonceMemory() })))
  assert.ok(refused(send(repo, message)))
})

test('a proof that brought an unversioned file in counts once, too', () => {
  using repo = makeServer()
  putUser(repo, { login: 'alice', capabilities: 'ioy' })
  const { hash, content } = fileCard(contentOf(1))
  const card: Card = {
    type: 'uvfile',
    name: 'a.txt',
    mtimeSec: 1_700_000_000,
    hash,
    sizeBytes: content.length,
    content,
  }
  const message = signBySecret(messageOf(card), alice)
  assert.deepEqual(ofType(send(repo, message), 'error'), [])
  assert.ok(refused(send(repo, message)))
  const login = dbOf(repo).prepare('SELECT login FROM rcvfrom JOIN user USING(uid)').all().at(-1)
  assert.deepEqual(login, ['alice'])
})

suite('a proof that changed what no artifact tells of', () => {
  const deletion: Card = {
    type: 'uvfile',
    name: 'a.txt',
    mtimeSec: 1_700_000_000,
    hash: undefined,
    sizeBytes: 0,
    content: undefined,
  }
  const lock: Card = {
    type: 'pragma',
    name: 'ci-lock',
    args: [fileCard(contentOf(1)).hash, '5'.repeat(40)],
  }
  for (const [what, card] of Object.entries({ 'a deleted file': deletion, 'a lock': lock })) {
    test(`counts once even after a restart: ${what}`, () => {
      using repo = makeServer()
      putUser(repo, { login: 'alice', capabilities: 'ioy' })
      writeUnversioned(repo, { name: 'a.txt', content: contentOf(1), mtimeSec: 1_600_000_000 })
      const message = signBySecret(messageOf(pullCard, card), alice)
      assert.deepEqual(ofType(send(repo, message), 'error'), [])
      const before = snapshot(repo)
      assert.ok(refused(send(repo, message)))
      assert.deepEqual(snapshot(repo), before)
    })
  }
})

test('a proof that changed nothing leaves nothing behind, and is forgotten with the server', () => {
  using repo = makeServer()
  const message = signBySecret(messageOf(pullCard), alice)
  const before = dbOf(repo).serialize()
  assert.deepEqual(ofType(send(repo, message, { nonces: new NonceMemory() }), 'error'), [])
  assert.ok(bytesEqual(dbOf(repo).serialize(), before))
  assert.deepEqual(ofType(send(repo, message, { nonces: new NonceMemory() }), 'error'), [])
})

test('a repository keeps the latest proofs that changed it, and no more', () => {
  using repo = makeServer()
  for (const nonce of ['a', 'b', 'c']) keepProof(repo, nonce, { most: 2 })
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((nonce) => isProofKept(repo, nonce)),
    [false, true, true, false],
  )
})

test('a memory forgets the oldest proof, and no other', () => {
  const nonces = new NonceMemory({ most: 2 })
  assert.deepEqual(
    ['a', 'b', 'a', 'c', 'b', 'a'].map((nonce) => nonces.use(nonce)),
    [true, true, false, true, false, true],
  )
})

test('a card that came as a cookie covers the whole message', () => {
  using repo = makeServer()
  const message = messageOf(pushCard, fileCard(contentOf(1)))
  const card = loginCard(message, alice)
  const line = `login alice ${card.nonce} ${card.signature}`
  assert.deepEqual(ofType(send(repo, message, { loginCard: line }), 'error'), [])
  const longer = concat([message, messageOf(pullCard)])
  assert.ok(refused(send(repo, longer, { loginCard: line })))
  const second = { loginCard: `login nobody ${card.nonce} ${card.signature}` }
  assert.equal(errorOf(send(repo, push(2), second)), 'multiple login cards')
})

test('where the caller vouches for the sender, login cards mean nothing', () => {
  using repo = makeServer()
  const access = accessOf('o')
  const message = signBySecret(messageOf(pullCard), { login: 'mallory', secret: '' })
  assert.deepEqual(ofType(send(repo, message, { access }), 'error'), [])
  assert.equal(errorOf(send(repo, push(1), { access })), 'not authorized to write')
})

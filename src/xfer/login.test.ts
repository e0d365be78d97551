/**
 * Login cards: those that stock made, and those that prove nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { sha1, sha3 } from '../hash/hash.ts'
import type { LoginCard } from './card.ts'
import { checkLogin, loginCard, sharedSecret, signBySecret, signMessage } from './login.ts'
import { parseCards } from './parse.ts'
import { configRequest, privateRequest, pushRequest, unversionedRequest } from './stock.vectors.ts'

/** The project and the user of the stock messages. */
const projectCode = '20451c2231a2f47a37980d059cf77b745652381a'
const password = 'secret'
const secret = sharedSecret({ projectCode, login: 'alice', password })
const rest = utf8('pull x y\n# random\n')

function read(message: Uint8Array): { card: LoginCard; rest: Uint8Array } {
  const reader = parseCards(message)
  const card = reader.next().value
  assert.ok(card?.type === 'login')
  return { card, rest: reader.rest }
}

test('the secret is what stock keeps as the password', () => {
  assert.equal(secret, '39d01bfd4ec891b653b1a5d8819f6818ae3c1efc')
  for (const known of [password, secret]) {
    const account = { projectCode, login: 'alice', password: known }
    assert.deepEqual(signMessage(rest, account), signBySecret(rest, { login: 'alice', secret }))
  }
})

test('a password of 40 hexadecimal digits is a secret already', () => {
  for (const digits of ['ab'.repeat(20), 'AB'.repeat(20)]) {
    assert.equal(sharedSecret({ projectCode, login: 'alice', password: digits }), digits)
  }
  const almost = 'ag'.repeat(20)
  assert.notEqual(sharedSecret({ projectCode, login: 'alice', password: almost }), almost)
})

test('logins that stock made are accepted, and made again byte for byte', () => {
  for (const message of [configRequest, pushRequest, unversionedRequest, privateRequest]) {
    const { card, rest: signed } = read(message)
    assert.ok(checkLogin(card, signed, { projectCode, password: secret }))
    assert.deepEqual(loginCard(signed, { login: 'alice', secret }), card)
    assert.deepEqual(signBySecret(signed, { login: 'alice', secret }), message)
  }
})

test('either form of proof counts against a password in clear', () => {
  const account = { projectCode, password }
  assert.ok(checkLogin(loginCard(rest, { login: 'alice', secret }), rest, account))
  assert.ok(checkLogin(loginCard(rest, { login: 'alice', secret: password }), rest, account))
})

test('a password is no proof against a secret', () => {
  const card = loginCard(rest, { login: 'alice', secret: password })
  assert.equal(checkLogin(card, rest, { projectCode, password: secret }), false)
})

test('a nonce may be SHA3-256', () => {
  const nonce = sha3(rest)
  const card: LoginCard = {
    type: 'login',
    user: 'alice',
    nonce,
    signature: sha1(utf8(nonce + secret)),
  }
  assert.ok(checkLogin(card, rest, { projectCode, password: secret }))
})

test('a login whose user needs escaping survives the wire', () => {
  const signer = { login: 'Ann Lee\\', secret: 'ab'.repeat(20) }
  const message = signBySecret(rest, signer)
  assert.ok(fromUtf8(message).startsWith('login Ann\\sLee\\\\ '))
  const { card, rest: signed } = read(message)
  assert.equal(card.user, signer.login)
  assert.ok(checkLogin(card, signed, { projectCode, password: signer.secret }))
})

test('a login proves nothing once any part of it is another', () => {
  const card = loginCard(rest, { login: 'alice', secret })
  const account = { projectCode, password: secret }
  assert.ok(checkLogin(card, rest, account))
  const other = sha1(utf8('other'))
  assert.equal(checkLogin(card, utf8('pull x y\n# Random\n'), account), false)
  assert.equal(checkLogin(card, rest, { projectCode, password: other }), false)
  for (const wrong of [other, '', card.signature.toUpperCase(), card.signature.slice(1)]) {
    assert.equal(checkLogin({ ...card, signature: wrong }, rest, account), false, wrong)
    assert.equal(checkLogin({ ...card, nonce: wrong }, rest, account), false, wrong)
  }
})

test('a proof in clear is bound to its user and project', () => {
  const card = loginCard(rest, { login: 'alice', secret })
  assert.ok(checkLogin(card, rest, { projectCode, password }))
  assert.equal(checkLogin({ ...card, user: 'bob' }, rest, { projectCode, password }), false)
  assert.equal(checkLogin(card, rest, { projectCode: 'x', password }), false)
})

test('nobody logs in with an empty password', () => {
  for (const key of ['', sharedSecret({ projectCode, login: 'nobody', password: '' })]) {
    const card = loginCard(rest, { login: 'nobody', secret: key })
    assert.equal(checkLogin(card, rest, { projectCode, password: '' }), false)
  }
})

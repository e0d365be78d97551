/**
 * Users and what they may do.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemEnv } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { openDatabase } from '../db/node.ts'
import { sharedSecret } from '../xfer/login.ts'
import { createRepo } from '../crosslink/open.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { effectiveCapabilities, findUser, listUsers, putUser, removeUser } from './user.ts'

function fresh(): Repo {
  return createRepo(openDatabase(), systemEnv, { adminUser: 'ann' })
}

test('a new repository has an administrator and four special users without setup', () => {
  using repo = fresh()
  assert.deepEqual(
    listUsers(repo).map(({ login, capabilities, isGroup }) => [login, capabilities, isGroup]),
    [
      ['ann', 's', false],
      ['anonymous', 'hz', true],
      ['developer', 'ei', true],
      ['nobody', 'gjorz', true],
      ['reader', 'kptw', true],
    ],
  )
  assert.doesNotMatch(effectiveCapabilities(repo, undefined), /[sai]/)
})

test('a password is kept as the shared secret of the project', () => {
  using repo = fresh()
  putUser(repo, { login: 'bob', password: 'pw', capabilities: 'o', info: 'Bob' })
  const secret = sharedSecret({ projectCode: repo.projectCode, login: 'bob', password: 'pw' })
  const { uid, ...rest } = findUser(repo, 'bob') ?? { uid: 0 }
  const bob = { login: 'bob', password: secret, capabilities: 'o', info: 'Bob', isGroup: false }
  assert.deepEqual(rest, bob)
  assert.ok(uid > 0)
})

test('changing one thing of a user leaves the others', () => {
  using repo = fresh()
  putUser(repo, { login: 'bob', password: 'pw', capabilities: 'o', info: 'Bob' })
  const before = findUser(repo, 'bob')
  putUser(repo, { login: 'bob', capabilities: 'io' })
  assert.deepEqual(findUser(repo, 'bob'), { ...before, capabilities: 'io' })
})

test('u and v bring the letters of reader and developer, and everyone has those of nobody', () => {
  using repo = fresh()
  putUser(repo, { login: 'bob', capabilities: 'v' })
  putUser(repo, { login: 'eve', capabilities: 'u' })
  assert.equal(effectiveCapabilities(repo, 'bob'), 'eghijorvz')
  assert.equal(effectiveCapabilities(repo, 'eve'), 'ghjkoprtuwz')
  assert.equal(effectiveCapabilities(repo, undefined), 'gjorz')
})

test('letters that name each other end', () => {
  using repo = fresh()
  putUser(repo, { login: 'reader', capabilities: 'uv' })
  putUser(repo, { login: 'developer', capabilities: 'vu' })
  putUser(repo, { login: 'bob', capabilities: 'uv' })
  assert.equal(effectiveCapabilities(repo, 'bob'), 'ghjoruvz')
})

test('a removed user is gone', () => {
  using repo = fresh()
  putUser(repo, { login: 'bob' })
  assert.equal(removeUser(repo, 'bob'), true)
  assert.equal(removeUser(repo, 'bob'), false)
  assert.equal(findUser(repo, 'bob'), undefined)
})

test('logins with spaces and letters that are none are refused', () => {
  using repo = fresh()
  for (const user of [{ login: 'a b' }, { login: '' }, { login: 'x', capabilities: 'i o' }]) {
    assert.throws(
      () => putUser(repo, user),
      (error) => FossilError.is(error, 'option.invalid'),
    )
  }
})

test('a user of any name that is there already can be changed and removed', () => {
  using repo = fresh()
  for (const login of ['Jo Doe', 'tab\there', 'x'.repeat(200)]) {
    dbOf(repo).prepare(`INSERT INTO user(login, pw, cap) VALUES(?, 'x', 'u')`).run(login)
    putUser(repo, { login, password: 'secret', capabilities: 'gio' })
    const { capabilities, password } = findUser(repo, login) ?? assert.fail(login)
    const secret = sharedSecret({ projectCode: repo.projectCode, login, password: 'secret' })
    assert.deepEqual([capabilities, password], ['gio', secret])
    assert.equal(removeUser(repo, login), true)
  }
})

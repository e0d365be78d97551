/**
 * Remembered servers, in stock's rows.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemEnv } from '../base/env.ts'
import { openDatabase } from '../db/node.ts'
import { FossilError } from '../base/error.ts'
import { config, setConfig } from '../repo/config.ts'
import { createRepo } from '../crosslink/open.ts'
import { findRemote, listRemotes, putRemote, removeRemote } from './remote.ts'

test('a server comes back as it was remembered, password and all', () => {
  using repo = createRepo(openDatabase(), systemEnv)
  putRemote(repo, { name: 'default', url: 'http://me@example.org/', password: 'schön & secret' })
  putRemote(repo, { name: 'backup', url: 'http://example.net/' })
  assert.deepEqual(listRemotes(repo), [
    { name: 'default', url: 'http://me@example.org/', password: 'schön & secret' },
    { name: 'backup', url: 'http://example.net/' },
  ])
  assert.doesNotMatch(config(repo, 'last-sync-pw') ?? '', /secret/)
})

test('a password that stock has obscured is read', () => {
  using repo = createRepo(openDatabase(), systemEnv)
  setConfig(repo, 'last-sync-url', 'http://u@example.org/')
  // Salt 00, then 'abc' mixed with the first bytes of the pattern.
  setConfig(repo, 'last-sync-pw', '00c64352')
  assert.equal(findRemote(repo, 'default')?.password, 'abc')
  setConfig(repo, 'last-sync-pw', 'plain text')
  assert.equal(findRemote(repo, 'default')?.password, 'plain text')
})

test('a server can be replaced and forgotten, with its password', () => {
  using repo = createRepo(openDatabase(), systemEnv)
  putRemote(repo, { name: 'x', url: 'http://a/', password: 'p' })
  putRemote(repo, { name: 'x', url: 'http://b/' })
  assert.deepEqual(findRemote(repo, 'x'), { name: 'x', url: 'http://b/' })
  assert.equal(removeRemote(repo, 'x'), true)
  assert.equal(removeRemote(repo, 'x'), false)
  assert.deepEqual(listRemotes(repo), [])
})

test('a name with spaces is refused', () => {
  using repo = createRepo(openDatabase(), systemEnv)
  assert.throws(
    () => putRemote(repo, { name: 'a b', url: 'http://a/' }),
    (error) => FossilError.is(error, 'option.invalid'),
  )
})

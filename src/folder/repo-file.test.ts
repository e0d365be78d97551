/**
 * Files of the disk as repositories: opened, made, and made to be clones.
 * @module
 */

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'

import { findRemote } from '../admin/remote.ts'
import { systemEnv } from '../base/env.ts'
import { openDatabase } from '../db/node.ts'
import { cloneState } from '../repo/clone-state.ts'
import { config } from '../repo/config.ts'
import { failsWith, scratchPath } from '../repo/fixture.suite.ts'
import { storeLocal } from '../repo/store.ts'
import { createClone, createRepo, openRepo } from './repo-file.ts'

test('a clone is known as one from the moment its file is there, with its server', (t) => {
  const path = scratchPath(t)
  const url = 'https://fossil.example.org/p'
  createClone(path, systemEnv, { adminUser: 'ann', url }).close()
  using repo = openRepo(path, systemEnv)
  assert.deepEqual(cloneState(repo), { sequence: 1 })
  assert.deepEqual(
    [config(repo, 'project-code'), findRemote(repo, 'default')?.url],
    [undefined, url],
  )
})

test('where a repository cannot be made nothing is left, and nothing overwritten', (t) => {
  const path = scratchPath(t)
  const create = (): unknown => createClone(path, systemEnv, { serverCode: 'x' })
  assert.throws(create, failsWith('option.invalid'))
  assert.equal(existsSync(path), false)
  createRepo(path, systemEnv).close()
  assert.throws(() => createClone(path, systemEnv), failsWith('repo.invalid'))
  assert.equal(existsSync(path), true)
})

test('what is no file is told before a database is looked for', (t) => {
  const path = scratchPath(t)
  const open = (): unknown => openRepo(path, systemEnv)
  assert.throws(open, failsWith('repo.unreadable', /there is no such file/))
  assert.throws(
    () => openRepo(dirname(path), systemEnv),
    failsWith('repo.unreadable', /it is a folder/),
  )
  writeFileSync(path, 'text')
  assert.throws(open, failsWith('repo.unreadable', /not a database/))
})

test('a repository has the path that it was made at, and what is stored there lasts', (t) => {
  const path = scratchPath(t)
  const made = createRepo(path, systemEnv)
  assert.equal(made.path, path)
  const { hash } = storeLocal(made, new Uint8Array([1]))
  made.close()
  using again = openRepo(path, systemEnv)
  assert.deepEqual(storeLocal(again, new Uint8Array([1])).hash, hash)
})

test('a repository opens behind a connection, too', (t) => {
  using repo = createRepo(scratchPath(t), systemEnv)
  const { hash } = storeLocal(repo, new Uint8Array([1]))
  using copy = openRepo(openDatabase(repo.serialize()), systemEnv)
  const { isNew, hash: same } = storeLocal(copy, new Uint8Array([1]))
  assert.deepEqual([isNew, same], [false, hash])
})

/**
 * Settings.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { config, configInteger, setConfig, unsetConfig } from './config.ts'
import { failsWith, memoryRepo, startMs, TestEnv } from './fixture.suite.ts'
import { dbOf, type Repo } from './repo.ts'

function row(repo: Repo, name: string): unknown {
  return dbOf(repo).prepare('SELECT value, mtime FROM config WHERE name = ?').get(name)
}

test('a setting is there until it is removed, with the second at which it was set', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  assert.equal(config(repo, 'project-name'), undefined)
  env.nowMs += 1999
  setConfig(repo, 'project-name', 'é\n')
  assert.equal(config(repo, 'project-name'), 'é\n')
  assert.deepEqual(row(repo, 'project-name'), ['é\n', startMs / 1000 + 1])
  unsetConfig(repo, 'project-name')
  assert.equal(config(repo, 'project-name'), undefined)
  assert.equal(row(repo, 'project-name'), undefined)
})

test('values that other programs stored as numbers, bytes or nothing are read as text', () => {
  using repo = memoryRepo()
  const insert = dbOf(repo).prepare('INSERT INTO config(name, value) VALUES(?, ?)')
  insert.run('integer', 5)
  insert.run('bytes', utf8('text'))
  insert.run('nothing', null)
  const values = ['integer', 'bytes', 'nothing'].map((name) => config(repo, name))
  assert.deepEqual(values, ['5', 'text', undefined])
})

test('an integer setting is read as stock reads it, or is what the caller says otherwise', () => {
  using repo = memoryRepo()
  const expected: [value: string, read: number][] = [
    ['0', 0],
    ['250000', 250_000],
    ['-1', -1],
    [' 7', 7],
    ['12abc', 12],
    ['', 9],
    ['yes', 9],
    ['99999999999999999999', 9],
  ]
  for (const [value, read] of expected) {
    setConfig(repo, 'max-upload', value)
    assert.equal(configInteger(repo, 'max-upload', 9), read, value)
  }
  assert.equal(configInteger(repo, 'absent', 9), 9)
})

test('a repository without its codes says which one it lacks', () => {
  using repo = memoryRepo()
  assert.match(repo.projectCode + repo.serverCode, /^[0-9a-f]{80}$/)
  assert.notEqual(repo.projectCode, repo.serverCode)
  unsetConfig(repo, 'project-code')
  unsetConfig(repo, 'server-code')
  assert.throws(() => repo.projectCode, failsWith('repo.invalid', /project-code/))
  assert.throws(() => repo.serverCode, failsWith('repo.invalid', /server-code/))
})

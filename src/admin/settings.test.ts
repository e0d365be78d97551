/**
 * Settings by the names of stock: their values, their defaults, and what a check-in says of them.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { runFossil, requireFossilOrSkip } from '../../tools/ensure-fossil.ts'
import { utf8 } from '../base/bytes.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { config } from '../repo/config.ts'
import { failsWith, scratchPath } from '../repo/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { checkin } from '../write/checkin.ts'
import { listSettings, setSetting, type Setting } from './settings.ts'

function settingIn(repo: Repo, name: string): Setting {
  const found = listSettings(repo).find((each) => each.name === name)
  assert.ok(found, name)
  return found
}

suite('a setting', () => {
  test('has a default, a value that goes before it, and a versioned one before both', () => {
    using repo = memoryRepo()
    const ignored = { name: 'ignore-glob', kind: 'text', default: '', isVersionable: true }
    const flags = { isSensitive: false, isObeyed: true }
    const none = { value: undefined, versioned: undefined }
    assert.deepEqual(settingIn(repo, 'ignore-glob'), { ...ignored, ...flags, ...none })
    assert.equal(settingIn(repo, 'autosync').default, 'on')
    setSetting(repo, 'ignore-glob', '*.o')
    const changes = [
      { name: '.fossil-settings/ignore-glob', content: utf8(' *.a\n') },
      { name: '.fossil-settings/autosync', content: utf8('off') },
    ]
    checkin(repo, { changes, comment: 'c', user: 'u' })
    const { value, versioned } = settingIn(repo, 'ignore-glob')
    assert.deepEqual([value, versioned], ['*.o', '*.a'])
    assert.equal(settingIn(repo, 'autosync').versioned, undefined, 'it is not versionable')
    setSetting(repo, 'ignore-glob', undefined)
    assert.equal(config(repo, 'ignore-glob'), undefined)
  })

  test('that stock does not know is refused, and a boolean that is none', () => {
    using repo = memoryRepo()
    for (const name of ['ignore-globs', 'project-code', '']) {
      assert.throws(() => setSetting(repo, name, 'x'), failsWith('option.invalid', /no such/))
    }
    const isNone = failsWith('option.invalid', /"maybe" is neither on nor off/)
    assert.throws(() => setSetting(repo, 'uv-sync', 'maybe'), isNone)
    for (const value of ['on', 'OFF', 'Yes', 'no', 'true', 'False', '1', '0']) {
      setSetting(repo, 'uv-sync', value)
      assert.equal(settingIn(repo, 'uv-sync').value, value)
    }
  })
})

test('the names are sorted, and each is there once', () => {
  using repo = memoryRepo()
  const names = listSettings(repo).map(({ name }) => name)
  assert.deepEqual(names, [...new Set(names)].toSorted())
  for (const { kind, default: usual, name } of listSettings(repo)) {
    if (kind === 'boolean' && usual !== '') assert.match(usual, /^(?:on|off)$/, name)
  }
  assert.equal(listSettings(repo).filter(({ isObeyed }) => isObeyed).length, 11)
})

test('the settings of the installed Fossil are among ours', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = scratchPath(t)
  await runFossil(['new', path])
  const { stdout } = await runFossil(['settings', '-R', path])
  const stock = stdout.split('\n').flatMap((line) => line.match(/^[a-z][\w-]+/)?.[0] ?? [])
  assert.ok(stock.length > 80)
  using repo = memoryRepo()
  const ours = new Set(listSettings(repo).map(({ name }) => name))
  assert.deepEqual(
    stock.filter((name) => !ours.has(name)),
    [],
  )
})

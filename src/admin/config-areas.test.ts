/**
 * Configuration that leaves a repository when it is asked for.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import {
  type ConfigArea,
  configAreas,
  configCards,
  groupsOf,
  groupsOfSetting,
  parseConfigArea,
} from './config-areas.ts'
import { receiveConfig } from './config-areas-receive.ts'
import { configSql, goldenCards, shown, subscriberSql } from './config-areas.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

const everything = { admin: true, addresses: true }

function filledRepo(): Repo {
  const repo = memoryRepo()
  // Makes the tables of alerts.
  const first = { type: 'config' as const, name: '/subscriber', content: utf8(`1 'first'`) }
  assert.equal(receiveConfig(repo, first, { areas: ['all'], setup: false }), 'stored')
  dbOf(repo).exec(`DELETE FROM subscriber; ${configSql} ${subscriberSql}`)
  return repo
}

function sent(repo: Repo, area: ConfigArea, reader = everything): [string, string][] {
  return configCards(repo, area, reader).map(shown)
}

function golden(...areas: ConfigArea[]): [string, string][] {
  return goldenCards
    .filter(([area]) => areas.includes(area))
    .map(([, name, content]) => [name, content])
}

test('all areas together are the cards of stock, in its order', () => {
  using repo = filledRepo()
  assert.deepEqual(sent(repo, 'all'), golden(...configAreas))
})

test('each area has its own cards, and a skin its style sheet', () => {
  using repo = filledRepo()
  const th1 = goldenCards.find(([, , content]) => content.includes('th1-uri-regexp'))
  for (const area of configAreas) {
    if (area === 'all') continue
    const own = golden(...(area === 'skin' ? (['skin', 'css'] as const) : [area]))
    const expected = area === 'ticket' || area === 'xfer' ? [...own, th1?.slice(1)] : own
    assert.deepEqual(new Set(sent(repo, area)), new Set(expected), area)
  }
})

test('users and subscribers are for administrators, addresses for who may see them', () => {
  using repo = filledRepo()
  const hidden = (admin: boolean, addresses: boolean): string[] => {
    const visible = new Set(sent(repo, 'all', { admin, addresses }).map(([, text]) => text))
    const all = sent(repo, 'all').map(([, text]) => text)
    return all.filter((text) => !visible.has(text))
  }
  const forAdmins = golden('user', 'subscriber').map(([, text]) => text)
  const forReaders = golden('email').map(([, text]) => text)
  assert.deepEqual(hidden(true, true), [])
  assert.deepEqual(hidden(true, false), forReaders)
  assert.deepEqual(hidden(false, true), forAdmins)
  assert.deepEqual(hidden(false, false).sort(), [...forAdmins, ...forReaders].sort())
  for (const area of ['user', 'subscriber', 'email'] as const) {
    assert.deepEqual(sent(repo, area, { admin: false, addresses: false }), [])
  }
})

test('what has no time of change stays here, as in stock', () => {
  using repo = filledRepo()
  const texts = sent(repo, 'all').map(([, text]) => text)
  assert.ok(!texts.some((text) => /undated|not dated/.test(text)))
})

test("a repository's own settings never leave it", () => {
  using repo = memoryRepo()
  dbOf(repo).exec(`INSERT INTO config(name, value, mtime) VALUES
    ('last-sync-pw', 'x', 1), ('walias:nothing', 'x', 1), ('xwalias:/a', 'x', 1),
    ('th1-setup', 'x', 1), ('ssh-command', 'x', 1), ('Css', 'x', 1)`)
  const names = sent(repo, 'all').map(([, text]) => /'[^']+'/.exec(text)?.[0])
  assert.deepEqual(names, [`'All Tickets'`, `'hash-policy'`])
  for (const name of ['project-code', 'server-code', 'aux-schema', 'th1-setup', 'toString', '']) {
    assert.deepEqual(groupsOfSetting(name), [])
  }
})

test('an old repository, without the columns of today, is sent without them', () => {
  using repo = filledRepo()
  dbOf(repo).exec(`ALTER TABLE user DROP COLUMN jx; ALTER TABLE reportfmt DROP COLUMN jx;
    DROP TABLE subscriber`)
  const texts = sent(repo, 'all').map(([, text]) => text)
  assert.deepEqual(
    texts,
    golden(...configAreas.filter((area) => area !== 'subscriber')).map(([, text]) =>
      text.replace(` jx '{}'`, ''),
    ),
  )
})

test('text that is not UTF-8 leaves as it is', () => {
  using repo = memoryRepo()
  dbOf(repo).exec(`INSERT INTO config VALUES('css', CAST(x'e9' AS TEXT), 7)`)
  const [card] = configCards(repo, 'css', everything)
  assert.deepEqual(card?.content, Uint8Array.from(Buffer.from(`7 'css' value '\xe9'`, 'latin1')))
})

test('areas are named in full, after a slash', () => {
  for (const area of configAreas) assert.equal(parseConfigArea(`/${area}`), area)
  for (const name of ['', '/', '/s', '/SKIN', 'skin', '//skin', '/toString', '/constructor']) {
    assert.equal(parseConfigArea(name), undefined, name)
  }
  assert.deepEqual(groupsOf(['all']), groupsOf(configAreas.filter((area) => area !== 'all')))
})

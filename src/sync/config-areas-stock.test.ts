/**
 * Configuration between us and stock, in both roles, and its cards byte for byte.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { utf8 } from '../base/bytes.ts'
import { configAreas, configCards } from '../admin/config-areas.ts'
import { configSql, goldenCards, shown, subscriberSql } from '../admin/config-areas.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Card, ConfigCard } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { parseCards } from '../xfer/parse.ts'
import { type ConfigAccess, ConfigClient, ConfigServer } from './config-areas.ts'
import { makeRepo, ofType } from './pair.suite.ts'
import {
  askStock,
  openStock,
  serveStock,
  type StockRepo,
  stockRepo,
} from './unversioned-stock.suite.ts'

const all: ConfigAccess = { read: true, admin: true, setup: true, addresses: true }

/** A repository of stock's with something in every area. */
async function filledStock(
  t: { after(action: () => void): void },
  capabilities: string,
): Promise<StockRepo> {
  const stock = await stockRepo(t, capabilities)
  // Makes the tables of alerts.
  await runFossil(['settings', 'email-send-method', 'db', '-R', stock.path])
  await runFossil(['alerts', 'status', '-R', stock.path])
  using repo = openStock(stock)
  dbOf(repo).exec(configSql + subscriberSql)
  return stock
}

async function cardsOfStock(stock: StockRepo, name: string): Promise<ConfigCard[]> {
  const reply = await askStock(stock, (writer) => writer.add({ type: 'reqconfig', name }))
  const cards = parseCards(reply).toArray()
  assert.deepEqual(ofType(cards, 'error'), [])
  return ofType(cards, 'config')
}

/** Not the user and the settings that a repository of stock's has anyway. */
function isOurs(card: ConfigCard): boolean {
  const [, content] = shown(card)
  return !/^2440587|^\d+ '(tester|hash-policy|timeline-plaintext)'/.test(content)
}

function shared(repo: Repo): unknown[] {
  return configCards(repo, 'all', all).filter(isOurs).map(shown)
}

/** The golden cards that a receiver takes: all but those with a Julian date. */
const received = goldenCards
  .filter(([, , content]) => !content.startsWith('2440587'))
  .map(([, name, content]) => [name, content])

test('our cards of each area are those of stock, byte for byte', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await filledStock(t, 'oae')
  using repo = openStock(stock)
  for (const area of configAreas) {
    const theirs = await cardsOfStock(stock, `/${area}`)
    assert.deepEqual(configCards(repo, area, all), theirs, area)
  }
  const golden = goldenCards.map(([, name, content]) => [name, content])
  const texts = (await cardsOfStock(stock, '/all')).map(shown)
  // Stock sets a policy where there is none as soon as it opens the file.
  assert.deepEqual(
    texts.filter(([, content]) => !content.includes('hash-policy')),
    golden,
  )
})

test('stock shows users to administrators, and addresses to them and to e, as we do', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  for (const letters of ['o', 'oa', 'oe']) {
    const stock = await filledStock(t, letters)
    using repo = openStock(stock)
    const seen = { admin: letters.includes('a'), addresses: /[ae]/.test(letters) }
    const theirs = await cardsOfStock(stock, '/all')
    assert.deepEqual(configCards(repo, 'all', seen), theirs, letters)
  }
})

test("our client takes everything that stock's server has", async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await filledStock(t, 'oae')
  using repo = makeRepo('ours')
  const client = new ConfigClient(repo, { pull: ['all'] })
  const reply = await askStock(stock, (writer) => client.writeRequest(writer))
  repo.transaction(() => {
    for (const card of parseCards(reply)) client.receive(card)
  })
  assert.deepEqual(shared(repo), received)
  assert.equal(client.summary.malformed, 1)
})

test("stock's server takes everything that our client sends", async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const filled = await filledStock(t, 'oae')
  const stock = await stockRepo(t, 'oae')
  using repo = openStock(filled)
  const client = new ConfigClient(repo, { push: ['all'] })
  const reply = await askStock(stock, (writer) => client.writeRequest(writer))
  assert.deepEqual(ofType(parseCards(reply).toArray(), 'error'), [])
  using file = openStock(stock)
  assert.deepEqual(shared(file), received)
})

/** A server of ours for stock's client. */
function serveConfig(t: { after(action: () => void): void }, repo: Repo): Promise<string> {
  return serveStock(t, repo, () => {
    const server = new ConfigServer(repo, all)
    return (card: Card, writer) => {
      server.receive(card, writer)
    }
  })
}

test("stock's client takes everything that our server has, and sends it to another", async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const filled = await filledStock(t, 'oae')
  const stock = await stockRepo(t, 'oae')
  {
    using source = openStock(filled)
    const url = await serveConfig(t, source)
    await runFossil(['configuration', 'pull', 'all', url, '-R', stock.path])
    using file = openStock(stock)
    assert.deepEqual(shared(file), received)
  }
  using target = makeRepo('target')
  const url = await serveConfig(t, target)
  await runFossil(['configuration', 'push', 'all', url, '-R', stock.path])
  assert.deepEqual(shared(target), received)
})

function capOfEve(repo: Repo): unknown {
  return dbOf(repo).prepare(`SELECT cap FROM user WHERE login = 'eve'`).get()
}

test('stock takes a capability s from an administrator; we do not', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = await stockRepo(t, 'oa')
  const content = utf8(`9999999999 'eve' cap 's'`)
  await askStock(stock, (writer) => writer.add({ type: 'config', name: '/user', content }))
  using file = openStock(stock)
  assert.deepEqual(capOfEve(file), ['s'])
  using repo = makeRepo('ours')
  const server = new ConfigServer(repo, { ...all, setup: false })
  server.receive({ type: 'config', name: '/user', content }, new CardWriter())
  assert.equal(capOfEve(repo), undefined)
})

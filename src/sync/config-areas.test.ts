/**
 * Configuration between a client and a server: who may ask, who may change, and when it ends.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { config, setConfig } from '../repo/config.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { parseCards } from '../xfer/parse.ts'
import {
  type ConfigAccess,
  ConfigClient,
  type ConfigClientOptions,
  ConfigServer,
} from './config-areas.ts'
import { fails, makeRepo, ofType } from './pair.suite.ts'

const all: ConfigAccess = { read: true, admin: true, setup: true, addresses: true }
const reader: ConfigAccess = { read: true, admin: false, setup: false, addresses: false }

function put(repo: Repo, name: string, value: string, mtimeSec: number): void {
  setConfig(repo, name, value)
  dbOf(repo).prepare('UPDATE config SET mtime = ? WHERE name = ?').run(mtimeSec, name)
}

function row(name: string, content: string): Card {
  return { type: 'config', name, content: utf8(content) }
}

function serve(repo: Repo, cards: Iterable<Card>, access = all): Card[] {
  const writer = new CardWriter()
  repo.transaction(() => {
    const server = new ConfigServer(repo, access)
    for (const card of cards) assert.equal(server.receive(card, writer), true, card.type)
  })
  return parseCards(writer.finish()).toArray()
}

function requestOf(client: ConfigClient): Card[] {
  const writer = new CardWriter()
  client.writeRequest(writer)
  return parseCards(writer.finish()).toArray()
}

function names(cards: readonly Card[]): string[] {
  return ofType(cards, 'config').map(
    ({ content }) => /'[^']*'/.exec(Buffer.from(content).toString())?.[0].slice(1, -1) ?? '',
  )
}

function converse(
  options: ConfigClientOptions,
  { client, server, access = all }: { client: Repo; server: Repo; access?: ConfigAccess },
): ConfigClient {
  const session = new ConfigClient(client, options)
  while (session.goesOn) {
    const reply = serve(server, requestOf(session), access)
    client.transaction(() => {
      for (const card of reply) assert.equal(session.receive(card), true)
    })
  }
  return session
}

test('a client gets the areas that it asks for, newer rows only', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  put(server, 'css', 'red', 200)
  put(server, 'header', 'theirs', 100)
  put(server, 'project-name', 'not asked for', 200)
  put(client, 'header', 'ours', 150)
  const { summary } = converse({ pull: ['skin'] }, { client, server })
  assert.deepEqual([config(client, 'css'), config(client, 'header')], ['red', 'ours'])
  assert.equal(config(client, 'project-name'), undefined)
  assert.deepEqual(summary, { sent: 0, stored: 1, older: 1, refused: 0, malformed: 0 })
})

test('a client sends the areas that it pushes', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  put(client, 'css', 'red', 200)
  put(client, 'project-name', 'not pushed', 200)
  const { summary } = converse({ push: ['css'] }, { client, server })
  assert.equal(config(server, 'css'), 'red')
  assert.equal(config(server, 'project-name'), undefined)
  assert.equal(summary.sent, 1)
})

test('a client that wants nothing says nothing', () => {
  using client = makeRepo('client')
  const session = new ConfigClient(client, {})
  assert.equal(session.goesOn, false)
  assert.deepEqual(requestOf(session), [])
})

test('everything is said in the first request, and again after a restart', () => {
  using client = makeRepo('client')
  const session = new ConfigClient(client, { pull: ['shun', 'alias'] })
  const asked: Card[] = ['/shun', '/alias'].map((name) => ({ type: 'reqconfig', name }))
  assert.deepEqual(requestOf(session), asked)
  assert.equal(session.goesOn, false)
  assert.deepEqual(requestOf(session), [])
  session.restart()
  assert.deepEqual(requestOf(session), asked)
})

test('a client takes only what the request under way asked for', () => {
  using client = makeRepo('client')
  const session = new ConfigClient(client, { pull: ['css'] })
  session.receive(row('/config', `5 'css' value 'before the request'`))
  requestOf(session)
  session.receive(row('/config', `5 'header' value 'another area'`))
  session.receive(row('/user', `5 'eve' cap 's'`))
  session.receive(row('/config', `5 'css' value 'red'`))
  session.receive(row('/config', 'nonsense'))
  requestOf(session)
  session.receive(row('/config', `6 'css' value 'after it'`))
  assert.equal(config(client, 'css'), 'red')
  assert.equal(config(client, 'header'), undefined)
  assert.equal(dbOf(client).prepare(`SELECT 1 FROM user WHERE login = 'eve'`).get(), undefined)
  assert.deepEqual(session.summary, { sent: 0, stored: 1, older: 0, refused: 4, malformed: 1 })
})

test('a server answers who may read, with what each may see', () => {
  using server = makeRepo('server')
  put(server, 'css', 'red', 100)
  dbOf(server).exec(`INSERT INTO user(login, mtime) VALUES('eve', 100);
    INSERT INTO concealed VALUES('hidden', 100, 'a@b.c')`)
  const ask: Card[] = [{ type: 'reqconfig', name: '/all' }]
  const seen = (access: ConfigAccess): string[] =>
    names(serve(server, ask, access)).filter((name) => !/hash-policy|All Tickets/.test(name))
  assert.deepEqual(seen(all), ['eve', 'hidden', 'css'])
  assert.deepEqual(seen({ ...reader, admin: true }), ['eve', 'css'])
  assert.deepEqual(seen({ ...reader, addresses: true }), ['hidden', 'css'])
  assert.deepEqual(seen(reader), ['css'])
  const { detail } = fails('sync.refused', () => seen({ ...all, read: false }))
  assert.equal(detail.message, 'not authorized to read')
})

test('areas that do not exist and single settings are answered with nothing', () => {
  using server = makeRepo('server')
  put(server, 'css', 'red', 100)
  for (const name of ['css', '/cs', '/', '/nothing', 'project-code', '/toString']) {
    assert.deepEqual(serve(server, [{ type: 'reqconfig', name }]), [], name)
  }
})

test('a server takes rows from administrators, and no other', () => {
  using server = makeRepo('server')
  const card = row('/config', `5 'css' value 'red'`)
  const { detail } = fails('sync.refused', () => serve(server, [card], reader))
  assert.equal(detail.message, 'not authorized to push configuration')
  assert.equal(config(server, 'css'), undefined)
  serve(server, [card], { ...reader, read: false, admin: true })
  assert.equal(config(server, 'css'), 'red')
})

test('an administrator changes neither addresses nor the users above, without the letters', () => {
  using server = makeRepo('server')
  const count = (): unknown =>
    dbOf(server)
      .prepare(
        `SELECT (SELECT count(*) FROM concealed), (SELECT count(*) FROM user WHERE cap = 's')`,
      )
      .get()
  const cards = [row('/concealed', `5 'h' content 'a@b.c'`), row('/user', `5 'eve' cap 's'`)]
  serve(server, cards, { ...reader, admin: true })
  assert.deepEqual(count(), [0, 1])
  serve(server, cards, { ...reader, admin: true, addresses: true })
  assert.deepEqual(count(), [1, 1])
  serve(server, cards, { ...reader, admin: true, setup: true })
  assert.deepEqual(count(), [1, 2])
})

test('other cards are left to others', () => {
  using repo = makeRepo('client')
  const others: Card[] = [
    { type: 'comment', text: 'x' },
    { type: 'pragma', name: 'uv-hash', args: [] },
  ]
  for (const card of others) {
    assert.equal(new ConfigServer(repo, all).receive(card, new CardWriter()), false)
    assert.equal(new ConfigClient(repo, { pull: ['all'] }).receive(card), false)
  }
  const ask: Card = { type: 'reqconfig', name: '/all' }
  assert.equal(new ConfigClient(repo, { pull: ['all'] }).receive(ask), false)
})

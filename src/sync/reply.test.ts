/**
 * The progress that a reply makes, as the session reads it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { config } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { ArtifactExchange } from './artifacts.ts'
import {
  addArtifacts,
  bodyOf,
  contentOf,
  fileCard,
  makeRepo,
  nameOf,
  phantomNames,
  pragma,
} from './pair.suite.ts'
import { metered } from './budget.ts'
import { SideConversations } from './side-conversations.ts'
import { applyReply, noProgress, type Progress, type ReplyContext } from './reply.ts'

/** Applies `cards` to `repo`. */
function applied(repo: Repo, cards: readonly Card[], context?: Partial<ReplyContext>): Progress {
  const options = { side: 'sync', acceptsPrivate: false, sendsPrivate: false } as const
  const exchange = new ArtifactExchange(repo, options)
  const message = decodeMessage(bodyOf(...cards), { maxBytes: 1 << 20 })
  const side = new SideConversations(repo, {})
  const defaults = { exchange, push: true, pull: true, observer: undefined, side }
  const action = (): Progress => applyReply(repo, message, { ...defaults, ...context })
  return metered(repo, () => repo.transaction(action))
}

const igot = (number: number): Card => ({
  type: 'igot',
  hash: nameOf(contentOf(number)),
  isPrivate: false,
})

test('new artifacts and new names count, those that are known do not', () => {
  using repo = makeRepo('repo')
  addArtifacts(repo, { to: 2 })
  const cards = [fileCard(contentOf(0)), fileCard(contentOf(5)), igot(1), igot(5), igot(6), igot(6)]
  assert.deepEqual(applied(repo, cards), {
    ...noProgress(),
    cards: 6,
    artifacts: 1,
    verified: 1,
    newPhantoms: 1,
  })
})

test('a name that was asked for and is announced again is a promise', () => {
  using repo = makeRepo('repo')
  const options = { side: 'sync', acceptsPrivate: false, sendsPrivate: false } as const
  const exchange = new ArtifactExchange(repo, options)
  assert.equal(applied(repo, [igot(1)], { exchange }).promised, false)
  assert.equal(applied(repo, [igot(1)], { exchange }).promised, false)
  exchange.requestMissing(new CardWriter(), { limit: 1, unresolved: 'none' })
  assert.equal(applied(repo, [igot(1)], { exchange }).promised, true)
})

test('what the server asks for is wanted once, and only by a push', () => {
  using repo = makeRepo('repo')
  const [hash = nameOf(utf8(''))] = addArtifacts(repo, { to: 1 })
  const gimmes: Card[] = [
    { type: 'gimme', hash },
    { type: 'gimme', hash },
    { type: 'gimme', hash: nameOf(utf8('nowhere')) },
  ]
  assert.deepEqual([...applied(repo, gimmes).wanted], [hash])
  assert.deepEqual([...applied(repo, gimmes, { push: false }).wanted], [])
})

test('a push alone learns no new names', () => {
  using repo = makeRepo('repo')
  assert.equal(applied(repo, [igot(1)], { pull: false }).newPhantoms, 0)
  assert.deepEqual(phantomNames(repo), [])
})

test('messages, cookies and pragmas are taken as they come', () => {
  using repo = makeRepo('repo')
  const texts = ['good morning', 'pull only - because']
  const cards: Card[] = [
    ...texts.map((text): Card => ({ type: 'message', text })),
    { type: 'cookie', text: 'c' },
    pragma('server-version', '22900', '20260821', '165942'),
    { type: 'comment', text: 'timestamp 2026-08-21T16:59:42 errors 0' },
  ]
  const { messages, pushRefused } = applied(repo, cards)
  assert.deepEqual(messages, texts)
  assert.equal(pushRefused, true)
  assert.equal(config(repo, 'cookie'), 'c')
  assert.equal(applied(repo, cards, { push: false }).pushRefused, false)
})

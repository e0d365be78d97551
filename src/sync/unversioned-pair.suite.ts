/**
 * Two repositories that talk about unversioned files and nothing else, for the tests of that
 * conversation. Messages are bytes, and each side applies one in a transaction of its own.
 * @module
 */

import assert from 'node:assert/strict'

import { utf8 } from '../base/bytes.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import {
  findUnversioned,
  listUnversioned,
  readUnversioned,
  writeUnversioned,
} from '../repo/unversioned.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { parseCards } from '../xfer/parse.ts'
import { type UnversionedAccess, UnversionedServer } from './unversioned.ts'
import { UnversionedClient, type UnversionedSummary } from './unversioned-client.ts'

export const readAndWrite: UnversionedAccess = { read: true, write: true }
export const readOnly: UnversionedAccess = { read: true, write: false }

/** The budgets of stock's two sides. */
export const budgets = { request: 250_000, reply: 5_000_000 }

/** Writes `text` under `name`; small times keep the tests readable. */
export function put(repo: Repo, name: string, text: string, mtimeSec: number): void {
  writeUnversioned(repo, { name, content: utf8(text), mtimeSec })
}

/** Makes the row of `name` what stock makes of a `uvfile` with its content omitted. */
export function emptyOut(repo: Repo, name: string): void {
  dbOf(repo)
    .prepare('UPDATE unversioned SET content = NULL, sz = 0, encoding = 0 WHERE name = ?')
    .run(name)
  assert.equal(findUnversioned(repo, name)?.hasContent, false)
}

/** Every row: `name@mtime`, then the content, `deleted`, or `hole`. */
export function rowsOf(repo: Repo): string[] {
  return listUnversioned(repo).map(({ name, mtimeSec, hash, hasContent }) => {
    const content = readUnversioned(repo, name)
    assert.equal(content !== undefined, hasContent)
    const state = hash === undefined ? 'deleted' : 'hole'
    return `${name}@${mtimeSec} ${content === undefined ? state : Buffer.from(content).toString()}`
  })
}

/** Rows that are not deleted. */
export function filesOf(repo: Repo): string[] {
  return rowsOf(repo).filter((row) => !row.endsWith(' deleted'))
}

/** A message of `cards`. */
export function messageOf(...cards: readonly Card[]): Uint8Array {
  const writer = new CardWriter()
  for (const card of cards) writer.add(card)
  return writer.finish()
}

/** The cards of a message. */
export function cardsIn(message: Uint8Array): Card[] {
  return parseCards(message).toArray()
}

/** Each card in a few words, for comparisons. */
export function spoken(message: Uint8Array): string[] {
  return cardsIn(message).map((card) => {
    if (card.type === 'pragma') return `${card.name}${card.args.length > 0 ? ' …' : ''}`
    if (card.type === 'uvgimme') return `uvgimme ${card.name}`
    if (card.type !== 'uvigot' && card.type !== 'uvfile') return card.type
    const what = `${card.type} ${card.name}@${card.mtimeSec}`
    if (card.hash === undefined) return `${what} deleted`
    if (card.type === 'uvigot') return what
    const content = card.content === undefined ? 'omitted' : Buffer.from(card.content).toString()
    return `${what} ${content}`
  })
}

/** Options of the server in these tests. */
export interface ServeOptions {
  readonly access?: UnversionedAccess
  readonly budgetBytes?: number
}

/** Answers one message, in one transaction. */
export function serve(repo: Repo, request: Uint8Array, options: ServeOptions = {}): Uint8Array {
  const { access = readAndWrite, budgetBytes = budgets.reply } = options
  const writer = new CardWriter()
  repo.transaction(() => {
    const server = new UnversionedServer(repo, access)
    for (const card of parseCards(request)) {
      const overBudget = writer.sizeBytes >= budgetBytes
      assert.equal(server.receive(card, writer, { overBudget }), true, card.type)
    }
  })
  return writer.finish()
}

/** The next request of `client`. */
export function requestOf(client: UnversionedClient, budgetBytes = budgets.request): Uint8Array {
  const writer = new CardWriter()
  client.writeRequest(writer, { budgetBytes })
  return writer.finish()
}

/** Applies a reply, in one transaction. */
export function deliver(repo: Repo, client: UnversionedClient, reply: Uint8Array): void {
  repo.transaction(() => {
    for (const card of parseCards(reply)) assert.equal(client.receive(card), true, card.type)
  })
}

/** A whole conversation. */
export interface Conversation {
  readonly summary: UnversionedSummary
  /** Requests and replies in turn, as {@link spoken}. */
  readonly said: readonly string[][]
}

/** Talks to the end. */
export function converse(
  clientRepo: Repo,
  serverRepo: Repo,
  options: ServeOptions & { requestBudgetBytes?: number } = {},
): Conversation {
  const client = new UnversionedClient(clientRepo)
  const said: string[][] = []
  while (client.goesOn) {
    assert.ok(said.length < 200, 'a conversation ends')
    const request = requestOf(client, options.requestBudgetBytes)
    const reply = serve(serverRepo, request, options)
    deliver(clientRepo, client, reply)
    said.push(spoken(request), spoken(reply))
  }
  return { summary: client.summary, said }
}

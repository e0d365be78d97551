/**
 * Repositories with synced tables and what they say to each other, for the tests of this folder.
 * @module
 */

import assert from 'node:assert/strict'
import { utf8 } from '../base/bytes.ts'
import { findUser, putUser } from '../admin/user.ts'
import type { Repo } from '../repo/repo.ts'
import type { TableDefinition } from '../tables/definition.ts'
import { stateDigest } from '../tables/state.ts'
import { defineTable, listRows, putRow } from '../tables/tables.ts'
import type { Card } from '../xfer/card.ts'
import { parseCards } from '../xfer/parse.ts'
import { isTableCard } from '../xfer/table-card.ts'
import { accessOf } from './access.ts'
import { handleXfer } from './handler.ts'
import { makeRepo, type Said, syncPair, syncWith } from './pair.suite.ts'
import type { SyncOptions } from './session-options.ts'

/** May pull and push, and change nothing that belongs to others. */
export const writer = accessOf('io')

/** Notes by a name. */
export const notes: TableDefinition = {
  name: 'notes',
  columns: [
    { name: 'id', type: 'text', key: true },
    { name: 'v', type: 'text' },
  ],
  conflict: 'mtime-wins',
}

/** A repository with the table of notes, or another, and rows of it by their ids. */
export function repoWith(
  name: string,
  rows: Readonly<Record<string, string>> = {},
  definition: TableDefinition = notes,
): Repo {
  const repo = makeRepo(name)
  defineTable(repo, definition)
  for (const [id, v] of Object.entries(rows)) putRow(repo, definition.name, { id, v })
  return repo
}

/** Values of the notes of a repository, by their ids. */
export function noted(repo: Repo, table = 'notes'): Record<string, unknown> {
  return Object.fromEntries(listRows(repo, table).map(({ values }) => [values['id'], values['v']]))
}

/** Syncs two of ours with their tables, and checks that they agree in the end. */
export function syncTables(
  client: Repo,
  server: Repo,
  options: Parameters<typeof syncPair>[2] = {},
): Said {
  const said = syncPair(client, server, { tables: true, ...options })
  assert.equal(said.result.shortfall, undefined)
  assert.equal(stateDigest(client), stateDigest(server))
  return said
}

/** The cards of messages that are about tables. */
export function aboutTables(messages: readonly (readonly Card[])[]): Card[] {
  return messages.flat().filter((card) => {
    return isTableCard(card) || (card.type === 'pragma' && card.name.startsWith('xtable'))
  })
}

/** The cards of a recorded message, of the project of these tests. */
export function recorded(text: string, projectCode: string): Card[] {
  const cards = parseCards(utf8(text)).toArray()
  return cards
    .filter(({ type }) => type !== 'login' && type !== 'comment')
    .map((card) => (card.type === 'push' || card.type === 'pull' ? { ...card, projectCode } : card))
}

/** Syncs, whatever comes of it; returns what the server said to people. */
export function syncTablesAnyhow(
  client: Repo,
  server: Repo,
  access = writer,
  options: SyncOptions = {},
): readonly string[] {
  return syncPair(client, server, { tables: true, access, ...options }).result.messages
}

/** Syncs as a user of the server who may pull and push; returns how many rounds it took. */
export function syncAs(login: string, client: Repo, server: Repo): number {
  if (findUser(server, login) === undefined) {
    putUser(server, { login, password: 'secret', capabilities: 'io' })
  }
  const options = { tables: true, login: { user: login, password: 'secret' } }
  return syncWith(client, (request) => handleXfer(server, request), options).result.rounds
}

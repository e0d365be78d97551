/**
 * Two repositories in memory and a sync between them, for the tests of this folder. Every message
 * passes through hooks, as cards or as bytes, so that a test sees what is said and may change it.
 * @module
 */

import assert from 'node:assert/strict'
import { concat, utf8 } from '../base/bytes.ts'
import { type Env, noBuggify } from '../base/env.ts'
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import { openDatabase } from '../db/node.ts'
import { type ArtifactHash, hashLike, nameFor } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { unresolvedRids } from '../repo/blob.ts'
import { readContent } from '../repo/content.ts'
import { storeContent, storeLocal } from '../repo/store.ts'
import { identify } from '../repo/create.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import { type Access, fullAccess } from './access.ts'
import { handleXfer } from './handler.ts'
import type { HandlerOptions } from './handler-options.ts'
import type { SyncObserver } from './events.ts'
import { SyncSession } from './session.ts'
import type { SyncOptions, SyncResult } from './session-options.ts'

export const projectCode = sha1(utf8('the project of these tests'))

/** A clock that stands still until a test moves it, and randomness that repeats with `name`. */
export function testEnv(name: string): Env & { clock: { ms: number } } {
  let drawn = 0
  const clock = { ms: 1_700_000_000_000, nowMs: () => clock.ms }
  const bytes = (length: number): Uint8Array => {
    const parts = Array.from({ length: Math.ceil(length / 20) }, () =>
      Uint8Array.from(Buffer.from(sha1(utf8(`${name}/${drawn++}`)), 'hex')),
    )
    return concat(parts).subarray(0, length)
  }
  return { clock, random: { bytes }, buggify: noBuggify }
}

let template: Uint8Array | undefined

/** An empty repository of the tests' project, in memory. */
export function makeRepo(name: string, image?: Uint8Array): Repo {
  template ??= dbOf(createRepo(openDatabase(), testEnv('template'))).serialize()
  const repo = openRepo(openDatabase(image ?? template), testEnv(name))
  identify(repo, { projectCode, serverCode: sha1(utf8(name)) })
  return repo
}

/** Content that no other number gives, `bytes` long and hard to compress. */
export function contentOf(number: number, bytes = 60): Uint8Array {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes; at += 40) parts.push(utf8(sha1(utf8(`${number}/${at}`))))
  return concat(parts).subarray(0, bytes)
}

/** Adds artifacts `from`, …, `to - 1`; returns their names. */
export function addArtifacts(
  repo: Repo,
  { from = 0, to, bytes = 60 }: { from?: number; to: number; bytes?: number },
): ArtifactHash[] {
  return repo.transaction(() =>
    Array.from({ length: to - from }, (_, i) => storeLocal(repo, contentOf(from + i, bytes)).hash),
  )
}

/** Adds an artifact that this side did not make: held and announced, not `unsent`. */
export function addForeign(
  repo: Repo,
  content: Uint8Array,
  { isPrivate = false } = {},
): ArtifactHash {
  const hash = nameOf(content)
  storeContent(repo, { hash, content, isPrivate })
  return hash
}

/** A repository with a public artifact, number 0, and a private one, number 1. */
export function stockedRepo(): Repo {
  const repo = makeRepo('server')
  addArtifacts(repo, { to: 1 })
  addForeign(repo, contentOf(1), { isPrivate: true })
  return repo
}

/** The name of `content`. */
export function nameOf(content: Uint8Array): ArtifactHash {
  return nameFor(content, 'sha3')
}

/** A whole `file` card. */
export function fileCard(content: Uint8Array, hash = nameOf(content)): Card & { type: 'file' } {
  return { type: 'file', hash, deltaSource: undefined, content }
}

export const pullCard: Card = { type: 'pull', serverCode: 'x', projectCode }
export const pushCard: Card = { type: 'push', serverCode: 'x', projectCode }

/** A pragma of the tests. */
export function pragma(name: string, ...args: string[]): Card {
  return { type: 'pragma', name, args }
}

/** The cards of an encoded message. */
export function cardsOf(body: Uint8Array): Card[] {
  return parseCards(decodeMessage(body, { maxBytes: 1 << 28 })).toArray()
}

/** An encoded message of `cards`. */
export function bodyOf(...cards: readonly Card[]): Uint8Array {
  const writer = new CardWriter()
  for (const card of cards) writer.add(card)
  return encodeMessage(writer.finish())
}

/** The cards of one type. */
export function ofType<T extends Card['type']>(
  cards: readonly Card[],
  type: T,
): (Card & { type: T })[] {
  return cards.filter((card): card is Card & { type: T } => card.type === type)
}

/** Sends `cards` to the handler over `repo`; returns the cards of its reply. */
export function ask(
  repo: Repo,
  cards: readonly Card[],
  { access = fullAccess, observer }: { access?: Access; observer?: SyncObserver } = {},
): Card[] {
  const options = observer === undefined ? { access } : { access, observer }
  return cardsOf(handleXfer(repo, bodyOf(...cards), options))
}

/** The text of the `error` that a reply consists of. */
export function errorOf(reply: readonly Card[]): string {
  const [card, ...more] = reply
  assert.deepEqual(more, [], 'an error comes alone')
  assert.ok(card?.type === 'error', `${card?.type} is an error`)
  return card.text
}

/** Hooks on what passes between the two sides: each returns what the receiver sees instead. */
export interface Hooks {
  readonly access?: Access
  /** Further options of the server. */
  readonly handler?: Omit<HandlerOptions, 'access'>
  readonly onRequest?: (cards: Card[], round: number) => Card[] | Uint8Array | void
  readonly onReply?: (cards: Card[], round: number) => Card[] | Uint8Array | void
}

/** Everything said in a sync. */
export interface Said {
  readonly result: SyncResult
  readonly requests: readonly Card[][]
  readonly replies: readonly Card[][]
}

/** Syncs `client` with `server` in memory, to the end. */
export function syncPair(
  client: Repo,
  server: Repo,
  { access = fullAccess, handler = {}, onRequest, onReply, ...options }: SyncOptions & Hooks = {},
): Said {
  return syncWith(client, (request) => handleXfer(server, request, { ...handler, access }), {
    ...(onRequest === undefined ? {} : { onRequest }),
    ...(onReply === undefined ? {} : { onReply }),
    ...options,
  })
}

/** Syncs `client` with whatever answers. */
export function syncWith(
  client: Repo,
  answer: (request: Uint8Array, round: number) => Uint8Array,
  { onRequest, onReply, ...options }: SyncOptions & Omit<Hooks, 'access' | 'handler'> = {},
): Said {
  const session = new SyncSession(client, options)
  const requests: Card[][] = []
  const replies: Card[][] = []
  for (let round = 1; session.result === undefined; round++) {
    const request = passed(session.request(), requests, round, onRequest)
    session.receive(passed(answer(request, round), replies, round, onReply))
  }
  return { result: session.result, requests, replies }
}

function passed(
  body: Uint8Array,
  log: Card[][],
  round: number,
  hook: Hooks['onRequest'] | undefined,
): Uint8Array {
  if (!isReadable(body)) return body
  const cards = cardsOf(body)
  log.push(cards)
  const changed = hook?.(cards, round)
  if (changed === undefined) return body
  return changed instanceof Uint8Array ? changed : bodyOf(...changed)
}

function isReadable(body: Uint8Array): boolean {
  try {
    cardsOf(body)
    return true
  } catch {
    return false
  }
}

/** Names of everything held, ascending; phantoms and unresolved deltas are not held. */
export function heldNames(repo: Repo): ArtifactHash[] {
  const unresolved = unresolvedRids(repo)
  return dbOf(repo)
    .prepare<[Rid, ArtifactHash]>('SELECT rid, uuid FROM blob WHERE size >= 0 ORDER BY uuid')
    .all()
    .filter(([rid]) => !unresolved.has(rid))
    .map(([, hash]) => hash)
}

/** One number from the database, such as a count. */
export function count(repo: Repo, sql: string, ...parameters: (string | number)[]): number {
  return (
    dbOf(repo)
      .prepare<[number]>(sql)
      .get(...parameters)?.[0] ?? Number.NaN
  )
}

/** Names of phantoms, in rid order. */
export function phantomNames(repo: Repo): ArtifactHash[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>('SELECT uuid FROM phantom JOIN blob USING(rid) ORDER BY rid')
    .all()
    .map(([hash]) => hash)
}

/**
 * Asserts the facts that hold of every repository between two messages: no transaction is open,
 * every held artifact is what its name says, and phantoms are the rows without content.
 */
export function verifyRepo(repo: Repo): void {
  assert.equal(dbOf(repo).inTransaction, false)
  cacheOf(repo).clear()
  const unresolved = unresolvedRids(repo)
  const rows = dbOf(repo)
    .prepare<[Rid, ArtifactHash, number, number]>(
      'SELECT rid, uuid, size, rid IN (SELECT rid FROM phantom) FROM blob ORDER BY rid',
    )
    .all()
  assert.equal(
    count(repo, 'SELECT count(*) FROM phantom WHERE rid NOT IN (SELECT rid FROM blob)'),
    0,
  )
  for (const [rid, hash, size, isPhantom] of rows) {
    assert.equal(isPhantom === 1, size < 0, hash)
    if (isPhantom === 1 || unresolved.has(rid)) continue
    const content = readContent(repo, rid)
    assert.ok(content !== undefined, hash)
    assert.equal(hashLike(hash, content), hash)
    assert.equal(content.length, size)
  }
}

/** Everything that a rollback restores: the rows of every table that a sync may write. */
export function snapshot(repo: Repo): unknown {
  const tables = ['blob', 'delta', 'phantom', 'private', 'unclustered', 'unsent', 'tagxref']
  const rows = tables.map((table) => dbOf(repo).prepare(`SELECT * FROM ${table} ORDER BY 1`).all())
  return [...rows, dbOf(repo).prepare('SELECT name, value FROM config ORDER BY name').all()]
}

/** Checks that `action` raises an operating error with `code`; returns it. */
export function fails<C extends FossilErrorCode>(code: C, action: () => unknown): FossilError<C> {
  try {
    action()
  } catch (error) {
    if (FossilError.is(error, code)) return error
    assert.fail(`${String(error)} is not ${code}`)
  }
  return assert.fail(`nothing failed with ${code}`)
}

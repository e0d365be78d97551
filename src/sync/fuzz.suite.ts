/**
 * Material for the fuzz tests of this folder: messages of real syncs with the repositories they
 * were said to, damage to their bytes, and cards that make sense one by one but not together.
 * @module
 */

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { concat, utf8 } from '../base/bytes.ts'
import { createDelta } from '../delta/index.ts'
import { formatDeck } from '../deck/format.ts'
import { findRid } from '../repo/blob.ts'
import { createClusters } from '../repo/cluster.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import { fullAccess } from './access.ts'
import { handleXfer } from './handler.ts'
import {
  addArtifacts,
  addForeign,
  contentOf,
  fileCard,
  makeRepo,
  nameOf,
  pragma,
  pullCard,
  pushCard,
} from './pair.suite.ts'
import { SyncSession } from './session.ts'
import type { SyncOptions } from './session-options.ts'

/** Contents that build on each other, so that they travel as deltas. */
const versions = Array.from({ length: 6 }, (_, i) =>
  concat([contentOf(900, 400), contentOf(i, 40)]),
)

/** The one artifact that must not leave a server whose peers lack the capability. */
export const secret = contentOf(777, 300)

/** A repository with a bit of everything. `from` keeps what two of them hold apart. */
export function variedRepo(name: string, from: number): Repo {
  const repo = makeRepo(name)
  addArtifacts(repo, { from, to: from + 8 })
  repo.transaction(() => createClusters(repo, { atLeast: 2 }))
  addArtifacts(repo, { from: from + 8, to: from + 12 })
  const mine = versions.slice(from === 0 ? 0 : 2, from === 0 ? 4 : 6)
  const rids = mine.map((content) => {
    addForeign(repo, content)
    return findRid(repo, nameOf(content)) ?? assert.fail()
  })
  const link = dbOf(repo).prepare('INSERT INTO plink(pid, cid, isprim, mtime) VALUES(?, ?, 1, 0)')
  for (const [i, rid] of rids.slice(1).entries()) link.run(rids[i] ?? assert.fail(), rid)
  addForeign(repo, contentOf(from + 50), { isPrivate: true })
  return repo
}

/** One message of a real sync, and the image of the repository that it was said to. */
export interface Recorded {
  readonly message: Uint8Array
  readonly image: Uint8Array
}

/** The requests and replies of a sync between two varied repositories. */
export function record(options: SyncOptions): { requests: Recorded[]; replies: Recorded[] } {
  using client = variedRepo('client', 0)
  using server = variedRepo('server', 100)
  const requests: Recorded[] = []
  const replies: Recorded[] = []
  const session = new SyncSession(client, options)
  while (session.result === undefined) {
    const request = session.request()
    requests.push({ message: unwrapped(request), image: dbOf(server).serialize() })
    const reply = handleXfer(server, request, { access: fullAccess })
    replies.push({ message: unwrapped(reply), image: dbOf(client).serialize() })
    session.receive(reply)
  }
  assert.ok(session.result.complete)
  return { requests, replies }
}

function unwrapped(body: Uint8Array): Uint8Array {
  return decodeMessage(body, { maxBytes: 1 << 24 })
}

const interesting = [0x0a, 0x20, 0x23, 0x2d, 0x30, 0x31, 0x39, 0x61, 0x66, 0x3a, 0x40, 0x2c, 0xff]

/** One change to bytes; `at` and `to` are taken modulo the length. */
export const edit = fc.record({
  kind: fc.constantFrom('set', 'insert', 'delete', 'repeat', 'move', 'cut'),
  at: fc.nat(1 << 20),
  to: fc.nat(1 << 20),
  length: fc.integer({ min: 1, max: 120 }),
  byte: fc.oneof(fc.constantFrom(...interesting), fc.nat(255)),
})

type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never

/** Damages a copy of `bytes`. */
export function damaged(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  let result = bytes
  for (const { kind, at, to, length, byte } of edits) {
    const from = at % (result.length + 1)
    const [before, after] = [result.subarray(0, from), result.subarray(from)]
    const [part, rest] = [after.subarray(0, length), after.subarray(length)]
    if (kind === 'set') result = concat([before, Uint8Array.of(byte), after.subarray(1)])
    else if (kind === 'insert') result = concat([before, Uint8Array.of(byte), after])
    else if (kind === 'delete') result = concat([before, rest])
    else if (kind === 'repeat') result = concat([before, part, after])
    else if (kind === 'cut') result = before
    else {
      const others = concat([before, rest])
      const target = to % (others.length + 1)
      result = concat([others.subarray(0, target), part, others.subarray(target)])
    }
  }
  return result
}

/** Leaves out, repeats, moves and exchanges cards of a message. */
export function rearranged(message: Uint8Array, edits: readonly CardEdit[]): Uint8Array {
  let cards = parseCards(message).toArray()
  for (const { kind, at, to } of edits) {
    const from = at % (cards.length + 1)
    const target = to % (cards.length + 1)
    const [part, others] = [cards.slice(from, from + 1), cards.toSpliced(from, 1)]
    if (kind === 'drop') cards = others
    else if (kind === 'move') cards = others.toSpliced(target, 0, ...part)
    else cards = cards.toSpliced(target, 0, ...part)
  }
  const writer = new CardWriter()
  for (const card of cards) writer.add(card)
  return writer.finish()
}

/** One change to the order of cards. */
export const cardEdit = fc.record({
  kind: fc.constantFrom('drop', 'repeat', 'move'),
  at: fc.nat(1000),
  to: fc.nat(1000),
})

type CardEdit = typeof cardEdit extends fc.Arbitrary<infer E> ? E : never

/** A body that holds `message`, which may be empty. */
export function bodyOfBytes(message: Uint8Array): Uint8Array {
  return encodeMessage(message.length === 0 ? utf8('\n') : message)
}

const contents = [
  ...[0, 1, 8, 50, 100, 101, 108, 150, 200, 201].map((i) => contentOf(i)),
  ...versions,
  utf8(''),
]
const names = [...contents, secret].map((content) => nameOf(content))
const clusters = [names.slice(0, 5), names.slice(4, 9), names].map((members) =>
  formatDeck({ kind: 'cluster', members: [...new Set(members)].sort() }),
)
const anyContent = fc.constantFrom(...contents, ...clusters)
const anyName = fc.constantFrom(...names, ...clusters.map((content) => nameOf(content)))

const anyFile: fc.Arbitrary<Card> = fc.oneof(
  { weight: 6, arbitrary: anyContent.map((content) => fileCard(content)) },
  {
    weight: 6,
    arbitrary: fc.tuple(anyContent, anyContent).map(([source, target]): Card => {
      const content = createDelta(source, target)
      return { type: 'file', hash: nameOf(target), deltaSource: nameOf(source), content }
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(anyName, anyName, anyContent, anyContent)
      .map(([hash, deltaSource, source, target]): Card => {
        return { type: 'file', hash, deltaSource, content: createDelta(source, target) }
      }),
  },
)

/** Cards of a push or pull, about artifacts that other cards are about as well. */
export const anyCard: fc.Arbitrary<Card> = fc.oneof(
  { weight: 6, arbitrary: anyFile },
  {
    weight: 6,
    arbitrary: fc
      .tuple(anyName, fc.boolean())
      .map(([hash, isPrivate]): Card => ({ type: 'igot', hash, isPrivate })),
  },
  { weight: 6, arbitrary: anyName.map((hash): Card => ({ type: 'gimme', hash })) },
  { weight: 2, arbitrary: fc.constant<Card>({ type: 'private' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Card>(
      pullCard,
      pushCard,
      pragma('req-clusters'),
      pragma('client-version', '22900', '20260821', '0'),
      { type: 'cookie', text: 'c' },
      { type: 'comment', text: 'remark' },
    ),
  },
)

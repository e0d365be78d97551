/**
 * Deltas whose source does not come: the session asks for the other end of the chain before it
 * gives up. A server under a small budget sends an artifact as a delta of its parent, where a clone
 * that was interrupted may have left the parent as a delta of that artifact.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, utf8 } from '../base/bytes.ts'
import { createDelta } from '../delta/index.ts'
import { ensureKnown } from '../repo/blob.ts'
import { storeUnresolved } from '../repo/store.ts'
import type { Card } from '../xfer/card.ts'
import {
  bodyOf,
  cardsOf,
  contentOf,
  fileCard,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  syncWith,
  verifyRepo,
} from './pair.suite.ts'

const newer = contentOf(1, 400)
const older = concat([newer, utf8('!')])

/** `content` as a delta of `source`. */
function deltaCard(source: Uint8Array, content: Uint8Array): Card {
  const names = { hash: nameOf(content), deltaSource: nameOf(source) }
  return { type: 'file', ...names, content: createDelta(source, content) }
}

test('what comes only as a delta of what waits for it ends no pull', () => {
  using client = makeRepo('client')
  const names = { hash: nameOf(older), source: nameOf(newer) }
  storeUnresolved(client, { ...names, delta: createDelta(newer, older), isPrivate: false })
  ensureKnown(client, nameOf(contentOf(2)), { isPrivate: false })
  // First something else; then a circle; then the older one whole, because it was asked for.
  const script: readonly (readonly Card[])[] = [
    [fileCard(contentOf(2))],
    [deltaCard(older, newer)],
    [fileCard(older), deltaCard(older, newer)],
  ]
  const { result, requests } = syncWith(
    client,
    (_, round) => bodyOf(...(script[round - 1] ?? [])),
    { push: false },
  )
  const asked = requests.map((cards) =>
    ofType(cards, 'gimme').some(({ hash }) => hash === nameOf(older)),
  )
  assert.deepEqual(asked, [true, false, true])
  assert.equal(result.shortfall, undefined)
  assert.deepEqual(heldNames(client), [newer, older, contentOf(2)].map(nameOf).sort())
  verifyRepo(client)
})

test('a circle ends with what comes whole, however little one reply has room for', () => {
  using client = makeRepo('client')
  const versions = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => concat([contentOf(9, 400), utf8(`${n}`)]))
  const isNext = versions.map((content, n) => ({
    content,
    source: versions[(n + 1) % versions.length] ?? content,
  }))
  for (const { content, source } of isNext) {
    const names = { hash: nameOf(content), source: nameOf(source) }
    storeUnresolved(client, { ...names, delta: createDelta(source, content), isPrivate: false })
  }
  // One of them came as a delta by mistake. The last, which closes the circle, is what is missing.
  const sent = new Map(
    isNext.map(({ content, source }, n) => [
      nameOf(content),
      n === 5 ? fileCard(content) : deltaCard(source, content),
    ]),
  )
  const { result } = syncWith(
    client,
    (request) => {
      const asked = ofType(cardsOf(request), 'gimme').map(({ hash }) => hash)
      const named = asked.slice(3).map((hash): Card => ({ type: 'igot', hash, isPrivate: false }))
      return bodyOf(...asked.slice(0, 3).flatMap((hash) => sent.get(hash) ?? []), ...named)
    },
    { push: false },
  )
  assert.equal(result.shortfall, undefined)
  assert.deepEqual(heldNames(client), versions.map(nameOf).sort())
  verifyRepo(client)
})

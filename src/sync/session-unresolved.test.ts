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

/**
 * Structured messages of every card, from anyone, to the handler: it always answers, what it stores
 * is what its name says, nothing is lost, and nobody changes what they may not. 2,000 messages;
 * `node tools/fuzz-handler.ts N` sends as many as one likes.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { utf8 } from '../base/bytes.ts'
import { compressContent } from '../base/zlib.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { accessOf } from './access.ts'
import { anyCard, variedRepo } from './fuzz.suite.ts'
import { handleXfer } from './handler.ts'
import {
  cardsOf,
  contentOf,
  heldNames,
  makeRepo,
  nameOf,
  pragma,
  pullCard,
  pushCard,
  snapshot,
  verifyRepo,
} from './pair.suite.ts'

const messages = Number(process.env['TRILOBITE_FUZZ_MESSAGES'] ?? 2000)
const seed = Number(process.env['TRILOBITE_FUZZ_SEED'] ?? 20261129)
/** Messages that one repository hears, one after the other. */
const perRepo = 10

const small = fc.nat(12)
const name = small.map((number) => nameOf(contentOf(number)))
const uvName = fc.constantFrom('a', 'b', 'dir/c')
const clientId = fc.constantFrom('1'.repeat(40), '2'.repeat(40))

/** Cards that `anyCard` has not: of the side conversations, of clones, and those out of place. */
const otherCard: fc.Arbitrary<Card> = fc.oneof(
  fc.tuple(fc.nat(4), fc.integer({ min: -1, max: 60 })).map(([version, sequence]): Card => ({
    type: 'clone',
    version,
    sequence: Math.max(0, sequence),
  })),
  small.map((number): Card => {
    const content = contentOf(number, 200)
    const compressed = compressContent(content)
    const hash = nameOf(content)
    return { type: 'cfile', hash, deltaSource: undefined, uncompressedSizeBytes: 200, compressed }
  }),
  fc.constantFrom('/all', '/user', '/shun', '/none').map((area): Card => {
    return { type: 'reqconfig', name: area }
  }),
  fc.tuple(fc.constantFrom('/config', '/user', '/shun'), fc.string()).map(([area, text]): Card => {
    return { type: 'config', name: area, content: utf8(text) }
  }),
  uvName.map((file): Card => ({ type: 'uvgimme', name: file })),
  fc
    .tuple(uvName, fc.nat(9), small, fc.boolean())
    .map(([file, mtimeSec, number, isWhole]): Card => {
      const content = contentOf(number)
      const version = { name: file, mtimeSec, hash: nameOf(content), sizeBytes: content.length }
      return { type: 'uvfile', ...version, content: isWhole ? content : undefined }
    }),
  fc.tuple(uvName, fc.nat(9)).map(([file, mtimeSec]): Card => {
    return {
      type: 'uvfile',
      name: file,
      mtimeSec,
      hash: undefined,
      sizeBytes: 0,
      content: undefined,
    }
  }),
  fc.tuple(name, clientId).map(([hash, id]) => pragma('ci-lock', hash, id)),
  clientId.map((id) => pragma('ci-unlock', id)),
  fc
    .constantFrom('send-catalog', 'send-private', 'req-clusters', 'uv-hash', 'none')
    .map((text) => pragma(text, '0'.repeat(40))),
  fc.constantFrom<Card>(
    { type: 'message', text: 'm' },
    { type: 'clone_seqno', sequence: 5 },
    { type: 'unknown', name: 'florp', line: 'florp t 1 0 0 0' },
    { type: 'login', user: 'nobody', nonce: 'x', signature: 'y' },
  ),
)

const message = fc.record({
  opening: fc.subarray([pragma('send-private'), pullCard, pushCard]),
  cards: fc.array(
    fc.oneof({ weight: 5, arbitrary: anyCard }, { weight: 2, arbitrary: otherCard }),
    {
      maxLength: 12,
    },
  ),
  capabilities: fc.constantFrom('s', 'sxy', 'gio', 'io', 'iy', 'o', 'g', 'a', ''),
})

type Message = typeof message extends fc.Arbitrary<infer M> ? M : never

function bodyOf({ opening, cards }: Message): Uint8Array {
  const writer = new CardWriter()
  for (const card of [...opening, ...cards, { type: 'comment', text: 'end' } as const]) {
    writer.add(card)
  }
  return encodeMessage(writer.finish(), { deflateOverBytes: Infinity })
}

/** Says one message; returns whether it was accepted. */
function says(server: Repo, said: Message, isChecked: boolean): boolean {
  const access = accessOf(said.capabilities)
  const before = isChecked ? snapshot(server) : undefined
  const reply = handleXfer(server, bodyOf(said), { access, deflateOverBytes: Infinity })
  const cards = cardsOf(reply)
  const error = cards.find(({ type }) => type === 'error')
  assert.ok(error === undefined || cards.at(-1) === error, 'an error ends its reply')
  if (error?.type === 'error') assert.doesNotMatch(error.text, /failed to answer/)
  if (error !== undefined && isChecked) assert.deepEqual(snapshot(server), before)
  return error === undefined
}

test(`answers ${messages} structured messages, and keeps what it held`, () => {
  const image = dbOf(variedRepo('server', 100)).serialize()
  const counts = { accepted: 0, batch: 0 }
  const property = fc.property(
    fc.array(message, { minLength: perRepo, maxLength: perRepo }),
    (batch) => {
      using server = makeRepo('server', image)
      const held = heldNames(server)
      const isChecked = counts.batch++ % 10 === 0
      for (const said of batch) if (says(server, said, isChecked)) counts.accepted++
      verifyRepo(server)
      const now = new Set(heldNames(server))
      for (const hash of held) assert.ok(now.has(hash), `${hash} was lost`)
    },
  )
  fc.assert(property, { seed, numRuns: Math.max(1, Math.ceil(messages / perRepo)) })
  const share = counts.accepted / (counts.batch * perRepo)
  assert.ok(share > 0.1 && share < 0.9, `${share} of them were accepted`)
})

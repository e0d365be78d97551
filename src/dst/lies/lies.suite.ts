/**
 * Messages to lie about, and lies about them, for tests.
 * @module
 */

import assert from 'node:assert/strict'
import { concat, fromUtf8, utf8 } from '../../base/bytes.ts'
import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { sha1 } from '../../hash/hash.ts'
import type { MutationContext } from '../../runner/mutation.ts'
import { RandomSource } from '../../sim/random.ts'
import type { Card } from '../../xfer/card.ts'
import { CardWriter } from '../../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../../xfer/frame.ts'
import { signBySecret } from '../../xfer/login.ts'
import { parseCards } from '../../xfer/parse.ts'
import { mutationsOf } from './all.ts'

/** The project of all messages, and the password of `amy`. */
export const projectCode = 'ab'.repeat(20)
export const password = 'secret'

/** The name of a text. */
export function nameOf(text: string): ArtifactHash {
  return parseArtifactHash(sha1(utf8(text))) ?? assert.fail()
}

/** An artifact that comes whole, under its own name. */
export function fileOf(text: string): Card {
  return { type: 'file', hash: nameOf(text), deltaSource: undefined, content: utf8(text) }
}

/** The cards that begin a push. */
export const pushCard: Card = { type: 'push', serverCode: projectCode, projectCode }

/** Wraps cards into a body; with `signer` it is signed. */
export function bodyOf(cards: readonly Card[], signer?: string): Uint8Array {
  const writer = new CardWriter()
  for (const card of cards) writer.add(card)
  const message = writer.finish()
  const secret = sha1(utf8(`${projectCode}/amy/${password}`))
  return encodeMessage(
    signer === undefined ? message : signBySecret(message, { login: signer, secret }),
  )
}

/** The message in a body. */
export function messageIn(body: Uint8Array): Uint8Array {
  return decodeMessage(body, { maxBytes: 1 << 20, mayBeEmpty: true })
}

/** The cards in a body. */
export function cardsIn(body: Uint8Array): Card[] {
  return [...parseCards(messageIn(body))]
}

/** A message as a text, for comparisons. */
export function textIn(body: Uint8Array): string {
  return fromUtf8(messageIn(body))
}

/**
 * The surroundings of a message: a request unless told otherwise, and the first that its node
 * sends.
 */
export function contextOf(context: Partial<MutationContext> = {}): MutationContext {
  return { from: 'leaf-0', to: 'master', request: undefined, earlier: [], ...context }
}

/** A lie of some name about cards, by the draws of a seed. */
export function lied(
  name: string,
  cards: readonly Card[],
  { seed = 1, ...context }: Partial<MutationContext> & { seed?: number } = {},
): Card[] | undefined {
  const lie = liedBody(name, bodyOf(cards), { seed, ...context })
  return lie && cardsIn(lie)
}

/** The same for a body that is wrapped already. */
export function liedBody(
  name: string,
  body: Uint8Array,
  { seed = 1, ...context }: Partial<MutationContext> & { seed?: number } = {},
): Uint8Array | undefined {
  const mutation = mutations.find((each) => each.name === name) ?? assert.fail(name)
  const draw = new RandomSource(seed).stream('test').at(0)
  return mutation.mutate(body, draw, contextOf(context))
}

const mutations = mutationsOf((login) => (login === 'amy' ? password : undefined))

/** Names of all mutations. */
export const names: readonly string[] = mutations.map(({ name }) => name)

/** Seeds to draw by. */
export const seeds: readonly number[] = Array.from({ length: 40 }, (_, seed) => seed)

/** The bytes of one card. */
export function wire(card: Card): string {
  return fromUtf8(concat([messageIn(bodyOf([card]))]))
}

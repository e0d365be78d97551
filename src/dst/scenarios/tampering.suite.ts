/**
 * A server whose replies a test rewrites: what a peer with a bug, or a proxy in between, may send.
 * @module
 */

import { concat } from '../../base/bytes.ts'
import { type Env, noBuggify } from '../../base/env.ts'
import { openDatabase } from '../../db/node.ts'
import { createRepo } from '../../crosslink/open.ts'
import type { Card } from '../../xfer/card.ts'
import { CardWriter } from '../../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../../xfer/frame.ts'
import { MockFossil } from '../mock-fossil.ts'

const env: Env = {
  clock: { nowMs: () => 0 },
  random: { bytes: (length) => new Uint8Array(length) },
  buggify: noBuggify,
}

/** Changes the reply to the n-th request, counting from 0. */
export type Tamper = (reply: Uint8Array, n: number) => Uint8Array

/** A mock server over a repository of its own, behind something that changes what it says. */
export class TamperingFossil extends MockFossil {
  readonly #tamper: Tamper
  #requests = 0

  constructor(tamper: Tamper) {
    super(createRepo(openDatabase(), env, { hashPolicy: 'sha1' }))
    this.#tamper = tamper
  }

  override async exchange(request: Uint8Array): Promise<Uint8Array> {
    return this.#tamper(await super.exchange(request), this.#requests++)
  }
}

/** A reply with more cards at its end. */
export function withCards(reply: Uint8Array, cards: readonly Card[]): Uint8Array {
  const writer = new CardWriter()
  for (const card of cards) writer.add(card)
  return encodeMessage(concat([decodeMessage(reply, { maxBytes: 1 << 30 }), writer.finish()]))
}

/**
 * A way on which neither side knows the other for one of ours: what ours say to each other about
 * synced tables is left out, so that both speak as clients and servers of go-libfossil do.
 * @module
 */

import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { CardWriter } from '../xfer/format.ts'
import { parseCards } from '../xfer/parse.ts'
import type { Card } from '../xfer/card.ts'
import { statePragma, tablesPragma } from '../sync/tables.ts'
import type { Transport } from '../sync/transport.ts'

/** The same way to a peer, for messages that nobody has signed. */
export function plainWay(transport: Transport): Transport {
  return {
    exchange: async (request, options) => plain(await transport.exchange(plain(request), options)),
  }
}

function plain(message: Uint8Array): Uint8Array {
  const writer = new CardWriter()
  for (const card of parseCards(decodeMessage(message, { maxBytes: 1 << 30 }))) {
    if (!isOfOurs(card)) writer.add(card)
  }
  return encodeMessage(writer.finish())
}

function isOfOurs(card: Card): boolean {
  if (card.type !== 'pragma') return false
  return card.name === tablesPragma.name || card.name === statePragma
}

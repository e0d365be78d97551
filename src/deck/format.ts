/**
 * Decks to artifact bytes, in the one form that Fossil itself writes today: cards sorted, no
 * signature, the Z card last. What `parseDeck` has read from such a form comes back byte for byte.
 *
 * May know cards and how to read them back.
 * @module
 */

import { concat, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { CardWriter, lineAt } from './card.ts'
import { cards } from './cards.ts'
import { zCard } from './checksum.ts'
import type { Deck } from './deck.ts'
import { explainDeck } from './parse.ts'

/**
 * Writes `deck` as an artifact and reads it back before handing it out, as stock does with every
 * artifact it makes (fileformat.wiki §4.1).
 *
 * Files, fields, members, cherry-picks and tags may come in any order; parents keep theirs.
 *
 * @returns bytes that the caller owns
 * @throws {FossilError} `deck.malformed` where `deck` has a field that cannot be written or lacks
 *   one that its kind needs; `line` is of the artifact that it would have become
 */
export function formatDeck(deck: Deck): Uint8Array {
  const writer = new CardWriter()
  for (const codec of cards.values()) codec.write(deck, writer)
  const body = writer.toBytes()
  const artifact = concat([body, utf8(zCard(body))])
  const result = explainDeck(artifact)
  if (!('deck' in result)) throw new FossilError('deck.malformed', result)
  if (result.deck.kind !== deck.kind) {
    const reason = `the cards of this ${deck.kind} make a ${result.deck.kind}`
    throw new FossilError('deck.malformed', { line: lineAt(artifact, body.length), reason })
  }
  return artifact
}

/**
 * Lies about what happened: old words, words for somebody else, no words, and consent to what was
 * never stored.
 *
 * Nobody says that somebody may not do what he may: a server that refuses is in its right, and its
 * client is told the truth.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { CardLie, Piece } from './letter.ts'
import { pieceOf } from './letter.ts'

/** An earlier message to the same peer instead. */
const stale: CardLie = {
  name: 'stale',
  lie: (_pieces, draw, { earlier }) => pickMessage(earlier('same'), draw),
}

/** A message that was for another peer instead. */
const forAnother: CardLie = {
  name: 'for-another',
  lie: (_pieces, draw, { earlier }) => pickMessage(earlier('other'), draw),
}

/** Nothing. */
const blank: CardLie = {
  name: 'blank',
  lie: (pieces) => (pieces.length === 0 ? undefined : []),
}

/** Every artifact and file of a request goes, and the server answers as if it had stored them. */
const thrownAway: CardLie = {
  name: 'thrown-away',
  lie: (pieces, _draw, { isReply }) => {
    const kept = pieces.filter(({ card: { type } }) => type !== 'file' && type !== 'uvfile')
    return isReply || kept.length === pieces.length ? undefined : kept
  },
}

/** A server that failed, or that lacks something, says that all is well. */
const consent: CardLie = {
  name: 'consent',
  lie: (pieces, _draw, { isReply }) => {
    const kept = pieces.filter(({ card: { type } }) => type !== 'error' && type !== 'gimme')
    if (!isReply || kept.length === pieces.length) return undefined
    const remark = pieceOf({ type: 'comment', text: 'all is well' }, { isPrivate: false })
    return [...kept, remark]
  },
}

/** A server says that it holds all that it was told of, and in its tables what its client does. */
const claim: CardLie = {
  name: 'claim',
  lie: (pieces, _draw, { isReply, request }) => {
    const asked = request()
    const named = new Map(asked.flatMap(nameIn))
    if (!isReply || named.size === 0) return undefined
    const claims = [...named].map(([hash, isPrivate]) =>
      pieceOf({ type: 'igot', hash, isPrivate }, { isPrivate: false }),
    )
    const kept = pieces.filter((piece) => piece.card.type !== 'gimme' && !isState(piece))
    return [...kept, ...claims, ...asked.filter(isState)]
  },
}

/** Lies about what happened. */
export const answerLies: readonly CardLie[] = [stale, forAnother, blank, thrownAway, consent, claim]

function pickMessage(
  messages: readonly (readonly Piece[])[],
  draw: Parameters<CardLie['lie']>[1],
): readonly Piece[] | undefined {
  return messages.length === 0 ? undefined : draw.pick(messages)
}

/** The artifact that a card of a request tells of, and whether it is private. */
function nameIn({ card, isPrivate }: Piece): [ArtifactHash, boolean][] {
  if (card.type === 'file') return [[card.hash, isPrivate]]
  return card.type === 'igot' ? [[card.hash, card.isPrivate]] : []
}

/** The digest of all synced tables of a node. */
function isState({ card }: Piece): boolean {
  return card.type === 'pragma' && card.name === 'xtables-state'
}

/**
 * Lies about which cards a message has: some go, come twice, in another order, or not to the end.
 *
 * Any card may go but the mark of a private artifact (letter.ts). Those about unversioned files,
 * settings and tables go or stay whole: one with another name, time or value is a change that its
 * sender may make, and no receiver can tell it from one that somebody meant.
 * @module
 */

import type { Draw } from '../../sim/random.ts'
import type { CardLie, Piece } from './letter.ts'

/** Some cards go. */
const dropped: CardLie = {
  name: 'cards-dropped',
  lie: (pieces, draw) => {
    if (pieces.length === 0) return undefined
    const first = draw.int(0, pieces.length - 1)
    return pieces.filter((_, at) => at !== first && !draw.chance(0.2))
  },
}

/** One card comes twice, the second time anywhere. */
const doubled: CardLie = {
  name: 'card-doubled',
  lie: (pieces, draw) => {
    if (pieces.length === 0) return undefined
    const again = draw.pick(pieces)
    return pieces.toSpliced(draw.int(0, pieces.length), 0, again)
  },
}

/** The cards come in another order. */
const reordered: CardLie = {
  name: 'cards-reordered',
  lie: (pieces, draw) => (pieces.length < 2 ? undefined : shuffled(pieces, draw)),
}

/** The message ends early, behind a whole card. */
const cutShort: CardLie = {
  name: 'cards-cut',
  lie: (pieces, draw) =>
    pieces.length < 2 ? undefined : pieces.slice(0, draw.int(1, pieces.length - 1)),
}

/** Lies about which cards there are. */
export const cardLies: readonly CardLie[] = [dropped, doubled, reordered, cutShort]

function shuffled(pieces: readonly Piece[], draw: Draw): Piece[] {
  const left = [...pieces]
  const order: Piece[] = []
  while (left.length > 0) order.push(...left.splice(draw.int(0, left.length - 1), 1))
  return order
}

/**
 * Lies about artifacts and files: other bytes under a name, other names for bytes, names of
 * nothing, deltas that lead nowhere.
 *
 * Only payloads that a name tells the hash of are changed. Rows of tables and settings have none:
 * with other bytes they are others, which their sender may send.
 * @module
 */

import { present } from '../../base/assert.ts'
import { hex, noBytes } from '../../base/bytes.ts'
import { createDelta } from '../../delta/index.ts'
import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import type { Draw } from '../../sim/random.ts'
import type { Card, CfileCard, FileCard } from '../../xfer/card.ts'
import { type CardLie, type Piece, pieceOf } from './letter.ts'

/** One byte of a payload is another. */
const byteFlipped: CardLie = {
  name: 'byte-flipped',
  lie: (pieces, draw) => {
    const changed = pickOf(
      pieces.filter(({ card }) => payloadOf(card).length > 0),
      draw,
    )
    if (changed === undefined) return undefined
    const payload = payloadOf(changed.card).slice()
    const at = draw.int(0, payload.length - 1)
    payload[at] = (payload[at] ?? 0) ^ draw.int(1, 255)
    return replaced(pieces, changed, withPayload(changed.card, payload))
  },
}

/** Two artifacts come under each other's names. */
const namesSwapped: CardLie = {
  name: 'names-swapped',
  lie: (pieces, draw) => {
    const [one, other] = twoOf(pieces.filter(isArtifact), draw)
    if (one === undefined || other === undefined) return undefined
    const swapped = replaced(pieces, one, { ...one.card, hash: other.card.hash })
    return replaced(swapped, other, { ...other.card, hash: one.card.hash })
  },
}

/** An artifact comes under the name of nothing. */
const misnamed: CardLie = {
  name: 'artifact-misnamed',
  lie: (pieces, draw) => {
    const file = pickOf(pieces.filter(isArtifact), draw)
    return file && replaced(pieces, file, { ...file.card, hash: nameOfNothing(draw) })
  },
}

/** Names of nothing are announced or asked for. */
const namesInvented: CardLie = {
  name: 'names-invented',
  lie: (pieces, draw) => {
    const invented = Array.from({ length: draw.int(1, 5) }, () => {
      const hash = nameOfNothing(draw)
      const card: Card = draw.chance(0.5)
        ? { type: 'gimme', hash }
        : { type: 'igot', hash, isPrivate: draw.chance(0.2) }
      return pieceOf(card, { isPrivate: false })
    })
    return pieces.toSpliced(draw.int(0, pieces.length), 0, ...invented)
  },
}

/** Two artifacts come as deltas of each other. */
const deltasInCircle: CardLie = {
  name: 'deltas-in-circle',
  lie: (pieces, draw) => {
    const [one, other] = twoOf(pieces.filter(isWhole), draw)
    if (one === undefined || other === undefined) return undefined
    const first = replaced(pieces, one, deltaOf(one.card, other.card))
    return replaced(first, other, deltaOf(other.card, one.card))
  },
}

/** An artifact comes as a delta of nothing. */
const deltaOfNothing: CardLie = {
  name: 'delta-of-nothing',
  lie: (pieces, draw) => {
    const file = pickOf(pieces.filter(isWhole), draw)
    if (file === undefined) return undefined
    const content = createDelta(draw.bytes(100), file.card.content)
    return replaced(pieces, file, { ...file.card, deltaSource: nameOfNothing(draw), content })
  },
}

/** A compressed artifact says that it is longer than it is; a file, that nothing of it is left. */
const sizeMisstated: CardLie = {
  name: 'size-misstated',
  lie: (pieces, draw) => {
    const sized = pieces.filter(({ card: { type } }) => type === 'cfile' || type === 'uvigot')
    const piece = pickOf(sized, draw)
    if (piece?.card.type === 'uvigot')
      return replaced(pieces, piece, { ...piece.card, sizeBytes: 0 })
    if (piece?.card.type !== 'cfile') return undefined
    const uncompressedSizeBytes = piece.card.uncompressedSizeBytes + draw.int(1, 1000)
    return replaced(pieces, piece, { ...piece.card, uncompressedSizeBytes })
  },
}

/** Lies about artifacts and their names. */
export const artifactLies: readonly CardLie[] = [
  byteFlipped,
  namesSwapped,
  misnamed,
  namesInvented,
  deltasInCircle,
  deltaOfNothing,
  sizeMisstated,
]

type Of<C extends Card> = Piece & { readonly card: C }

function isArtifact(piece: Piece): piece is Of<FileCard | CfileCard> {
  return piece.card.type === 'file' || piece.card.type === 'cfile'
}

function isWhole(piece: Piece): piece is Of<FileCard> {
  return piece.card.type === 'file' && piece.card.deltaSource === undefined
}

function pickOf<P extends Piece>(meant: readonly P[], draw: Draw): P | undefined {
  return meant.length === 0 ? undefined : draw.pick(meant)
}

/** Two artifacts of different names; both private or neither, since a name says which it is. */
function twoOf<P extends Of<FileCard | CfileCard>>(
  files: readonly P[],
  draw: Draw,
): readonly [] | readonly [P, P] {
  const one = pickOf(files, draw)
  const others = files.filter(
    ({ card, isPrivate }) => card.hash !== one?.card.hash && isPrivate === one?.isPrivate,
  )
  return one === undefined || others.length === 0 ? [] : [one, draw.pick(others)]
}

function replaced(pieces: readonly Piece[], old: Piece, card: Card): Piece[] {
  return pieces.map((piece) => (piece === old ? pieceOf(card, piece) : piece))
}

function deltaOf(target: FileCard, source: FileCard): FileCard {
  const content = createDelta(source.content, target.content)
  return { ...target, deltaSource: source.hash, content }
}

function payloadOf(card: Card): Uint8Array {
  if (card.type === 'cfile') return card.compressed
  if (card.type === 'file' || card.type === 'uvfile') return card.content ?? noBytes
  return noBytes
}

function withPayload(card: Card, payload: Uint8Array): Card {
  if (card.type === 'cfile') return { ...card, compressed: payload }
  return card.type === 'file' || card.type === 'uvfile' ? { ...card, content: payload } : card
}

function nameOfNothing(draw: Draw): ArtifactHash {
  const name = parseArtifactHash(hex(draw.bytes(draw.chance(0.5) ? 20 : 32)))
  return present(name, 'as many digits as a digest has are a name')
}

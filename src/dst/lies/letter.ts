/**
 * Messages taken apart into cards as they are on the wire, changed, and put together again: what
 * lies about cards work on. What cannot be read is nothing to lie about.
 * @module
 */

import { concat, hex, noBytes, utf8 } from '../../base/bytes.ts'
import { FossilError } from '../../base/error.ts'
import { compressContent } from '../../base/zlib.ts'
import type { Mutation, MutationContext } from '../../runner/mutation.ts'
import type { Draw } from '../../sim/random.ts'
import { maxMessageBytes } from '../../sync/limits.ts'
import type { Card } from '../../xfer/card.ts'
import { CardWriter } from '../../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../../xfer/frame.ts'
import { signMessage } from '../../xfer/login.ts'
import { parseCards } from '../../xfer/parse.ts'

/** A card and its bytes. */
export interface Piece {
  readonly card: Card
  /** Follows a `private` card. */
  readonly isPrivate: boolean
  /**
   * The card with its payload, and the `private` card before it: no lie takes that away. Whoever
   * has a private artifact can publish it, which nobody can prevent.
   */
  readonly bytes: Uint8Array
}

/** A message without its login. */
interface Letter {
  /** The user that it is signed as. */
  readonly login: string | undefined
  readonly pieces: readonly Piece[]
}

/** Everything that a lie may look at beside the message. */
export interface LieContext {
  readonly isReply: boolean
  /** The cards of the request that a reply answers. */
  readonly request: () => readonly Piece[]
  /** The cards of earlier messages of the node, of the same kind: to the same peer or to others. */
  readonly earlier: (to: 'same' | 'other') => readonly (readonly Piece[])[]
}

/** One way to lie about cards. */
export interface CardLie {
  /** The past of what happens to the message, words joined by hyphens. */
  readonly name: string
  /** The cards to send instead; undefined if it does not apply. */
  readonly lie: (
    pieces: readonly Piece[],
    draw: Draw,
    context: LieContext,
  ) => readonly Piece[] | undefined
}

/** The password of a user, where it is known. */
export type PasswordOf = (login: string) => string | undefined

/** A lie about cards as a lie about bytes. What a user has signed is signed again. */
export function asMutation({ name, lie }: CardLie, passwordOf: PasswordOf): Mutation {
  return {
    name,
    mutate: (body, draw, context) => {
      const letter = readLetter(body)
      const pieces = letter && lie(letter.pieces, draw, contextOf(context))
      if (letter === undefined || pieces === undefined) return undefined
      const message = concat(pieces.map(({ bytes }) => bytes))
      if (letter.login === undefined) return wrapped(message)
      const signed = sign(letter, message, { draw, password: passwordOf(letter.login) })
      return signed && wrapped(signed)
    },
  }
}

/** A card that a lie makes up. */
export function pieceOf(card: Card, { isPrivate }: { isPrivate: boolean }): Piece {
  const writer = new CardWriter()
  if (isPrivate) writer.add({ type: 'private' })
  writer.add(card)
  return { card, isPrivate, bytes: writer.finish() }
}

/** The cards of a message; undefined if it cannot be read. */
function readLetter(body: Uint8Array): Letter | undefined {
  try {
    const message = decodeMessage(body, { maxBytes: maxMessageBytes, mayBeEmpty: true })
    return letterOf(message)
  } catch (error) {
    if (FossilError.is(error)) return undefined
    throw error
  }
}

/** @throws {FossilError} `xfer.malformed` */
function letterOf(message: Uint8Array): Letter {
  const reader = parseCards(message)
  const pieces: Piece[] = []
  let login: string | undefined
  let start = 0
  let isPrivate = false
  for (const card of reader) {
    const end = message.length - reader.rest.length
    if (card.type === 'login') login = card.user
    else if (card.type !== 'private')
      pieces.push({ card, isPrivate, bytes: message.subarray(start, end) })
    // The bytes of a `private` card are those of the card that follows.
    isPrivate = card.type === 'private'
    if (!isPrivate) start = end
  }
  return { login, pieces }
}

function piecesOf(body: Uint8Array): readonly Piece[] {
  return readLetter(body)?.pieces ?? []
}

function contextOf({ to, request, earlier }: MutationContext): LieContext {
  return {
    isReply: request !== undefined,
    request: () => (request === undefined ? [] : piecesOf(request)),
    earlier: (peer) =>
      earlier
        .filter((message) => (message.to === to) === (peer === 'same'))
        .map(({ bytes }) => piecesOf(bytes)),
  }
}

/** Undefined if the message does not tell its project, or nobody knows the password. */
function sign(
  { login = '', pieces }: Letter,
  message: Uint8Array,
  { draw, password }: { draw: Draw; password: string | undefined },
): Uint8Array | undefined {
  const projectCode = pieces
    .map(({ card }) =>
      card.type === 'pull' || card.type === 'push' ? card.projectCode : undefined,
    )
    .find((code) => code !== undefined)
  if (projectCode === undefined || password === undefined) return undefined
  // A server takes the same words under one signature once.
  const unique = utf8(`# ${hex(draw.bytes(20))}\n`)
  return signMessage(concat([message, unique]), { projectCode, login, password })
}

function wrapped(message: Uint8Array): Uint8Array {
  // As repositories of a simulation do it: the trace digests what is in it.
  const options = { deflateOverBytes: 65_536 }
  return message.length === 0 ? compressContent(noBytes) : encodeMessage(message, options)
}

/**
 * Messages as the trace tells of them: the form that it digests, and the cards in brief.
 *
 * Cards are shown as they are on the wire (xfer/codec.ts), without payloads: these follow in a
 * message, and the last number of most cards is their size.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { TraceValue } from '../sim/trace.ts'
import { maxMessageBytes } from '../sync/limits.ts'
import type { Card, NamedCard } from '../xfer/card.ts'
import type { CardCodec } from '../xfer/card-codec.ts'
import { cards } from '../xfer/codec.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'

const codecs: Readonly<Record<NamedCard['type'], CardCodec<NamedCard>>> = cards

/** Cards of one message that are shown, and characters of each. */
const mostCards = 200
const longestCard = 200

/** A message in brief. */
type MessageView = {
  /** The first cards, one a line of the wire. */
  readonly cards: readonly string[]
  /** The number of further cards, where there are any. */
  readonly more?: number
  /** The reason why nothing after these cards could be read. */
  readonly error?: string
}

/**
 * A message without its compression, which differs between builds of zlib, and without the clock of
 * a server. Bytes that cannot be unwrapped are taken as they are: a user's own node may send
 * anything.
 */
export function canonicalMessage(body: Uint8Array): Uint8Array {
  try {
    return withoutTimestamp(contentOf(body))
  } catch (error) {
    if (FossilError.is(error, 'xfer.frame')) return body
    throw error
  }
}

/** The cards of a message in brief, whatever its bytes are, without the signatures of logins. */
export function describeMessage(body: Uint8Array): TraceValue {
  const shown: string[] = []
  let count = 0
  try {
    for (const card of parseCards(contentOf(body))) {
      if (++count <= mostCards) shown.push(lineOf(card))
    }
  } catch (error) {
    if (!FossilError.is(error)) throw error
    return { ...viewOf(shown, count), error: error.message }
  }
  return viewOf(shown, count)
}

function viewOf(shown: readonly string[], count: number): MessageView {
  return count > shown.length ? { cards: shown, more: count - shown.length } : { cards: shown }
}

function lineOf(card: Card): string {
  const line = textOf(card)
  return line.length > longestCard ? `${line.slice(0, longestCard)}…` : line
}

function textOf(card: Card): string {
  switch (card.type) {
    case 'comment':
      // A stock server's clock is the host's: two runs would differ in nothing else.
      return card.text.startsWith('timestamp ') ? '# timestamp …' : `# ${card.text}`
    case 'unknown':
      return card.line
    case 'oddname':
      return `${card.name} ${card.hash}`
    case 'login':
      return wireLine({ ...card, signature: '…' })
    default:
      return wireLine(card)
  }
}

function wireLine(card: NamedCard): string {
  return [card.type, ...codecs[card.type].format(card).args].join(' ')
}

/** @throws {FossilError} `xfer.frame` */
function contentOf(body: Uint8Array): Uint8Array {
  return decodeMessage(body, { maxBytes: maxMessageBytes })
}

/**
 * The message without the server's clock, which ends a reply as a comment: the time of the event is
 * in the trace anyway, and a stock server's clock is the host's.
 */
function withoutTimestamp(message: Uint8Array): Uint8Array {
  const tailAt = Math.max(0, message.length - 64)
  const tail = Buffer.from(message.subarray(tailAt)).toString('latin1')
  const at = /(?:^|\n)# timestamp [^\n]*\n$/.exec(tail)?.index
  return at === undefined ? message : message.subarray(0, tailAt + at)
}

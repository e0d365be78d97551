/**
 * Cargo: what the messages of a sync carry, by name, with how often each thing travels.
 * @module
 */

import { sha1 } from '../../hash/hash.ts'
import { decodeMessage } from '../../xfer/frame.ts'
import type { Card } from '../../xfer/card.ts'
import { parseCards } from '../../xfer/parse.ts'

/** Artifacts and contents of files, or versions of rows, and how often each travelled. */
export type Cargo = ReadonlyMap<string, number>

/** Each message is looked at for several things, while its sync lasts. */
const parsed = new WeakMap<Uint8Array, readonly Card[]>()

function cardsIn(message: Uint8Array): readonly Card[] {
  const before = parsed.get(message)
  if (before !== undefined) return before
  const cards = [...parseCards(decodeMessage(message, { maxBytes: 1 << 30 }))]
  parsed.set(message, cards)
  return cards
}

/** The rows of tables that some messages carry. */
export function rowsOf(messages: readonly Uint8Array[]): Cargo {
  return counted(messages, (card) =>
    card.type === 'xrow' || card.type === 'xdelete'
      ? `row ${card.table} ${card.pkHash} ${card.mtimeSec} ${sha1(card.content)}`
      : undefined,
  )
}

/** Tells whether a request has more than the product wrote: see bold-requests.ts. */
export function isBold(request: Uint8Array): boolean {
  return cardsIn(request).at(-1)?.type !== 'comment'
}

/** The artifacts and unversioned files that some messages carry. */
export function cargoOf(messages: readonly Uint8Array[]): Cargo {
  return counted(messages, nameOf)
}

function counted(
  messages: readonly Uint8Array[],
  nameIn: (card: Card) => string | undefined,
): Cargo {
  const cargo = new Map<string, number>()
  for (const message of messages) {
    for (const card of cardsIn(message)) {
      const name = nameIn(card)
      if (name !== undefined) cargo.set(name, (cargo.get(name) ?? 0) + 1)
    }
  }
  return cargo
}

/** Tells whether a request is one of the rounds of a clone, which come before those of its sync. */
export function isOfClone(request: Uint8Array): boolean {
  return cardsIn(request).some(({ type }) => type === 'clone')
}

/** Everything that a request asks for, such as `pull push pragma xtables`: the kind of its sync. */
export function wishesOf(request: Uint8Array): string {
  const wishes = cardsIn(request).flatMap((card) => {
    if (card.type === 'pragma') return `pragma ${card.name}`
    return card.type === 'pull' || card.type === 'push' || card.type === 'reqconfig'
      ? card.type
      : []
  })
  return [...new Set(wishes)].sort().join(' ')
}

/** The first thing that travelled more than once. */
export function repeatedIn(cargo: Cargo): string | undefined {
  for (const [name, count] of cargo) if (count > 1) return name
  return undefined
}

/** Public artifacts that a message carries, and those that it announces, in the order of cards. */
export interface Named {
  readonly carried: readonly string[]
  readonly announced: readonly string[]
}

/**
 * The artifacts that a message names, without the list of all clusters that stock asks for in the
 * third round of a sync that does not come to an end (xfer.c:1016-1042).
 */
export function artifactsIn(message: Uint8Array): Named {
  const [carried, announced]: [string[], string[]] = [[], []]
  let [isOfAll, isSecret] = [false, false]
  for (const card of cardsIn(message)) {
    if (card.type === 'comment') isOfAll = card.text.trim() === 'sending-clusters'
    // One that came in private is announced once it is public here.
    if ((card.type === 'file' || card.type === 'cfile') && !isSecret) carried.push(card.hash)
    if (card.type === 'igot' && !isOfAll) announced.push(card.hash)
    isSecret = card.type === 'private'
  }
  return { carried, announced }
}

/** Tells whether a reply has a complaint: a client begins again then, or says less. */
export function complains(reply: Uint8Array): boolean {
  return cardsIn(reply).some(({ type }) => type === 'error' || type === 'message')
}

/** Undefined for a card that carries nothing. */
function nameOf(card: Card): string | undefined {
  switch (card.type) {
    case 'file':
    case 'cfile':
      return `artifact ${card.hash}`
    case 'uvfile':
      return card.content === undefined ? undefined : `file ${card.name} ${card.hash ?? ''}`
    default:
      return undefined
  }
}

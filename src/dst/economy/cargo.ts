/**
 * Cargo: what the messages of a sync carry, by name, with how often each thing travels.
 * @module
 */

import { decodeMessage } from '../../xfer/frame.ts'
import type { Card } from '../../xfer/card.ts'
import { parseCards } from '../../xfer/parse.ts'

/** Artifacts and contents of unversioned files, and how often each travelled. */
export type Cargo = ReadonlyMap<string, number>

/** The cargo of some messages. */
export function cargoOf(messages: readonly Uint8Array[]): Cargo {
  const cargo = new Map<string, number>()
  for (const message of messages) {
    for (const card of parseCards(decodeMessage(message, { maxBytes: 1 << 30 }))) {
      const name = nameOf(card)
      if (name !== undefined) cargo.set(name, (cargo.get(name) ?? 0) + 1)
    }
  }
  return cargo
}

/** Tells whether a request is one of the rounds of a clone, which come before those of its sync. */
export function isOfClone(request: Uint8Array): boolean {
  const cards = parseCards(decodeMessage(request, { maxBytes: 1 << 30 }))
  return [...cards].some(({ type }) => type === 'clone')
}

/** Everything that a request asks for, such as `pull push pragma xtables`: the kind of its sync. */
export function wishesOf(request: Uint8Array): string {
  const cards = parseCards(decodeMessage(request, { maxBytes: 1 << 30 }))
  const wishes = [...cards].flatMap((card) => {
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

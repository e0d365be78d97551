/**
 * Reads messages within their limits, on both sides.
 *
 * May know the cards and the repository's meter; what the cards mean is the caller's.
 * @module
 */

import { type Repo, setWork } from '../repo/repo.ts'
import { WorkMeter } from '../repo/work.ts'
import type { Card } from '../xfer/card.ts'
import { type CardReader, parseCards } from '../xfer/parse.ts'
import { cardLimits, messageWork, stepsOf } from './limits.ts'

/** Runs `action` with a fresh meter on the repository: for one message. */
export function metered<T>(repo: Repo, action: (work: WorkMeter) => T): T {
  const work = new WorkMeter(messageWork)
  setWork(repo, work)
  try {
    return action(work)
  } finally {
    setWork(repo, undefined)
  }
}

/** Reads `message` within the limit of its text: reading further throws `xfer.limit`. */
export function limitedCards(message: Uint8Array): CardReader {
  return parseCards(message, cardLimits)
}

const steps: Readonly<Partial<Record<Card['type'], number>>> = stepsOf

/**
 * Counts a card that was read, but for what is counted where it is known whether it can wait.
 *
 * @throws {FossilError} `xfer.limit` where the message asks for too much
 */
export function countCard({ type }: Card, work: WorkMeter): void {
  work.take(type === 'igot' ? stepsOf.line : (steps[type] ?? stepsOf.line))
}

/**
 * Cards of one message that make sense once: what says the same again, or would take the first
 * one's place, is passed over.
 */
export class OnceOnly {
  readonly #taken = new Set<string>()

  /** Tells whether a card is the second of its sort; it counts as taken from now on. */
  isRepeated(card: Card): boolean {
    const sort = sortOf(card)
    if (sort === undefined) return false
    if (this.#taken.has(sort)) return true
    this.#taken.add(sort)
    return false
  }
}

/** The key by which a second card is a repetition; undefined where there may be many. */
function sortOf(card: Card): string | undefined {
  switch (card.type) {
    case 'pull':
    case 'push':
      // One of another project is an error, wherever it stands.
      return `${card.type} ${card.projectCode}`
    case 'clone':
    case 'cookie':
      return card.type
    case 'pragma':
      // One for each table.
      if (card.name === 'xtable-hash') return `pragma ${card.name} ${card.args[0]}`
      return `pragma ${card.name}`
    case 'reqconfig':
    case 'uvgimme':
      return `${card.type} ${card.name}`
    default:
      return undefined
  }
}

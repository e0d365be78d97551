/**
 * Artifacts as decks, read with what the repository remembers.
 * @module
 */

import type { Deck } from '../deck/deck.ts'
import { parseDeck } from '../deck/parse.ts'
import { readContent } from './content.ts'
import { cacheOf, type Repo } from './repo.ts'
import type { Rid } from './rid.ts'

/** The deck of an artifact; undefined for plain data, and for what cannot be read yet. */
export function deckOf(repo: Repo, rid: Rid): Deck | undefined {
  const content = readContent(repo, rid)
  return content === undefined ? undefined : deckIn(repo, content)
}

/** The deck that `content` is; undefined for plain data. */
export function deckIn(repo: Repo, content: Uint8Array): Deck | undefined {
  return parseDeck(content, cacheOf(repo).fileCards)
}

/**
 * Names in artifacts, by their cards.
 * @module
 */

import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { readArtifact } from '../../repo/content.ts'
import type { Repo } from '../../repo/repo.ts'
import { readOwnDeck } from '../own-cards.ts'

/** Cards that name artifacts: parents, a baseline, files, targets of tags, members of a cluster. */
export type NamingCard = 'P' | 'B' | 'F' | 'T' | 'M'

/** Artifacts that the cards of one letter name, in an artifact that can be read. */
export function namedBy(repo: Repo, hash: ArtifactHash, letter: NamingCard): ArtifactHash[] {
  const cards = readOwnDeck(readArtifact(repo, hash))?.cards ?? []
  return cards.flatMap(({ letter: found, args }) => {
    if (found !== letter) return []
    // The first word of a file is its path, that of a tag its name.
    const names = letter === 'F' || letter === 'T' ? args.slice(1, 2) : args
    return names.flatMap((name) => parseArtifactHash(name) ?? [])
  })
}

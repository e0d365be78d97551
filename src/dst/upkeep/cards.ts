/**
 * Names in artifacts, by the lines of their text.
 * @module
 */

import { fromUtf8 } from '../../base/bytes.ts'
import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { readArtifact } from '../../repo/content.ts'
import type { Repo } from '../../repo/repo.ts'

/** Cards that name artifacts: parents, a baseline, files, targets of tags, members of a cluster. */
export type NamingCard = 'P' | 'B' | 'F' | 'T' | 'M'

/** Artifacts that the cards of one letter name, in an artifact that can be read. */
export function namedBy(repo: Repo, hash: ArtifactHash, letter: NamingCard): ArtifactHash[] {
  const lines = fromUtf8(readArtifact(repo, hash)).split('\n')
  return lines.flatMap((line) => {
    const [card, ...words] = line.split(' ')
    if (card !== letter) return []
    // The first word of a file is its path, that of a tag its name.
    const names = letter === 'F' || letter === 'T' ? words.slice(1, 2) : words
    return names.flatMap((name) => parseArtifactHash(name) ?? [])
  })
}

/**
 * A publication, worked out a second time from artifacts alone: what has to become public with a
 * check-in, and what may. So a bug in the code that publishes shows, whichever way it errs.
 * @module
 */

import type { Deck } from '../../deck/deck.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { findHeld, isPrivate, privateArtifacts } from '../../repo/blob.ts'
import { deckOf } from '../../repo/deck.ts'
import type { Repo } from '../../repo/repo.ts'

/** The private artifacts that a publication is about. */
export interface Publication {
  /** The check-in, the private ones that it follows or is written against, and their files. */
  readonly needed: readonly ArtifactHash[]
  /** Artifacts that tag these check-ins, where those tags still count. */
  readonly allowed: readonly ArtifactHash[]
}

/** The publication of a check-in, before it takes place. */
export function publicationOf(repo: Repo, checkin: ArtifactHash): Publication {
  const line = new Set([checkin].filter((hash) => isSecret(repo, hash)))
  const files = new Set<ArtifactHash>()
  // The loop visits what is added during it.
  for (const hash of line) {
    const deck = deckNamed(repo, hash)
    if (deck?.kind !== 'checkin') continue
    const before = deck.baseline === undefined ? deck.parents : [...deck.parents, deck.baseline]
    for (const each of before) if (isSecret(repo, each)) line.add(each)
    for (const { hash: file } of deck.files) {
      if (file !== undefined && isSecret(repo, file)) files.add(file)
    }
  }
  const allowed = privateArtifacts(repo).flatMap(({ hash }) => {
    const deck = deckNamed(repo, hash)
    const isAbout = deck?.kind === 'control' && deck.tags.some(({ target }) => line.has(target))
    return isAbout ? [hash] : []
  })
  return { needed: [...line, ...files], allowed }
}

/** Those of a publication that are no secret once it has taken place. */
export function publishedBy(repo: Repo, { needed, allowed }: Publication): ArtifactHash[] {
  return [...needed, ...allowed.filter((hash) => !isSecret(repo, hash))]
}

function isSecret(repo: Repo, hash: ArtifactHash): boolean {
  const rid = findHeld(repo, hash)
  return rid !== undefined && isPrivate(repo, rid)
}

function deckNamed(repo: Repo, hash: ArtifactHash): Deck | undefined {
  const rid = findHeld(repo, hash)
  return rid === undefined ? undefined : deckOf(repo, rid)
}

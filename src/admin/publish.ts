/**
 * Publishing: private check-ins become public, with everything that they need.
 * Source: fossil src/publish.c publish_cmd, src/purge.c find_checkin_associates.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, findRid, hashOf, isPrivate } from '../repo/blob.ts'
import { deckOf } from '../repo/deck.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { publishHeld } from '../repo/store.ts'
import { queueUnsent } from '../repo/unsent.ts'

/**
 * Makes check-ins public, in one transaction, and sends them with the next push: the given ones,
 * the private check-ins that they follow or are written against, their files, and what tags say of
 * them. What is public already stays as it is.
 *
 * Stock publishes the given ones alone where no branch is named, so that others may get a check-in
 * whose parents and files they never see; see docs/divergences.md.
 *
 * @example
 * ```ts
 * publish(repo, [hash])
 * await sync(repo, transport)
 * ```
 * @returns names of what became public, in rid order
 * @throws {FossilError} `artifact.missing` for one whose content is not here; `repo.io`
 */
export function publish(repo: Repo, checkins: readonly ArtifactHash[]): ArtifactHash[] {
  return repo.transaction(() => {
    const lineage = privateLineage(
      repo,
      checkins.map((hash) => heldRid(repo, hash)),
    )
    const going = [...new Set([...lineage, ...associates(repo, lineage)])].sort((a, b) => a - b)
    for (const rid of going) {
      publishHeld(repo, rid)
      queueUnsent(repo, rid)
    }
    return going.flatMap((rid) => hashOf(repo, rid) ?? [])
  })
}

/**
 * The private ones among check-ins and those that they cannot be read without: what their manifests
 * name, also where a tag gives a check-in other parents.
 */
function privateLineage(repo: Repo, checkins: readonly Rid[]): Rid[] {
  const found = new Set(checkins.filter((rid) => isPrivate(repo, rid)))
  // The loop visits what is added during it.
  for (const rid of found) {
    for (const needed of namedBy(repo, rid)) if (isPrivate(repo, needed)) found.add(needed)
  }
  return [...found]
}

/** Parents and the baseline of a check-in. */
function namedBy(repo: Repo, checkin: Rid): Rid[] {
  const deck = deckOf(repo, checkin)
  if (deck?.kind !== 'checkin') return []
  const names = deck.baseline === undefined ? deck.parents : [...deck.parents, deck.baseline]
  return names.flatMap((hash) => findRid(repo, hash) ?? [])
}

/**
 * Private files of check-ins, and private control artifacts about them; no other check-in, though
 * one that merges a line and closes it says so in a tag of its own.
 */
function associates(repo: Repo, checkins: readonly Rid[]): Rid[] {
  const controls = rids(
    repo,
    `WITH going(rid) AS MATERIALIZED (SELECT value FROM json_each(?))
     SELECT rid FROM private WHERE rid IN (SELECT srcid FROM tagxref WHERE tagxref.rid IN going)
                               AND rid NOT IN (SELECT objid FROM event WHERE type = 'ci')`,
    checkins,
  )
  return [...controls, ...checkins.flatMap((rid) => privateFiles(repo, rid))]
}

/** Files that a manifest names: what it changed is not known where its parent is shunned. */
function privateFiles(repo: Repo, checkin: Rid): Rid[] {
  const deck = deckOf(repo, checkin)
  if (deck?.kind !== 'checkin') return []
  return deck.files.flatMap(({ hash }) => {
    const rid = hash === undefined ? undefined : findHeld(repo, hash)
    return rid !== undefined && isPrivate(repo, rid) ? [rid] : []
  })
}

function rids(repo: Repo, sql: string, given: readonly Rid[]): Rid[] {
  return dbOf(repo)
    .prepare<[Rid]>(sql)
    .all(JSON.stringify(given))
    .map(([rid]) => rid)
}

function heldRid(repo: Repo, hash: ArtifactHash): Rid {
  const rid = findHeld(repo, hash)
  if (rid === undefined) throw new FossilError('artifact.missing', { name: hash })
  return rid
}

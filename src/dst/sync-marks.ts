/**
 * Marks: the extent of a repository at one moment, kept in brief, so that it can be asked later
 * which artifacts were there and still are. Reads tables, not the caches of the code under test.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { clusterTagId } from '../repo/schema.ts'

/** The extent of a repository at one moment. */
export interface Mark {
  /** True time, in milliseconds since 1970. */
  readonly atMs: number
  readonly maxRid: number
  /** Artifacts without content, and those that are deltas of such. */
  readonly waiting: ReadonlySet<Rid>
  readonly hidden: ReadonlySet<Rid>
}

/** Marks a repository as it is. */
export function markOf(repo: Repo, atMs: number): Mark {
  const [maxRid = 0] = dbOf(repo).prepare<[number]>('SELECT max(rid) FROM blob').get() ?? []
  return { atMs, maxRid: maxRid ?? 0, waiting: waitingIn(repo), hidden: hiddenIn(repo) }
}

/**
 * Artifacts that others were to be told of when a repository was marked, and still are: those that
 * arrived, were removed or became public since are not among them. In rid order.
 */
export function toldSince(
  repo: Repo,
  mark: Mark,
  { withPrivate }: { readonly withPrivate: boolean },
): ArtifactHash[] {
  const waiting = waitingIn(repo)
  const hidden = hiddenIn(repo)
  const isClosed = (rid: Rid): boolean =>
    mark.waiting.has(rid) ||
    waiting.has(rid) ||
    (!withPrivate && (mark.hidden.has(rid) || hidden.has(rid)))
  return dbOf(repo)
    .prepare<[Rid, ArtifactHash]>(
      `SELECT rid, uuid FROM blob
        WHERE rid <= ? AND size >= 0 AND uuid NOT IN (SELECT uuid FROM shun) ORDER BY rid`,
    )
    .all(mark.maxRid)
    .filter(([rid]) => !isClosed(rid))
    .map(([, hash]) => hash)
}

/** Public artifacts that a repository is still to push, in no order. */
export function unsentIn(repo: Repo): ReadonlySet<ArtifactHash> {
  const rows = dbOf(repo)
    .prepare<[ArtifactHash]>(
      'SELECT uuid FROM unsent CROSS JOIN blob USING(rid) WHERE size >= 0 ORDER BY rid',
    )
    .all()
  return new Set(rows.map(([hash]) => hash))
}

/** Artifacts with content; clusters, which a server makes by itself, apart. */
export interface Stored {
  readonly clusters: number
  readonly others: number
}

/** Counts what is stored. */
export function countStored(repo: Repo): Stored {
  const [all = 0, clusters = 0] =
    dbOf(repo)
      .prepare<[number, number]>(
        `SELECT count(*), count(*) FILTER (WHERE rid IN (SELECT rid FROM tagxref WHERE tagid = ?))
          FROM blob WHERE size >= 0`,
      )
      .get(clusterTagId) ?? []
  return { clusters, others: all - clusters }
}

/** Deltas that wait for their source, or for its source. */
export function waitingIn(repo: Repo): ReadonlySet<Rid> {
  const rows = dbOf(repo)
    .prepare<[Rid]>(
      `WITH RECURSIVE waiting(rid) AS (
         SELECT rid FROM phantom
         UNION
         SELECT delta.rid FROM waiting CROSS JOIN delta ON delta.srcid = waiting.rid
       )
       SELECT rid FROM waiting ORDER BY rid`,
    )
    .all()
  return new Set(rows.map(([rid]) => rid))
}

function hiddenIn(repo: Repo): ReadonlySet<Rid> {
  const rows = dbOf(repo).prepare<[Rid]>('SELECT rid FROM private ORDER BY rid').all()
  return new Set(rows.map(([rid]) => rid))
}

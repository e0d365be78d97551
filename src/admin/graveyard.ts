/**
 * The graveyard: what purges took out of the history, to look at, to bring back, or to end.
 * The tables are stock's, so either brings back what the other purged; their rows may be anyone's.
 * Source: fossil src/purge.c.
 * @module
 */

import { rebuild } from '../crosslink/rebuild.ts'
import { hasTable } from '../db/tables.ts'
import { counted } from '../base/counted.ts'
import { FossilError } from '../base/error.ts'
import { expandContent } from '../base/zlib.ts'
import { applyDelta } from '../delta/index.ts'
import { type ArtifactHash, matches, parseArtifactHash } from '../hash/artifact-hash.ts'
import { columnText } from '../repo/db-text.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { unshun } from '../repo/shun.ts'
import { storeContent } from '../repo/store.ts'

/** A row of `purgeitem`. */
interface Item {
  readonly piid: number
  readonly hash: ArtifactHash
  /** The item that its data is a delta of. */
  readonly source: number | undefined
  readonly isPrivate: boolean
  readonly data: Uint8Array
}

/** As for artifacts in the history: content.ts. */
const maxArtifactBytes = 0x7fffffff

/** An artifact in the graveyard. */
interface PurgedArtifact {
  /** As its row has it, which may be anyone's. */
  readonly hash: string
  /** Its description: `check-in to trunk by …`. */
  readonly description: string
  readonly isPrivate: boolean
  readonly sizeBytes: number
  /** Its size in the graveyard. */
  readonly storedBytes: number
}

/**
 * All purges that can be undone, the first one first.
 *
 * @example
 * ```ts
 * for (const { id, notes, artifacts } of listPurges(repo)) console.log(id, notes, artifacts.length)
 * ```
 */
export function listPurges(repo: Repo): {
  readonly id: number
  /** The time of the purge, in seconds since 1970. */
  readonly ctimeSec: number
  /** In words, why. */
  readonly notes: string
  /** In the order in which they went. */
  readonly artifacts: readonly PurgedArtifact[]
}[] {
  if (!hasGraveyard(repo)) return []
  const artifacts = purgedArtifacts(repo)
  return dbOf(repo)
    .prepare<[number, number | null, Uint8Array | null]>(
      `SELECT peid, CAST(ctime AS INTEGER), CAST(pnotes AS BLOB) FROM purgeevent ORDER BY peid`,
    )
    .all()
    .map(([id, ctimeSec, notes]) => ({
      id,
      ctimeSec: ctimeSec ?? 0,
      notes: columnText(notes) ?? '',
      artifacts: artifacts.get(id) ?? [],
    }))
}

/** Everything in the graveyard, by purge. */
function purgedArtifacts(repo: Repo): ReadonlyMap<number, readonly PurgedArtifact[]> {
  const found = new Map<number, PurgedArtifact[]>()
  const rows = dbOf(repo)
    .prepare<[number, string, Uint8Array | null, number | null, number, number | null]>(
      `SELECT peid, CAST(uuid AS TEXT), CAST(desc AS BLOB), isPrivate, CAST(sz AS INTEGER),
              length(data)
         FROM purgeitem ORDER BY peid, piid`,
    )
    .all()
  for (const [id, hash, description, asPrivate, sizeBytes, storedBytes] of rows) {
    const ofPurge = found.get(id) ?? []
    if (ofPurge.length === 0) found.set(id, ofPurge)
    ofPurge.push({
      hash,
      description: columnText(description) ?? '',
      isPrivate: asPrivate === 1,
      sizeBytes,
      storedBytes: storedBytes ?? 0,
    })
  }
  return found
}

/**
 * Reads an artifact of the graveyard.
 *
 * @example
 * ```ts
 * const bytes = readPurged(repo, '3f2a9c')
 * ```
 * @param prefix its name or the first digits
 * @throws {FossilError} `name.unknown`; `name.ambiguous`; `repo.corrupt` where it cannot be read
 */
export function readPurged(repo: Repo, prefix: string): Uint8Array {
  const found = hasGraveyard(repo) && /^[0-9a-f]{4,64}$/.test(prefix) ? named(repo, prefix) : []
  const [newest] = found
  if (newest === undefined) {
    const reason = 'no artifact of the graveyard has this name'
    throw new FossilError('name.unknown', { name: prefix, reason })
  }
  const candidates = [...new Set(found.map(([, hash]) => hash))].sort()
  if (candidates.length > 1) {
    throw new FossilError('name.ambiguous', { name: prefix, candidates: candidates.slice(0, 100) })
  }
  const chain: Item[] = []
  for (let at: number | undefined = newest[0]; at !== undefined;) {
    const item = itemAt(repo, at)
    if (chain.some(({ piid }) => piid === item.piid)) throw broken(item.piid, 'its deltas loop')
    chain.push(item)
    at = item.source
  }
  let content: Uint8Array | undefined
  for (const item of chain.reverse()) content = expanded(item, content)
  return content ?? new Uint8Array()
}

/**
 * Brings back what one purge took, in one transaction, and lifts bans on it; where there were any,
 * the derived tables are worked out anew. What is here again already stays as it is.
 *
 * @example
 * ```ts
 * const { id } = purge(repo, { checkins: [hash] })
 * undoPurge(repo, id)
 * ```
 * @returns how many artifacts came back
 * @throws {FossilError} `option.invalid` where there is no such purge; `repo.corrupt` where an
 *   artifact cannot be read: then nothing changed
 */
export function undoPurge(repo: Repo, id: number): number {
  return repo.transaction(() => {
    checkEvent(repo, id)
    const rows = dbOf(repo)
      .prepare<[piid: number, source: number, hash: string]>(
        `SELECT piid, CAST(coalesce(srcid, 0) AS INTEGER), CAST(uuid AS TEXT)
           FROM purgeitem WHERE peid = ? ORDER BY piid DESC`,
      )
      .all(id)
    const bySource = Map.groupBy(rows, ([, source]) => source)
    const lifted = unshun(
      repo,
      rows.map(([, , hash]) => hash).flatMap((hash) => parseArtifactHash(hash) ?? []),
    )
    let restored = 0
    const waiting = (bySource.get(0) ?? []).map(([piid]): Waiting => ({ piid, source: undefined }))
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const source = restore(repo, next)
      restored++
      for (const [piid] of bySource.get(next.piid) ?? []) waiting.push({ piid, source })
    }
    if (restored < rows.length) {
      const lost = `${counted(rows.length - restored, 'delta')} of what is not there`
      throw broken(rows[0]?.[0] ?? 0, lost)
    }
    removeEvent(repo, id)
    // What came while the ban stood was read as if what it names did not exist.
    if (lifted > 0) rebuild(repo)
    return restored
  })
}

/**
 * Ends purges for good. Returns how many artifacts are gone. Throws as {@link undoPurge} does.
 *
 * @example
 * ```ts
 * obliterate(repo, [purge(repo, [hash]).id])
 * ```
 */
export function obliterate(repo: Repo, ids: readonly number[]): number {
  return repo.transaction(() => {
    let artifacts = 0
    for (const id of new Set(ids)) {
      checkEvent(repo, id)
      artifacts += removeEvent(repo, id)
    }
    return artifacts
  })
}

interface Restored {
  readonly rid: Rid
  readonly content: Uint8Array
}

interface Waiting {
  readonly piid: number
  readonly source: Restored | undefined
}

/** Stores one artifact again, in the form it has in the graveyard. */
function restore(repo: Repo, { piid, source }: Waiting): Restored {
  const item = itemAt(repo, piid)
  const content = expanded(item, source?.content)
  const { hash, isPrivate } = item
  const compressed = { bytes: item.data, source: source?.rid }
  const { rid } = storeContent(repo, { hash, content, isPrivate, compressed })
  return { rid, content }
}

function expanded({ piid, hash, data }: Item, source: Uint8Array | undefined): Uint8Array {
  let content: Uint8Array
  try {
    const stored = expandContent(data, { maxBytes: maxArtifactBytes })
    content = source === undefined ? stored : applyDelta(source, stored)
  } catch (cause) {
    if (!FossilError.is(cause)) throw cause
    throw broken(piid, `it cannot be expanded: ${cause.message}`, cause)
  }
  if (!matches(hash, content)) throw broken(piid, 'its content is not what its name says')
  return content
}

function itemAt(repo: Repo, piid: number): Item {
  const row = dbOf(repo)
    .prepare<[string, number | null, number | null, Uint8Array | null]>(
      `SELECT CAST(uuid AS TEXT), CAST(srcid AS INTEGER), isPrivate, CAST(data AS BLOB)
         FROM purgeitem WHERE piid = ?`,
    )
    .get(piid)
  if (row === undefined) throw broken(piid, 'it is not there')
  const [name, source, asPrivate, data] = row
  const hash = parseArtifactHash(name)
  if (hash === undefined || data === null) throw broken(piid, 'it has no name or no content')
  const isDelta = source !== null && source > 0
  return { piid, hash, source: isDelta ? source : undefined, isPrivate: asPrivate === 1, data }
}

/** Items by the first digits of their names, the latest first. */
function named(repo: Repo, prefix: string): [piid: number, hash: string][] {
  return dbOf(repo)
    .prepare<[piid: number, hash: string]>(
      `SELECT piid, CAST(uuid AS TEXT) FROM purgeitem WHERE uuid GLOB ? || '*' ORDER BY piid DESC`,
    )
    .all(prefix)
}

function removeEvent(repo: Repo, id: number): number {
  dbOf(repo).prepare('DELETE FROM purgeevent WHERE peid = ?').run(id)
  return dbOf(repo).prepare('DELETE FROM purgeitem WHERE peid = ?').run(id).changes
}

function checkEvent(repo: Repo, id: number): void {
  const isThere =
    hasGraveyard(repo) &&
    dbOf(repo).prepare('SELECT 1 FROM purgeevent WHERE peid = ?').get(id) !== undefined
  if (isThere) return
  throw new FossilError('option.invalid', { option: 'id', reason: `there is no purge ${id}` })
}

function hasGraveyard(repo: Repo): boolean {
  return hasTable(dbOf(repo), 'purgeevent') && hasTable(dbOf(repo), 'purgeitem')
}

/** The row of the graveyard that is at fault, as `repo.corrupt` names rows of the history. */
function broken(piid: number, reason: string, cause?: unknown): FossilError<'repo.corrupt'> {
  return new FossilError(
    'repo.corrupt',
    { rid: piid, reason: `in the graveyard: ${reason}` },
    {
      cause,
    },
  )
}

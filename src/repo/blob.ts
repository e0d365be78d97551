/**
 * Artifacts that a repository knows, by hash and by rid: held, phantom (known by name only) or
 * unresolved (held as a delta whose source is still missing), public or private, shunned or not.
 * Source: fossil src/content.c, src/shun.c; table comments in src/schema.c.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { config } from './config.ts'
import { cacheOf, dbOf, type Repo } from './repo.ts'
import { type NamedArtifact, type Rid, ridOfRow } from './rid.ts'

/** Returns the rid of an artifact that is here with its content or as a phantom. */
export function findRid(repo: Repo, hash: ArtifactHash): Rid | undefined {
  const held = cacheOf(repo).heldRid(hash)
  if (held !== undefined) return held
  return dbOf(repo).prepare<[Rid]>('SELECT rid FROM blob WHERE uuid = ?').get(hash)?.[0]
}

/** The rid of an artifact that must be known. @throws {FossilError} `artifact.missing` */
export function ridOf(repo: Repo, hash: ArtifactHash): Rid {
  const rid = findRid(repo, hash)
  if (rid === undefined) throw new FossilError('artifact.missing', { name: hash })
  return rid
}

/** Returns the hash of `rid`. */
export function hashOf(repo: Repo, rid: Rid): ArtifactHash | undefined {
  return dbOf(repo).prepare<[ArtifactHash]>('SELECT uuid FROM blob WHERE rid = ?').get(rid)?.[0]
}

/** Length in bytes of the artifact `rid`; -1 for a phantom, 0 where there is no such row. */
export function sizeOf(repo: Repo, rid: Rid): number {
  return dbOf(repo).prepare<[number]>('SELECT size FROM blob WHERE rid = ?').get(rid)?.[0] ?? 0
}

/**
 * Returns the rid of an artifact whose content can be read and was verified against its name;
 * undefined for phantoms, for unresolved deltas and for the unknown.
 */
export function findHeld(repo: Repo, hash: ArtifactHash): Rid | undefined {
  const cached = cacheOf(repo).heldRid(hash)
  if (cached !== undefined) return cached
  const row = dbOf(repo)
    .prepare<[Rid]>('SELECT rid FROM blob WHERE uuid = ? AND size >= 0')
    .get(hash)
  if (row === undefined || unresolvedRids(repo).has(row[0])) return undefined
  cacheOf(repo).rememberHeld(hash, row[0])
  return row[0]
}

/**
 * Tells whether the artifact is here, content and all. A phantom is not.
 *
 * @example
 * ```ts
 * if (hasArtifact(repo, hash)) console.log(readArtifact(repo, hash).length, 'bytes')
 * ```
 */
export function hasArtifact(repo: Repo, hash: ArtifactHash): boolean {
  return findHeld(repo, hash) !== undefined
}

/** Tells whether no artifact is here, not even by name. */
export function holdsNothing(repo: Repo): boolean {
  return dbOf(repo).prepare('SELECT 1 FROM blob LIMIT 1').get() === undefined
}

/**
 * Makes a phantom: the name of an artifact that some peer holds. Returns the rid of the new or
 * existing row, or undefined for a shunned name.
 */
export function ensureKnown(
  repo: Repo,
  hash: ArtifactHash,
  options: { isPrivate: boolean },
): Rid | undefined {
  const known = findRid(repo, hash)
  if (known !== undefined) return known
  if (isShunned(repo, hash)) return undefined
  const db = dbOf(repo)
  const { lastRowid } = db
    .prepare('INSERT INTO blob(rcvid, size, uuid, content) VALUES(0, -1, ?, NULL)')
    .run(hash)
  const rid = ridOfRow(lastRowid)
  db.prepare('INSERT INTO phantom(rid) VALUES(?)').run(rid)
  const table = options.isPrivate ? 'private' : 'unclustered'
  db.prepare(`INSERT OR IGNORE INTO ${table}(rid) VALUES(?)`).run(rid)
  holdingsChanged(repo)
  return rid
}

/**
 * Tells whether this repository refuses the artifact: an administrator banned it, or the hash
 * policy is `shun-sha1` and the name is SHA-1. shun.c:uuid_is_shunned.
 */
export function isShunned(repo: Repo, hash: string): boolean {
  if (hash.length === 40 && config(repo, 'hash-policy') === '4') return true
  const { holdings } = cacheOf(repo)
  holdings.hasShunned ??= exists(repo, 'SELECT 1 FROM shun LIMIT 1')
  return holdings.hasShunned && exists(repo, 'SELECT 1 FROM shun WHERE uuid = ?', hash)
}

/** Tells whether anything here is private. */
export function holdsPrivate(repo: Repo): boolean {
  const { holdings } = cacheOf(repo)
  return (holdings.hasPrivate ??= exists(repo, 'SELECT 1 FROM private LIMIT 1'))
}

/** Tells whether the artifact stays here unless private content is asked for and allowed. */
export function isPrivate(repo: Repo, rid: Rid): boolean {
  return holdsPrivate(repo) && exists(repo, 'SELECT 1 FROM private WHERE rid = ?', rid)
}

/** Tells whether only the name of the artifact is here. */
export function isPhantom(repo: Repo, rid: Rid): boolean {
  const { holdings } = cacheOf(repo)
  holdings.hasPhantom ??= exists(repo, 'SELECT 1 FROM phantom LIMIT 1')
  return holdings.hasPhantom && exists(repo, 'SELECT 1 FROM phantom WHERE rid = ?', rid)
}

/**
 * Marks an artifact public, and announces it from now on. Stock forgets the second half
 * (content.c:773-782), so that an artifact that became public reaches nobody; see
 * docs/divergences.md.
 */
export function makePublic(repo: Repo, rid: Rid): void {
  if (!isPrivate(repo, rid)) return
  dbOf(repo).prepare('DELETE FROM private WHERE rid = ?').run(rid)
  dbOf(repo).prepare('INSERT OR IGNORE INTO unclustered(rid) VALUES(?)').run(rid)
  holdingsChanged(repo)
}

/** Marks an artifact private: it is no longer announced, nor sent unless asked for by right. */
export function makePrivate(repo: Repo, rid: Rid): void {
  if (isPrivate(repo, rid)) return
  dbOf(repo).prepare('INSERT OR IGNORE INTO private(rid) VALUES(?)').run(rid)
  dbOf(repo).prepare('DELETE FROM unclustered WHERE rid = ?').run(rid)
  dbOf(repo).prepare('DELETE FROM unsent WHERE rid = ?').run(rid)
  holdingsChanged(repo)
}

/**
 * Artifacts stored as deltas that cannot be expanded yet: somewhere down the chain the source is
 * a phantom. They are neither announced nor clustered, since nobody has verified them.
 * In no order; the set changes as artifacts arrive.
 */
export function unresolvedRids(repo: Repo): ReadonlySet<Rid> {
  const cache = cacheOf(repo)
  cache.unresolved ??= new Set(
    dbOf(repo)
      .prepare<[Rid]>(
        `WITH RECURSIVE waiting(rid) AS (
           SELECT delta.rid FROM phantom CROSS JOIN delta ON delta.srcid = phantom.rid
           UNION
           SELECT delta.rid FROM waiting CROSS JOIN delta ON delta.srcid = waiting.rid
         )
         SELECT rid FROM waiting ORDER BY rid`,
      )
      .all()
      .map(([rid]) => rid),
  )
  return cache.unresolved
}

/**
 * The artifacts that this repository announces unasked: those held and public that no cluster here
 * names. Driven from `unclustered`, so that it costs nothing for what is clustered.
 * xfer.c:1024-1071.
 */
export function announcedArtifacts(repo: Repo): readonly NamedArtifact[] {
  const { holdings } = cacheOf(repo)
  if (holdings.announced === undefined) {
    const unresolved = unresolvedRids(repo)
    holdings.announced = dbOf(repo)
      .prepare<[rid: Rid, hash: ArtifactHash]>(
        `SELECT blob.rid, blob.uuid FROM unclustered CROSS JOIN blob USING(rid)
          WHERE blob.size >= 0
            AND NOT EXISTS(SELECT 1 FROM shun WHERE shun.uuid = blob.uuid)
            AND NOT EXISTS(SELECT 1 FROM private WHERE private.rid = blob.rid)
          ORDER BY unclustered.rid`,
      )
      .all()
      .filter(([rid]) => !unresolved.has(rid))
      .map(([rid, hash]) => ({ rid, hash }))
  }
  return holdings.announced
}

/** Held public artifacts, clustered or not, the newest first: at most `limit`. */
export function publicArtifacts(repo: Repo, { limit }: { limit: number }): NamedArtifact[] {
  const unresolved = unresolvedRids(repo)
  return dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      `SELECT rid, uuid FROM blob
        WHERE size >= 0
          AND NOT EXISTS(SELECT 1 FROM shun WHERE shun.uuid = blob.uuid)
          AND NOT EXISTS(SELECT 1 FROM private WHERE private.rid = blob.rid)
        ORDER BY rid DESC LIMIT ?`,
    )
    .all(limit)
    .filter(([rid]) => !unresolved.has(rid))
    .map(([rid, hash]) => ({ rid, hash }))
}

/** Held private artifacts, in rid order. */
export function privateArtifacts(repo: Repo): NamedArtifact[] {
  const { holdings } = cacheOf(repo)
  if (holdings.hasPrivate === false) return []
  const unresolved = unresolvedRids(repo)
  return dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      `SELECT blob.rid, blob.uuid FROM private CROSS JOIN blob USING(rid)
        WHERE blob.size >= 0 ORDER BY private.rid`,
    )
    .all()
    .filter(([rid]) => !unresolved.has(rid))
    .map(([rid, hash]) => ({ rid, hash }))
}

/**
 * Phantoms: artifacts known by name that some peer must send. Private ones only `withPrivate`.
 * At most `limit`, in rid order. xfer.c:739-764.
 */
export function phantomArtifacts(
  repo: Repo,
  { limit, withPrivate }: { limit: number; withPrivate: boolean },
): NamedArtifact[] {
  const { holdings } = cacheOf(repo)
  holdings.hasPhantom ??= exists(repo, 'SELECT 1 FROM phantom LIMIT 1')
  if (!holdings.hasPhantom) return []
  return dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      `SELECT blob.rid, blob.uuid FROM phantom CROSS JOIN blob USING(rid)
        WHERE NOT EXISTS(SELECT 1 FROM shun WHERE shun.uuid = blob.uuid)
          AND (? OR NOT EXISTS(SELECT 1 FROM private WHERE private.rid = blob.rid))
        ORDER BY phantom.rid LIMIT ?`,
    )
    .all(withPrivate ? 1 : 0, limit)
    .map(([rid, hash]) => ({ rid, hash }))
}

/** Number of names whose content is not here, whoever may have it. */
export function countPhantoms(repo: Repo): number {
  return dbOf(repo).prepare<[number]>('SELECT count(*) FROM phantom').get()?.[0] ?? 0
}

/** Deltas that wait for their source, in rid order: see {@link unresolvedRids}. */
export function unresolvedArtifacts(repo: Repo): NamedArtifact[] {
  const rids = [...unresolvedRids(repo)].sort((a, b) => a - b)
  return rids.flatMap((rid) => {
    const hash = hashOf(repo, rid)
    return hash === undefined || isShunned(repo, hash) ? [] : [{ rid, hash }]
  })
}

/**
 * Call after any change to blob, phantom, private or unclustered. {@link unresolvedRids} is not
 * concerned: content.ts keeps it up to date. What is shunned stays as it was, so that an arrival
 * does not cost a query about it.
 */
export function holdingsChanged(repo: Repo): void {
  const { hasShunned } = cacheOf(repo).holdings
  cacheOf(repo).holdings = hasShunned === undefined ? {} : { hasShunned }
}

/** Call after a change to shun. */
export function shunChanged(repo: Repo): void {
  cacheOf(repo).holdings = {}
}

function exists(repo: Repo, sql: string, ...parameters: (string | number)[]): boolean {
  return (
    dbOf(repo)
      .prepare(sql)
      .get(...parameters) !== undefined
  )
}

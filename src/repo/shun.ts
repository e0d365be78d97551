/**
 * Shunning: artifacts that an administrator banned. They are refused when they come again, and a
 * rebuild removes those that are here.
 * Source: fossil src/shun.c.
 * @module
 */

import { compressContent } from '../base/zlib.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { shunChanged } from './blob.ts'
import { readContent } from './content.ts'
import { cacheOf, dbOf, type Repo } from './repo.ts'
import type { Rid } from './rid.ts'

/**
 * Bans artifacts. What is here of them goes with the next {@link rebuild}.
 *
 * @example
 * ```ts
 * shun(repo, [hash], { comment: 'a password' })
 * rebuild(repo)
 * ```
 */
export function shun(
  repo: Repo,
  hashes: readonly ArtifactHash[],
  options: { comment?: string } = {},
): void {
  repo.transaction(() => {
    const mtimeSec = Math.floor(repo.env.clock.nowMs() / 1000)
    const insert = dbOf(repo).prepare('REPLACE INTO shun(uuid, mtime, scom) VALUES(?, ?, ?)')
    for (const hash of hashes) insert.run(hash, mtimeSec, options.comment ?? '')
    shunChanged(repo)
  })
}

/**
 * Lifts bans. What was removed must come again from elsewhere, and is asked for by name only after
 * a {@link rebuild}: what names it was read as if it did not exist.
 *
 * @example
 * ```ts
 * unshun(repo, [hash])
 * rebuild(repo)
 * ```
 * @returns how many there were
 */
export function unshun(repo: Repo, hashes: readonly ArtifactHash[]): number {
  return repo.transaction(() => {
    const remove = dbOf(repo).prepare('DELETE FROM shun WHERE uuid = ?')
    const removed = hashes.reduce((sum, hash) => sum + remove.run(hash).changes, 0)
    shunChanged(repo)
    return removed
  })
}

/**
 * All bans, by name.
 *
 * @example
 * ```ts
 * for (const { hash, comment } of listShunned(repo)) console.log(hash, comment)
 * ```
 */
export function listShunned(repo: Repo): {
  readonly hash: ArtifactHash
  /** The time of the ban, in seconds since 1970. */
  readonly mtimeSec: number
  /** The reason, in the words of whoever banned it. */
  readonly comment: string
}[] {
  return dbOf(repo)
    .prepare<[ArtifactHash, number, string | null]>(
      'SELECT uuid, mtime, scom FROM shun ORDER BY uuid',
    )
    .all()
    .map(([hash, mtimeSec, comment]) => ({ hash, mtimeSec, comment: comment ?? '' }))
}

/** Tells whether an artifact or a name is still here that is banned. */
export function holdsShunned(repo: Repo): boolean {
  const row = dbOf(repo).prepare('SELECT 1 FROM shun CROSS JOIN blob USING(uuid) LIMIT 1').get()
  return row !== undefined
}

/**
 * Removes the banned artifacts that are here; deltas of them are stored whole. The derived tables
 * speak of them until they are worked out anew.
 *
 * @returns how many were removed
 */
export function removeShunned(repo: Repo): number {
  const rids = dbOf(repo)
    .prepare<[Rid]>('SELECT rid FROM shun CROSS JOIN blob USING(uuid) ORDER BY rid')
    .all()
    .map(([rid]) => rid)
  return removeArtifacts(repo, rids)
}

/** Removes artifacts. What is stored as a delta of one is stored whole first. */
export function removeArtifacts(repo: Repo, rids: readonly Rid[]): number {
  const db = dbOf(repo)
  const going = new Set(rids)
  for (const rid of rids) {
    for (const [delta] of db.prepare<[Rid]>('SELECT rid FROM delta WHERE srcid = ?').all(rid)) {
      if (!going.has(delta)) undeltify(repo, delta)
    }
  }
  for (const rid of rids) {
    for (const table of ['blob', 'delta', 'private', 'phantom', 'unclustered', 'unsent']) {
      db.prepare(`DELETE FROM ${table} WHERE rid = ?`).run(rid)
    }
  }
  cacheOf(repo).clear()
  return rids.length
}

/** Stores `rid` whole. A delta whose source never came becomes a phantom: it may come whole yet. */
export function undeltify(repo: Repo, rid: Rid): void {
  const content = readContent(repo, rid)
  const stored = content === undefined ? null : compressContent(content, repo)
  dbOf(repo)
    .prepare('UPDATE blob SET content = ?, size = ? WHERE rid = ?')
    .run(stored, content?.length ?? -1, rid)
  dbOf(repo).prepare('DELETE FROM delta WHERE rid = ?').run(rid)
  if (content === undefined) {
    dbOf(repo).prepare('INSERT OR IGNORE INTO phantom(rid) VALUES(?)').run(rid)
  }
}

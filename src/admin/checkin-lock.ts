/**
 * Check-in locks: a client that is about to commit on a check-in tells the server, which warns the
 * next one. A lock is a `config` row `ci-lock-HASH` and ends by itself: after a minute, or once the
 * check-in has a child on its branch.
 * Source: fossil src/xfer.c:1763-1858; src/descendants.c is_a_leaf.
 * @module
 */

import { isLeaf } from '../crosslink/branch.ts'
import { type ArtifactHash, isArtifactHash } from '../hash/artifact-hash.ts'
import { findRid } from '../repo/blob.ts'
import { configInteger } from '../repo/config.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/** The holder of a lock, and the time since which it is held. */
export interface CheckinLock {
  /** Login of the holder; empty where nobody logged in. */
  readonly login: string
  /** Seconds since 1970, by this repository's clock. */
  readonly mtimeSec: number
}

/** A lock ends after this time unless the setting `lock-timeout` says otherwise. */
const defaultTimeoutSec = 60

/**
 * Locks a check-in for a client.
 *
 * @param request.clientId 40 or 64 hex digits that the client chose for its check-out
 * @returns the lock of another client, which stays; undefined when this one has it now
 */
export function lockCheckin(
  repo: Repo,
  request: { checkin: ArtifactHash; clientId: string; login: string },
): CheckinLock | undefined {
  const { checkin, clientId, login } = request
  return repo.transaction(() => {
    endLocks(repo)
    const held = dbOf(repo)
      .prepare<[login: string | null, clientId: string | null, mtimeSec: number]>(
        `SELECT value ->> 'login', value ->> 'clientid', mtime FROM config WHERE name = ?`,
      )
      .get(lockName(checkin))
    if (held !== undefined) {
      const [holder, holderId, mtimeSec] = held
      if (holderId === clientId) return undefined
      repo.env.mark?.('admin.lock-held')
      return { login: holder ?? '', mtimeSec }
    }
    dbOf(repo)
      .prepare('INSERT INTO config(name, value, mtime) VALUES(?, ?, ?)')
      .run(lockName(checkin), JSON.stringify({ login, clientid: clientId }), nowSec(repo))
    return undefined
  })
}

/** Ends every lock of a client. */
export function unlockCheckins(repo: Repo, clientId: string): void {
  dbOf(repo)
    .prepare(
      `DELETE FROM config WHERE name GLOB 'ci-lock-*'
        AND (NOT json_valid(value) OR value ->> 'clientid' = ?)`,
    )
    .run(clientId)
}

/** Removes locks that are too old, that cannot be read, or whose check-in is no longer a leaf. */
function endLocks(repo: Repo): void {
  const oldestSec = nowSec(repo) - configInteger(repo, 'lock-timeout', defaultTimeoutSec)
  const locks = dbOf(repo)
    .prepare<[name: string, mtimeSec: number, isReadable: number]>(
      `SELECT name, mtime, json_valid(value) FROM config WHERE name GLOB 'ci-lock-*' ORDER BY name`,
    )
    .all()
  for (const [name, mtimeSec, isReadable] of locks) {
    const checkin = name.slice('ci-lock-'.length)
    if (isReadable && mtimeSec > oldestSec && isLeafOrUnknown(repo, checkin)) continue
    dbOf(repo).prepare('DELETE FROM config WHERE name = ?').run(name)
  }
}

/** A check-in that is not here has no children here either. */
function isLeafOrUnknown(repo: Repo, checkin: string): boolean {
  const rid = isArtifactHash(checkin) ? findRid(repo, checkin) : undefined
  return rid === undefined || isLeaf(repo, rid)
}

function lockName(checkin: ArtifactHash): string {
  return `ci-lock-${checkin}`
}

function nowSec(repo: Repo): number {
  return Math.floor(repo.env.clock.nowMs() / 1000)
}

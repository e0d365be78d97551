/**
 * Check-in locks as a repository has them, and what ends them, by SQL of its own.
 * Source: fossil src/xfer.c:1763-1858; src/descendants.c is_a_leaf.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'

/** A lock of one check-in. */
export interface HeldLock {
  readonly clientId: string
  /** Login of the holder; empty if nobody logged in. */
  readonly login: string
  /** Seconds since 1970, by the clock of the server. */
  readonly mtimeSec: number
}

/** Locks by check-in. */
export type HeldLocks = ReadonlyMap<string, HeldLock>

const prefix = 'ci-lock-'

/** Every lock that is written down, the old ones included. */
export function locksIn(repo: Repo): HeldLocks {
  const rows = dbOf(repo)
    .prepare<[name: string, clientId: string | null, login: string | null, mtimeSec: number]>(
      `SELECT name, value ->> 'clientid', value ->> 'login', mtime FROM config
        WHERE name GLOB 'ci-lock-*' AND json_valid(value) ORDER BY name`,
    )
    .all()
  return new Map(
    rows.map(([name, clientId, login, mtimeSec]) => [
      name.slice(prefix.length),
      { clientId: clientId ?? '', login: login ?? '', mtimeSec },
    ]),
  )
}

/** Tells whether two repositories, or one at two moments, have the same locks. */
export function haveSameLocks(one: HeldLocks, other: HeldLocks): boolean {
  return textOf(one) === textOf(other)
}

/** The locks that are not over yet, by the time and the check-ins of their server. */
export function freshLocks(repo: Repo, locks: HeldLocks): HeldLocks {
  const nowSec = Math.floor(repo.env.clock.nowMs() / 1000)
  const endsBeforeSec = nowSec - timeoutSec(repo)
  return new Map(
    [...locks].filter(
      ([checkin, { mtimeSec }]) => mtimeSec > endsBeforeSec && !hasFollower(repo, checkin),
    ),
  )
}

/** Locks in words, for whoever reads of a difference. */
export function textOf(locks: HeldLocks): string {
  const each = [...locks].map(
    ([checkin, { clientId, login, mtimeSec }]) =>
      `${checkin.slice(0, 10)} by ${login}/${clientId.slice(0, 10)} since ${mtimeSec}`,
  )
  return each.length === 0 ? 'none' : each.sort().join(', ')
}

function timeoutSec(repo: Repo): number {
  const row = dbOf(repo)
    .prepare<[string]>(`SELECT value FROM config WHERE name = 'lock-timeout'`)
    .get()
  return row === undefined ? 60 : Number.parseInt(row[0], 10)
}

/** A child on its own branch. */
function hasFollower(repo: Repo, checkin: string): boolean {
  const row = dbOf(repo)
    .prepare(
      `SELECT 1 FROM blob JOIN plink ON plink.pid = blob.rid
        WHERE blob.uuid = ? AND ${branchOf('plink.pid')} = ${branchOf('plink.cid')}`,
    )
    .get(checkin)
  return row !== undefined
}

function branchOf(rid: string): string {
  return `coalesce((SELECT value FROM tagxref JOIN tag USING(tagid)
                     WHERE tagname = 'branch' AND tagtype > 0 AND tagxref.rid = ${rid}), 'trunk')`
}

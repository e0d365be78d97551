/**
 * Clocks that are wrong. A check-in dated a year ahead keeps everybody who knows it from following
 * it: theirs would be older. So a server may refuse what comes from too far ahead, and a client
 * hears how far the clocks are apart.
 * Source: fossil src/xfer.c:1966-1970 (server), 2493-2506, 3023-3031 (client).
 * @module
 */

import { formatDate, julianFromMs, msFromJulian, parseDate } from '../deck/date.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { refused } from './refusal.ts'

/** The difference that counts as none: stock's patience with clocks. xfer.c:3023. */
const toleratedMs = 10_000

/**
 * The time by which the server's clock is ahead of ours, by the comment at the end of a reply;
 * below zero where it is behind; undefined where they agree, or the server says nothing.
 *
 * @param text of the comment: `timestamp ISO8601 errors N`
 * @param between our time when the request was made, and when the reply came
 */
export function skewOf(
  text: string,
  between: { readonly sentMs: number; readonly receivedMs: number },
): number | undefined {
  const serverMs = parseDate(/^\s*timestamp (\S+)/.exec(text)?.[1] ?? '')
  if (serverMs === undefined) return undefined
  const { sentMs, receivedMs } = between
  const skewMs = serverMs > receivedMs ? serverMs - receivedMs : Math.min(0, serverMs - sentMs)
  return Math.abs(skewMs) > toleratedMs ? skewMs : undefined
}

/** Check-ins that the timeline shows more than so much after now, by the name of their artifact. */
export function futureCheckins(repo: Repo, maxAheadMs: number): Map<string, number> {
  const limit = julianFromMs(repo.env.clock.nowMs() + maxAheadMs)
  const rows = dbOf(repo)
    .prepare<[string, number]>(
      `SELECT uuid, mtime FROM event JOIN blob ON rid = objid
       WHERE mtime > ? AND event.type = 'ci' ORDER BY uuid`,
    )
    .all(limit)
  return new Map(rows)
}

/** @throws {FossilError} `sync.refused` where a message brought one that was not here before */
export function refuseFuture(
  repo: Repo,
  maxAheadMs: number,
  before: ReadonlyMap<string, number>,
): void {
  for (const [hash, mtimeJulian] of futureCheckins(repo, maxAheadMs)) {
    if (before.has(hash)) continue
    const date = formatDate(msFromJulian(mtimeJulian), 'seconds')
    const now = formatDate(repo.env.clock.nowMs(), 'seconds')
    throw refused(
      `check-in ${hash} is dated ${date}, and here it is ${now}: set the clock right, give it ` +
        'another date (amend --date), or have the server allow it (serve --allow-future)',
    )
  }
}

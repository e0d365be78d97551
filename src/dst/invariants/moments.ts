/**
 * The order of check-ins of one moment: no check-in is shown at or after a child of it, unless
 * their own dates say so by two seconds or more.
 *
 * Verifies `event.mtime` of each parent and child against each other, from the decks of what is
 * held and without any code of src/crosslink. Does not verify how far a check-in is moved:
 * `derived` compares that with a rebuild, and `event` bounds it. A date tag puts a check-in
 * anywhere, and a line of check-ins is in order as far back as thirty, as in stock.
 *
 * A check walks once through the check-ins that are held.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'
import { type Expected, expectedOf, takenFrom } from './expected.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'

/** A check-in that says it is so much younger than its child, or more, stays there. */
const windowMs = 2_000
const longestLine = 30

/** One check-in: its own date, and its place on the timeline as Julian days. */
interface Shown {
  readonly ownMs: number
  readonly mtime: number
  /** Shown earlier than it says. */
  readonly isMoved: boolean
  /** Shown where a tag says. */
  readonly isTagged: boolean
  readonly children: ArtifactHash[]
}

type Timeline = ReadonlyMap<ArtifactHash, Shown>

/**
 * Every check-in is shown before its children, as far as their own dates allow.
 *
 * @throws {InvariantError} `moments`
 */
export function checkMoments(nodeId: string, repo: Repo): void {
  const timeline = timelineOf(repo, expectedOf(repo))
  const lines = new Map<ArtifactHash, number>()
  for (const [hash, parent] of timeline) {
    for (const childHash of parent.children) {
      const child = timeline.get(childHash)
      if (child === undefined || parent.isTagged || child.isTagged) continue
      if (parent.mtime < child.mtime || parent.ownMs - child.ownMs >= windowMs) continue
      if (movedLine(timeline, lines, childHash) >= longestLine) continue
      const lateMs = Math.round((parent.mtime - child.mtime) * 86_400_000)
      const detail = `${hash} is shown ${lateMs} ms after its child ${childHash}`
      throw new InvariantError('moments', { nodeId, detail })
    }
  }
}

function timelineOf(repo: Repo, expected: Expected): Timeline {
  const { statements, parents, tags } = expected
  const timeline = new Map<ArtifactHash, Shown>()
  const rows = dbOf(repo)
    .prepare<[ArtifactHash, number, number | null]>(
      `SELECT uuid, mtime, omtime FROM event JOIN blob ON rid = objid
        WHERE event.type = 'ci' ORDER BY uuid`,
    )
    .all()
  for (const [hash, mtime, omtime] of rows) {
    const deck = statements.get(hash)?.deck
    if (deck?.kind !== 'checkin') continue
    const date = tags.get(hash)?.get('date')
    const isTagged = date !== undefined && date.type > 0 && date.source !== undefined
    const isMoved = mtime !== omtime
    timeline.set(hash, { ownMs: deck.dateMs, mtime, isMoved, isTagged, children: [] })
  }
  for (const hash of timeline.keys()) {
    const deck = statements.get(hash)?.deck
    const all = parents.get(hash) ?? []
    const primary = all.find(({ isPrimary }) => isPrimary)
    if (deck?.kind !== 'checkin' || primary === undefined || !timeline.has(primary.hash)) continue
    for (const parent of all) timeline.get(parent.hash)?.children.push(hash)
    for (const target of takenFrom(deck)) timeline.get(target)?.children.push(hash)
  }
  return timeline
}

/** The number of check-ins in a row that were moved, from this one down to one that was not. */
function movedLine(
  timeline: Timeline,
  lines: Map<ArtifactHash, number>,
  hash: ArtifactHash,
): number {
  const known = lines.get(hash)
  if (known !== undefined) return known
  // Also ends a circle, which tags and cherry-picks can make together.
  lines.set(hash, 0)
  const place = timeline.get(hash)
  if (place === undefined || !(place.isMoved || place.isTagged)) return 0
  const below = place.children.map((child) => movedLine(timeline, lines, child))
  const line = 1 + below.reduce((longest, each) => Math.max(longest, each), 0)
  lines.set(hash, line)
  return line
}

export const moments: Invariant = {
  name: 'moments',
  holds: 'always',
  ...ofEachNode(ownTables, checkMoments),
}

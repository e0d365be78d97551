/**
 * Check-ins and branches as lines: as the operations meant them, and as they read.
 * See last-word-of-checkins.ts.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { branches } from '../../history/branch.ts'
import { artifactInfo } from '../../history/info.ts'
import { timeline, type TimelineEntry } from '../../history/timeline.ts'
import type { Repo } from '../../repo/repo.ts'
import { dateSaid, heldTag, ownTag, type SaidHistory } from '../history-sayings.ts'
import type { CheckinSaying } from '../said.ts'
import { type Column, rowLines } from './compare-rows.ts'
import { farthestMoveMs, followedAtOnce } from './expected-events.ts'

/** Entries of the timeline, by artifact. */
export type Entries = ReadonlyMap<ArtifactHash, TimelineEntry>

/** A branch as it is read. */
type ReadBranch = ReturnType<typeof branches>[number]

/** All check-ins that the timeline shows. */
export function readEntries(repo: Repo): Entries {
  const entries = timeline(repo, { kinds: ['checkin'], withFiles: true })
  return new Map(entries.map((entry) => [entry.hash, entry]))
}

/** Lines about check-ins that must be read. */
export function checkinLines(history: SaidHistory, entries: Entries): string[] {
  const movable = followedAtOnce(history)
  return [...history.checkins].flatMap(([hash, says]) => {
    const parents = history.parents.get(hash) ?? []
    const marks = [
      ...(parents.length > 1 ? ['merge'] : []),
      ...(history.ends.has(hash) ? ['leaf'] : []),
      ...(heldTag(history, hash, 'closed') === undefined ? [] : ['closed']),
    ]
    return [
      ...linesOf(hash, [
        ['date', shownDate(history, { hash, says }, movable, entries.get(hash)?.dateMs)],
        ['user', ownTag(history, hash, 'user') ?? says.user],
        ['comment', ownTag(history, hash, 'comment') ?? says.comment],
        ['branch', heldTag(history, hash, 'branch')?.value],
        ['marks', marks.join(' ')],
      ]),
      ...parents.map(({ hash: parent, isPrimary }) => parentLine(hash, parent, isPrimary)),
      ...[...(history.tags.get(hash) ?? [])].map(([name, { type, value, source, dateMs }]) =>
        tagLine(hash, name, [types[type], value, source, dateMs]),
      ),
    ]
  })
}

const types = ['cancel', 'single', 'propagating'] as const

/** Lines about check-ins as they are read. */
export function readCheckinLines(repo: Repo, entries: Entries): string[] {
  return [...entries].flatMap(([hash, { dateMs, user, comment, branch, marks }]) => {
    const { parents, tags } = artifactInfo(repo, hash)
    const told = ['merge', 'leaf', 'closed'].filter((each) => marks.some((mark) => mark === each))
    return [
      ...linesOf(hash, [
        ['date', dateMs],
        ['user', user],
        ['comment', comment],
        ['branch', branch],
        ['marks', told.join(' ')],
      ]),
      ...parents.map((parent) => parentLine(hash, parent.hash, parent.isPrimary)),
      ...tags.map(({ name, type, value, source, dateMs: saidMs }) =>
        tagLine(hash, name, [type, value, source, saidMs]),
      ),
    ]
  })
}

function linesOf(hash: ArtifactHash, columns: readonly Column[]): string[] {
  return rowLines(`check-in ${hash}`, columns)
}

function parentLine(hash: ArtifactHash, parent: ArtifactHash, isPrimary: boolean): string {
  return `check-in ${hash} ${isPrimary ? 'follows' : 'merges'} ${parent}`
}

function tagLine(hash: ArtifactHash, name: string, said: readonly unknown[]): string {
  return `check-in ${hash} has the tag ${JSON.stringify([name, ...said])}`
}

/** A check-in that another follows at once may be shown a little earlier. */
function shownDate(
  history: SaidHistory,
  { hash, says }: { hash: ArtifactHash; says: CheckinSaying },
  movable: ReadonlySet<ArtifactHash>,
  shownMs = Infinity,
): number {
  const saidMs = dateSaid(ownTag(history, hash, 'date'))
  if (saidMs !== undefined) return saidMs
  const earlyMs = says.dateMs - shownMs
  const isMoved = movable.has(hash) && earlyMs > 0 && earlyMs < farthestMoveMs
  return isMoved ? shownMs : says.dateMs
}

/**
 * Lines about branches that must be read.
 *
 * @param read the branches as they are read
 */
export function branchLines(
  history: SaidHistory,
  entries: Entries,
  read: readonly ReadBranch[],
): string[] {
  const { leaves, checkins } = history
  const isOpenLeaf = (hash: ArtifactHash): boolean =>
    leaves.has(hash) && heldTag(history, hash, 'closed') === undefined
  const on = Map.groupBy(history.tags.keys(), (hash) => {
    return heldTag(history, hash, 'branch')?.value
  })
  return [...on].flatMap(([name, hashes]) => {
    if (name === undefined) return []
    const isOpen = hashes.some((hash) => checkins.has(hash) && isOpenLeaf(hash))
    // A later version of a page, note or post ends the one before it, and which is not said here.
    const mayBeOpen = hashes.some((hash) => !checkins.has(hash) && isOpenLeaf(hash))
    const isShownOpen = mayBeOpen && read.some((branch) => branch.name === name && branch.isOpen)
    const dates = hashes.flatMap((hash) => entries.get(hash)?.dateMs ?? [])
    return branchLine(
      name,
      isOpen || isShownOpen,
      dates.length === 0 ? undefined : Math.max(...dates),
    )
  })
}

/** Lines about branches as they are read: of two tips of one moment either may be told. */
export function readBranchLines(read: readonly ReadBranch[], entries: Entries): string[] {
  return read.flatMap(({ name, isOpen, tip }) => {
    const entry = tip === undefined ? undefined : entries.get(tip)
    return branchLine(name, isOpen, entry?.branch === name ? entry.dateMs : undefined)
  })
}

function branchLine(name: string, isOpen: boolean, tipMs: number | undefined): string[] {
  return rowLines(`branch ${name}`, [
    ['state', isOpen ? 'open' : 'closed'],
    ['tip', tipMs],
  ])
}

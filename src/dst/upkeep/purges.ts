/**
 * The effect of purges: what goes is whole in the graveyard, and comes back from it as it was.
 * @module
 */

import { announcementProblem } from './announcements.ts'
import { removalProblem } from './bans.ts'
import { isPublicFile, versionsOf } from './files.ts'
import { lineOf } from './lines.ts'
import { type Deed, excessOf, lackOf, type Rule } from './rule.ts'
import { changeOf, namesFrom, rowsFrom, type Snapshot } from './snapshot.ts'
import { brokenTomb, purgesIn, type Tomb, tombsOf } from './tombs.ts'

const graveyard = ['purgeevent', 'purgeitem']
const holdings = ['blob', 'private', 'unclustered', 'unsent']

function purging(targetsOf: (deed: Deed) => Iterable<string>): Rule {
  return {
    touches: [...holdings, ...graveyard],
    begin: (deed) => {
      const names = new Set(targetsOf(deed))
      return (after) =>
        removalProblem(deed.before, after, names) ??
        burialProblem(deed, after, names) ??
        announcementProblem(deed.repo, after)
    },
  }
}

/** The effect of a purge of one artifact. */
export const purge = purging(({ artifact }) => [artifact('target') ?? ''])

/** The effect of a purge of a check-in: alone, or with what follows it and is theirs alone. */
export const purgeLine = purging(({ repo, args, artifact }) => {
  const target = artifact('target') ?? ''
  return args.flag('isAlone') ? [target] : lineOf(repo, target)
})

/** The effect of a purge of all versions of a file. */
export const purgeFile = purging(({ repo, args }) => versionsOf(repo, args.text('path')))

/**
 * The effect of an exhumation: what was purged is back, as private as it was, and no longer banned;
 * its purge is over.
 */
export const exhume: Rule = {
  touches: [...holdings, ...graveyard, 'shun'],
  begin: (deed) => {
    const { repo, before, args } = deed
    const id = args.integer('purge')
    const tombs = purgesIn(before).includes(id) ? tombsOf(repo, id) : []
    const names = new Set(tombs.map(({ hash }) => hash))
    return (after) => {
      const banned = namesFrom(after, 'shun')
      const left = [...names].find((hash) => banned.has(hash))
      if (left !== undefined) return `${left} is back, and still banned`
      return (
        brokenTomb(tombs) ??
        lackOf(after, 'blob', names) ??
        privacyProblem(deed, after, tombs) ??
        lossOf(before, after, 'blob') ??
        excessOf(before, after, { table: 'shun', names }) ??
        endProblem(before, after, id)
      )
    }
  },
}

/** One purge is over for good, and nothing else changed. */
export const obliterate: Rule = {
  touches: graveyard,
  begin: ({ before, args }) => {
    const id = args.integer('purge')
    return (after) => endProblem(before, after, id)
  },
}

/** The graveyard holds a new purge: of all that went, and of nothing else. */
function burialProblem(
  { repo, before, nowSec }: Deed,
  after: Snapshot,
  names: ReadonlySet<string>,
): string | undefined {
  const { gone, came } = changeOf(before, after, 'purgeevent')
  const [event] = came
  if (gone.length > 0 || came.length !== 1 || event === undefined) {
    return `there are ${came.length} new purges, and ${gone.length} are gone`
  }
  const [id, timeSec] = event
  if (timeSec !== nowSec) return `the purge is of ${timeSec}, and it was ${nowSec}`
  const tombs = tombsOf(repo, Number(id))
  const buried = new Set(tombs.map(({ hash }) => hash))
  const lost = [...names].find((hash) => !buried.has(hash))
  if (lost !== undefined) return `${lost} was purged, and is not in the graveyard`
  if (tombs.length > names.size) return `the graveyard got ${tombs.length}, not ${names.size}`
  const secrets = namesFrom(before, 'private')
  const told = tombs.find(({ hash, isPrivate }) => isPrivate !== secrets.has(hash))
  if (told !== undefined) return `${told.hash} is private in one of blob and graveyard alone`
  return brokenTomb(tombs) ?? othersProblem(before, after, Number(id))
}

/**
 * Finds artifacts that came back without their privacy. They are private where they were purged so,
 * unless they were here in public meanwhile, or a public check-in has them.
 */
function privacyProblem(
  { repo, before }: Deed,
  after: Snapshot,
  tombs: readonly Tomb[],
): string | undefined {
  const [held, hidden] = [namesFrom(before, 'blob'), namesFrom(before, 'private')]
  const [now, told] = [namesFrom(after, 'private'), namesFrom(after, 'unclustered')]
  for (const { hash, isPrivate } of tombs) {
    const shouldHide = isPrivate && (!held.has(hash) || hidden.has(hash))
    if (now.has(hash) !== shouldHide && !(shouldHide && isPublicFile(repo, hash))) {
      return `${hash} came back ${shouldHide ? 'in public' : 'in private'}`
    }
    if (now.has(hash) && told.has(hash)) return `${hash} came back in private, and is announced`
  }
  // A public check-in that is back, or can be read again, makes its files public.
  const names = new Set(tombs.map(({ hash }) => hash))
  const lost = changeOf(before, after, 'private').gone.map(([name]) => String(name))
  const stray = lost.find((name) => !names.has(name) && !isPublicFile(repo, name))
  if (stray !== undefined) return `${stray} went from private`
  return lossOf(before, after, 'unsent')
}

function lossOf(before: Snapshot, after: Snapshot, table: string): string | undefined {
  const [lost] = changeOf(before, after, table).gone
  return lost && `${String(lost[0])} went from ${table}`
}

/** Nothing is left of a purge that is over. */
function endProblem(before: Snapshot, after: Snapshot, id: number): string | undefined {
  const left = graveyard.find((table) => rowsOfPurge(after, table, id).length > 0)
  if (left !== undefined) return `${left} still has purge ${id}`
  return othersProblem(before, after, id)
}

function othersProblem(before: Snapshot, after: Snapshot, id: number): string | undefined {
  for (const table of graveyard) {
    const { gone, came } = changeOf(before, after, table)
    const at = columnOf(table)
    const stray = [...gone, ...came].find((row) => row[at] !== id)
    if (stray !== undefined) return `${table} changed: ${JSON.stringify(stray)}`
  }
  return undefined
}

function rowsOfPurge(snapshot: Snapshot, table: string, id: number): unknown[] {
  return rowsFrom(snapshot, table).filter((row) => row[columnOf(table)] === id)
}

/** The column that has the id of the purge. */
function columnOf(table: string): number {
  return table === 'purgeevent' ? 0 : 1
}

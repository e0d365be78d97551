/**
 * The effect of bans, and of lifting them.
 * @module
 */

import { announcementProblem } from './announcements.ts'
import { versionsOf } from './files.ts'
import { type Deed, excessOf, type Rule } from './rule.ts'
import { namesFrom, rowsFrom, type Snapshot } from './snapshot.ts'

/**
 * The effect of bans: banned artifacts are gone, and are among the bans since now; nothing else
 * went.
 */
function banning(targetsOf: (deed: Deed) => readonly string[]): Rule {
  return {
    touches: ['blob', 'private', 'unclustered', 'unsent', 'shun'],
    begin: (deed) => {
      const { repo, before, nowSec } = deed
      const names = new Set(targetsOf(deed))
      return (after) =>
        bansProblem(before, after, { names, nowSec }) ??
        removalProblem(before, after, names) ??
        announcementProblem(repo, after)
    },
  }
}

/** The effect of a ban on one artifact. */
export const shun = banning(({ artifact }) => [artifact('target') ?? ''])

/** The effect of a ban on all versions of a file. */
export const shunFile = banning(({ repo, args }) => versionsOf(repo, args.text('path')))

/** The ban is lifted, and no other. */
export const unshun: Rule = {
  touches: ['shun', 'unclustered'],
  begin: ({ repo, before, artifact }) => {
    const hash = artifact('target') ?? ''
    return (after) => {
      if (namesFrom(after, 'shun').has(hash)) return `${hash} is still banned`
      return (
        excessOf(before, after, { table: 'shun', names: new Set([hash]) }) ??
        announcementProblem(repo, after)
      )
    }
  },
}

/** The first of some artifacts that is still here, or of others that went with them. */
export function removalProblem(
  before: Snapshot,
  after: Snapshot,
  names: ReadonlySet<string>,
): string | undefined {
  const held = namesFrom(after, 'blob')
  const left = [...names].find((hash) => held.has(hash))
  if (left !== undefined) return `${left} is still here`
  return ['blob', 'private', 'unsent']
    .map((table) => excessOf(before, after, { table, names }))
    .find((problem) => problem !== undefined)
}

function bansProblem(
  before: Snapshot,
  after: Snapshot,
  { names, nowSec }: { names: ReadonlySet<string>; nowSec: number },
): string | undefined {
  const bans = new Map(rowsFrom(after, 'shun').map((row) => [row[0], row]))
  for (const hash of names) {
    const ban = bans.get(hash)
    if (ban === undefined) return `${hash} is not among the bans`
    if (ban[1] !== nowSec) return `${hash} was banned at ${nowSec}, and its ban is of ${ban[1]}`
  }
  return excessOf(before, after, { table: 'shun', names })
}

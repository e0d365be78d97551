/**
 * Whole lines of history, as a purge takes them: check-ins with all that follows them, and what is
 * theirs alone. Worked out by SQL of the checks' own, before anything is purged.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { namedBy } from './cards.ts'

/** A check-in with everything that is to go with it. */
export function lineOf(repo: Repo, first: string): ReadonlySet<string> {
  const children = Map.groupBy(
    pairs(
      repo,
      `SELECT parent.uuid, child.uuid FROM plink JOIN blob AS parent ON parent.rid = pid
         JOIN blob AS child ON child.rid = cid ORDER BY 1, 2`,
    ),
    ([parent]) => parent,
  )
  const checkins = new Set([first])
  // A set visits what is added during the walk.
  for (const hash of checkins) for (const [, next] of children.get(hash) ?? []) checkins.add(next)
  return new Set([...checkins, ...ownFiles(repo, checkins), ...ownControls(repo, checkins)])
}

/** Files that no other check-in has, and that nothing else is made of. */
function ownFiles(repo: Repo, checkins: ReadonlySet<string>): string[] {
  const users = Map.groupBy(
    pairs(
      repo,
      `SELECT DISTINCT file.uuid, checkin.uuid FROM mlink JOIN blob AS file ON file.rid = fid
         JOIN blob AS checkin ON checkin.rid = mid WHERE file.size >= 0 ORDER BY 1, 2`,
    ),
    ([file]) => file,
  )
  const meant = new Set(
    dbOf(repo)
      .prepare<[string]>(
        `SELECT uuid FROM blob WHERE rid IN (SELECT objid FROM event UNION SELECT rid FROM tagxref)
          UNION SELECT src FROM attachment WHERE src IS NOT NULL`,
      )
      .all()
      .map(([hash]) => hash),
  )
  return [...users]
    .filter(([file, all]) => !meant.has(file) && all.every(([, checkin]) => checkins.has(checkin)))
    .map(([file]) => file)
}

/** Control artifacts about these check-ins alone. */
function ownControls(repo: Repo, checkins: ReadonlySet<string>): string[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT uuid FROM event CROSS JOIN blob ON rid = objid WHERE event.type = 'g' ORDER BY uuid`,
    )
    .all()
    .map(([hash]) => hash)
    .filter((hash) => namedBy(repo, hash, 'T').every((target) => checkins.has(target)))
}

function pairs(repo: Repo, sql: string): [string, string][] {
  return dbOf(repo).prepare<[string, string]>(sql).all()
}

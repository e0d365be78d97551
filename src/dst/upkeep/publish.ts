/**
 * The effect of publishing: the check-in is public, and all that it cannot be read without; and
 * others are told of it.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { namedBy } from './cards.ts'
import { excessOf, lackOf, type Rule } from './rule.ts'
import { namesFrom } from './snapshot.ts'

/** A private line is public, up to its first public check-in, and nothing else is. */
export const publish: Rule = {
  touches: ['private', 'unclustered', 'unsent'],
  begin: ({ repo, before, artifact }) => {
    const secrets = namesFrom(before, 'private')
    const lineage = secretLineage(repo, artifact('checkin'), secrets)
    const files = [...lineage].flatMap((hash) => namedBy(repo, hash, 'F')).filter(isSecret)
    const controls = controlsOf(repo, lineage).filter(isSecret)
    const owed = new Set<string>([...lineage, ...files, ...controls])
    const allowed = new Set<string>([...owed, ...earlierControls(repo, lineage, secrets)])
    return (after) => {
      const hidden = namesFrom(after, 'private')
      const kept = [...owed].find((hash) => hidden.has(hash))
      if (kept !== undefined) return `${kept} is still private`
      return (
        lackOf(after, 'unclustered', owed) ??
        lackOf(after, 'unsent', owed) ??
        excessOf(before, after, { table: 'private', names: allowed }) ??
        excessOf(before, after, { table: 'unclustered', names: allowed }) ??
        excessOf(before, after, { table: 'unsent', names: allowed })
      )
    }

    function isSecret(hash: string): boolean {
      return secrets.has(hash)
    }
  },
}

/** Private check-ins from one on down, by parents and baselines. */
function secretLineage(
  repo: Repo,
  first: ArtifactHash | undefined,
  secrets: ReadonlySet<string>,
): ReadonlySet<ArtifactHash> {
  const found = new Set<ArtifactHash>()
  if (first !== undefined && secrets.has(first)) found.add(first)
  // A set visits what is added during the walk.
  for (const hash of found) {
    for (const next of [...namedBy(repo, hash, 'P'), ...namedBy(repo, hash, 'B')]) {
      if (secrets.has(next)) found.add(next)
    }
  }
  return found
}

/** Artifacts whose tags hold on check-ins, but for check-ins that merge them. */
function controlsOf(repo: Repo, checkins: ReadonlySet<ArtifactHash>): string[] {
  return dbOf(repo)
    .prepare<[string]>(
      `SELECT DISTINCT source.uuid FROM json_each(?) AS name
         JOIN blob AS target ON target.uuid = name.value
         JOIN tagxref ON tagxref.rid = target.rid
         JOIN blob AS source ON source.rid = tagxref.srcid
        WHERE source.rid NOT IN (SELECT objid FROM event WHERE type = 'ci') ORDER BY source.uuid`,
    )
    .all(JSON.stringify([...checkins]))
    .map(([hash]) => hash)
}

/** Private control artifacts about check-ins, those included whose tags others have replaced. */
function earlierControls(
  repo: Repo,
  checkins: ReadonlySet<ArtifactHash>,
  secrets: ReadonlySet<string>,
): string[] {
  const controls = dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT uuid FROM event CROSS JOIN blob ON rid = objid
        WHERE event.type = 'g' AND rid IN (SELECT rid FROM private) ORDER BY uuid`,
    )
    .all()
    .map(([hash]) => hash)
  return controls.filter(
    (hash) => secrets.has(hash) && namedBy(repo, hash, 'T').some((target) => checkins.has(target)),
  )
}

/**
 * Unversioned files of two repositories that have just synced.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'

/** The first name that two sides differ in, where files went both ways, or one side lacks. */
export function differingFile(
  client: Repo,
  server: Repo,
  { isPullOnly }: { readonly isPullOnly: boolean },
): string | undefined {
  const [ours, theirs] = [versionsIn(client), versionsIn(server)]
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [own, other] = [ours.get(name), theirs.get(name)]
    // A catalogue says nothing of deleted files: what the other never had is as good as deleted.
    if ((own?.hash ?? null) === null && (other?.hash ?? null) === null) continue
    if (own?.mtimeSec === other?.mtimeSec && own?.hash === other?.hash) continue
    // Whoever may not write keeps what it has that is newer.
    if (isPullOnly && (other?.mtimeSec ?? -Infinity) <= (own?.mtimeSec ?? -Infinity)) continue
    return name
  }
  return undefined
}

interface Version {
  readonly mtimeSec: number
  /** Null where it was deleted. */
  readonly hash: string | null
}

function versionsIn(repo: Repo): ReadonlyMap<string, Version> {
  const sql = `SELECT 1 FROM sqlite_schema WHERE name = 'unversioned'`
  if (dbOf(repo).prepare(sql).get() === undefined) return new Map()
  const rows = dbOf(repo)
    .prepare<[string, number, string | null]>('SELECT name, mtime, hash FROM unversioned')
    .all()
  return new Map(rows.map(([name, mtimeSec, hash]) => [name, { mtimeSec, hash }]))
}

/**
 * Files of check-ins, by SQL of the checks' own.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'

/** Every version of a file, or of the files below a directory, that is here. */
export function versionsOf(repo: Repo, path: string): string[] {
  return dbOf(repo)
    .prepare<[string, string]>(
      `SELECT DISTINCT filename.name, blob.uuid
         FROM filename JOIN mlink USING(fnid) JOIN blob ON blob.rid = mlink.fid
        WHERE blob.size >= 0 ORDER BY blob.uuid`,
    )
    .all()
    .filter(([name]) => name === path || name.startsWith(`${path}/`))
    .map(([, hash]) => hash)
}

/** Tells whether a public check-in has a file. */
export function isPublicFile(repo: Repo, hash: string): boolean {
  const row = dbOf(repo)
    .prepare(
      `SELECT 1 FROM blob JOIN mlink ON fid = rid
        WHERE uuid = ? AND mid NOT IN (SELECT rid FROM private) LIMIT 1`,
    )
    .get(hash)
  return row !== undefined
}

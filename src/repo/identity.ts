/**
 * Identity of a repository as its rows tell it: what `Repo` itself answers, so it knows databases
 * and no repository.
 * Source: fossil src/db.c db_get; src/hname.c.
 * @module
 */

import type { Database } from '../db/driver.ts'
import { type HashPolicy, hashPolicyFromCode } from '../hash/artifact-hash.ts'
import type { RepoCache } from './cache.ts'

/** The row of an unfinished clone in `config`: clone-state.ts. */
export const cloneRow = 'trilobite-clone'

/** A row of `config`, or undefined where there is none. */
export function configValue(
  db: Database,
  { config: cached }: RepoCache,
  name: string,
): string | undefined {
  if (cached.has(name)) return cached.get(name)
  const row = db
    .prepare<[string | null]>('SELECT CAST(value AS TEXT) FROM config WHERE name = ?')
    .get(name)
  const value = row?.[0] ?? undefined
  cached.set(name, value)
  return value
}

/** The policy that the row `hash-policy` means; undefined for what means none. */
export function configuredPolicy(value: string | undefined): HashPolicy | undefined {
  return hashPolicyFromCode(Number.parseInt(value ?? '', 10))
}

/** The policy where none is set. hname.c:hname_default_policy. */
export function defaultPolicy(db: Database): HashPolicy {
  const has = (length: number): boolean =>
    db.prepare('SELECT 1 FROM blob WHERE length(uuid) = ? LIMIT 1').get(length) !== undefined
  return has(64) || !has(40) ? 'sha3' : 'auto'
}

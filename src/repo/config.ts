/**
 * The `config` table: settings and identity of one repository.
 * Source: fossil src/db.c db_get, db_set; reference names in src/setup.c.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { cacheOf, dbOf, type Repo } from './repo.ts'

/**
 * Returns the value of a setting, or undefined where it is not set.
 *
 * @example
 * ```ts
 * const name = config(repo, 'project-name') ?? 'unnamed'
 * ```
 */
export function config(repo: Repo, name: string): string | undefined {
  const { config: cached } = cacheOf(repo)
  if (cached.has(name)) return cached.get(name)
  const row = dbOf(repo)
    .prepare<[string | null]>('SELECT CAST(value AS TEXT) FROM config WHERE name = ?')
    .get(name)
  const value = row?.[0] ?? undefined
  cached.set(name, value)
  return value
}

/** Returns an integer setting, or `otherwise` where it is absent or not a number. */
export function configInteger(repo: Repo, name: string, otherwise: number): number {
  const value = Number.parseInt(config(repo, name) ?? '', 10)
  return Number.isSafeInteger(value) ? value : otherwise
}

/**
 * Tells whether a setting says yes, as stock reads it; where it says neither yes nor no, the answer
 * is `otherwise`.
 */
export function isSettingOn(repo: Repo, name: string, { otherwise = false } = {}): boolean {
  return truthOf(config(repo, name) ?? '') ?? otherwise
}

/** Reads `on` and `off` in all forms; undefined for anything else. db.c is_truth, is_false. */
export function truthOf(value: string): boolean | undefined {
  if (/^(?:on|yes|true|1)$/i.test(value)) return true
  return /^(?:off|no|false|0)$/i.test(value) ? false : undefined
}

/**
 * Sets a value and the time it was set at.
 *
 * @example
 * ```ts
 * setConfig(repo, 'project-name', 'Trilobites')
 * ```
 */
export function setConfig(repo: Repo, name: string, value: string): void {
  repo.transaction(() => {
    dbOf(repo)
      .prepare('REPLACE INTO config(name, value, mtime) VALUES(?, ?, ?)')
      .run(name, value, Math.floor(repo.env.clock.nowMs() / 1000))
    cacheOf(repo).config.set(name, value)
  })
}

/** Removes a value. */
export function unsetConfig(repo: Repo, name: string): void {
  repo.transaction(() => {
    dbOf(repo).prepare('DELETE FROM config WHERE name = ?').run(name)
    cacheOf(repo).config.set(name, undefined)
  })
}

/**
 * The code that all repositories of one project share, 40 hex digits.
 *
 * @example
 * ```ts
 * using copy = createMemoryRepo(systemEnv, { projectCode: projectCode(repo) })
 * ```
 * @throws {FossilError} `repo.invalid` when the repository has none
 */
export function projectCode(repo: Repo): string {
  return required(repo, 'project-code')
}

/**
 * The code of this one repository, 40 hex digits.
 *
 * @example
 * ```ts
 * serverCode(repo) // 40 hex digits, which no other copy has
 * ```
 */
export function serverCode(repo: Repo): string {
  return required(repo, 'server-code')
}

function required(repo: Repo, name: string): string {
  const value = config(repo, name)
  if (value === undefined) {
    throw new FossilError('repo.invalid', { path: repo.path, reason: `it has no ${name}` })
  }
  return value
}

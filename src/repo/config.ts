/**
 * The `config` table: settings and identity of one repository.
 * Source: fossil src/db.c db_get, db_set; reference names in src/setup.c.
 * @module
 */

import { configValue } from './identity.ts'
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
  return configValue(dbOf(repo), cacheOf(repo), name)
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

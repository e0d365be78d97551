/**
 * The size of a repository, in numbers of everything that it holds.
 * @module
 */

import { dbOf, type Repo } from '../repo/repo.ts'
import { listUnversioned } from '../repo/unversioned.ts'

/**
 * Counts what a repository holds.
 *
 * @example
 * ```ts
 * const { artifacts, phantoms } = statistics(repo)
 * ```
 */
export function statistics(repo: Repo): {
  /** Artifacts whose content is here. */
  readonly artifacts: number
  /** Artifacts that are known by name only. */
  readonly phantoms: number
  /** Artifacts that are kept out of sync. */
  readonly privateArtifacts: number
  /** Unversioned files, without those that were removed. */
  readonly unversionedFiles: number
} {
  return {
    artifacts: count(repo, 'blob WHERE size >= 0'),
    phantoms: count(repo, 'phantom'),
    privateArtifacts: count(repo, 'private'),
    unversionedFiles: listUnversioned(repo).filter(({ hash }) => hash !== undefined).length,
  }
}

function count(repo: Repo, from: string): number {
  return dbOf(repo).prepare<[number]>(`SELECT count(*) FROM ${from}`).get()?.[0] ?? 0
}

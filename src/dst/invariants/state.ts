/**
 * The state of a repository in brief, so that what was checked is not checked again unchanged.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'

/** Changes that checks made and took back, such as rows of temporary tables. */
const takenBack = new WeakMap<Repo, number>()

/** Repositories by number: one that is opened again after a crash is another. */
const numbers = new WeakMap<Repo, number>()
let opened = 0

/** Another text after any change, by this connection or another, and for each repository. */
export function stateOf(repo: Repo): string {
  const [others = 0] = dbOf(repo).prepare<[number]>('PRAGMA data_version').get() ?? []
  const number = numbers.get(repo) ?? ++opened
  numbers.set(repo, number)
  return `${number} ${changes(repo) - (takenBack.get(repo) ?? 0)} ${others}`
}

/** Runs a check that leaves a repository as it was, though SQLite counts changes. */
export function leavingState<T>(repo: Repo, check: () => T): T {
  const before = changes(repo)
  try {
    return check()
  } finally {
    takenBack.set(repo, (takenBack.get(repo) ?? 0) + changes(repo) - before)
  }
}

function changes(repo: Repo): number {
  return dbOf(repo).prepare<[number]>('SELECT total_changes()').get()?.[0] ?? 0
}

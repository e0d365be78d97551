/**
 * The state of a repository in brief, for whoever wants to know cheaply whether anything was
 * written since a moment.
 * @module
 */

import { dbOf, type Repo } from './repo.ts'

/** Changes that were taken back by whoever made them, such as rows of temporary tables. */
const takenBack = new WeakMap<Repo, number>()

/** Repositories by number: one that is opened again is another. */
const numbers = new WeakMap<Repo, number>()
let opened = 0

/** Another text after any change, by this connection or another, and for each repository. */
export function stateOf(repo: Repo): string {
  const [others = 0] = dbOf(repo).prepare<[number]>('PRAGMA data_version').get() ?? []
  const number = numbers.get(repo) ?? ++opened
  numbers.set(repo, number)
  return `${number} ${changes(repo) - (takenBack.get(repo) ?? 0)} ${others}`
}

/** Runs what leaves a repository as it was, though SQLite counts changes. */
export function leavingState<T>(repo: Repo, action: () => T): T {
  const before = changes(repo)
  try {
    return action()
  } finally {
    takenBack.set(repo, (takenBack.get(repo) ?? 0) + changes(repo) - before)
  }
}

function changes(repo: Repo): number {
  return dbOf(repo).prepare<[number]>('SELECT total_changes()').get()?.[0] ?? 0
}

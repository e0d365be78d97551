/**
 * Opens and makes repositories whose artifacts are given their meaning as they arrive. `src/repo`
 * stores artifacts and does not know what they mean: the crosslinker is handed to it here.
 * @module
 */

import type { Env } from '../base/env.ts'
import type { Database } from '../db/driver.ts'
import { type CreateOptions, createRepoWith } from '../repo/create.ts'
import { openRepoWith, type Repo } from '../repo/repo.ts'
import { crosslinker } from './crosslink.ts'

/**
 * Opens the repository behind `db`.
 *
 * @throws {FossilError} `repo.invalid` when it is not a Fossil repository, or one whose schema
 *   needs a rebuild first; `repo.unreadable` when the file is damaged
 */
export function openRepo(db: Database, env: Env): Repo {
  return openRepoWith(crosslinker, db, env)
}

/**
 * Makes an empty database into a repository, or leaves it empty.
 *
 * @param prepare what else belongs to the new repository, done in the same transaction
 * @throws {FossilError} `repo.invalid` when the database has tables already; `option.invalid` for
 *   a malformed code
 */
export function createRepo(
  db: Database,
  env: Env,
  options: CreateOptions = {},
  prepare?: (repo: Repo) => void,
): Repo {
  return createRepoWith(crosslinker, db, env, options, prepare)
}

/**
 * Repositories as files of the disk: opened, made, and made to be clones.
 * @module
 */

import { existsSync, rmSync } from 'node:fs'

import { putRemote } from '../admin/remote.ts'
import type { Env } from '../base/env.ts'
import { createRepo as createRepoIn, openRepo as openRepoIn } from '../crosslink/open.ts'
import type { Database } from '../db/driver.ts'
import { openDatabase } from '../db/node.ts'
import { beginClone } from '../repo/clone-state.ts'
import type { CreateOptions } from '../repo/create.ts'
import type { Repo } from '../repo/repo.ts'
import { checkIsFile } from '../base/whole-file.ts'

/**
 * Opens a repository: the file at a path, or what is behind a database connection, which is the
 * repository's from then on. Close it, or declare it with `using`.
 *
 * @example
 * ```ts
 * using repo = openRepo('project.fossil', systemEnv)
 * ```
 * @throws {FossilError} `repo.unreadable` when it cannot be opened; `repo.invalid` when it is not a
 *   Fossil repository, or one that needs `fossil rebuild` first
 */
export function openRepo(
  source: string | Database,
  env: Env,
  options: Omit<NonNullable<Parameters<typeof openDatabase>[1]>, 'create'> = {},
): Repo {
  if (typeof source !== 'string') return openRepoIn(source, env)
  checkIsFile(source)
  const db = openDatabase(source, options)
  try {
    return openRepoIn(db, env)
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Makes a new repository file at `path`.
 *
 * @example
 * ```ts
 * using repo = createRepo('project.fossil', systemEnv)
 * ```
 * @throws {FossilError} `repo.unreadable` when it cannot be written; `repo.invalid` when there is a
 *   repository already
 */
export function createRepo(path: string, env: Env, options: CreateOptions = {}): Repo {
  return createFile(path, (db) => createRepoIn(db, env, options))
}

/**
 * Makes a new repository file that is to be a clone: known as an unfinished one from the moment it
 * is there. `clone` brings what belongs in it, and goes on where an earlier one ended.
 *
 * @example
 * ```ts
 * using repo = createClone('project.fossil', systemEnv)
 * await clone(repo, transport)
 * ```
 * @param options.url where it is cloned from, remembered as the remote `default`
 * @throws {FossilError} as {@link createRepo} does
 */
export function createClone(
  path: string,
  env: Env,
  options: Omit<CreateOptions, 'projectCode' | 'hashPolicy'> & { readonly url?: string } = {},
): Repo {
  const { url, ...creation } = options
  return createFile(path, (db) =>
    createRepoIn(db, env, creation, (repo) => {
      beginClone(repo)
      if (url !== undefined) putRemote(repo, { name: 'default', url })
    }),
  )
}

/** Leaves no file behind where it fails and there was none. */
function createFile(path: string, create: (db: Database) => Repo): Repo {
  const isNew = !existsSync(path)
  const db = openDatabase(path, { create: true })
  try {
    return create(db)
  } catch (error) {
    db.close()
    if (isNew) rmSync(path, { force: true })
    throw error
  }
}

/**
 * The repository that a command works on, and its permission to do so.
 * @module
 */

import { readdirSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { FossilError, openRepo, type Repo, systemEnv } from '../index.ts'
import { remoteNamed } from './peer.ts'

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly repository?: string
}

/**
 * The file that `--repository` names, else the only `*.fossil` file of the current folder.
 *
 * @throws {FossilError} `option.invalid` where neither says which
 */
export function repositoryPath(program: Command): string {
  const { repository } = program.opts<GlobalOptions>()
  if (repository !== undefined) return repository
  const files = readdirSync('.')
    .filter((name) => name.endsWith('.fossil') && statSync(name, statQuietly)?.isFile() === true)
    .sort()
  const [only] = files
  if (only !== undefined && files.length === 1) return only
  const told = files.slice(0, maxTold).join(', ')
  const reason =
    only === undefined
      ? 'say which repository: there is no .fossil file in this folder'
      : `say which repository: this folder has ${told}${files.length > maxTold ? ', …' : ''}`
  throw new FossilError('option.invalid', { option: '--repository', reason })
}

/**
 * Opens a repository, be it whole or an unfinished clone.
 *
 * @throws {FossilError} `repo.unreadable`, `repo.invalid`
 */
export function openAny(path: string): Repo {
  opened = path
  return openRepo(path, systemEnv)
}

/** The repository that was opened last, for errors that do not say of which file they are. */
export function openedPath(): string | undefined {
  return opened
}

let opened: string | undefined

/**
 * Opens a repository that is whole.
 *
 * @throws {FossilError} `repo.unreadable`; `repo.invalid`, for an unfinished clone, too
 */
export function openWhole(path: string): Repo {
  const repo = openAny(path)
  try {
    checkWhole(repo)
    return repo
  } catch (error) {
    repo.close()
    throw error
  }
}

/** @throws {FossilError} `repo.invalid` for an unfinished clone, with the command that goes on */
export function checkWhole(repo: Repo): void {
  if (!repo.isUnfinishedClone) return
  const { path } = repo
  const url = remoteNamed(repo, 'default')?.url ?? 'URL'
  const reason = `it is an unfinished clone: "trilobite clone ${url} ${path}" goes on with it`
  throw new FossilError('repo.invalid', { path, reason })
}

/** The most files of a folder that are told. */
const maxTold = 5

const statQuietly = { throwIfNoEntry: false } as const

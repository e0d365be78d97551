/**
 * Fossil repositories and Fossil sync.
 *
 *     using repo = openRepo('project.fossil', systemEnv)
 *     const result = await sync(repo, transport)
 *
 * @module
 */

import { existsSync, rmSync } from 'node:fs'

import type { Env } from './base/env.ts'
import type { Database } from './db/driver.ts'
import type { Deck } from './deck/deck.ts'
import { parseDeck } from './deck/parse.ts'
import { openFile, type OpenFileOptions, openMemory } from './db/node.ts'
import { putRemote } from './admin/remote.ts'
import { checkIsFile } from './folder/whole-file.ts'
import { beginClone } from './repo/clone-state.ts'
import type { CreateOptions } from './repo/create.ts'
import { createRepo as createRepoIn, openRepo as openRepoIn } from './crosslink/open.ts'
import type { Repo } from './repo/repo.ts'
import { storeLocal as storeLocalIn } from './repo/store.ts'
import type { Written } from './write/artifact.ts'

export { noBuggify, systemEnv, type Buggify, type Clock, type Env } from './base/env.ts'
export { FossilError, isTransportError, type FossilErrors } from './base/error.ts'
export { formatDate, parseDate } from './deck/date.ts'
export type { Deck } from './deck/deck.ts'
export { defossilize } from './deck/fossilize.ts'
export { compareAsBytes, decodeText, encodeText } from './deck/text.ts'
export { parseArtifactHash, type ArtifactHash, type HashPolicy } from './hash/artifact-hash.ts'
export { hasArtifact } from './repo/blob.ts'
export { cloneState } from './repo/clone-state.ts'
export { config, projectCode, serverCode, setConfig } from './repo/config.ts'
export { readArtifact } from './repo/content.ts'
export type { CreateOptions } from './repo/create.ts'
export { hashPolicy } from './repo/hash-policy.ts'
export type { Repo } from './repo/repo.ts'
export { listShunned, shun, unshun } from './repo/shun.ts'
export {
  findUnversioned,
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  writeUnversioned,
  type UnversionedEntry,
} from './repo/unversioned.ts'
export { rebuild } from './crosslink/rebuild.ts'
export { verify } from './crosslink/verify.ts'
export { amendCheckin, type Amendment } from './write/amend.ts'
export type { Author, Written } from './write/artifact.ts'
export { attachFile, detachFile } from './write/attachment.ts'
export { markBranches, newBranch } from './write/branch.ts'
export { checkin, type Checkin, type CheckinOptions, type FileChange } from './write/checkin.ts'
export { editPost, newThread, replyToPost } from './write/forum.ts'
export { checkinPlace } from './write/place.ts'
export { addTag, cancelTag, checkTagged } from './write/tag.ts'
export { editTechnote, newTechnote, type Technote } from './write/technote.ts'
export { changeTicket, newTicket } from './write/ticket.ts'
export { writeWiki } from './write/wiki.ts'
export {
  listPurges,
  obliterate,
  purgedArtifacts,
  readPurged,
  undoPurge,
} from './admin/graveyard.ts'
export { publish } from './admin/publish.ts'
export { checkinsWithAll, describePurge, fileVersions, purge } from './admin/purge.ts'
export { findRemote, listRemotes, putRemote, removeRemote, type Remote } from './admin/remote.ts'
export { findUser, listUsers, putUser, removeUser, specialLogins, type User } from './admin/user.ts'
export { checkinFiles, type CheckinFile } from './history/files.ts'
export { folderChanges, type FolderOptions } from './folder/changes.ts'
export { readWholeFile, unreadableFile } from './folder/whole-file.ts'
export { accessOf, fullAccess, type Access } from './sync/access.ts'
export { NonceMemory } from './sync/auth.ts'
export type { SyncEvent } from './sync/events.ts'
export { answerXfer, handleXfer } from './sync/handler.ts'
export type { HandlerOptions } from './sync/handler-options.ts'
export type { Credentials } from './sync/login.ts'
export { SyncSession } from './sync/session.ts'
export type { SyncOptions, SyncResult } from './sync/session-options.ts'
export { clone, sync, type CloneOptions } from './sync/sync.ts'
export type { ExchangeOptions, Transport } from './sync/transport.ts'

/**
 * Opens a repository: the file at a path, or what is behind a database connection, which is the
 * repository's from then on. Close it, or declare it with `using`.
 *
 * @throws {FossilError} `repo.unreadable` when it cannot be opened; `repo.invalid` when it is not a
 *   Fossil repository, or one that needs `fossil rebuild` first
 */
export function openRepo(
  source: string | Database,
  env: Env,
  options: Omit<OpenFileOptions, 'create'> = {},
): Repo {
  if (typeof source !== 'string') return openRepoIn(source, env)
  checkIsFile(source)
  const db = openFile(source, options)
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

/** Makes a repository in memory, gone when it is closed: for tests, and for what need not last. */
export function createMemoryRepo(env: Env, options: CreateOptions = {}): Repo {
  return createRepoIn(openMemory(), env, options)
}

/**
 * Stores content that was made here, under the name that the hash policy gives it. It is queued
 * for the next push, unless private.
 *
 * @returns `isNew`: false when it was here already, content and all
 */
export function storeLocal(
  repo: Repo,
  content: Uint8Array,
  options: { isPrivate?: boolean } = {},
): Written & { readonly isNew: boolean } {
  const { hash, isNew } = storeLocalIn(repo, content, options)
  return { hash, isNew }
}

/** Leaves no file behind where it fails and there was none. */
function createFile(path: string, create: (db: Database) => Repo): Repo {
  const isNew = !existsSync(path)
  const db = openFile(path, { create: true })
  try {
    return create(db)
  } catch (error) {
    db.close()
    if (isNew) rmSync(path, { force: true })
    throw error
  }
}

/**
 * Reads a structural artifact: a check-in, a page, a ticket change and so on. Undefined means plain
 * data. Never throws on any bytes, which are neither changed nor kept.
 */
export function parseArtifact(bytes: Uint8Array): Deck | undefined {
  return parseDeck(bytes)
}

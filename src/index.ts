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
import { openFile, type OpenFileOptions, openMemory } from './db/node.ts'
import { putRemote } from './admin/remote.ts'
import { checkIsFile } from './folder/whole-file.ts'
import { beginClone } from './repo/clone-state.ts'
import type { CreateOptions } from './repo/create.ts'
import { createRepo as createRepoIn, openRepo as openRepoIn } from './crosslink/open.ts'
import type { Repo } from './repo/repo.ts'

export {
  noBuggify,
  systemEnv,
  type Buggify,
  type Clock,
  type Env,
  type Random,
} from './base/env.ts'
export { FossilError, type FossilErrorCode, type FossilErrors } from './base/error.ts'
export { formatDate, parseDate } from './deck/date.ts'
export { defossilize } from './deck/fossilize.ts'
export { compareAsBytes, decodeText, encodeText } from './deck/text.ts'
export {
  isArtifactHash,
  parseArtifactHash,
  type ArtifactHash,
  type HashPolicy,
} from './hash/artifact-hash.ts'
export { hasArtifact } from './repo/blob.ts'
export { checkin, type Checkin, type CheckinOptions, type FileChange } from './write/checkin.ts'
export { folderChanges, type FolderChanges, type FolderOptions } from './folder/changes.ts'
export { globMatcher } from './folder/globs.ts'
export { readWholeFile, unreadableFile } from './folder/whole-file.ts'
export { type CloneState, beginClone, cloneState } from './repo/clone-state.ts'
export { config, projectCode, serverCode, setConfig } from './repo/config.ts'
export { hashPolicy } from './repo/hash-policy.ts'
export { readArtifact } from './repo/content.ts'
export { checkinFiles, type CheckinFile } from './history/files.ts'
export type { CreateOptions } from './repo/create.ts'
export { findRemote, listRemotes, putRemote, removeRemote, type Remote } from './admin/remote.ts'
export {
  listPurges,
  obliterate,
  type PurgedArtifact,
  purgedArtifacts,
  type PurgeEvent,
  readPurged,
  undoPurge,
} from './admin/graveyard.ts'
export { checkinsWithAll, describePurge, fileVersions, purge } from './admin/purge.ts'
export { rebuild, type RebuildProgress, type RebuildResult } from './crosslink/rebuild.ts'
export type { Repo } from './repo/repo.ts'
export { listShunned, shun, type Shunned, unshun } from './repo/shun.ts'
export { storeLocal, type Stored } from './repo/store.ts'
export {
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  unversionedHash,
  writeUnversioned,
  type UnversionedEntry,
} from './repo/unversioned.ts'
export {
  effectiveCapabilities,
  findUser,
  listUsers,
  putUser,
  removeUser,
  specialLogins,
  type User,
} from './admin/user.ts'
export {
  verify,
  type Difference,
  type Verification,
  type VerifyOptions,
} from './crosslink/verify.ts'
export { checkinPlace } from './write/place.ts'
export { amendCheckin, type Amendment } from './write/amend.ts'
export type { Author, Written } from './write/artifact.ts'
export {
  attachFile,
  detachFile,
  type AttachmentTarget,
  type FileToAttach,
} from './write/attachment.ts'
export { markBranches, newBranch, type BranchMark, type BranchToBegin } from './write/branch.ts'
export { editPost, newThread, replyToPost, type OpeningPost, type Post } from './write/forum.ts'
export {
  addTag,
  cancelTag,
  checkTagged,
  editTags,
  type TagEdit,
  type TagToAdd,
  type TagToCancel,
} from './write/tag.ts'
export { editTechnote, newTechnote, type Technote, type TechnoteChange } from './write/technote.ts'
export { changeTicket, newTicket, type TicketFields } from './write/ticket.ts'
export { writeWiki, type WikiPage } from './write/wiki.ts'
export { accessOf, fullAccess, type Access } from './sync/access.ts'
export type { SyncEvent, SyncObserver } from './sync/events.ts'
export { answerXfer, handleXfer, type XferReply } from './sync/handler.ts'
export type { HandlerOptions } from './sync/handler-options.ts'
export { SyncSession, type SyncOptions, type SyncResult } from './sync/session.ts'
export { NonceMemory } from './sync/auth.ts'
export type { Credentials } from './sync/login.ts'
export { clone, sync, type CloneOptions } from './sync/sync.ts'
export type { ExchangeOptions, Transport } from './sync/transport.ts'

/**
 * Opens the repository file at `path`. Close it, or declare it with `using`.
 *
 * @throws {FossilError} `repo.unreadable` when it cannot be opened; `repo.invalid` when it is not a
 *   Fossil repository, or one that needs `fossil rebuild` first
 */
export function openRepo(
  path: string,
  env: Env,
  options: Omit<OpenFileOptions, 'create'> = {},
): Repo {
  checkIsFile(path)
  const db = openFile(path, options)
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

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
import { openFile, type OpenFileOptions, openMemory } from './db/node.ts'
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
export {
  isArtifactHash,
  parseArtifactHash,
  type ArtifactHash,
  type HashPolicy,
} from './hash/artifact-hash.ts'
export { hasArtifact } from './repo/blob.ts'
export {
  checkin,
  checkinFiles,
  type Checkin,
  type CheckinOptions,
  type FileChange,
} from './write/checkin.ts'
export { type CloneState, beginClone, cloneState } from './repo/clone-state.ts'
export { config, projectCode, serverCode, setConfig } from './repo/config.ts'
export { readArtifact } from './repo/content.ts'
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
export { checkinsWithAll, purge, type Purge } from './admin/purge.ts'
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
  type User,
} from './admin/user.ts'
export {
  verify,
  type Difference,
  type Verification,
  type VerifyOptions,
} from './crosslink/verify.ts'
export { amendCheckin, type Amendment } from './write/amend.ts'
export type { Author } from './write/artifact.ts'
export {
  attachFile,
  detachFile,
  type Attached,
  type AttachmentTarget,
  type FileToAttach,
} from './write/attachment.ts'
export { markBranches, newBranch, type BranchMark, type BranchToBegin } from './write/branch.ts'
export { editPost, newThread, replyToPost, type OpeningPost, type Post } from './write/forum.ts'
export {
  addTag,
  cancelTag,
  editTags,
  type TagEdit,
  type TagToAdd,
  type TagToCancel,
} from './write/tag.ts'
export {
  editTechnote,
  newTechnote,
  type NewTechnote,
  type Technote,
  type TechnoteChange,
} from './write/technote.ts'
export { changeTicket, newTicket, type NewTicket, type TicketFields } from './write/ticket.ts'
export { writeWiki, type WikiPage } from './write/wiki.ts'
export { accessOf, fullAccess, type Access } from './sync/access.ts'
export type { SyncEvent, SyncObserver } from './sync/events.ts'
export { answerXfer, handleXfer, type XferReply } from './sync/handler.ts'
export type { HandlerOptions } from './sync/handler-options.ts'
export { SyncSession, type SyncOptions, type SyncResult } from './sync/session.ts'
export { NonceMemory } from './sync/auth.ts'
export type { Credentials } from './sync/login.ts'
export { clone, sync, type CloneOptions } from './sync/sync.ts'
export type { Transport } from './sync/transport.ts'

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
  const isNew = !existsSync(path)
  const db = openFile(path, { create: true })
  try {
    return createRepoIn(db, env, options)
  } catch (error) {
    db.close()
    if (isNew) rmSync(path, { force: true })
    throw error
  }
}

/** Makes a repository in memory, gone when it is closed: for tests, and for what need not last. */
export function createMemoryRepo(env: Env, options: CreateOptions = {}): Repo {
  return createRepoIn(openMemory(), env, options)
}

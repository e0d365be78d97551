/**
 * Fossil repositories and Fossil sync.
 *
 *     using repo = openRepo('project.fossil', systemEnv)
 *     const result = await sync(repo, transport)
 *
 * @module trilobite
 */

import { requireBytes } from './base/options.ts'
import type { Env } from './base/env.ts'
import type { Deck } from './deck/deck.ts'
import { parseDeck } from './deck/parse.ts'
import { openDatabase } from './db/node.ts'
import type { CreateOptions } from './repo/create.ts'
import { createRepo as createRepoIn } from './crosslink/open.ts'
import type { Repo } from './repo/repo.ts'
import { storeLocal as storeLocalIn } from './repo/store.ts'
import type { Written } from './write/artifact.ts'

export { systemEnv, type Env } from './base/env.ts'
export { FossilError, type FossilErrors } from './base/error.ts'
export { decodeText, encodeText } from './base/text.ts'
export { formatDate, parseDate } from './deck/date.ts'
export type { Deck } from './deck/deck.ts'
export { defossilize } from './deck/fossilize.ts'
export { parseArtifactHash, type ArtifactHash } from './hash/artifact-hash.ts'
export { hasArtifact } from './repo/blob.ts'
export { config, setConfig } from './repo/config.ts'
export { readArtifact } from './repo/content.ts'
export type { Repo } from './repo/repo.ts'
export { listShunned, shun, unshun } from './repo/shun.ts'
export {
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  writeUnversioned,
} from './repo/unversioned.ts'
export { rebuild } from './crosslink/rebuild.ts'
export { verify } from './crosslink/verify.ts'
export { amendCheckin } from './write/amend.ts'
export type { Author } from './write/artifact.ts'
export { attachFile, detachFile } from './write/attachment.ts'
export { markBranches, newBranch } from './write/branch.ts'
export { checkin, type CheckinOptions } from './write/checkin.ts'
export { editPost, newThread, replyToPost } from './write/forum.ts'
export { checkinPlace } from './write/place.ts'
export { addTag, cancelTag } from './write/tag.ts'
export { editTechnote, newTechnote } from './write/technote.ts'
export { changeTicket, newTicket } from './write/ticket.ts'
export { writeWiki } from './write/wiki.ts'
export { listPurges, obliterate, readPurged, undoPurge } from './admin/graveyard.ts'
export { publish } from './admin/publish.ts'
export { purge } from './admin/purge.ts'
export { listRemotes, putRemote, removeRemote } from './admin/remote.ts'
export { listUsers, putUser, removeUser } from './admin/user.ts'
export { listSettings, setSetting } from './admin/settings.ts'
export { checkinFiles, type CheckinFile } from './history/files.ts'
export { commitMerge } from './merge/commit.ts'
export { planMerge } from './merge/plan.ts'
export { archiveCheckin } from './folder/archive.ts'
export { folderChanges } from './folder/changes.ts'
export { exportCheckin } from './folder/export.ts'
export { createClone, createRepo, openRepo } from './folder/repo-file.ts'
export { accessOf, fullAccess } from './sync/access.ts'
export type { SyncEvent } from './sync/events.ts'
export { handleXfer } from './sync/handler.ts'
export type { SyncOptions, SyncResult } from './sync/session-options.ts'
export { clone, sync } from './sync/sync.ts'
export type { Transport } from './sync/transport.ts'

/**
 * Makes a repository in memory, gone when it is closed: for tests, and for what need not last.
 *
 * @example
 * ```ts
 * using repo = createMemoryRepo(systemEnv)
 * ```
 */
export function createMemoryRepo(env: Env, options: CreateOptions = {}): Repo {
  return createRepoIn(openDatabase(), env, options)
}

/**
 * Stores content that was made here, under the name that the hash policy gives it. It is queued
 * for the next push, unless private.
 *
 * @example
 * ```ts
 * const { hash } = storeLocal(repo, bytes)
 * ```
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

/**
 * Reads a structural artifact: a check-in, a page, a ticket change and so on. Undefined means plain
 * data. Never throws on any bytes, which are neither changed nor kept.
 *
 * @example
 * ```ts
 * const deck = parseArtifact(readArtifact(repo, hash))
 * if (deck?.kind === 'checkin') console.log(deck.comment)
 * ```
 */
export function parseArtifact(bytes: Uint8Array): Deck | undefined {
  requireBytes('bytes', bytes)
  return parseDeck(bytes)
}

/**
 * Reasons why an artifact does not reach a server.
 * @module
 */

import { FossilError, type FossilErrors } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, isPrivate, isShunned } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { SyncResult } from '../sync/session-options.ts'

/** The end of a wait without a delivery: see `push.failed` in the catalogue of errors. */
export type PushFate = FossilErrors['push.failed']['fate']

/** Composes the error of a delivery that did not happen. */
export function pushFailed(
  hash: ArtifactHash,
  { fate, reason, cause }: { fate: PushFate; reason: string; cause?: unknown },
): FossilError<'push.failed'> {
  return new FossilError('push.failed', { name: hash, fate, reason }, { cause })
}

/** Reason why this repository sends an artifact to nobody, or undefined. */
export function localObstacle(
  repo: Repo,
  hash: ArtifactHash,
  { sendsPrivate }: { sendsPrivate: boolean },
): { readonly fate: PushFate; readonly reason: string } | undefined {
  if (isShunned(repo, hash)) return { fate: 'shunned', reason: 'this repository shuns it' }
  const rid = findHeld(repo, hash)
  if (rid === undefined) return { fate: 'missing', reason: 'this repository does not hold it' }
  if (sendsPrivate || !isPrivate(repo, rid)) return undefined
  return { fate: 'private', reason: 'it is private, and no remote takes private artifacts' }
}

/** Reason why the server of a sync takes no artifact from us, or undefined. */
export function remoteRefusal(result: SyncResult, push: boolean): string | undefined {
  if (!push) return 'nothing is pushed to this remote'
  return result.pushRefused ? 'the server does not accept a push from us' : undefined
}

/** Tells whether an error says that the server will not have us, rather than that it cannot now. */
export function isRefusal(error: FossilError): boolean {
  if (FossilError.is(error, 'sync.refused')) {
    const { message } = error.detail
    return message.startsWith('not authorized') || message === 'wrong project'
  }
  return error.code === 'login.failed' || error.code === 'sync.wrongproject'
}

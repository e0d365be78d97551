/**
 * The loop that joins a session to a transport: the only `await` of a sync.
 * @module
 */

import type { Repo } from '../repo/repo.ts'
import { type SyncOptions, type SyncResult, SyncSession } from './session.ts'
import type { Transport } from './transport.ts'

/**
 * Exchanges artifacts with one peer until neither side has anything the other lacks, or no round
 * brings anything more: then the result says that it is not complete.
 *
 * @throws {FossilError} `transport.failed`, `sync.refused`, `xfer.frame`, `xfer.malformed`,
 *   `hash.mismatch`, `delta.corrupt`, `repo.io`. The repository stays as the last whole round left
 *   it, and another sync goes on from there.
 */
export async function sync(
  repo: Repo,
  transport: Transport,
  options: SyncOptions = {},
): Promise<SyncResult> {
  const session = new SyncSession(repo, options)
  while (session.result === undefined) {
    session.receive(await transport.exchange(session.request()))
  }
  return session.result
}

/**
 * The `rcvfrom` table: who sent what a transaction stores, and when. One row serves everything
 * that a transaction brings, artifacts and unversioned files alike.
 * Source: fossil src/content.c:504-520.
 * @module
 */

import { julianFromMs } from '../deck/date.ts'
import { dbOf, type Repo, transactionOf } from './repo.ts'

/** The first user of a repository: who made it. */
const localUid = 1

/** The row of the running transaction, made when it is first asked for. */
export function receivedFrom(repo: Repo): number {
  const current = transactionOf(repo)
  if (current.rcvid === undefined) {
    const { uid = localUid, nonce = null, remoteAddress = null } = current.origin ?? {}
    current.rcvid = dbOf(repo)
      .prepare('INSERT INTO rcvfrom(uid, mtime, nonce, ipaddr) VALUES(?, ?, ?, ?)')
      .run(uid, julianFromMs(repo.env.clock.nowMs()), nonce, remoteAddress).lastRowid
  }
  return current.rcvid
}

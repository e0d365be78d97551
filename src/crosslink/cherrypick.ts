/**
 * Cherry-picks: which check-ins took changes from which (`cherrypick`).
 *
 * A cherry-pick counts when the check-in it names is here. It is never asked for on this account:
 * it may be private elsewhere, and nothing needs it. Until it comes the pair waits in a table of
 * our own, which stock leaves alone, as it does with every table named `fx_…` (rebuild.c:385).
 *
 * Source: fossil src/manifest.c:2401-2411.
 * @module
 */

import { hasTable } from '../db/tables.ts'
import type { CheckinDeck } from '../deck/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, hashOf } from '../repo/blob.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { checkinDeck } from './manifest.ts'

/** Pairs that wait. It is made with the first one. */
export const waitTable =
  'CREATE TABLE fx_trilobite_wait(hash TEXT, rid INT, PRIMARY KEY(hash, rid)) WITHOUT ROWID'

/** Records the Q cards of check-in `rid` whose targets are here; the others wait. */
export function linkCherrypicks(repo: Repo, rid: Rid, deck: CheckinDeck): void {
  for (const { direction, target } of deck.cherrypicks) {
    const parent = findHeld(repo, target)
    if (parent === undefined) {
      wait(repo, rid, target)
      continue
    }
    dbOf(repo)
      .prepare('REPLACE INTO cherrypick(parentid, childid, isExclude) VALUES(?, ?, ?)')
      .run(parent, rid, direction === '-' ? 1 : 0)
  }
}

/** Records the cherry-picks that waited for `rid`, whatever it is. */
export function linkWaiters(repo: Repo, rid: Rid): void {
  for (const waiter of waitersFor(repo, rid)) {
    const deck = checkinDeck(repo, waiter)
    if (deck !== undefined) linkCherrypicks(repo, waiter, deck)
  }
}

/** The check-ins that waited for `rid`, in rid order. They wait no more. */
function waitersFor(repo: Repo, rid: Rid): Rid[] {
  cacheOf(repo).hasWaiting ??= hasWaitTable(repo)
  if (!cacheOf(repo).hasWaiting) return []
  const waiters = dbOf(repo)
    .prepare<[Rid]>('SELECT rid FROM fx_trilobite_wait WHERE hash = ? ORDER BY rid')
    .all(hashOf(repo, rid) ?? '')
    .map(([waiter]) => waiter)
  if (waiters.length > 0) {
    dbOf(repo)
      .prepare('DELETE FROM fx_trilobite_wait WHERE hash = ?')
      .run(hashOf(repo, rid) ?? '')
  }
  return waiters
}

function wait(repo: Repo, rid: Rid, target: ArtifactHash): void {
  repo.env.mark?.('crosslink.pick-before-source')
  cacheOf(repo).hasWaiting ??= hasWaitTable(repo)
  if (!cacheOf(repo).hasWaiting) {
    dbOf(repo).exec(waitTable)
    cacheOf(repo).hasWaiting = true
  }
  dbOf(repo)
    .prepare('INSERT OR IGNORE INTO fx_trilobite_wait(hash, rid) VALUES(?, ?)')
    .run(target, rid)
}

function hasWaitTable(repo: Repo): boolean {
  const db = dbOf(repo)
  // A verification hides the table behind one of its own: see verify.ts.
  return hasTable(db, 'fx_trilobite_wait') || hasTable(db, 'fx_trilobite_wait', 'temp')
}

/**
 * A check-in in the derived tables: its parents (`plink`), its cherry-picks, the files it changed
 * (`mlink`) and its place on the timeline (`event`). Facts of its own are recorded when it comes;
 * what also depends on its parents, once they are here, at the end of the transaction.
 *
 * A delta manifest whose baseline is missing means nothing yet and waits in `orphan`.
 *
 * Source: fossil src/manifest.c:1862-1930, 2385-2445.
 * @module
 */

import { julianFromMs, storedJulian } from '../../deck/date.ts'
import type { CheckinDeck } from '../../deck/deck.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { ensureKnown, findRid, isPrivate } from '../blob.ts'
import type { Repo } from '../repo.ts'
import type { Rid } from '../rid.ts'
import { linkCherrypicks, waitersFor } from './cherrypick.ts'
import { putEvent } from './event.ts'
import { checkinDeck, manifestOf } from './manifest.ts'
import { linkFiles } from './mlink.ts'
import { inheritAll, insertTag, tagTypes } from './tag.ts'

/** Records what check-in `rid` says, and what waited for it. */
export function linkCheckin(repo: Repo, rid: Rid, deck: CheckinDeck): void {
  repo.cache.rememberCheckin(rid, deck)
  if (manifestOf(repo, rid) === undefined) {
    waitForBaseline(repo, rid, deck)
    return
  }
  linkCherrypicks(repo, rid, deck)
  linkParents(repo, rid, {
    parents: deck.parents,
    mtimeJulian: julianFromMs(deck.dateMs),
    ...(deck.baseline === undefined ? {} : { baseline: deck.baseline }),
  })
  linkTags(repo, rid, deck)
  repo.pending.checkins.add(rid)
  wake(repo, rid)
}

/** The parents of an artifact and what they hand down. The first one is the primary parent. */
export function linkParents(
  repo: Repo,
  rid: Rid,
  link: {
    readonly parents: readonly ArtifactHash[]
    readonly mtimeJulian: number
    readonly baseline?: ArtifactHash
  },
): void {
  const { parents, mtimeJulian, baseline } = link
  const baseid = baseline === undefined ? null : (findRid(repo, baseline) ?? null)
  for (const [index, parent] of parents.entries()) {
    const pid = ensureKnown(repo, parent, { isPrivate: isPrivate(repo, rid) })
    if (pid === undefined) continue
    repo.db
      .prepare('INSERT OR IGNORE INTO plink(pid, cid, isprim, mtime, baseid) VALUES(?, ?, ?, ?, ?)')
      .run(pid, rid, index === 0 ? 1 : 0, storedJulian(mtimeJulian), baseid)
  }
  if (parents.length > 0) inheritAll(repo, rid)
}

/** T cards of a check-in, a control artifact or a technote. */
export function linkTags(repo: Repo, rid: Rid, deck: Pick<CheckinDeck, 'tags' | 'dateMs'>): void {
  for (const { action, name, target, value } of deck.tags) {
    const tagged =
      target === '*' ? rid : ensureKnown(repo, target, { isPrivate: isPrivate(repo, rid) })
    if (tagged === undefined) continue
    insertTag(repo, {
      name,
      type: tagTypes[action],
      ...(value === undefined ? {} : { value }),
      source: rid,
      mtimeJulian: julianFromMs(deck.dateMs),
      target: tagged,
    })
  }
}

/** Works out files and events of the check-ins that came, and files of those that waited. */
export function settleCheckins(repo: Repo): void {
  const { checkins, files, comments, times } = repo.pending
  for (const rid of [...checkins].sort((a, b) => a - b)) {
    const deck = checkinDeck(repo, rid)
    if (deck === undefined) continue
    putEvent(repo, {
      type: 'ci',
      rid,
      mtimeJulian: julianFromMs(deck.dateMs),
      user: deck.user,
      comment: deck.comment,
    })
    comments.add(rid)
    times.add(rid)
    files.add(rid)
  }
  for (const rid of [...files].sort((a, b) => a - b)) linkFiles(repo, rid)
  checkins.clear()
  files.clear()
}

function waitForBaseline(repo: Repo, rid: Rid, deck: CheckinDeck): void {
  if (deck.baseline === undefined) return
  const baseline = ensureKnown(repo, deck.baseline, { isPrivate: isPrivate(repo, rid) })
  if (baseline === undefined) return
  repo.db.prepare('INSERT OR IGNORE INTO orphan(rid, baseline) VALUES(?, ?)').run(rid, baseline)
}

/** Takes up what could not be worked out while this check-in was missing. */
function wake(repo: Repo, rid: Rid): void {
  const { db, pending } = repo
  const children = db
    .prepare<[Rid]>(
      `SELECT cid FROM plink WHERE pid = ?1 UNION SELECT childid FROM cherrypick
        WHERE parentid = ?1 AND NOT isExclude ORDER BY 1`,
    )
    .all(rid)
  for (const [child] of children) pending.files.add(child)
  wakeOrphans(repo, rid)
  for (const waiter of waitersFor(repo, rid)) {
    const waiting = checkinDeck(repo, waiter)
    if (waiting === undefined) continue
    linkCherrypicks(repo, waiter, waiting)
    pending.files.add(waiter)
  }
}

function wakeOrphans(repo: Repo, baseline: Rid): void {
  const orphans = repo.db
    .prepare<[Rid]>('SELECT rid FROM orphan WHERE baseline = ? ORDER BY rid')
    .all(baseline)
  if (orphans.length === 0) return
  repo.db.prepare('DELETE FROM orphan WHERE baseline = ?').run(baseline)
  for (const [orphan] of orphans) {
    const deck = checkinDeck(repo, orphan)
    if (deck !== undefined) linkCheckin(repo, orphan, deck)
  }
}

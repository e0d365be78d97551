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

import { julianFromMs, storedJulian } from '../deck/date.ts'
import type { CheckinDeck } from '../deck/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid } from '../repo/blob.ts'
import { cacheOf, dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { parentTagId } from '../repo/schema.ts'
import { linkCherrypicks } from './cherrypick.ts'
import { putEvent } from './event.ts'
import { checkinDeck, manifestOf } from './manifest.ts'
import { mentioned } from './mention.ts'
import { linkFiles } from './mlink.ts'
import { inheritAll, insertTag, tagTypes } from './tag.ts'

/** Records what check-in `rid` says, and what waited for it. */
export function linkCheckin(repo: Repo, rid: Rid, deck: CheckinDeck): void {
  const coming: ReadableCheckin[] = [{ rid, deck }]
  for (let next = coming.pop(); next !== undefined; next = coming.pop()) {
    cacheOf(repo).rememberCheckin(next.rid, next.deck)
    if (manifestOf(repo, next.rid) === undefined) waitForBaseline(repo, next)
    else linkReadable(repo, next)
    for (const orphan of takeOrphans(repo, next.rid)) coming.push(orphan)
  }
}

interface ReadableCheckin {
  readonly rid: Rid
  readonly deck: CheckinDeck
}

function linkReadable(repo: Repo, { rid, deck }: ReadableCheckin): void {
  linkCherrypicks(repo, rid, deck)
  linkParents(repo, rid, {
    parents: deck.parents,
    mtimeJulian: julianFromMs(deck.dateMs),
    ...(deck.baseline === undefined ? {} : { baseline: deck.baseline }),
  })
  linkTags(repo, rid, deck)
  const { pending } = transactionOf(repo)
  pending.checkins.add(rid)
  const children = dbOf(repo)
    .prepare<[Rid]>(
      // The row of one that was picked and backed out at once says the latter alone.
      `SELECT cid FROM plink WHERE pid = ?1
        UNION SELECT childid FROM cherrypick WHERE parentid = ?1 ORDER BY 1`,
    )
    .all(rid)
  for (const [child] of children) {
    pending.files.add(child)
    pending.times.add(child)
  }
  if (children.length > 0) repo.env.mark?.('crosslink.parent-after-child')
  if (children.length > 0 || hasParentTag(repo, rid)) pending.parentTags = true
}

/** Tells whether other parents were said of a check-in, before it came as a rule. */
function hasParentTag(repo: Repo, rid: Rid): boolean {
  const sql = `SELECT 1 FROM tagxref WHERE rid = ? AND tagid = ${parentTagId}`
  return dbOf(repo).prepare(sql).get(rid) !== undefined
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
    const pid = mentioned(repo, rid, parent)
    if (pid === undefined) continue
    // The branches of both may be known already, and then nothing else has them looked at.
    transactionOf(repo).pending.leaves.add(pid)
    dbOf(repo)
      .prepare('INSERT OR IGNORE INTO plink(pid, cid, isprim, mtime, baseid) VALUES(?, ?, ?, ?, ?)')
      .run(pid, rid, index === 0 ? 1 : 0, storedJulian(mtimeJulian), baseid)
  }
  transactionOf(repo).pending.leaves.add(rid)
  if (parents.length > 0) inheritAll(repo, rid)
}

/** T cards of a check-in, a control artifact or a technote. */
export function linkTags(repo: Repo, rid: Rid, deck: Pick<CheckinDeck, 'tags' | 'dateMs'>): void {
  for (const { action, name, target, value } of deck.tags) {
    const tagged = target === '*' ? rid : mentioned(repo, rid, target)
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
  const { checkins, files, comments, times } = transactionOf(repo).pending
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

function waitForBaseline(repo: Repo, { rid, deck }: ReadableCheckin): void {
  if (deck.baseline === undefined) return
  const baseline = mentioned(repo, rid, deck.baseline)
  if (baseline === undefined) return
  repo.env.mark?.('crosslink.delta-manifest-waits')
  dbOf(repo).prepare('INSERT OR IGNORE INTO orphan(rid, baseline) VALUES(?, ?)').run(rid, baseline)
}

/** The delta manifests that waited for this one. They wait no more. */
function takeOrphans(repo: Repo, baseline: Rid): ReadableCheckin[] {
  const orphans = dbOf(repo)
    .prepare<[Rid]>('SELECT rid FROM orphan WHERE baseline = ? ORDER BY rid')
    .all(baseline)
  if (orphans.length === 0) return []
  repo.env.mark?.('crosslink.baseline-came')
  dbOf(repo).prepare('DELETE FROM orphan WHERE baseline = ?').run(baseline)
  return orphans.flatMap(([rid]) => {
    const deck = checkinDeck(repo, rid)
    return deck === undefined ? [] : [{ rid, deck }]
  })
}

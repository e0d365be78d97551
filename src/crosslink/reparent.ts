/**
 * `parent` tags: an administrator gave a check-in other parents than its manifest names.
 *
 * All such tags are looked at together, whenever one of them or a check-in among them changed, or
 * a check-in came that may close a circle, so that the result depends on the tags alone. Tags that
 * would make a check-in its own ancestor are not followed; stock follows them and its queries go
 * round (docs/divergences.md).
 *
 * Source: fossil src/manifest.c:1932-1974, 2043-2054.
 * @module
 */

import { julianFromMs } from '../deck/date.ts'
import type { CheckinDeck } from '../deck/deck.ts'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { parentTagId } from '../repo/schema.ts'
import { linkParents } from './checkin.ts'
import { manifestOf } from './manifest.ts'
import { inheritAll } from './tag.ts'

/** Gives every check-in the parents that its tags say, if any do. */
export function settleParents(repo: Repo): void {
  const { pending } = transactionOf(repo)
  // Each takes a walk through its ancestors, so this is not done for every check-in (measured).
  if (!pending.parentTags) return
  pending.parentTags = false
  const tagged = taggedCheckins(repo)
  for (const { rid, deck } of tagged) setParents(repo, rid, deck, deck.parents)
  for (const { rid, deck, parents } of tagged) {
    setParents(repo, rid, deck, parents)
    if (!isOwnAncestor(repo, rid)) continue
    repo.env.mark?.('crosslink.parents-in-circle')
    setParents(repo, rid, deck, deck.parents)
  }
}

interface TaggedCheckin {
  readonly rid: Rid
  readonly deck: CheckinDeck
  /** The parents that the tag names, or where it names none any more, the manifest. */
  readonly parents: readonly ArtifactHash[]
}

/** By name, so that the same ones win where not all can. */
function taggedCheckins(repo: Repo): TaggedCheckin[] {
  return dbOf(repo)
    .prepare<[rid: Rid, tagtype: number, value: string | null]>(
      `SELECT rid, tagtype, value FROM tagxref CROSS JOIN blob USING(rid)
        WHERE tagid = ${parentTagId} ORDER BY uuid`,
    )
    .all()
    .flatMap(([rid, tagtype, value]) => {
      // A delta manifest whose baseline is missing means nothing yet.
      const deck = manifestOf(repo, rid)?.deck
      if (deck === undefined) return []
      const parents = tagtype === 1 ? parentList(value ?? '') : undefined
      return [{ rid, deck, parents: parents ?? deck.parents }]
    })
}

/** Hashes with one space between them, or undefined for anything else. */
function parentList(value: string): ArtifactHash[] | undefined {
  const hashes = value.split(' ').map((word) => parseArtifactHash(word))
  return hashes.every((hash) => hash !== undefined) ? hashes : undefined
}

function setParents(
  repo: Repo,
  rid: Rid,
  deck: CheckinDeck,
  parents: readonly ArtifactHash[],
): void {
  if (parents.join() === currentParents(repo, rid).join()) return
  const db = dbOf(repo)
  const { pending } = transactionOf(repo)
  const parentsOf = db.prepare<[Rid]>('SELECT pid FROM plink WHERE cid = ? ORDER BY pid')
  const before = parentsOf.all(rid)
  db.prepare('DELETE FROM plink WHERE cid = ?').run(rid)
  linkParents(repo, rid, {
    parents,
    mtimeJulian: julianFromMs(deck.dateMs),
    ...(deck.baseline === undefined ? {} : { baseline: deck.baseline }),
  })
  inheritAll(repo, rid)
  for (const [pid] of [...before, ...parentsOf.all(rid)]) {
    pending.leaves.add(pid)
    pending.times.add(pid)
  }
  pending.files.add(rid)
  pending.times.add(rid)
}

function currentParents(repo: Repo, rid: Rid): ArtifactHash[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT uuid FROM plink CROSS JOIN blob ON blob.rid = pid
        WHERE cid = ? ORDER BY isprim DESC, plink.rowid`,
    )
    .all(rid)
    .map(([hash]) => hash)
}

function isOwnAncestor(repo: Repo, rid: Rid): boolean {
  const row = dbOf(repo)
    .prepare<[number]>(
      `WITH RECURSIVE line(rid) AS (
         SELECT pid FROM plink WHERE cid = ?1
         UNION SELECT pid FROM line CROSS JOIN plink ON cid = line.rid
       )
       SELECT 1 FROM line WHERE rid = ?1`,
    )
    .get(rid)
  return row !== undefined
}

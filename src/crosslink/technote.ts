/**
 * A technical note in the derived tables: each version follows its parents (`plink`) and bears the
 * tag `event-ID`; the newest one stands on the timeline, at the time its E card gives.
 *
 * Stock looks for newer versions among those it has read, and takes the event of an older one away
 * only where the new one has a parent (manifest.c:2545, "BUG"); here there is one event a note,
 * whatever the order (docs/divergences.md). Links in technotes are not recorded, as in 2.21.
 *
 * Source: fossil src/manifest.c:2530-2594.
 * @module
 */

import { julianFromMs } from '../deck/date.ts'
import type { TechnoteDeck } from '../deck/deck.ts'
import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { attachmentsConcerned } from './attachment.ts'
import { linkParents, linkTags } from './checkin.ts'
import { putEvent } from './event.ts'
import { findTagId, insertTag } from './tag.ts'
import { newestVersion, versionTag } from './version.ts'
import { textSize } from './wiki.ts'

/** Records what the version `rid` of a note says. */
export function linkTechnote(repo: Repo, rid: Rid, deck: TechnoteDeck): void {
  const { technoteId, parents } = deck
  const mtimeJulian = julianFromMs(deck.dateMs)
  linkTags(repo, rid, deck)
  linkParents(repo, rid, { parents, mtimeJulian })
  insertTag(repo, {
    name: versionTag('technote', technoteId),
    type: 1,
    value: String(textSize(deck.content)),
    source: rid,
    mtimeJulian,
    target: rid,
  })
  transactionOf(repo).pending.technotes.add(technoteId)
  attachmentsConcerned(repo, technoteId)
}

/** Puts the newest version of each note that changed on the timeline, and no other. */
export function settleTechnotes(repo: Repo): void {
  for (const technoteId of [...transactionOf(repo).pending.technotes].sort()) {
    const tagid = findTagId(repo, versionTag('technote', technoteId))
    const newest = newestVersion(repo, 'technote', technoteId)
    if (tagid === undefined || newest === undefined) continue
    const { rid, deck } = newest
    dbOf(repo)
      .prepare(`DELETE FROM event WHERE type = 'e' AND tagid = ? AND objid <> ?`)
      .run(tagid, rid)
    putEvent(repo, {
      type: 'e',
      rid,
      mtimeJulian: julianFromMs(deck.eventMs),
      user: deck.user,
      comment: deck.comment,
      tagid,
    })
  }
  transactionOf(repo).pending.technotes.clear()
}

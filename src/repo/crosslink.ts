/**
 * Gives an artifact its meaning once its content is here and verified.
 * So far that is clusters; the other kinds follow with the derived tables.
 * Source: fossil src/manifest.c manifest_crosslink.
 * @module
 */

import type { Deck } from '../deck/deck.ts'
import { parseDeck } from '../deck/parse.ts'
import { julianFromMs } from '../deck/date.ts'
import { ensureKnown, holdingsChanged, isPrivate } from './blob.ts'
import type { Repo } from './repo.ts'
import type { Rid } from './rid.ts'
import { clusterTagId } from './schema.ts'

/** `M`: cards are sorted, and a cluster has only M cards and the Z card. */
const firstOfCluster = 0x4d

/** Updates what the repository derives from artifact `rid`. Plain data derives nothing. */
export function crosslink(repo: Repo, rid: Rid, content: Uint8Array): void {
  // A cluster begins with an M card: nothing else need be read to its end (a fifth of a clone).
  if (content[0] !== firstOfCluster) return
  const deck = parseDeck(content)
  if (deck?.kind === 'cluster') crosslinkCluster(repo, rid, deck)
}

/**
 * A cluster names its members: they need not be announced one by one any more, and those that
 * are not here become phantoms. manifest.c:2427-2442.
 *
 * A private cluster takes nothing off the announcements: nobody is told of it, so its members
 * would be out of reach. In stock it does (docs/divergences.md).
 */
function crosslinkCluster(repo: Repo, rid: Rid, cluster: Deck & { kind: 'cluster' }): void {
  repo.db
    .prepare(
      `REPLACE INTO tagxref(tagid, tagtype, srcid, origid, value, mtime, rid)
       VALUES(?, 1, ?, ?, NULL, ?, ?)`,
    )
    .run(clusterTagId, rid, rid, julianFromMs(repo.env.clock.nowMs()), rid)
  const isTold = !isPrivate(repo, rid)
  const uncluster = repo.db.prepare('DELETE FROM unclustered WHERE rid = ?')
  for (const member of cluster.members) {
    const known = ensureKnown(repo, member, { isPrivate: false })
    if (isTold && known !== undefined) uncluster.run(known)
  }
  holdingsChanged(repo)
}

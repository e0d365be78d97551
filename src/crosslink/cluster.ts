/**
 * Clusters: lists of artifacts that need not be announced one by one.
 * Source: fossil src/manifest.c:2448-2465.
 * @module
 */

import type { ClusterDeck } from '../deck/deck.ts'
import { holdingsChanged, isPrivate } from '../repo/blob.ts'
import { julianFromMs } from '../deck/date.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { mentioned } from './mention.ts'
import { insertTag } from './tag.ts'

/**
 * Artifacts in a cluster, at most: a hundred times what stock and we put into one. A larger one is
 * made to fill this repository with phantoms, and means nothing here (docs/divergences.md).
 */
const maxMembers = 100_000

/**
 * A cluster names its members: they need not be announced one by one any more, and those that
 * are not here become phantoms.
 *
 * A private cluster takes nothing off the announcements: nobody is told of it, so its members
 * would be out of reach. In stock it does (docs/divergences.md).
 */
export function linkCluster(repo: Repo, rid: Rid, cluster: ClusterDeck): void {
  if (cluster.members.length > maxMembers) return
  insertTag(repo, {
    name: 'cluster',
    type: 1,
    source: rid,
    // A cluster has no date: this is when it came.
    mtimeJulian: julianFromMs(repo.env.clock.nowMs()),
    target: rid,
  })
  const isTold = !isPrivate(repo, rid)
  const uncluster = dbOf(repo).prepare('DELETE FROM unclustered WHERE rid = ?')
  for (const member of cluster.members) {
    const known = mentioned(repo, rid, member)
    if (isTold && known !== undefined) uncluster.run(known)
  }
  holdingsChanged(repo)
}

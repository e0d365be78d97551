/**
 * Announcements after everything was worked out anew: exactly what is public, can be read, and is
 * in no public cluster.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { namedBy } from './cards.ts'
import { namesFrom, type Snapshot } from './snapshot.ts'

/** The first artifact that is announced and should not be, or the other way round. */
export function announcementProblem(repo: Repo, after: Snapshot): string | undefined {
  const [hidden, told] = [namesFrom(after, 'private'), namesFrom(after, 'unclustered')]
  const clustered = membersOf(repo, hidden)
  for (const hash of namesFrom(after, 'blob')) {
    const isToBeTold = !hidden.has(hash) && !clustered.has(hash)
    if (isToBeTold === told.has(hash)) continue
    if (isToBeTold) return `${hash} is public and in no cluster, and is not announced`
    return `${hash} is announced, and ${hidden.has(hash) ? 'private' : 'in a cluster'}`
  }
  return undefined
}

/** Names in all public clusters that are here. */
function membersOf(repo: Repo, hidden: ReadonlySet<string>): ReadonlySet<string> {
  const clusters = dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT uuid FROM tagxref JOIN tag USING(tagid) JOIN blob USING(rid)
        WHERE tagname = 'cluster' AND size >= 0 ORDER BY uuid`,
    )
    .all()
    .map(([hash]) => hash)
  const open = clusters.filter((hash) => !hidden.has(hash))
  return new Set(open.flatMap((hash) => namedBy(repo, hash, 'M')))
}

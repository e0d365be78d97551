/**
 * Planted bugs by which the last copy of something goes, on a node that owes it to nobody.
 * @module
 */

import { listPurges } from '../../admin/graveyard.ts'
import { purge } from '../../admin/purge.ts'
import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { type Canary, soundNode } from './plant.ts'

/** Everything on the timeline that was purged here once and has come back. */
function returned(repo: Repo): ArtifactHash[] {
  const known = listPurges(repo)
    .flatMap(({ artifacts }) => artifacts)
    .flatMap(({ hash }) => parseArtifactHash(hash) ?? [])
  // Files may have been made anew since: whoever did that owes them again.
  const news = 'SELECT 1 FROM event JOIN blob ON rid = objid WHERE uuid = ?'
  return [...new Set(known)].filter((hash) => dbOf(repo).prepare(news).get(hash) !== undefined)
}

/** Purges again, before some of its syncs, what somebody has purged here before. */
const purgesAgain: Canary['plant'] = (parts) => {
  const { repo } = parts
  const inner = soundNode(parts)
  let ticks = 0
  return {
    repo,
    tick: (event) => {
      const hashes = ticks++ % 4 === 3 ? returned(repo) : []
      if (hashes.length > 0) purge(repo, hashes)
      return inner.tick(event)
    },
  }
}

export const lossCanaries: readonly Canary[] = [
  {
    bug: 'purges again what was purged before and came back from others',
    invariant: 'losses',
    plant: purgesAgain,
    options: {
      leaves: 2,
      upkeep: true,
      operationCount: 240,
      weights: { purge: 12, shun: 12, setting: 0 },
      privateCheckins: false,
      seed: 12,
    },
    config: () => ({ login: {} }),
  },
]

/**
 * Operations on what was taken away: whole lines and files go to the graveyard, come back from it,
 * or end there; bans are lifted.
 * @module
 */

import {
  listPurges,
  obliterate as endPurges,
  readPurged,
  undoPurge,
} from '../../admin/graveyard.ts'
import { checkinsWithAll, fileVersions, purge } from '../../admin/purge.ts'
import { assert } from '../../base/assert.ts'
import { rebuild } from '../../crosslink/rebuild.ts'
import { type ArtifactHash, matches, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { hasArtifact } from '../../repo/blob.ts'
import { listShunned, shun, unshun as liftBans } from '../../repo/shun.ts'
import { manifestFiles } from '../../write/checkin.ts'
import { baselines, checkins } from './drawing.ts'
import type { ApplyContext, FossilOperation, Made } from './operation.ts'

/** Purges a check-in here, mostly with all that follows it, is about it, or is in it alone. */
export const purgeLine: FossilOperation = {
  name: 'purgeLine',
  weight: 2,
  plan: ({ repo, draw, references }) => {
    // The latest: the first of them takes all history with it.
    const known = checkins(repo).slice(1).slice(-8)
    const isAlone = draw.chance(0.3)
    // What others are written as a difference from stays where they do.
    const targets = isAlone ? baselines(repo) : known
    return targets.length === 0 ? undefined : { target: references.to(draw.pick(targets)), isAlone }
  },
  apply: (context) => {
    const { repo, args, references } = context
    const hash = references.artifact(args.text('target'))
    if (hash === undefined || !hasArtifact(repo, hash)) return undefined
    return bury(context, args.flag('isAlone') ? [hash] : checkinsWithAll(repo, [hash]))
  },
}

/** Purges every version of a file here; check-ins that have it stay, and miss it. */
export const purgeFile: FossilOperation = {
  name: 'purgeFile',
  weight: 2,
  plan: ({ repo, draw }) => {
    const known = checkins(repo)
    if (known.length === 0) return undefined
    const names = [...manifestFiles(repo, draw.pick(known)).keys()]
    return names.length === 0 ? undefined : { path: draw.pick(names) }
  },
  apply: (context) => bury(context, fileVersions(context.repo, [context.args.text('path')])),
}

/** Bans every version of a file here. */
export const shunFile: FossilOperation = {
  name: 'shunFile',
  weight: 2,
  plan: purgeFile.plan,
  apply: ({ id, repo, args, world }) => {
    const hashes = fileVersions(repo, [args.text('path')])
    if (hashes.length === 0) return undefined
    repo.transaction(() => {
      shun(repo, hashes)
      rebuild(repo)
    })
    for (const hash of hashes) world.giveUp({ hash, nodeId: id }, 'shunned')
    return { facts: { artifacts: hashes.length } }
  },
}

/** Moves artifacts to the graveyard: they are no longer owed here. */
function bury(context: ApplyContext, hashes: readonly ArtifactHash[]): Made | undefined {
  const { id, repo, world } = context
  if (hashes.length === 0) return undefined
  const { artifacts } = purge(repo, hashes)
  assert(artifacts.length === hashes.length, 'a purge takes what it is told to')
  for (const hash of hashes) world.giveUp({ hash, nodeId: id }, 'purged')
  return { facts: { artifacts: artifacts.length } }
}

/** Brings back what a purge took; from then on it must stay. */
export const exhume: FossilOperation = {
  name: 'exhume',
  weight: 6,
  plan: ({ repo, draw }) => {
    const known = listPurges(repo)
    return known.length === 0 ? undefined : { purge: draw.pick(known).id }
  },
  apply: ({ repo, args }) => {
    const id = args.integer('purge')
    const event = listPurges(repo).find((each) => each.id === id)
    if (event === undefined) return undefined
    const hashes = event.artifacts.flatMap(({ hash }) => parseArtifactHash(hash) ?? [])
    for (const hash of hashes) {
      assert(matches(hash, readPurged(repo, hash)), 'the graveyard keeps artifacts as they were')
    }
    undoPurge(repo, id)
    return { artifacts: hashes }
  },
}

/** Ends a purge for good. */
export const obliterate: FossilOperation = {
  name: 'obliterate',
  weight: 2,
  plan: exhume.plan,
  apply: ({ repo, args }) => {
    const id = args.integer('purge')
    if (!listPurges(repo).some((event) => event.id === id)) return undefined
    return { facts: { artifacts: endPurges(repo, [id]) } }
  },
}

/** Lifts a ban; whoever else has the artifact brings it back. */
export const unshun: FossilOperation = {
  name: 'unshun',
  weight: 6,
  plan: ({ repo, draw, references }) => {
    const known = listShunned(repo)
    return known.length === 0 ? undefined : { target: references.to(draw.pick(known).hash) }
  },
  apply: ({ repo, args, references, world, id }) => {
    const hash = references.artifact(args.text('target'))
    if (hash === undefined) return undefined
    // Clusters name it that came meanwhile, and are heard only when they are read again.
    const lifted = repo.transaction(() => {
      const count = liftBans(repo, [hash])
      if (count > 0) rebuild(repo)
      return count
    })
    if (lifted === 0) return undefined
    // It is as little owed as before, and may come now.
    world.giveUp({ hash, nodeId: id })
    return { facts: { hash } }
  },
}

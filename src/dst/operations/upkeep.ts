/**
 * Operations of those who look after a repository: private work is published, artifacts are shunned
 * or purged, settings change, and everything derived is worked out anew.
 * @module
 */

import { publish as publishCheckins } from '../../admin/publish.ts'
import { purge as purgeArtifacts } from '../../admin/purge.ts'
import { rebuild as rebuildTables } from '../../crosslink/rebuild.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { findHeld } from '../../repo/blob.ts'
import { setConfig } from '../../repo/config.ts'
import { deckOf } from '../../repo/deck.ts'
import type { Repo } from '../../repo/repo.ts'
import { shun as shunArtifacts } from '../../repo/shun.ts'
import type { Removal } from '../loss-oracle.ts'
import { hashes, news, privateCheckins } from './drawing.ts'
import { publicationOf, publishedBy } from './publication.ts'
import type { ApplyContext, FossilOperation, Made, PlanContext } from './operation.ts'

/** Makes a private line public, up to one of its check-ins. */
export const publish: FossilOperation = {
  name: 'publish',
  weight: 5,
  plan: ({ repo, draw, references }) => {
    const known = privateCheckins(repo)
    return known.length === 0 ? undefined : { checkin: references.to(draw.pick(known)) }
  },
  apply: ({ repo, args, references, world }) => {
    const hash = references.artifact(args.text('checkin'))
    if (hash === undefined) return undefined
    const publication = publicationOf(repo, hash)
    const artifacts = publishCheckins(repo, [hash])
    const published = publishedBy(repo, publication)
    world.publishNamed(published.flatMap((each) => namedBy(repo, each)))
    if (artifacts.length + published.length === 0) return undefined
    return { published, facts: { hash, artifacts: artifacts.length } }
  },
}

/** Files and parents that a check-in names, which are no secret once it is public. */
function namedBy(repo: Repo, hash: ArtifactHash): readonly ArtifactHash[] {
  const rid = findHeld(repo, hash)
  const deck = rid === undefined ? undefined : deckOf(repo, rid)
  if (deck?.kind !== 'checkin') return []
  return [...deck.files.flatMap((file) => file.hash ?? []), ...deck.parents]
}

/** Bans an artifact here: what nobody builds on, so that the ban takes nothing else with it. */
export const shun: FossilOperation = {
  name: 'shun',
  weight: 2,
  plan: planRemoval,
  apply: (context) =>
    remove(context, 'shunned', ({ repo }, hash) => {
      shunArtifacts(repo, [hash])
      rebuildTables(repo)
    }),
}

/** Moves an artifact to the graveyard here; whoever else has it brings it back. */
export const purge: FossilOperation = {
  name: 'purge',
  weight: 2,
  plan: planRemoval,
  apply: (context) =>
    remove(context, 'purged', ({ repo }, hash) => void purgeArtifacts(repo, [hash])),
}

function planRemoval({ repo, draw, references }: PlanContext): { target: string } | undefined {
  const known = draw.chance(0.5) ? plainFiles(repo) : news(repo)
  return known.length === 0 ? undefined : { target: references.to(draw.pick(known)) }
}

/** Contents of files that mean nothing by themselves. */
function plainFiles(repo: Repo): ArtifactHash[] {
  return hashes(
    repo,
    `SELECT DISTINCT uuid FROM mlink JOIN blob ON blob.rid = fid
      WHERE size >= 0 AND fid NOT IN (SELECT objid FROM event) ORDER BY uuid`,
  )
}

function remove(
  context: ApplyContext,
  removal: Removal,
  removeFrom: (context: ApplyContext, hash: ArtifactHash) => void,
): Made | undefined {
  const { id, args, references, world } = context
  const hash = references.artifact(args.text('target'))
  if (hash === undefined) return undefined
  context.repo.transaction(() => removeFrom(context, hash))
  world.giveUp({ hash, nodeId: id }, removal)
  return { facts: { hash } }
}

/** Settings that travel with the skin and the project, which nothing here depends on. */
const settings = ['css', 'footer', 'short-project-name'] as const

/** Changes a setting. Leaves fetch those of the master, where they are newer than their own. */
export const setting: FossilOperation = {
  name: 'setting',
  weight: 2,
  plan: ({ id, draw }) => ({
    setting: draw.pick(settings),
    value: `${id} ${draw.int(1, 1_000_000)}`,
  }),
  apply: ({ id, repo, args, world }) => {
    const name = settings.find((each) => each === args.text('setting'))
    if (name === undefined) return undefined
    const value = args.text('value')
    setConfig(repo, name, value)
    const mtimeSec = Math.floor(repo.env.clock.nowMs() / 1000)
    world.changeSetting({ nodeId: id, name, value, mtimeSec })
    return {}
  },
}

/** Works out everything that is derived anew, in the middle of it all. */
export const rebuild: FossilOperation = {
  name: 'rebuild',
  weight: 2,
  plan: () => ({}),
  apply: ({ repo }) => ({ facts: { artifacts: rebuildTables(repo).artifacts } }),
}

/**
 * Drafts: work on a private line, of several check-ins, that becomes public once it is good.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { Repo } from '../../repo/repo.ts'
import type { FossilOperation } from './operation.ts'
import { planCheckin, writeCheckin } from './checkins.ts'
import { hashes, newestPublicCheckin, privateCheckins } from './drawing.ts'
import { publish } from './upkeep.ts'

/** Goes on with a private line, or begins one. */
export const draft: FossilOperation = {
  name: 'draft',
  weight: 6,
  plan: (context) => {
    const { repo, draw, mayBePrivate } = context
    if (!mayBePrivate) return undefined
    const drafts = privateCheckins(repo)
    const goesOn = draw.chance(0.7) && drafts.length > 0
    const parent = goesOn ? draw.pick(drafts.slice(-3)) : newestPublicCheckin(repo)
    const deltaManifest = draw.chance(0.2) ? { deltaManifest: true } : {}
    return planCheckin(context, parent, { isPrivate: true, branch: 'draft', ...deltaManifest })
  },
  apply: writeCheckin,
}

/** Makes drafts public, up to one of them. */
export const release: FossilOperation = {
  ...publish,
  name: 'release',
  weight: 4,
  plan: ({ repo, draw, references }) => {
    // The tip, mostly: all of its line goes with it.
    const tips = draw.chance(0.7) ? privateTips(repo) : privateCheckins(repo)
    return tips.length === 0 ? undefined : { checkin: references.to(draw.pick(tips)) }
  },
}

/** Private check-ins that nobody has gone on from. */
function privateTips(repo: Repo): ArtifactHash[] {
  return hashes(
    repo,
    `SELECT uuid FROM leaf JOIN private USING(rid) JOIN blob USING(rid) ORDER BY uuid`,
  )
}

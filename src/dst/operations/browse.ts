/**
 * Somebody looks at a repository while others work in it: the timeline, branches, the history of a
 * file. It changes nothing; what was seen is told in the trace, so that it is the same each time,
 * and more is compared with what was meant.
 * @module
 */

import { hasArtifact } from '../../repo/blob.ts'
import { branches } from '../../history/branch.ts'
import { fileHistory, fileNames } from '../../history/file-history.ts'
import { artifactInfo } from '../../history/info.ts'
import { timeline } from '../../history/timeline.ts'
import { checkins } from './drawing.ts'
import { historyHeld } from '../held-sayings.ts'
import { misreadings } from '../misreadings.ts'
import type { ApplyContext, FossilOperation } from './operation.ts'

/** Looks at what led to a check-in, and at a file of the repository. */
export const browse: FossilOperation = {
  name: 'browse',
  weight: 1,
  plan: ({ repo, draw, references }) => {
    const [known, names] = [checkins(repo), fileNames(repo)]
    if (known.length === 0 || names.length === 0) return undefined
    return { checkin: references.to(draw.pick(known)), file: draw.pick(names) }
  },
  apply: ({ id, repo, args, references, world }) => {
    const checkin = references.artifact(args.text('checkin'))
    if (checkin === undefined || !hasArtifact(repo, checkin)) return undefined
    lookClosely({ id, repo, world }, { checkin, file: args.text('file') })
    const seen = {
      entries: timeline(repo, { ancestorsOf: checkin, limit: 20 }).length,
      branches: branches(repo, { glob: '*n*' }).map(({ name }) => name),
      versions: fileHistory(repo, args.text('file'), { checkin }).length,
      role: artifactInfo(repo, checkin).role,
    }
    return { facts: { seen } }
  },
}

/** Asks more than the trace tells of, and compares the answers with what was meant. */
function lookClosely(
  { id, repo, world }: Pick<ApplyContext, 'id' | 'repo' | 'world'>,
  place: Parameters<typeof misreadings>[2],
): void {
  const { truth } = world
  if (truth.tellsAll !== true || truth.foreign?.has(id) === true) return
  const history = historyHeld(repo, truth)
  for (const detail of misreadings(repo, history, place)) world.misread({ nodeId: id, detail })
}

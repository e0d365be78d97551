/**
 * Operations that production refuses where they would do harm: a check-in that would fork, a tag
 * that is cancelled where there is none.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { latestCheckin } from '../../crosslink/branch.ts'
import { checkin, type CheckinOptions } from '../../write/checkin.ts'
import { checkinPlace } from '../../write/place.ts'
import { addTag, cancelTag } from '../../write/tag.ts'
import { planCheckin } from './checkins.ts'
import { changesOf } from './content.ts'
import { authorOf, checkins, drawAuthor, textOf } from './drawing.ts'
import type { ApplyContext, FossilOperation, Made } from './operation.ts'

/**
 * Goes on from a check-in where nobody has yet, on its branch or as the first of a new one; now and
 * then with a slip, which nothing may come of.
 */
export const guardedCheckin: FossilOperation = {
  name: 'guardedCheckin',
  weight: 2,
  plan: (context) => {
    const { repo, draw, mayBePrivate } = context
    const known = checkins(repo)
    const parent = known.length === 0 ? undefined : draw.pick(known.slice(-6))
    const secret = draw.chance(0.2) && mayBePrivate ? { isPrivate: true } : {}
    const branch = draw.chance(0.3) ? { branch: `line-${draw.int(1, 8)}` } : {}
    const slip = draw.chance(0.1) ? { slip: draw.pick(['file', 'tag']) } : {}
    const isLatest = draw.chance(0.2) ? { onLatest: true } : {}
    const color = draw.chance(0.15) ? { color: 'gold' } : {}
    return planCheckin(context, parent, { ...secret, ...branch, ...slip, ...isLatest, ...color })
  },
  apply: (context) => {
    const { args, references } = context
    const parent = references.artifact(args.text('parent'))
    if (parent === undefined) return undefined
    return orNothing('checkin.fork', () => goOn(context, parent))
  },
}

/** A change to what no check-in has. */
const noSuchFile = { name: 'new.txt', renamedFrom: 'nowhere.txt', content: undefined }

/** As the command does it: on the branch of the parent, whose privacy it shares. */
function goOn(context: ApplyContext, parent: ArtifactHash): Made {
  const { repo, args } = context
  const branch = args.maybeText('branch')
  const isPrivate = args.flag('isPrivate')
  const color = args.maybeText('color')
  const colored = color === undefined ? {} : { color }
  const named = { ...(branch === undefined ? {} : { branch }), ...colored }
  const slip = args.maybeText('slip')
  // A person who does not say on what works on what is latest.
  const latest = latestCheckin(repo)
  const place = args.flag('onLatest')
    ? {}
    : { parent, ...checkinPlace(repo, { parent, isPrivate, ...named }) }
  const options: CheckinOptions = {
    changes: slip === 'file' ? [noSuchFile] : changesOf(context, parent),
    comment: textOf(context, args.text('comment')),
    ...authorOf(context),
    ...place,
    ...colored,
    ...(slip === 'tag' ? { tags: [''] } : {}),
    allowEmpty: true,
    allowOlder: true,
  }
  const { newArtifacts } = checkin(repo, options)
  const meant = latest === undefined ? options : { parent: latest, ...options }
  return { artifacts: newArtifacts, says: { kind: 'checkin', options: meant } }
}

/** Adds one tag, or cancels one that holds. */
export const guardedTag: FossilOperation = {
  name: 'guardedTag',
  weight: 2,
  plan: (context) => {
    const { repo, draw, references } = context
    const known = checkins(repo)
    if (known.length === 0) return undefined
    const name = draw.pick(['release', 'checked', 'todo'])
    const cancels = draw.chance(0.5)
    return { target: references.to(draw.pick(known)), name, cancels, ...drawAuthor(context) }
  },
  apply: (context) => {
    const { repo, args, references } = context
    const target = references.artifact(args.text('target'))
    if (target === undefined) return undefined
    const [tag, author] = [{ target, name: args.text('name') }, authorOf(context)]
    const cancels = args.flag('cancels')
    const { hash } = (cancels ? cancelTag : addTag)(repo, tag, author)
    const edits = [{ action: cancels ? 'cancel' : 'add', ...tag }] as const
    return { artifacts: [hash], says: { kind: 'tags', edits, author } }
  },
}

/** Undefined if production says no, by an error of that code. */
function orNothing(code: 'checkin.fork', act: () => Made): Made | undefined {
  try {
    return act()
  } catch (error) {
    if (FossilError.is(error, code)) return undefined
    throw error
  }
}

/**
 * Operations that make much at once: many versions of one file, each a delta of the next, and many
 * files, more than a hundred, which take as many cards and make a cluster.
 * @module
 */

import { utf8 } from '../../base/bytes.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { RandomStream } from '../../sim/random.ts'
import { checkin, type CheckinOptions } from '../../write/checkin.ts'
import type { Asked } from '../meanings/meaning.ts'
import { newName } from './content.ts'
import { authorOf, drawAuthor, newestPublicCheckin } from './drawing.ts'
import type { ApplyContext, FossilOperation, Made, PlanContext } from './operation.ts'
import type { ArgumentValues } from '../../runner/arguments.ts'

/** Lines that a version leaves as they are. */
const lines = 12

/** Most of anything that arguments may ask for: a list may have been edited. */
const most = 500

/** Check-ins one after another that change a line of one file: its deltas make a long chain. */
export const series: FossilOperation = {
  name: 'series',
  weight: 1,
  plan: (context) => {
    const { draw } = context
    const isDelta = draw.chance(0.5) ? { deltaManifests: true } : {}
    return onNewest(context, { name: newName(draw), count: draw.int(8, 11), ...isDelta })
  },
  apply: (context) => {
    const { args } = context
    const draw = new RandomStream(args.integer('key'), 'series').at(0)
    const text = Array.from({ length: lines }, () => `${draw.uint32()} ${draw.uint32()}\n`)
    const versions = Array.from({ length: countOf(context) }, (_, at) => {
      text[at % lines] = `${draw.uint32()} ${draw.uint32()}\n`
      return [{ name: args.text('name'), content: utf8(text.join('')) }]
    })
    return checkinsOf(context, versions, { deltaManifest: args.flag('deltaManifests') })
  },
}

/** A check-in of more than a hundred small files. */
export const burst: FossilOperation = {
  name: 'burst',
  weight: 1,
  plan: (context) => onNewest(context, { count: context.draw.int(100, 130) }),
  apply: (context) => {
    const key = context.args.integer('key')
    const files = Array.from({ length: countOf(context) }, (_, at) => ({
      name: `burst/${key}/${at}.txt`,
      content: utf8(`${key} ${at}\n`),
    }))
    return checkinsOf(context, [files], {})
  },
}

function onNewest(context: PlanContext, wanted: ArgumentValues): ArgumentValues | undefined {
  const { repo, draw, references } = context
  const parent = newestPublicCheckin(repo)
  if (parent === undefined) return undefined
  const place = { parent: references.to(parent), key: draw.uint32() }
  return { ...place, ...drawAuthor(context), ...wanted }
}

function countOf({ args }: ApplyContext): number {
  return Math.max(0, Math.min(args.integer('count'), most))
}

/** A check-in for each group of changes, one on top of the other. */
function checkinsOf(
  context: ApplyContext,
  groups: readonly CheckinOptions['changes'][],
  options: Pick<CheckinOptions, 'deltaManifest'>,
): Made | undefined {
  const { repo, args, references } = context
  const first = references.artifact(args.text('parent'))
  if (first === undefined) return undefined
  // As one, so that a fault refuses all of them or none.
  return repo.transaction(() => {
    let parent = first
    const sayings = new Map<ArtifactHash, Asked>()
    const artifacts = groups.flatMap((changes, at) => {
      const comment = `one of many, ${at + 1}`
      const common = { parent, allowEmpty: true, allowOlder: true, fork: 'allow' } as const
      const asked = { changes, comment, ...authorOf(context), ...common, ...options }
      const made = checkin(repo, asked)
      sayings.set(made.hash, { kind: 'checkin', options: asked })
      parent = made.hash
      return made.newArtifacts
    })
    return { artifacts, sayings }
  })
}

/**
 * Unversioned files: people write, overwrite, delete and bring back a few names at every node, as
 * if nobody else did. Times collide and run backwards on purpose, since they decide which version
 * wins.
 * @module
 */

import { noBytes } from '../../base/bytes.ts'
import type { ArgumentValues } from '../../runner/arguments.ts'
import { listUnversioned } from '../../repo/unversioned.ts'
import type { Draw } from '../../sim/random.ts'
import { contentOf } from './content.ts'
import type { ApplyContext, FossilOperation, Made, PlanContext } from './operation.ts'

/** Few enough to collide all the time. */
const names = ['notes.txt', 'wiki/logo.png', 'download/release-1.0.tar.gz', 'übersicht.md', 'a']

/** Times that are not the clock's are rounded to this, so that those of two nodes are often one. */
const gridSec = 20

/** Writes a file, whatever is there. */
export const uvWrite: FossilOperation = {
  name: 'uvWrite',
  weight: 5,
  plan: (context) => ({ ...drawFile(context), ...drawContent(context) }),
  apply: ({ id, args, world }) => {
    const isEmpty = args.maybeInteger('key') === undefined
    const data = isEmpty ? noBytes : contentOf(args)
    return changed({ id, args, world }, { type: 'uvWrite', data })
  },
}

/** Deletes a file; one that was never there now and then. */
export const uvDelete: FossilOperation = {
  name: 'uvDelete',
  weight: 4,
  plan: (context) => {
    const held = listUnversioned(context.repo).filter(({ hash }) => hash !== undefined)
    const there = names.filter((each) => held.some(({ name }) => name === each))
    if (there.length === 0 && context.draw.chance(0.8)) return undefined
    return drawFile(context, there.length === 0 ? names : there)
  },
  apply: (context) => changed(context, { type: 'uvDelete' }),
}

type Change =
  { readonly type: 'uvWrite'; readonly data: Uint8Array } | { readonly type: 'uvDelete' }

function changed(
  { id, args, world }: Pick<ApplyContext, 'id' | 'args' | 'world'>,
  change: Change,
): Made | undefined {
  const mtimeSec = args.maybeInteger('mtimeSec')
  const file = { nodeId: id, timeMs: 0, name: args.text('name'), mtimeSec }
  return world.changeUnversioned({ ...file, ...change }) ? {} : undefined
}

function drawFile({ nowMs, draw }: PlanContext, among = names): ArgumentValues {
  const name = draw.pick(among)
  const mtimeSec = drawTime(draw, Math.floor(nowMs / 1000))
  return mtimeSec === undefined ? { name } : { name, mtimeSec }
}

/**
 * Mostly undefined: what the node's own clock says. Else a time that others pick, too, or one that
 * is past, as of a file that is added with the time it has on disk.
 */
function drawTime(draw: Draw, nowSec: number): number | undefined {
  if (draw.chance(0.6)) return undefined
  const agoSec = draw.chance(0.7) ? 0 : draw.int(0, 20 * gridSec)
  return Math.floor((nowSec - agoSec) / gridSec) * gridSec
}

/** The largest size of a file, by the sizes that are wanted. */
const mostBytes = { small: 3_000, mixed: 120_000, large: 120_000 } as const

/** One of three versions that others write as well, nothing, or something new of any size. */
function drawContent({ draw, sizes }: PlanContext): ArgumentValues {
  const kind = draw.int(0, 9)
  if (kind < 3) return { key: kind, lines: 1 }
  if (kind === 3) return {}
  if (kind === 4) return { key: draw.uint32(), bytes: draw.int(1, mostBytes[sizes]) }
  return { key: draw.uint32(), lines: draw.int(1, 200) }
}

/**
 * Check-ins that do more than go on: branches, merges, cherry-picks, renames, delta manifests.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import {
  checkin,
  manifestFiles,
  type CheckinOptions,
  type FileChange,
} from '../../write/checkin.ts'
import { newBranch } from '../../write/branch.ts'
import { drawChanges, newName } from '../checkin-workload.ts'
import {
  checkins,
  type Operation,
  type OperationContext,
  drawAuthor,
  drawText,
  heads,
} from './operation.ts'

/** Begins a branch, under a name that others use as well, now and then in private. */
export const branch: Operation = (context) => {
  const { repo, draw, mayBePrivate } = context
  const basis = drawParent(context)
  if (basis === undefined) return undefined
  const name = `line-${draw.int(1, 8)}`
  const color = draw.pick(['', '', '#c0ffee', 'pink'])
  const isPrivate = draw.chance(0.2) && mayBePrivate
  const author = drawAuthor(context)
  if (draw.chance(0.5)) return [newBranch(repo, { name, basis, color, isPrivate }, author).hash]
  const branchColor = color === '' ? {} : { branchColor: color }
  return write(context, basis, { branch: name, isPrivate, ...branchColor })
}

/** Merges another head, mostly, and closes it sometimes. */
export const merge: Operation = (context) => {
  const { repo, draw } = context
  const parent = drawParent(context)
  const others = (draw.chance(0.8) ? heads(repo) : checkins(repo)).filter((at) => at !== parent)
  if (parent === undefined || others.length === 0) return undefined
  const mergedParents = Array.from({ length: draw.int(1, 2) }, () => draw.pick(others))
  return write(context, parent, { mergedParents, integrate: draw.chance(0.3) })
}

/** Takes over the changes of another check-in, or backs them out. */
export const cherrypick: Operation = (context) => {
  const { repo, draw } = context
  const parent = drawParent(context)
  const others = checkins(repo).filter((hash) => hash !== parent)
  if (parent === undefined || others.length === 0) return undefined
  const target = draw.pick(others)
  return write(context, parent, { cherrypicks: [{ direction: draw.pick(['+', '-']), target }] })
}

/** Gives a file another name, or two files each other's. */
export const rename: Operation = (context) => {
  const { repo, draw } = context
  const parent = drawParent(context)
  if (parent === undefined) return undefined
  const names = [...manifestFiles(repo, parent).keys()]
  if (names.length < 2) return undefined
  const [from, other] = [draw.pick(names), draw.pick(names)]
  const isSwap = draw.chance(0.2) && from !== other
  const changes = isSwap ? [moved(from, other), moved(other, from)] : [moved(newName(draw), from)]
  return write(context, parent, { changes })
}

function moved(name: string, renamedFrom: string): FileChange {
  return { name, renamedFrom, content: undefined }
}

/** Goes on in one of the rarer forms: a delta manifest, names, a colour, the end of a line. */
export const variant: Operation = (context) => {
  const { draw } = context
  const parent = drawParent(context)
  if (parent === undefined) return undefined
  return write(context, parent, {
    deltaManifest: draw.chance(0.6),
    ...(draw.chance(0.3) ? { tags: [draw.pick(['release', 'checked'])] } : {}),
    ...(draw.chance(0.3) ? { color: draw.pick(['#123456', 'gold']) } : {}),
    ...(draw.chance(0.1) ? { closed: true } : {}),
  })
}

/** A head, or now and then any check-in: that makes a fork. */
function drawParent({ repo, draw }: OperationContext): ArtifactHash | undefined {
  const known = draw.chance(0.85) ? heads(repo) : checkins(repo)
  return known.length === 0 ? undefined : draw.pick(known)
}

function write(
  context: OperationContext,
  parent: ArtifactHash,
  options: Partial<CheckinOptions>,
): readonly ArtifactHash[] {
  const { repo, draw } = context
  const { newArtifacts } = checkin(repo, {
    changes: draw.chance(0.9) ? drawChanges(repo, parent, draw) : [],
    allowEmpty: true,
    comment: drawText(context),
    // Clocks differ between nodes, so a parent may be from the future.
    allowOlder: true,
    fork: 'allow',
    ...drawAuthor(context),
    parent,
    ...options,
  })
  return newArtifacts
}

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
import { drawChanges, newName } from '../workload.ts'
import { checkins, type Deed, type Desk, drawAuthor, drawText, heads } from './desk.ts'

/** Begins a branch, under a name that others use as well, now and then in private. */
export const branch: Deed = (desk) => {
  const { repo, draw, mayBePrivate } = desk
  const basis = drawParent(desk)
  if (basis === undefined) return undefined
  const name = `line-${draw.int(1, 8)}`
  const color = draw.pick(['', '', '#c0ffee', 'pink'])
  const isPrivate = draw.chance(0.2) && mayBePrivate
  const author = drawAuthor(desk)
  if (draw.chance(0.5)) return [newBranch(repo, { name, basis, color, isPrivate }, author).hash]
  const branchColor = color === '' ? {} : { branchColor: color }
  return write(desk, basis, { branch: name, isPrivate, ...branchColor })
}

/** Merges another head, mostly, and closes it sometimes. */
export const merge: Deed = (desk) => {
  const { repo, draw } = desk
  const parent = drawParent(desk)
  const others = (draw.chance(0.8) ? heads(repo) : checkins(repo)).filter((at) => at !== parent)
  if (parent === undefined || others.length === 0) return undefined
  const mergedParents = Array.from({ length: draw.int(1, 2) }, () => draw.pick(others))
  return write(desk, parent, { mergedParents, integrate: draw.chance(0.3) })
}

/** Takes over what another check-in did, or backs it out. */
export const cherrypick: Deed = (desk) => {
  const { repo, draw } = desk
  const parent = drawParent(desk)
  const others = checkins(repo).filter((hash) => hash !== parent)
  if (parent === undefined || others.length === 0) return undefined
  const target = draw.pick(others)
  return write(desk, parent, { cherrypicks: [{ direction: draw.pick(['+', '-']), target }] })
}

/** Gives a file another name, or two files each other's. */
export const rename: Deed = (desk) => {
  const { repo, draw } = desk
  const parent = drawParent(desk)
  if (parent === undefined) return undefined
  const names = [...manifestFiles(repo, parent).keys()]
  if (names.length < 2) return undefined
  const [from, other] = [draw.pick(names), draw.pick(names)]
  const isSwap = draw.chance(0.2) && from !== other
  const changes = isSwap ? [moved(from, other), moved(other, from)] : [moved(newName(draw), from)]
  return write(desk, parent, { changes })
}

function moved(name: string, renamedFrom: string): FileChange {
  return { name, renamedFrom, content: undefined }
}

/** Goes on in one of the rarer forms: a delta manifest, names, a colour, the end of a line. */
export const variant: Deed = (desk) => {
  const { draw } = desk
  const parent = drawParent(desk)
  if (parent === undefined) return undefined
  return write(desk, parent, {
    deltaManifest: draw.chance(0.6),
    ...(draw.chance(0.3) ? { tags: [draw.pick(['release', 'checked'])] } : {}),
    ...(draw.chance(0.3) ? { color: draw.pick(['#123456', 'gold']) } : {}),
    ...(draw.chance(0.1) ? { closed: true } : {}),
  })
}

/** A head, or now and then any check-in: that makes a fork. */
function drawParent({ repo, draw }: Desk): ArtifactHash | undefined {
  const known = draw.chance(0.85) ? heads(repo) : checkins(repo)
  return known.length === 0 ? undefined : draw.pick(known)
}

function write(
  desk: Desk,
  parent: ArtifactHash,
  options: Partial<CheckinOptions>,
): readonly ArtifactHash[] {
  const { repo, draw } = desk
  const { newArtifacts } = checkin(repo, {
    changes: draw.chance(0.9) ? drawChanges(repo, parent, draw) : [],
    allowEmpty: true,
    comment: drawText(desk),
    // Clocks differ between nodes, so a parent may be from the future.
    allowOlder: true,
    ...drawAuthor(desk),
    parent,
    ...options,
  })
  return newArtifacts
}

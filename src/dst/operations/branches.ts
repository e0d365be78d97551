/**
 * Check-ins that do more than go on: branches, merges, cherry-picks, renames.
 * @module
 */

import { newBranch } from '../../write/branch.ts'
import { manifestFiles } from '../../write/checkin.ts'
import { drawContent, newName, renaming } from './content.ts'
import { authorOf, checkins, drawAuthor, heads } from './drawing.ts'
import { drawParent, planCheckin, writeCheckin } from './checkins.ts'
import type { FossilOperation } from './operation.ts'

/** Begins a branch, under a name that others use as well, now and then in private. */
export const branch: FossilOperation = {
  name: 'branch',
  weight: 2,
  plan: (context) => {
    const { draw, mayBePrivate, references } = context
    const basis = drawParent(context)
    if (basis === undefined) return undefined
    const name = `line-${draw.int(1, 8)}`
    const color = draw.pick(['', '', '#c0ffee', 'pink'])
    const closed = draw.chance(0.1) ? { closed: true } : {}
    const secret = draw.chance(0.2) && mayBePrivate ? { isPrivate: true } : {}
    if (draw.chance(0.5)) {
      const basisReference = references.to(basis)
      // Without a word of it, a private one has a colour of its own.
      const colored = draw.chance(0.3) ? {} : { color }
      return { basis: basisReference, branch: name, ...colored, ...secret, ...drawAuthor(context) }
    }
    const branchColor = color === '' ? {} : { branchColor: color }
    return planCheckin(context, basis, { branch: name, ...closed, ...secret, ...branchColor })
  },
  apply: (context) => {
    const { repo, args, references } = context
    if (args.maybeText('basis') === undefined) return writeCheckin(context)
    const basis = references.artifact(args.text('basis'))
    if (basis === undefined) return undefined
    const color = args.maybeText('color')
    const begun = { name: args.text('branch'), basis, isPrivate: args.flag('isPrivate') }
    const asked = color === undefined ? begun : { ...begun, color }
    const author = authorOf(context)
    const { hash } = newBranch(repo, asked, author)
    return { artifacts: [hash], says: { kind: 'branch', branch: asked, author } }
  },
}

/** Merges another head, mostly, and closes it sometimes. */
export const merge: FossilOperation = {
  name: 'merge',
  weight: 2,
  plan: (context) => {
    const { repo, draw, references } = context
    const parent = drawParent(context)
    const others = (draw.chance(0.8) ? heads(repo) : checkins(repo)).filter((at) => at !== parent)
    if (parent === undefined || others.length === 0) return undefined
    const drawn = Array.from({ length: draw.int(1, 2) }, () => draw.pick(others))
    const options = { integrate: draw.chance(0.3), deltaManifest: draw.chance(0.2) }
    const merged = drawn.map((hash) => references.to(hash))
    return planCheckin(context, parent, { merged, ...options }, drawn[0])
  },
  apply: writeCheckin,
}

/** Takes over the changes of other check-ins, or backs them out; now and then both of one. */
export const cherrypick: FossilOperation = {
  name: 'cherrypick',
  weight: 2,
  plan: (context) => {
    const { repo, draw, references } = context
    const parent = drawParent(context)
    const others = checkins(repo).filter((hash) => hash !== parent)
    if (parent === undefined || others.length === 0) return undefined
    const drawn = Array.from({ length: draw.pick([1, 1, 2]) }, () => ({
      target: draw.pick(others),
      isPicked: draw.chance(0.5),
    }))
    const targets = (isPicked: boolean): string[] =>
      drawn.filter((each) => each.isPicked === isPicked).map((each) => references.to(each.target))
    const source = drawn.find(({ isPicked }) => isPicked)?.target
    return planCheckin(
      context,
      parent,
      { picked: targets(true), backedOut: targets(false) },
      source,
    )
  },
  apply: writeCheckin,
}

/** Gives a file another name, also with other content, or two files each other's. */
export const rename: FossilOperation = {
  name: 'rename',
  weight: 2,
  plan: (context) => {
    const { repo, draw, sizes } = context
    const parent = drawParent(context)
    if (parent === undefined) return undefined
    const names = [...manifestFiles(repo, parent).keys()]
    if (names.length < 2) return undefined
    const [from, other] = [draw.pick(names), draw.pick(names)]
    const isSwap = draw.chance(0.2) && from !== other
    const isEdited = draw.chance(0.3)
    const changes = isSwap
      ? [renaming(from, other), renaming(other, from)]
      : [{ ...renaming(newName(draw), from), ...(isEdited ? drawContent(draw, sizes) : {}) }]
    return planCheckin(context, parent, { changes })
  },
  apply: writeCheckin,
}

/**
 * Check-ins: the one that a run begins with, plain ones, and those of a rarer form.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { FossilError } from '../../base/error.ts'
import { findHeld } from '../../repo/blob.ts'
import type { Repo } from '../../repo/repo.ts'
import { property } from '../../crosslink/properties.ts'
import type { Arguments, ArgumentValues } from '../../runner/arguments.ts'
import { checkin, type CheckinOptions, manifestFiles } from '../../write/checkin.ts'
import { changesOf, drawChanges } from './content.ts'
import {
  authorOf,
  checkins,
  drawAuthor,
  drawMimetype,
  drawNames,
  drawText,
  hashes,
  heads,
  newestPublicCheckin,
  publicCheckins,
  textOf,
} from './drawing.ts'
import type { ApplyContext, FossilOperation, Made, PlanContext } from './operation.ts'

/**
 * The check-in that a run begins with. On a project that exists it follows the newest check-in and
 * changes no file: its own manifest is whole, so that who has it can build on it, where the newest
 * one may need a baseline that has not arrived.
 */
export const begin: FossilOperation = {
  name: 'begin',
  weight: 1,
  plan: ({ repo, references }) => {
    const parent = newestReadable(repo)
    const said = { user: 'admin', comment: 'begin' }
    return parent === undefined
      ? { ...said, changes: [{ name: 'README', key: 0, lines: 1 }] }
      : { ...said, changes: [], parent: references.to(parent) }
  },
  apply: (context) => {
    // A fault may refuse it; without a beginning nobody has anything to build on.
    for (let attempts = 1; ; attempts++) {
      try {
        return writeCheckin(context)
      } catch (error) {
        if (!FossilError.is(error, 'repo.io') || attempts === 1000) throw error
      }
    }
  },
}

/** Goes on from the newest that has arrived, or now and then from an older one: that forks. */
export const plain: FossilOperation = {
  name: 'checkin',
  weight: 9,
  plan: (context) => {
    const { id, repo, draw, references, mayBePrivate } = context
    // Drawn in any case, so that the other choices are the same without private ones.
    const isPrivate = draw.chance(0.25) && mayBePrivate
    const parent = draw.chance(0.8) ? newestPublicCheckin(repo) : drawPublicCheckin(context)
    if (parent === undefined || isClosed(repo, parent)) return undefined
    return {
      parent: references.to(parent),
      user: id,
      comment: `change ${draw.uint32()}`,
      changes: drawChanges(context, parent),
      ...(isPrivate ? { isPrivate, branch: 'private' } : {}),
    }
  },
  apply: writeCheckin,
}

/** Goes on in one of the rarer forms: a delta manifest, names, a colour, the end of a line. */
export const variant: FossilOperation = {
  name: 'variant',
  weight: 2,
  plan: (context) => {
    const { draw } = context
    return planCheckin(context, drawParent(context), {
      ...(draw.chance(0.6) ? { deltaManifest: true } : {}),
      ...(draw.chance(0.3) ? { tags: drawNames(draw) } : {}),
      ...(draw.chance(0.3) ? { color: draw.pick(['#123456', 'gold']) } : {}),
      ...(draw.chance(0.1) ? { closed: true } : {}),
      ...(draw.chance(0.2) ? { mimetype: drawMimetype(draw) } : {}),
    })
  },
  apply: writeCheckin,
}

/** Any check-in that everybody may know of, or none. */
function drawPublicCheckin({ repo, draw }: PlanContext): ArtifactHash | undefined {
  const known = publicCheckins(repo)
  return known[draw.int(0, known.length)]
}

/** Nobody goes on from there: somebody has said so. */
function isClosed(repo: Repo, hash: ArtifactHash): boolean {
  const rid = findHeld(repo, hash)
  return rid !== undefined && property(repo, rid, 'closed') !== undefined
}

/** A head, or now and then any check-in: that makes a fork. */
export function drawParent({ repo, draw }: PlanContext): ArtifactHash | undefined {
  const known = draw.chance(0.85) ? heads(repo) : checkins(repo)
  return known.length === 0 ? undefined : draw.pick(known)
}

/**
 * Arguments of a check-in on top of `parent`, mostly with changes, of any author.
 *
 * @param source another check-in, from which it takes changes
 */
export function planCheckin(
  context: PlanContext,
  parent: ArtifactHash | undefined,
  options: ArgumentValues,
  source?: ArtifactHash,
): ArgumentValues | undefined {
  if (parent === undefined) return undefined
  const { draw, references } = context
  return {
    parent: references.to(parent),
    ...drawAuthor(context),
    comment: drawText(context),
    changes: draw.chance(0.9) ? drawChanges(context, parent, source) : [],
    ...options,
  }
}

/** Writes the check-in that the arguments describe. */
export function writeCheckin(context: ApplyContext): Made | undefined {
  const { repo, args, references } = context
  const parent = references.artifact(args.maybeText('parent'))
  const merged = references.artifacts(args.texts('merged'))
  const cherrypicks = cherrypicksOf(context)
  const lacksParent = args.maybeText('parent') !== undefined && parent === undefined
  if (lacksParent || merged === undefined || cherrypicks === undefined) return undefined
  const options: CheckinOptions = {
    changes: changesOf(context, parent),
    comment: textOf(context, args.text('comment')),
    ...authorOf(context),
    ...(parent === undefined ? { newRoot: true } : { parent }),
    mergedParents: merged,
    cherrypicks,
    ...tagOptions(args),
    mimetype: args.maybeText('mimetype') ?? '',
    deltaManifest: args.flag('deltaManifest'),
    isPrivate: args.flag('isPrivate'),
    allowEmpty: true,
    // Clocks differ between nodes, so a parent may be from the future.
    allowOlder: true,
    fork: 'allow',
  }
  const { newArtifacts } = checkin(repo, options)
  return {
    artifacts: newArtifacts,
    facts: { isPrivate: args.flag('isPrivate') },
    says: { kind: 'checkin', options },
  }
}

function cherrypicksOf({ args, references }: ApplyContext): CheckinOptions['cherrypicks'] {
  const picked = references.artifacts(args.texts('picked'))
  const backedOut = references.artifacts(args.texts('backedOut'))
  if (picked === undefined || backedOut === undefined) return undefined
  return [
    ...picked.map((target) => ({ direction: '+', target }) as const),
    ...backedOut.map((target) => ({ direction: '-', target }) as const),
  ]
}

function tagOptions(args: Arguments): Partial<CheckinOptions> {
  const [branch, branchColor] = [args.maybeText('branch'), args.maybeText('branchColor')]
  const color = args.maybeText('color')
  return {
    ...(branch === undefined ? {} : { branch }),
    ...(branchColor === undefined ? {} : { branchColor }),
    ...(color === undefined ? {} : { color }),
    ...(args.flag('closed') ? { closed: true } : {}),
    ...(args.flag('integrate') ? { integrate: true } : {}),
    tags: args.texts('tags'),
  }
}

/** The newest public check-in that the timeline of an existing repository shows, if readable. */
function newestReadable(repo: Repo): ArtifactHash | undefined {
  const [newest] = hashes(
    repo,
    `SELECT blob.uuid FROM event JOIN blob ON blob.rid = event.objid
      WHERE event.type = 'ci' AND blob.size >= 0
        AND blob.rid NOT IN (SELECT rid FROM private)
      ORDER BY event.mtime DESC, blob.uuid LIMIT 1`,
  )
  return newest === undefined || !isReadable(repo, newest) ? undefined : newest
}

function isReadable(repo: Repo, hash: ArtifactHash): boolean {
  try {
    manifestFiles(repo, hash)
    return true
  } catch (error) {
    if (FossilError.is(error)) return false
    throw error
  }
}

/**
 * The T cards of a check-in: its branch, its colour, its names, and what it closes.
 * Source: fossil src/checkin.c create_manifest (the T cards at its end).
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Deck, DeckTag } from '../deck/deck.ts'
import { deckIn } from '../repo/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld } from '../repo/blob.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { isClosed, isLeaf, mainBranch } from '../crosslink/branch.ts'
import { property, symbolicTags } from '../crosslink/properties.ts'

/** Options for the place of a check-in in the project. */
export interface CheckinTagOptions {
  /**
   * Starts a branch of this name. A check-in without parent starts one by default: the setting
   * `main-branch`, else `trunk`.
   */
  readonly branch?: string
  /** Background colour of the branch that starts here, such as `#c0ffee`. */
  readonly branchColor?: string
  /** Background colour of this check-in alone. */
  readonly color?: string
  /** Names for this check-in alone. */
  readonly tags?: readonly string[]
  /** Ends its line: nobody is to go on from here. */
  readonly closed?: boolean
  /** Closes the merged parents that are open leaves, as `--integrate` does. */
  readonly integrate?: boolean
}

/**
 * The tags of a check-in. A new branch has tags that propagate, and cancels the names that would
 * propagate to it from its parent.
 *
 * @throws {FossilError} `checkin.invalid` for an empty name, or colours that contradict each other
 */
export function checkinTags(
  repo: Repo,
  options: CheckinTagOptions,
  { parent, merged }: { parent: NamedArtifact | undefined; merged: readonly ArtifactHash[] },
): DeckTag[] {
  const { branchColor, color, tags = [] } = options
  const branch = options.branch ?? (parent === undefined ? mainBranch(repo) : undefined)
  if (branch === '' || tags.includes('')) throw invalid('a branch or tag without a name')
  if (branchColor !== undefined && color !== undefined) {
    throw invalid('a colour of its own, and one for its branch')
  }
  if (branchColor !== undefined && branch === undefined) {
    throw invalid('a branch colour without a new branch')
  }
  if (color === '' || branchColor === '') throw invalid('a colour that is empty')
  return [
    ...(branch === undefined
      ? []
      : branchTags(branch, inheritedNames(repo, parent, 'propagating'))),
    ...(branchColor === undefined ? [] : [own('*', 'bgcolor', branchColor)]),
    ...(color === undefined ? [] : [own('+', 'bgcolor', color)]),
    ...(options.closed === true ? [own('+', 'closed')] : []),
    ...(options.integrate === true ? merged.filter(isOpenLeaf).map(closing) : []),
    ...tags.map((name) => own('+', `sym-${name}`)),
  ]

  function isOpenLeaf(hash: ArtifactHash): boolean {
    const rid = findHeld(repo, hash)
    return rid !== undefined && isLeaf(repo, rid) && !isClosed(repo, rid)
  }
}

/** Background colour of private branches unless told otherwise. branch.c:169. */
export const privateBranchColor = '#fec084'

/**
 * Puts a check-in on a branch, where it and its descendants have none of the names in `inherited`.
 *
 * @param inherited names as people give them, such as `trunk`
 */
export function branchTags(branch: string, inherited: readonly string[]): DeckTag[] {
  return [
    own('*', 'branch', branch),
    own('*', `sym-${branch}`),
    ...inherited.filter((name) => name !== branch).map((name) => own('-', `sym-${name}`)),
  ]
}

/** A tag on the artifact that holds it. */
export function own(action: DeckTag['action'], name: string, value?: string): DeckTag {
  return { action, name, target: '*', ...(value === undefined ? {} : { value }) }
}

/**
 * Names of a parent that its child on another branch cancels. Where the parent's tags were never
 * derived, its branch is read from the manifests.
 */
export function inheritedNames(
  repo: Repo,
  parent: NamedArtifact | undefined,
  which: 'all' | 'propagating',
): string[] {
  if (parent === undefined) return []
  if (property(repo, parent.rid, 'branch') !== undefined) {
    return symbolicTags(repo, parent.rid, which)
  }
  const branch = branchInManifests(repo, parent.hash)
  return branch === undefined ? [] : [branch]
}

/** The branch that the nearest manifest up the primary line names. */
function branchInManifests(repo: Repo, hash: ArtifactHash): string | undefined {
  let at: ArtifactHash | undefined = hash
  while (at !== undefined && findHeld(repo, at) !== undefined) {
    const deck: Deck | undefined = deckIn(repo, readArtifact(repo, at))
    if (deck?.kind !== 'checkin') return undefined
    const tag = deck.tags.find(({ name, target }) => name === 'branch' && target === '*')
    if (tag?.value !== undefined) return tag.value
    at = deck.parents[0]
  }
  return undefined
}

function closing(target: ArtifactHash): DeckTag {
  return { action: '+', name: 'closed', target }
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

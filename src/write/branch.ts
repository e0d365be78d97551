/**
 * Branches: a check-in that begins one, and control artifacts that close or hide one.
 * Source: fossil src/branch.c.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { CheckinDeck, DeckFile } from '../deck/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, isPrivate } from '../repo/blob.ts'
import { readCheckin } from './checkin.ts'
import type { Repo } from '../repo/repo.ts'
import { type Author, stamp, writeDeck, type Written } from './artifact.ts'
import { branchTags, inheritedNames, own, privateBranchColor } from './checkin-tags.ts'
import { branchTip, isLeaf, openLeaves } from '../crosslink/branch.ts'
import { property } from '../crosslink/properties.ts'
import { writeControl } from './tag.ts'

const marks = {
  close: { property: 'closed', action: '+' },
  reopen: { property: 'closed', action: '-' },
  hide: { property: 'hidden', action: '*' },
  unhide: { property: 'hidden', action: '-' },
} as const

/**
 * Begins a branch: an empty check-in that follows `basis`. branch_new.
 *
 * @example
 * ```ts
 * newBranch(repo, { name: 'experiment', basis: hash }, { user: 'ada' })
 * ```
 * @throws {FossilError} `checkin.invalid` where `basis` is not a check-in, and for a name that is
 *   empty or that of an open branch; `artifact.missing`; `repo.io`
 */
export function newBranch(
  repo: Repo,
  branch: {
    readonly name: string
    /** The check-in that it leaves from. */
    readonly basis: ArtifactHash
    /** Background colour of all of it, empty for none. By default a private one has its own. */
    readonly color?: string
    /** Keeps the branch out of sync. A branch off a private check-in is private. */
    readonly isPrivate?: boolean
  },
  author: Author,
): Written {
  return repo.transaction(() => {
    const { name, basis } = branch
    if (name === '') throw invalid('a branch without a name')
    if (isOpenBranch(repo, name)) throw invalid(`an open branch has the name ${name}`)
    const deck = readCheckin(repo, basis)
    const rid = findHeld(repo, basis)
    if (rid === undefined) throw new FossilError('artifact.missing', { name: basis })
    const asPrivate = branch.isPrivate === true || isPrivate(repo, rid)
    const color = branch.color ?? (asPrivate ? privateBranchColor : '')
    const first: CheckinDeck = {
      kind: 'checkin',
      ...(deck.baseline === undefined ? {} : { baseline: deck.baseline }),
      comment: `Create new branch named "${escapeHtml(name)}"`,
      ...stamp(repo, author),
      files: deck.files.map(withoutRename),
      parents: [basis],
      cherrypicks: [],
      ...(deck.repoChecksum === undefined ? {} : { repoChecksum: deck.repoChecksum }),
      tags: [
        ...branchTags(name, inheritedNames(repo, { rid, hash: basis }, 'all')),
        ...(color === '' ? [] : [own('*', 'bgcolor', color)]),
      ],
    }
    return writeDeck(repo, first, { isPrivate: asPrivate, replaces: { rid, hash: basis } })
  })
}

/**
 * Closes, reopens, hides or shows branches, by a tag on the latest check-in of each, all in one
 * artifact. What is so already is left out, as is closing or reopening what is not a leaf.
 *
 * @example
 * ```ts
 * markBranches(repo, 'close', ['experiment'], { user: 'ada' })
 * ```
 * @returns undefined where nothing is left to do
 * @throws {FossilError} `artifact.missing` for an unknown branch; `artifact.invalid`; `repo.io`
 */
export function markBranches(
  repo: Repo,
  mark: 'close' | 'reopen' | 'hide' | 'unhide',
  branches: readonly string[],
  author: Author,
): Written | undefined {
  const { property: name, action } = marks[mark]
  return repo.transaction(() => {
    const tags = [...new Set(branches)].flatMap((branch) => {
      const tip = branchTip(repo, branch)
      if (tip === undefined) throw new FossilError('artifact.missing', { name: branch })
      const holds = property(repo, tip.rid, name) !== undefined
      const applies = name === 'hidden' || isLeaf(repo, tip.rid)
      return !applies || holds === (action !== '-') ? [] : [{ action, name, target: tip.hash }]
    })
    return tags.length === 0 ? undefined : writeControl(repo, tags, author)
  })
}

/** Ways to mark branches. */
export type BranchMark = Parameters<typeof markBranches>[1]

/** A rename is told once, by the check-in that made it. */
function withoutRename({ name, hash, permissions }: DeckFile): DeckFile {
  return {
    name,
    ...(hash === undefined ? {} : { hash }),
    ...(permissions === undefined ? {} : { permissions }),
  }
}

/** Tells whether a leaf of this branch is open. branch.c branch_is_open. */
function isOpenBranch(repo: Repo, name: string): boolean {
  return openLeaves(repo, name).length > 0
}

/** As stock writes a name into the comment, which is wiki text. encode.c htmlize. */
function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '<': '&lt;',
    '>': '&gt;',
    '&': '&amp;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[<>&"']/g, (character) => entities[character] ?? character)
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

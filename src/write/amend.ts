/**
 * Amends check-ins. A check-in never changes: a control artifact says what to show in its place.
 * Source: fossil src/info.c ci_amend_cmd, ci_edit_page, apply_newtags.
 * @module
 */

import { formatDate, isDateMs } from '../deck/date.ts'
import type { DeckTag } from '../deck/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { type Author, invalid, readTarget, type Written } from './artifact.ts'
import { isLeaf } from '../crosslink/branch.ts'
import { property, shownDateMs, symbolicTags } from '../crosslink/properties.ts'
import { type TargetedTag, writeControl } from './tag.ts'

/** The properties that a check-in is to have from now on. What is absent stays. */
export interface Amendment {
  readonly comment?: string
  /** The author of the check-in. */
  readonly user?: string
  /** The time of the check-in, in milliseconds since 1970. */
  readonly dateMs?: number
  /** Background colour; empty for none. */
  readonly color?: string
  /** Gives the colour to the descendants, too. By default as it was. */
  readonly colorPropagates?: boolean
  /** Moves it and its descendants to this branch. */
  readonly branch?: string
  /** Names for it alone. */
  readonly addTags?: readonly string[]
  /** Names that it is to lose, where it has them. */
  readonly cancelTags?: readonly string[]
  /** Closes it, with its descendants where it has some on its branch; false opens it again. */
  readonly closed?: boolean
  /** Hides it and its descendants from the timeline; false shows it again. */
  readonly hidden?: boolean
}

/** One tag to change. */
interface Change {
  readonly action: DeckTag['action']
  readonly value?: string
}

/**
 * Amends a check-in. Only what differs from what it says now is written.
 *
 * @example
 * ```ts
 * amendCheckin(repo, hash, { comment: 'fix the tail', closed: true }, { user: 'ada' })
 * ```
 * @param author of the amendment
 * @returns undefined where nothing differs
 * @throws {FossilError} `artifact.missing`; `artifact.invalid` where it is not a check-in, and for
 *   what a tag cannot say; `repo.io`
 */
export function amendCheckin(
  repo: Repo,
  target: ArtifactHash,
  amendment: Amendment,
  author: Author,
): Written | undefined {
  return repo.transaction(() => {
    const { rid, deck } = readTarget(repo, target, { kind: 'checkin', forA: 'control' })
    // By name: a branch and a tag of one name are one change, the latter.
    const changes = new Map([
      ...textChanges(repo, rid, amendment, deck),
      ...colorChanges(repo, rid, amendment),
      ...nameChanges(repo, rid, amendment),
      ...stateChanges(repo, rid, amendment),
      ...branchChanges(repo, rid, amendment),
    ])
    if (changes.size === 0) return undefined
    const tags = [...changes].map(([name, change]): TargetedTag => ({ ...change, name, target }))
    return writeControl(repo, tags, author)
  })
}

type Changes = [name: string, change: Change][]

/** Comment, user and date, each unless it is what is shown already. */
function textChanges(
  repo: Repo,
  rid: Rid,
  { comment, user, dateMs }: Amendment,
  said: { readonly comment?: string; readonly user?: string; readonly dateMs: number },
): Changes {
  const changes: Changes = []
  const shown = property(repo, rid, 'comment')?.value ?? said.comment ?? ''
  if (comment === '') throw invalid('control', 'a comment that is empty')
  if (comment !== undefined && !isSameComment(comment, shown)) {
    changes.push(['comment', { action: '+', value: comment }])
  }
  if (user === '') throw invalid('control', 'a user without a name')
  if (user !== undefined && user !== (property(repo, rid, 'user')?.value ?? said.user)) {
    changes.push(['user', { action: '+', value: user }])
  }
  if (dateMs !== undefined && dateMs !== shownDateMs(repo, rid, said)) {
    changes.push(['date', { action: '+', value: dateText(dateMs) }])
  }
  return changes
}

/** Equal but for space at the ends, and for how lines end. info.c comment_compare. */
function isSameComment(a: string, b: string): boolean {
  return plainText(a) === plainText(b)
}

function plainText(text: string): string {
  return text.trim().replaceAll('\r\n', '\n')
}

function colorChanges(repo: Repo, rid: Rid, amendment: Amendment): Changes {
  if (amendment.color === undefined) return []
  const shown = property(repo, rid, 'bgcolor')
  if (amendment.color === '') {
    return shown === undefined || shown.value === '' ? [] : [['bgcolor', { action: '-' }]]
  }
  const color = withHash(amendment.color)
  const had = shown?.propagates ?? false
  const propagates = amendment.colorPropagates ?? had
  if (color === shown?.value && propagates === had) return []
  return [['bgcolor', { action: propagates ? '*' : '+', value: color }]]
}

/** Hexadecimal digits are a colour only with a `#` before them. info.c:3596-3604. */
function withHash(color: string): string {
  return /^(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(color) ? `#${color}` : color
}

function nameChanges(repo: Repo, rid: Rid, { addTags = [], cancelTags = [] }: Amendment): Changes {
  if (addTags.includes('')) throw invalid('control', 'a tag without a name')
  const held = new Set(cancelTags.length === 0 ? [] : symbolicTags(repo, rid))
  return [
    ...addTags.map((name): Changes[0] => [`sym-${name}`, { action: '+' }]),
    ...cancelTags
      .filter((name) => held.has(name))
      .map((name): Changes[0] => [`sym-${name}`, { action: '-' }]),
  ]
}

function stateChanges(repo: Repo, rid: Rid, { closed, hidden }: Amendment): Changes {
  const changes: Changes = []
  if (hidden !== undefined && hidden !== (property(repo, rid, 'hidden') !== undefined)) {
    changes.push(['hidden', { action: hidden ? '*' : '-' }])
  }
  if (closed !== undefined && closed !== (property(repo, rid, 'closed') !== undefined)) {
    const closing = isLeaf(repo, rid) ? '+' : '*'
    changes.push(['closed', { action: closed ? closing : '-' }])
  }
  return changes
}

/** Moves it unless it is there: names that came down from the old branch end here. */
function branchChanges(repo: Repo, rid: Rid, { branch }: Amendment): Changes {
  if (branch === undefined || branch === property(repo, rid, 'branch')?.value) return []
  if (branch === '') throw invalid('control', 'a branch without a name')
  return [
    ...symbolicTags(repo, rid, 'propagating').map((name): Changes[0] => [
      `sym-${name}`,
      { action: '-' },
    ]),
    ['branch', { action: '*', value: branch }],
    [`sym-${branch}`, { action: '*' }],
  ]
}

/** In the form of a D card; a whole second as people write it. */
function dateText(dateMs: number): string {
  if (!isDateMs(dateMs)) throw invalid('control', `${dateMs} is not a date that a card can hold`)
  return formatDate(dateMs, dateMs % 1000 === 0 ? 'seconds' : 'milliseconds')
}

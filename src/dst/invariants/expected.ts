/**
 * The derived tables of a history as they must be, worked out the plain way: from what the
 * artifacts that are held say, all at once, without a thought for the order they came in. An oracle
 * for `plink`, `tagxref` and `leaf`; it shares no code with crosslinking.
 *
 * The rules are those in the headers of src/crosslink: checkin.ts and reparent.ts for parents,
 * tag.ts for tags, leaf.ts for leaves.
 * @module
 */

import { unreachable } from '../../base/assert.ts'
import type { CheckinDeck, Deck, DeckTag } from '../../deck/deck.ts'
import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { isShunned } from '../../repo/blob.ts'
import type { Repo } from '../../repo/repo.ts'
import { stateOf } from '../../repo/state.ts'
import { readStatements, type Statement, type Statements } from './statements.ts'

/** One tag as one artifact has it. */
export interface ExpectedTag {
  /** 0 cancelled, 1 for this artifact alone, 2 for its descendants, too. */
  readonly type: 0 | 1 | 2
  /** The artifact that says so; undefined if it is inherited. */
  readonly source: ArtifactHash | undefined
  /** The artifact of which it is said. */
  readonly origin: ArtifactHash
  readonly value: string | undefined
  /** The date on which it was said; undefined for a cluster, which has none. */
  readonly dateMs: number | undefined
}

/** Tags by name. */
export type TagsOfOne = ReadonlyMap<string, ExpectedTag>

/** The rows that must be in the tables. */
export interface Expected {
  readonly statements: Statements
  /** Parents by child, the primary one first where there is one. */
  readonly parents: ReadonlyMap<ArtifactHash, readonly ExpectedParent[]>
  readonly tags: ReadonlyMap<ArtifactHash, TagsOfOne>
  readonly leaves: ReadonlySet<ArtifactHash>
}

/** A parent of a check-in, or the version that a page, note or post replaces. */
export interface ExpectedParent {
  readonly hash: ArtifactHash
  readonly isPrimary: boolean
}

const remembered = new WeakMap<Repo, { state: string; expected: Expected }>()

/** Works it all out, unless the repository is as it was. */
export function expectedOf(repo: Repo): Expected {
  const state = stateOf(repo)
  const before = remembered.get(repo)
  if (before?.state === state) return before.expected
  const expected = historyFrom(readStatements(repo), (hash) => isShunned(repo, hash))
  remembered.set(repo, { state, expected })
  return expected
}

/** The same from statements, whoever made them. */
export function historyFrom(statements: Statements, isNowhere: IsNowhere): Expected {
  const explicit = explicitTags(statements, isNowhere)
  const parents = allParents(statements, explicit, isNowhere)
  const tags = allTags(statements, explicit, parents)
  return { statements, parents, tags, leaves: allLeaves(parents, tags) }
}

/** Tells of a name that it is banned: nothing that is said of it counts. */
type IsNowhere = (hash: ArtifactHash) => boolean

/**
 * Check-ins that one took changes from, which go before it: of two cards about the same one, the
 * last counts, and it backs them out.
 */
export function takenFrom({ cherrypicks }: CheckinDeck): ArtifactHash[] {
  const last = new Map(cherrypicks.map(({ target, direction }) => [target, direction]))
  return [...last].flatMap(([target, direction]) => (direction === '+' ? target : []))
}

type ExplicitTags = Map<ArtifactHash, Map<string, ExpectedTag>>

/** Of all that is said of an artifact under one tag name, what counts. */
function explicitTags(statements: Statements, isNowhere: IsNowhere): ExplicitTags {
  const all: ExplicitTags = new Map()
  for (const statement of statements.values()) {
    const dateMs = 'dateMs' in statement.deck ? statement.deck.dateMs : undefined
    for (const { action, name, target, value } of tagsSaidBy(statement)) {
      const origin = target === '*' ? statement.hash : target
      if (isNowhere(origin)) continue
      const ofOne = all.get(origin) ?? new Map<string, ExpectedTag>()
      all.set(origin, ofOne)
      const type = ({ '-': 0, '+': 1, '*': 2 } as const)[action]
      const tag = { type, source: statement.hash, origin, value, dateMs }
      const before = ofOne.get(name)
      if (before === undefined || countsFor(tag, before)) ofOne.set(name, tag)
    }
  }
  return all
}

/** T cards, and the tag by which the versions of a page, note or ticket find each other. */
function tagsSaidBy({ deck, textBytes }: Statement): DeckTag[] {
  switch (deck.kind) {
    case 'checkin':
    case 'control':
      return [...deck.tags]
    case 'technote':
      return [...deck.tags, own(`event-${deck.technoteId}`, String(textBytes))]
    case 'wiki':
      return [own(`wiki-${deck.wikiTitle}`, String(textBytes))]
    case 'ticket':
      return [own(`tkt-${deck.ticketId}`)]
    case 'cluster':
      return [own('cluster')]
    case 'attachment':
    case 'forum':
      return []
    default:
      return unreachable(deck)
  }
}

function own(name: string, value?: string): DeckTag {
  return { action: '+', name, target: '*', ...(value === undefined ? {} : { value }) }
}

/**
 * The later counts; at one moment, what an artifact says of itself; then the smaller name, and in
 * one artifact the first card, where `*` stands before `+` before `-`.
 */
function countsFor(tag: ExpectedTag, before: ExpectedTag): boolean {
  const [ms, beforeMs] = [tag.dateMs ?? 0, before.dateMs ?? 0]
  if (ms !== beforeMs) return ms > beforeMs
  if (tag.source === before.source) return tag.type > before.type
  if (before.source === before.origin) return false
  if (tag.source === tag.origin) return true
  return (tag.source ?? '') < (before.source ?? '')
}

type Parents = Map<ArtifactHash, readonly ExpectedParent[]>

/**
 * Parents are those that the artifact names, unless a `parent` tag gives a check-in others: a list
 * of names. Those are heeded in the order of the check-ins' names, and not where that would make a
 * check-in its own ancestor.
 */
function allParents(statements: Statements, explicit: ExplicitTags, isNowhere: IsNowhere): Parents {
  const parents: Parents = new Map()
  for (const { hash, deck } of statements.values()) {
    const named = namedParents(deck)
    if (named.length > 0) parents.set(hash, asParents(isNowhere, named))
  }
  for (const { hash, deck } of statements.values()) {
    const tag = explicit.get(hash)?.get('parent')
    if (deck.kind !== 'checkin' || tag?.type !== 1) continue
    const tagged = (tag.value ?? '').split(' ').map((word) => parseArtifactHash(word))
    if (!tagged.every((each) => each !== undefined)) continue
    parents.set(hash, asParents(isNowhere, tagged))
    if (isOwnAncestor(parents, hash)) parents.set(hash, asParents(isNowhere, deck.parents))
  }
  return parents
}

function namedParents(deck: Deck): readonly ArtifactHash[] {
  return 'parents' in deck ? deck.parents : []
}

/** The first name is the primary parent. Shunned ones are nowhere, repeated ones count once. */
function asParents(isNowhere: IsNowhere, hashes: readonly ArtifactHash[]): ExpectedParent[] {
  return hashes
    .map((hash, index) => ({ hash, isPrimary: index === 0 }))
    .filter(({ hash }, index) => hashes.indexOf(hash) === index && !isNowhere(hash))
}

function isOwnAncestor(parents: Parents, hash: ArtifactHash): boolean {
  const seen = new Set<ArtifactHash>()
  const open = [hash]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const parent of parents.get(next) ?? []) {
      if (parent.hash === hash) return true
      if (!seen.has(parent.hash)) open.push(parent.hash)
      seen.add(parent.hash)
    }
  }
  return false
}

/** A propagating tag passes from primary parent to child, until something explicit is said. */
function allTags(
  statements: Statements,
  explicit: ExplicitTags,
  parents: Parents,
): Map<ArtifactHash, TagsOfOne> {
  const tags = new Map<ArtifactHash, TagsOfOne>()
  const primaryOf = (hash: ArtifactHash): ArtifactHash | undefined =>
    parents.get(hash)?.find(({ isPrimary }) => isPrimary)?.hash
  for (const start of [...statements.keys(), ...explicit.keys()]) {
    // From the nearest ancestor that is known down to where we began: histories are long.
    const line: ArtifactHash[] = []
    let at: ArtifactHash | undefined = start
    for (; at !== undefined && !tags.has(at); at = primaryOf(at)) line.push(at)
    for (const hash of line.reverse()) {
      const primary = primaryOf(hash)
      const handed = primary === undefined ? undefined : tags.get(primary)
      const said = explicit.get(hash) ?? new Map<string, ExpectedTag>()
      tags.set(hash, new Map([...inherited(handed ?? new Map()), ...said]))
    }
  }
  return tags
}

function inherited(handed: TagsOfOne): [string, ExpectedTag][] {
  return [...handed]
    .filter(([, { type }]) => type === 2)
    .map(([name, tag]) => [name, { ...tag, source: undefined }])
}

/**
 * A leaf has no child on its own branch. Only what has a branch, or a child that has one, is ever
 * looked at; a branch that is not named is `trunk`.
 */
function allLeaves(
  parents: Parents,
  tags: ReadonlyMap<ArtifactHash, TagsOfOne>,
): Set<ArtifactHash> {
  const hasBranch = (hash: ArtifactHash): boolean => tags.get(hash)?.has('branch') === true
  const branchOf = (hash: ArtifactHash): string => tags.get(hash)?.get('branch')?.value ?? 'trunk'
  const leaves = new Set([...tags.keys()].filter(hasBranch))
  const links = [...parents].flatMap(([child, all]) =>
    all.map(({ hash: parent }) => ({ child, parent })),
  )
  for (const { child, parent } of links) if (hasBranch(child)) leaves.add(parent)
  for (const { child, parent } of links) {
    if (branchOf(child) === branchOf(parent)) leaves.delete(parent)
  }
  return leaves
}

/**
 * Statements of the artifacts of a repository, read once each: the ground that the oracles of the
 * derived tables stand on. Knows decks and content; nothing of how the tables are made.
 * @module
 */

import { deckOf } from '../../repo/deck.ts'
import { encodeText } from '../../base/text.ts'
import type { CheckinDeck, Deck } from '../../deck/deck.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { unresolvedRids } from '../../repo/blob.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { NamedArtifact, Rid } from '../../repo/rid.ts'

/** One artifact that says something. */
export interface Statement {
  readonly hash: ArtifactHash
  /** Without F cards, and with the first character of its text only: a project has very many. */
  readonly deck: Deck
  /** Bytes of the text of a page or note, without the space before it and up to a NUL. */
  readonly textBytes: number
}

/** Statements of artifacts by name, in the order of their names. */
export type Statements = ReadonlyMap<ArtifactHash, Statement>

/** Content under a name never changes, so each artifact is parsed once. */
const parsed = new WeakMap<Repo, Map<ArtifactHash, Statement | undefined>>()

/**
 * Everything that means something here: all that is held, but for delta manifests whose baseline
 * is not. Costs a look at the name of each artifact, and reading those that are new since the last
 * time.
 */
export function readStatements(repo: Repo): Statements {
  const known = parsed.get(repo) ?? new Map<ArtifactHash, Statement | undefined>()
  parsed.set(repo, known)
  const statements = new Map<ArtifactHash, Statement>()
  for (const { rid, hash } of heldArtifacts(repo)) {
    if (!known.has(hash)) known.set(hash, read(repo, rid, hash))
    const statement = known.get(hash)
    if (statement !== undefined) statements.set(hash, statement)
  }
  for (const { hash } of orphans(statements)) statements.delete(hash)
  return statements
}

/** Everything that can be read, in the order of names. */
export function heldArtifacts(repo: Repo): NamedArtifact[] {
  const unresolved = unresolvedRids(repo)
  return dbOf(repo)
    .prepare<[Rid, ArtifactHash]>('SELECT rid, uuid FROM blob WHERE size >= 0 ORDER BY uuid')
    .all()
    .filter(([rid]) => !unresolved.has(rid))
    .map(([rid, hash]) => ({ rid, hash }))
}

function read(repo: Repo, rid: Rid, hash: ArtifactHash): Statement | undefined {
  const deck = deckOf(repo, rid)
  if (deck === undefined) return undefined
  if (deck.kind === 'checkin') return { hash, deck: { ...deck, files: [] }, textBytes: 0 }
  if (!('content' in deck)) return { hash, deck, textBytes: 0 }
  const light = { ...deck, content: deck.content.slice(0, 1) }
  return { hash, deck: light, textBytes: textBytes(deck.content) }
}

function textBytes(content: string): number {
  const [text = ''] = content.replace(/^[\t-\r ]+/, '').split('\0', 1)
  return encodeText(text).length
}

/** A delta manifest means nothing before its baseline comes: any check-in that is held. */
function orphans(statements: Statements): Statement[] {
  const isHeld = ({ baseline }: CheckinDeck): boolean =>
    baseline === undefined || statements.get(baseline)?.deck.kind === 'checkin'
  return [...statements.values()].filter(({ deck }) => deck.kind === 'checkin' && !isHeld(deck))
}

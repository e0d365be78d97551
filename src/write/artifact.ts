/**
 * The common end of everything that is written beside check-ins: a deck becomes an artifact.
 * Source: fossil src/wiki.c wiki_put, src/tag.c tag_add_artifact.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Deck, DeckKind } from '../deck/deck.ts'
import { formatDeck } from '../deck/format.ts'
import { deckIn } from '../repo/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, findRid, isPrivate } from '../repo/blob.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { deltify, storeLocal } from '../repo/store.ts'

/** The author of an artifact, and the time of writing. */
export interface Author {
  readonly user: string
  /** By default now, or the first millisecond at which it counts as newer than what it replaces. */
  readonly dateMs?: number
}

/** An artifact that was written. */
export interface Written {
  /** The name of the artifact. */
  readonly hash: ArtifactHash
}

/** The mimetype that a page has without saying so. */
const wikiText = 'text/x-fossil-wiki'

/**
 * D and U cards.
 *
 * @param replacedMs the date of what this replaces. Of two versions the later counts: without this
 *   one that is written within the same millisecond, or while the clock is behind, might not
 */
export function stamp(
  repo: Repo,
  { user, dateMs }: Author,
  replacedMs = -Infinity,
): { dateMs: number; user: string } {
  return { dateMs: dateMs ?? Math.max(repo.env.clock.nowMs(), replacedMs + 1), user }
}

/** The N card of a page or post: none for Fossil's own wiki text. */
export function mimetypeCard(mimetype: string | undefined): { mimetype?: string } {
  return mimetype === undefined || mimetype === '' || mimetype === wikiText ? {} : { mimetype }
}

/**
 * Writes an artifact, in the transaction of the caller.
 *
 * @param links.about what it names: it is private where one of them is, or its readers would get a
 *   name they can never resolve
 * @param links.replaces the version before it, which becomes a delta of it
 * @param links.isPrivate keeps it out of sync in any case
 * @throws {FossilError} `artifact.invalid`, for a check-in `checkin.invalid`, for what no artifact
 *   of this kind can say
 */
export function writeDeck(
  repo: Repo,
  deck: Deck,
  links: {
    about?: readonly ArtifactHash[]
    replaces?: NamedArtifact | undefined
    isPrivate?: boolean
  } = {},
): Written {
  const { replaces, about = [] } = links
  const named = replaces === undefined ? about : [...about, replaces.hash]
  const asPrivate = links.isPrivate === true || named.some((hash) => isKnownPrivate(repo, hash))
  const { rid, hash } = storeLocal(repo, artifactOf(deck), { isPrivate: asPrivate })
  if (replaces !== undefined) deltify(repo, replaces.rid, rid)
  return { hash }
}

/**
 * Reads the artifact that a new one is about.
 *
 * @throws {FossilError} `artifact.missing` when it is not here; `artifact.invalid`, for the new
 *   one, when it is not of this kind
 */
export function readTarget<K extends DeckKind>(
  repo: Repo,
  hash: ArtifactHash,
  { kind, forA }: { kind: K; forA: DeckKind },
): NamedArtifact & { readonly deck: Extract<Deck, { kind: K }> } {
  const deck = readDeck(repo, hash)
  const rid = findHeld(repo, hash)
  if (rid === undefined) throw new FossilError('artifact.missing', { name: hash })
  if (!isOfKind(deck, kind)) throw invalid(forA, `${hash} is not a ${kind}`)
  return { rid, hash, deck }
}

/** Reads a structural artifact, undefined for plain data. Throws `artifact.missing`. */
export function readDeck(repo: Repo, hash: ArtifactHash): Deck | undefined {
  return deckIn(repo, readArtifact(repo, hash))
}

/** Tells whether an artifact is here, as a phantom or held, and private. */
export function isKnownPrivate(repo: Repo, hash: ArtifactHash): boolean {
  const rid = findRid(repo, hash)
  return rid !== undefined && isPrivate(repo, rid)
}

/** Formats a deck; throws as {@link writeDeck} does. */
export function artifactOf(deck: Deck): Uint8Array {
  try {
    return formatDeck(deck)
  } catch (cause) {
    if (!FossilError.is(cause, 'deck.malformed')) throw cause
    const { reason } = cause.detail
    if (deck.kind === 'checkin') throw new FossilError('checkin.invalid', { reason }, { cause })
    throw new FossilError('artifact.invalid', { kind: deck.kind, reason }, { cause })
  }
}

/** Refuses text at which stock's readers, in C, would stop. */
export function checkText(kind: DeckKind, text: string): void {
  if (text.includes('\0')) throw invalid(kind, 'text with a NUL')
}

/** The error of this folder. */
export function invalid(kind: DeckKind, reason: string): FossilError<'artifact.invalid'> {
  return new FossilError('artifact.invalid', { kind, reason })
}

function isOfKind<K extends DeckKind>(
  deck: Deck | undefined,
  kind: K,
): deck is Extract<Deck, { kind: K }> {
  return deck?.kind === kind
}

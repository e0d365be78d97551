/**
 * Versions under one name: of a wiki page, a ticket, a technote. The tag `wiki-TITLE`, `tkt-ID` or
 * `event-ID` finds the artifacts; their own words decide.
 *
 * A control artifact can put such a tag on anything, and stock believes the tag. Here only an
 * artifact that names the page itself is a version of it (docs/divergences.md). Versions are in the
 * order of their D cards; of two with one date, the one with the smaller hash counts as older.
 *
 * Source: fossil src/wiki.c, src/tkt.c ticket_rebuild_entry, src/manifest.c:2530-2600.
 * @module
 */

import { deckOf } from '../repo/deck.ts'
import { julianFromMs } from '../deck/date.ts'
import type { Deck, TechnoteDeck, TicketDeck, WikiDeck } from '../deck/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { findTagId } from './tag.ts'

/** A deck that is one version of something. */
export type VersionDeck = WikiDeck | TicketDeck | TechnoteDeck

/** One version: an artifact that is here. */
export interface Version<D extends VersionDeck> {
  readonly rid: Rid
  readonly hash: ArtifactHash
  readonly deck: D
}

type DeckOf<K> = Extract<VersionDeck, { kind: K }>

/** The tag that all versions of one thing share, by what the thing is called. */
export function versionTag(kind: VersionDeck['kind'], name: string): string {
  return `${{ wiki: 'wiki', ticket: 'tkt', technote: 'event' }[kind]}-${name}`
}

/** All versions, oldest first. */
export function versionsOf<K extends VersionDeck['kind']>(
  repo: Repo,
  kind: K,
  name: string,
): Version<DeckOf<K>>[] {
  const found = [...candidates(repo, kind, name)].map(({ version }) => version)
  return found.filter((version) => version !== undefined).sort(compareAge)
}

/** The newest version; undefined where none is here. */
export function newestVersion<K extends VersionDeck['kind']>(
  repo: Repo,
  kind: K,
  name: string,
): Version<DeckOf<K>> | undefined {
  let newest: Version<DeckOf<K>> | undefined
  for (const { version, mtimeJulian } of candidates(repo, kind, name)) {
    // A tag is as old as the artifact that bears it, or newer: all that follow are older yet.
    if (newest !== undefined && mtimeJulian < julianFromMs(newest.deck.dateMs)) break
    if (version === undefined) continue
    if (newest === undefined || compareAge(newest, version) < 0) newest = version
  }
  return newest
}

interface Candidate<D extends VersionDeck> {
  /** Of the tag. */
  readonly mtimeJulian: number
  /** Undefined where the artifact says nothing of the kind. */
  readonly version: Version<D> | undefined
}

/** The artifacts that bear the tag, by the date of the tag, newest first; read one by one. */
function* candidates<K extends VersionDeck['kind']>(
  repo: Repo,
  kind: K,
  name: string,
): Generator<Candidate<DeckOf<K>>, void, void> {
  const tagid = findTagId(repo, versionTag(kind, name))
  if (tagid === undefined) return
  const rows = dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash, mtimeJulian: number]>(
      `SELECT tagxref.rid, uuid, mtime FROM tagxref CROSS JOIN blob USING(rid)
        WHERE tagid = ? AND size >= 0 ORDER BY mtime DESC, uuid DESC`,
    )
    .iterate(tagid)
  for (const [rid, hash, mtimeJulian] of rows) {
    const deck = deckOf(repo, rid)
    const isVersion = isOfKind(deck, kind) && nameIn(deck) === name
    yield { mtimeJulian, version: isVersion ? { rid, hash, deck } : undefined }
  }
}

function isOfKind<K extends VersionDeck['kind']>(
  deck: Deck | undefined,
  kind: K,
): deck is DeckOf<K> {
  return deck?.kind === kind
}

function nameIn(deck: VersionDeck): string {
  if (deck.kind === 'wiki') return deck.wikiTitle
  return deck.kind === 'ticket' ? deck.ticketId : deck.technoteId
}

function compareAge(a: Version<VersionDeck>, b: Version<VersionDeck>): number {
  return a.deck.dateMs - b.deck.dateMs || (a.hash < b.hash ? -1 : 1)
}

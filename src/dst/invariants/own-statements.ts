/**
 * Statements of artifacts about files, cherry-picks and other artifacts, by their own cards: the
 * ground of the oracles of `mlink`, `cherrypick` and `backlink`. Shares no code with src/deck,
 * src/markup and src/crosslink; that contents are what their names say is for `blob-integrity`.
 *
 * Each artifact is read once, and F cards again whenever a check-in is compared: a project has very
 * many of them.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { readContent } from '../../repo/content.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Rid } from '../../repo/rid.ts'
import { stateOf } from '../../repo/state.ts'
import { latin, type OwnCard, type OwnDeck, readOwnDeck, unescaped } from '../own-cards.ts'
import { findOwnLinks, type OwnLinks } from './own-links.ts'
import { heldArtifacts } from './statements.ts'

/** A Q card. */
export interface OwnPick {
  readonly isExclude: boolean
  readonly target: string
}

export interface OwnCheckin {
  readonly kind: 'checkin'
  readonly rid: Rid
  readonly dateMs: number
  readonly baseline: string | undefined
  readonly namesParents: boolean
  readonly picks: readonly OwnPick[]
  readonly links: OwnLinks
}

export interface OwnPage {
  readonly kind: 'wiki' | 'forum'
  readonly rid: Rid
  readonly dateMs: number
  /** Of a page. */
  readonly title: string
  readonly links: OwnLinks
}

export interface OwnTicketChange {
  readonly kind: 'ticket'
  readonly rid: Rid
  readonly dateMs: number
  readonly ticketId: string
  /** Names as they are written, with the `+` of what is appended. */
  readonly fields: readonly { readonly name: string; readonly value: string }[]
}

type OwnStatement = OwnCheckin | OwnPage | OwnTicketChange

/**
 * The artifacts that can be read and say something of these things, by name, in the order of names.
 */
export type OwnStatements = ReadonlyMap<ArtifactHash, OwnStatement>

/** Content under a name never changes, so each artifact is read once. */
const read = new WeakMap<Repo, Map<ArtifactHash, OwnStatement | undefined>>()

const remembered = new WeakMap<Repo, { state: string; statements: OwnStatements }>()

/** Everything that is held. Costs a look at each name, and reading what is new. */
export function readOwnStatements(repo: Repo): OwnStatements {
  const state = stateOf(repo)
  const before = remembered.get(repo)
  if (before?.state === state) return before.statements
  const known = read.get(repo) ?? new Map<ArtifactHash, OwnStatement | undefined>()
  read.set(repo, known)
  const statements = new Map<ArtifactHash, OwnStatement>()
  for (const { rid, hash } of heldArtifacts(repo)) {
    if (!known.has(hash)) known.set(hash, statementOf(repo, rid))
    const statement = known.get(hash)
    // An artifact that went and came back has another rid.
    if (statement !== undefined) statements.set(hash, { ...statement, rid })
  }
  remembered.set(repo, { state, statements })
  return statements
}

/** The check-ins among them that mean something: not a delta manifest without its baseline. */
export function readableCheckins(statements: OwnStatements): Map<string, OwnCheckin> {
  const checkins = [...statements].flatMap(([hash, said]) =>
    said.kind === 'checkin' ? [[hash, said] as const] : [],
  )
  const all = new Map<string, OwnCheckin>(checkins)
  return new Map(checkins.filter(([, { baseline }]) => baseline === undefined || all.has(baseline)))
}

/** An F card. */
export interface OwnFile {
  /** Undefined if a delta manifest says that the file is gone. */
  readonly hash: string | undefined
  /** `mlink.mperm`: 1 for an executable, 2 for a symbolic link. */
  readonly permission: 0 | 1 | 2
  readonly priorName: string | undefined
}

/** F cards by name. */
export type OwnFiles = ReadonlyMap<string, OwnFile>

/** The F cards of a check-in, without those of its baseline. */
export function readOwnFiles(repo: Repo, { rid }: OwnCheckin): OwnFiles {
  const deck = deckOf(repo, rid)
  const files = allCards(deck, 'F').map(([name = '', hash, letters = '', priorName]) => {
    const permission = letters.includes('x') ? 1 : letters.includes('l') ? 2 : 0
    const prior = priorName === undefined ? undefined : unescaped(priorName)
    return [unescaped(name), { hash, permission, priorName: prior }] as const
  })
  return new Map(files.filter(([name]) => !reserved.test(name)))
}

/** Fossil's own databases are in no check-in. */
const reserved = /(?:^|\/)(?:_FOSSIL_|\.fslckout)(?:-(?:wal|shm|journal))?$/i

function deckOf(repo: Repo, rid: Rid): OwnDeck | undefined {
  const content = readContent(repo, rid)
  return content === undefined ? undefined : readOwnDeck(content)
}

function statementOf(repo: Repo, rid: Rid): OwnStatement | undefined {
  const deck = deckOf(repo, rid)
  if (deck === undefined) return undefined
  const said = { rid, dateMs: dateOf(repo, deck) }
  switch (deck.kind) {
    case 'checkin':
      return {
        kind: 'checkin',
        ...said,
        baseline: card(deck, 'B'),
        namesParents: allCards(deck, 'P').flat().length > 0,
        picks: allCards(deck, 'Q').map(([picked = '']) => {
          return { isExclude: picked.startsWith('-'), target: picked.slice(1) }
        }),
        links: findOwnLinks(textOf(deck, 'C') ?? '', undefined),
      }
    case 'wiki':
    case 'forum':
      return {
        kind: deck.kind,
        ...said,
        title: textOf(deck, 'L') ?? '',
        links: findOwnLinks(card(deck, 'W') ?? '', textOf(deck, 'N')),
      }
    case 'ticket': {
      const fields = allCards(deck, 'J').map(([name = '', value = '']) => {
        return { name, value: unescaped(value) }
      })
      return { kind: 'ticket', ...said, ticketId: card(deck, 'K') ?? '', fields }
    }
    default:
      return undefined
  }
}

function allCards({ cards = [] }: Partial<OwnDeck> = {}, letter: string): OwnCard['args'][] {
  return cards.filter((each) => each.letter === letter).map(({ args }) => args)
}

/** The first argument of the only card of a letter. */
function card(deck: OwnDeck, letter: string): string | undefined {
  return allCards(deck, letter)[0]?.[0]
}

function textOf(deck: OwnDeck, letter: string): string | undefined {
  const written = card(deck, letter)
  return written === undefined ? undefined : unescaped(written)
}

function dateOf(repo: Repo, deck: OwnDeck): number {
  const row = dbOf(repo)
    .prepare<[number | null]>('SELECT julianday(?)')
    .get(card(deck, 'D') ?? '')
  return msFromDay(row?.[0] ?? 0)
}

/** Milliseconds since 1970 from a Julian day: tables keep more digits than count. */
export function msFromDay(julianDay: number): number {
  return Math.round((julianDay - 2_440_587.5) * 86_400_000)
}

/** A blob of a table, as text of artifacts is here. */
export function ownText(column: Uint8Array | null): string | undefined {
  return column === null ? undefined : latin(column)
}

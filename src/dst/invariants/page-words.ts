/**
 * The words of artifacts about tickets, attachments and threads, straight from their bytes: the
 * ground that the oracles of these tables stand on. Shares no code with src/deck and src/crosslink.
 *
 * Texts are one character a byte: see own-cards.ts. Reference: fileformat.wiki §2.5, 2.6, 2.8;
 * manifest.c:122-140 for the cards that each kind has.
 * @module
 */

import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { unresolvedRids } from '../../repo/blob.ts'
import { readContent } from '../../repo/content.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Rid } from '../../repo/rid.ts'
import { stateOf } from '../../repo/state.ts'
import { argumentsByLetter, readOwnDeck, unescaped } from '../own-cards.ts'

/** The name of an artifact, when it was made, and by whom. */
interface Signed {
  readonly hash: ArtifactHash
  /** The D card as SQLite reads it: a Julian day. */
  readonly julianDay: number
  /** Undefined if there is no U card. */
  readonly user: string | undefined
}

/** A change of a ticket: K and J cards. */
export interface TicketWords extends Signed {
  readonly kind: 'ticket'
  readonly ticketId: string
  /** Names as written, `+` and all, in the order of the cards. */
  readonly fields: readonly { readonly name: string; readonly value: string }[]
}

/** A file that is attached, or taken away: an A card. */
export interface AttachmentWords extends Signed {
  readonly kind: 'attachment'
  readonly fileName: string
  readonly target: string
  readonly source: string | undefined
  readonly comment: string
}

/** A version of a forum post: G, I and P cards. */
export interface PostWords extends Signed {
  readonly kind: 'post'
  readonly root: ArtifactHash | undefined
  readonly answered: ArtifactHash | undefined
  readonly replaced: ArtifactHash | undefined
}

/** One artifact that the tables of tickets, attachments and posts are made of. */
export type PageWords = TicketWords | AttachmentWords | PostWords

/** Arguments of cards, by letter. */
type CardLines = ReturnType<typeof argumentsByLetter>

/** Content under a name never changes, so each artifact is read once. */
const read = new WeakMap<Repo, Map<ArtifactHash, PageWords | undefined>>()

/** The words of a repository in the state in which it was last looked at. */
const remembered = new WeakMap<Repo, { state: string; words: readonly PageWords[] }>()

/** All of them that are held here, by name. Costs reading what is new since the last time. */
export function pageWords(repo: Repo): readonly PageWords[] {
  const state = stateOf(repo)
  const before = remembered.get(repo)
  if (before?.state === state) return before.words
  const known = read.get(repo) ?? new Map<ArtifactHash, PageWords | undefined>()
  read.set(repo, known)
  const unresolved = unresolvedRids(repo)
  const words = dbOf(repo)
    .prepare<[Rid, ArtifactHash]>('SELECT rid, uuid FROM blob WHERE size >= 0 ORDER BY uuid')
    .all()
    .flatMap(([rid, hash]) => {
      if (unresolved.has(rid)) return []
      if (!known.has(hash)) known.set(hash, readWords(repo, rid, hash))
      return known.get(hash) ?? []
    })
  remembered.set(repo, { state, words })
  return words
}

/** In the order in which they were said; of two of one moment, the smaller name is the older. */
export function byAge(a: Signed, b: Signed): number {
  return a.julianDay - b.julianDay || (a.hash < b.hash ? -1 : 1)
}

function readWords(repo: Repo, rid: Rid, hash: ArtifactHash): PageWords | undefined {
  const content = readContent(repo, rid)
  const deck = content && readOwnDeck(content)
  const cards = deck && argumentsByLetter(deck)
  const [date = ''] = cards?.get('D')?.[0] ?? []
  if (cards === undefined) return undefined
  const julianDay = julianDayOf(repo, date)
  if (julianDay === undefined) return undefined
  const [written] = cards.get('U') ?? []
  const user = written && (unescaped(written[0] ?? '') || 'anonymous')
  const signed = { hash, julianDay, user }
  return ticketWords(cards, signed) ?? attachmentWords(cards, signed) ?? postWords(cards, signed)
}

/** A date that moves with the clock is none. */
function julianDayOf(repo: Repo, date: string): number | undefined {
  if (/^(?:now|subsec|subsecond)$/i.test(date)) return undefined
  return dbOf(repo).prepare<[number | null]>('SELECT julianday(?)').get(date)?.[0] ?? undefined
}

function ticketWords(cards: CardLines, signed: Signed): TicketWords | undefined {
  const [ticketId = ''] = cards.get('K')?.[0] ?? []
  if (!isOf(cards, { all: 'DJKU', some: '' }) || !/^[0-9a-f]{40}$/i.test(ticketId)) return undefined
  const fields = (cards.get('J') ?? []).map(([name = '', value = '']) => {
    return { name, value: unescaped(value) }
  })
  const isSorted = fields.every(({ name }, at) => name > (fields[at - 1]?.name ?? ''))
  return isSorted ? { kind: 'ticket', ...signed, ticketId, fields } : undefined
}

function attachmentWords(cards: CardLines, signed: Signed): AttachmentWords | undefined {
  const [path, target, source] = cards.get('A')?.[0] ?? []
  if (!isOf(cards, { all: 'AD', some: 'CNU' })) return undefined
  if (path === undefined || target === undefined) return undefined
  const fileName = unescaped(path).split('/').at(-1) ?? ''
  const comment = unescaped(cards.get('C')?.[0]?.[0] ?? '')
  return {
    kind: 'attachment',
    ...signed,
    fileName,
    target: unescaped(target),
    source: source?.toLowerCase(),
    comment,
  }
}

function postWords(cards: CardLines, signed: Signed): PostWords | undefined {
  if (!isOf(cards, { all: 'DUW', some: 'GHINP' })) return undefined
  if (!['G', 'H', 'I'].some((letter) => cards.has(letter))) return undefined
  const [root, answered, replaced] = ['G', 'I', 'P'].map((letter) => {
    const [written = ''] = cards.get(letter)?.[0] ?? []
    return parseArtifactHash(written.toLowerCase())
  })
  const replacesOne = (cards.get('P')?.[0]?.length ?? 0) <= 1
  if (!replacesOne || (cards.has('H') && answered !== undefined)) return undefined
  return { kind: 'post', ...signed, root, answered, replaced }
}

/** Tells whether an artifact has all cards that a kind must have, and none that it may not. */
function isOf(cards: CardLines, { all, some }: { all: string; some: string }): boolean {
  const has = (letter: string): boolean => cards.has(letter)
  return all.split('').every(has) && [...cards.keys()].every((each) => (all + some).includes(each))
}

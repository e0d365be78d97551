/**
 * Artifact bytes to decks. Anything that breaks the format, however slightly, is plain data and
 * not an error: the strictness is what tells a check-in from a file that quotes one.
 *
 * May know cards and decks. Reference: manifest.c:464-1148, manifest_parse, in its order.
 * @module
 */

import { present } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import { CardReader, lineAt } from './card.ts'
import { cards, type Draft, emptyDraft } from './cards.ts'
import { zCardMatches, zCardSize } from './checksum.ts'
import {
  cardsOfKind,
  type ControlDeck,
  type Deck,
  type DeckKind,
  type DeckTag,
  type TechnoteDeck,
} from './deck.ts'
import type { FileCards } from './file-cards.ts'
import { type Span, unsignedSpan } from './signature.ts'

/**
 * The reason why an artifact is plain data. `line` counts from 1 and from the start of the
 * artifact.
 */
export interface DeckFault {
  readonly line: number
  readonly reason: string
}

/** A deck is decoded to strings, which cannot be much longer than this. Stock's limit is 2 GiB. */
const maxDeckBytes = 0x1000_0000

const NEWLINE = 0x0a
const SPACE = 0x20
const letterA = 0x41
const letterZ = 0x5a

/**
 * Reads a structural artifact; undefined means that `bytes` are plain data. Never throws on any
 * bytes. Takes constant time, whatever the size, unless `bytes` open like a deck and end like one,
 * or open like a signed message.
 *
 * @param bytes the whole artifact; neither changed nor kept
 * @param fileCards remembers F cards from one deck to the next
 */
export function parseDeck(bytes: Uint8Array, fileCards?: FileCards): Deck | undefined {
  const span = unsignedSpan(bytes)
  if (outerFault(bytes, span) !== undefined) return undefined
  const result = readDeck(bytes, span, fileCards)
  return 'deck' in result ? result.deck : undefined
}

/** Like {@link parseDeck}, and says what makes data of `bytes`: for tools and error messages. */
export function explainDeck(bytes: Uint8Array): { readonly deck: Deck } | DeckFault {
  const span = unsignedSpan(bytes)
  const fault = outerFault(bytes, span)
  if (fault === undefined) return readDeck(bytes, span)
  return { line: lineAt(bytes, fault.at), reason: fault.reason }
}

/** Finds the faults that show without reading cards. Only a likely Z card is worth a digest. */
function outerFault(bytes: Uint8Array, span: Span): { at: number; reason: string } | undefined {
  const { start, end } = span
  const zAt = end - zCardSize
  const last = Math.max(0, bytes.length - 1)
  if (bytes[last] !== NEWLINE) return { at: last, reason: 'no newline at the end' }
  const first = bytes[start] ?? 0
  if (first < letterA || first > letterZ || bytes[start + 1] !== SPACE) {
    return { at: start, reason: 'not a card' }
  }
  if (zAt < start || bytes[zAt] !== letterZ || bytes[zAt + 1] !== SPACE) {
    return { at: end - 1, reason: 'no Z card at the end' }
  }
  if (end - start > maxDeckBytes) return { at: start, reason: 'too large for a deck' }
  const matches = zCardMatches(bytes.subarray(start, end))
  return matches ? undefined : { at: zAt, reason: 'Z card: wrong checksum' }
}

function readDeck(
  bytes: Uint8Array,
  span: Span,
  fileCards?: FileCards,
): { readonly deck: Deck } | DeckFault {
  try {
    const { draft, seen } = readCards(new CardReader(bytes, span, fileCards))
    const kind = kindOf(draft)
    const reason = cardFault(kind, seen) ?? ruleFault(kind, draft)
    return reason === undefined
      ? { deck: builders[kind](draft) }
      : { line: lineAt(bytes, span.end - zCardSize), reason }
  } catch (error) {
    if (!FossilError.is(error, 'deck.malformed')) throw error
    return error.detail
  }
}

/** Reads all cards; `seen` holds their letters, once each. */
function readCards(reader: CardReader): { draft: Draft; seen: string } {
  const draft = emptyDraft()
  let seen = ''
  let previous = ''
  for (let letter = reader.nextCard(); letter !== undefined; letter = reader.nextCard()) {
    // Technotes of before 2021 have P before N. manifest.c:550-561, fileformat.wiki §4.1.
    const isOldTechnote = letter === 'N' && previous === 'P' && draft.technoteId !== undefined
    if (letter < previous && !isOldTechnote) reader.fail('out of order')
    const codec = cards.get(letter) ?? reader.fail('unknown card')
    codec.read(reader, draft)
    if (letter !== previous) seen += letter
    previous = letter
  }
  return { draft, seen }
}

/** A deck without a telling card is a control artifact unless it says what a check-in says. */
function kindOf(draft: Draft): DeckKind {
  if (draft.kind !== undefined) return draft.kind
  return draft.comment !== undefined || draft.parents.length > 0 ? 'checkin' : 'control'
}

function cardFault(kind: DeckKind, seen: string): string | undefined {
  const { allowed, required } = cardsOfKind[kind]
  const extra = seen.split('').find((letter) => !allowed.includes(letter))
  if (extra !== undefined) return `${extra} card in a ${kind}`
  const missing = required.split('').find((letter) => !seen.includes(letter))
  return missing === undefined ? undefined : `no ${missing} card in a ${kind}`
}

/** The rules of single kinds. manifest.c:1104-1130. */
function ruleFault(kind: DeckKind, draft: Draft): string | undefined {
  const { tags, parents, threadTitle, inReplyTo } = draft
  if (kind === 'control' && !tags.every(isTargeted)) {
    return 'T card: a control artifact cannot tag itself'
  }
  if (kind === 'technote' && !tags.every(isOwnMark)) {
    return 'T card: a technote can only add tags, and only to itself'
  }
  if (kind === 'forum' && threadTitle !== undefined && inReplyTo !== undefined) {
    return 'H card: a post cannot open a thread and answer in one'
  }
  if (kind === 'forum' && parents.length > 1) return 'P card: a post replaces at most one'
  return undefined
}

/** Turns a draft that has passed every check into the deck of its kind. */
const builders: { readonly [K in DeckKind]: (draft: Draft) => Extract<Deck, { kind: K }> } = {
  checkin: (draft) => ({
    kind: 'checkin',
    ...pick(draft, ['baseline', 'comment', 'mimetype', 'repoChecksum', 'user']),
    ...stamp(draft),
    files: draft.files,
    parents: draft.parents,
    cherrypicks: draft.cherrypicks,
    tags: draft.tags,
  }),
  cluster: ({ members }) => ({ kind: 'cluster', members }),
  control: (draft) => ({
    kind: 'control',
    ...stamp(draft),
    tags: draft.tags.filter(isTargeted),
    user: fromCard(draft.user),
  }),
  wiki: (draft) => ({
    kind: 'wiki',
    ...pick(draft, ['comment', 'mimetype']),
    ...stamp(draft),
    wikiTitle: fromCard(draft.wikiTitle),
    parents: draft.parents,
    user: fromCard(draft.user),
    content: fromCard(draft.content),
  }),
  ticket: (draft) => ({
    kind: 'ticket',
    ...stamp(draft),
    fields: draft.fields,
    ticketId: fromCard(draft.ticketId),
    user: fromCard(draft.user),
  }),
  attachment: (draft) => ({
    kind: 'attachment',
    ...pick(draft, ['source', 'comment', 'mimetype', 'user']),
    ...stamp(draft),
    fileName: fromCard(draft.fileName),
    target: fromCard(draft.target),
  }),
  technote: (draft) => ({
    kind: 'technote',
    ...pick(draft, ['comment', 'mimetype', 'user']),
    ...stamp(draft),
    eventMs: fromCard(draft.eventMs),
    technoteId: fromCard(draft.technoteId),
    parents: draft.parents,
    tags: draft.tags.filter(isOwnMark),
    content: fromCard(draft.content),
  }),
  forum: (draft) => ({
    kind: 'forum',
    ...pick(draft, ['threadRoot', 'threadTitle', 'inReplyTo', 'mimetype']),
    ...stamp(draft),
    parents: draft.parents,
    user: fromCard(draft.user),
    content: fromCard(draft.content),
  }),
}

function stamp(draft: Draft): { dateMs: number; datePrecision?: 'seconds' } {
  return { dateMs: fromCard(draft.dateMs), ...pick(draft, ['datePrecision']) }
}

function isTargeted(tag: DeckTag): tag is ControlDeck['tags'][number] {
  return tag.target !== '*'
}

function isOwnMark(tag: DeckTag): tag is TechnoteDeck['tags'][number] {
  return tag.target === '*' && tag.action === '+'
}

/** The fields that are present, so that an absent card is an absent property. */
function pick<K extends keyof Draft>(draft: Draft, keys: readonly K[]): Partial<Pick<Draft, K>> {
  const picked: Partial<Pick<Draft, K>> = {}
  for (const key of keys) if (draft[key] !== undefined) picked[key] = draft[key]
  return picked
}

function fromCard<T>(value: T | undefined): T {
  return present(value, 'the required cards of a kind were checked')
}

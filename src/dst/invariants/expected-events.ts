/**
 * The timeline as it must be, worked out the plain way: one entry for each artifact that is news.
 * An oracle for `event`; it shares no code with crosslinking.
 *
 * The rules are those in the headers of src/crosslink: event.ts for tags that are laid over,
 * and each kind's own file. The words about tags, tickets and attachments, which stock composes of
 * many parts, are not looked at here; the `derived` invariant compares those.
 * @module
 */

import { unreachable } from '../../base/assert.ts'
import type { ForumDeck, TechnoteDeck } from '../../deck/deck.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { isShunned } from '../../repo/blob.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { type Expected, type TagsOfOne, takenFrom } from './expected.ts'
import type { Statement } from './statements.ts'

/** One row of `event`. */
export interface ExpectedEvent {
  readonly type: 'ci' | 'w' | 'e' | 't' | 'f' | 'g'
  readonly user: string | undefined
  /** `composed`: words that are not looked at. */
  readonly comment: string | undefined | typeof composed
  /** The words in brief, which tickets alone have. */
  readonly brief: undefined | typeof composed
  /** The name of the tag that the row points to. */
  readonly tagName: string | undefined
  /** The place of the artifact by its own word. */
  readonly ownMs: number
  /** It may be shown earlier, since another check-in of the same moment follows it. */
  readonly mayMove: boolean
  /** The values that tags give instead: a Julian day, and texts. */
  readonly taggedJulian: number | undefined
  readonly taggedUser: string | undefined
  readonly taggedComment: string | undefined
  readonly color: string | undefined
}

export const composed: unique symbol = Symbol('composed')

/** The rows that must be there, by artifact. */
export function expectedEvents(
  repo: Repo,
  expected: Expected,
): ReadonlyMap<ArtifactHash, ExpectedEvent> {
  const decks = [...expected.statements.values()]
  const context: Context = {
    ticketIds: new Set(decks.flatMap(({ deck }) => (deck.kind === 'ticket' ? deck.ticketId : []))),
    newestNotes: newestNotes(decks),
    threadTitles: threadTitles(repo, decks),
    isShunned: (hash) => isShunned(repo, hash),
  }
  const movable = followedAtOnce(expected)
  const events = new Map<ArtifactHash, ExpectedEvent>()
  for (const statement of decks) {
    const own = ownEvent(statement, context)
    if (own === undefined) continue
    const tags = expected.tags.get(statement.hash)
    const mayMove = movable.has(statement.hash)
    events.set(statement.hash, { ...own, mayMove, ...laidOver(repo, tags) })
  }
  return events
}

interface Context {
  readonly ticketIds: ReadonlySet<string>
  /** The newest version of each note, by its id. */
  readonly newestNotes: ReadonlyMap<string, ArtifactHash>
  /** The title of each thread that has one, by its first post. */
  readonly threadTitles: ReadonlyMap<ArtifactHash, string>
  readonly isShunned: (hash: ArtifactHash) => boolean
}

type OwnEvent = Pick<ExpectedEvent, 'type' | 'user' | 'comment' | 'brief' | 'tagName' | 'ownMs'>

/** The event as the artifact itself tells it; undefined if it is no news. */
function ownEvent({ hash, deck, textBytes }: Statement, context: Context): OwnEvent | undefined {
  if (deck.kind === 'cluster') return undefined
  const { user, dateMs: ownMs } = deck
  const row = { user, ownMs, brief: undefined, tagName: undefined }
  switch (deck.kind) {
    case 'checkin':
      return { ...row, type: 'ci', comment: deck.comment }
    case 'wiki': {
      const isEdit = deck.parents[0] !== undefined && !context.isShunned(deck.parents[0])
      const sign = textBytes === 0 ? '-' : isEdit ? ':' : '+'
      return { ...row, type: 'w', comment: sign + deck.wikiTitle }
    }
    case 'technote': {
      if (context.newestNotes.get(deck.technoteId) !== hash) return undefined
      const { comment, eventMs, technoteId } = deck
      return { ...row, comment, type: 'e', tagName: `event-${technoteId}`, ownMs: eventMs }
    }
    case 'ticket':
      return {
        ...row,
        type: 't',
        comment: composed,
        brief: composed,
        tagName: `tkt-${deck.ticketId}`,
      }
    case 'attachment':
      return { ...row, type: attachmentType(deck.target, context), comment: composed }
    case 'forum':
      return { ...row, type: 'f', comment: postComment(hash, deck, context) }
    case 'control':
      return { ...row, type: 'g', comment: composed }
    default:
      return unreachable(deck)
  }
}

/** A check-in that is moved goes less than this far: thirty times 25 ms and two seconds. */
export const farthestMoveMs = 30 * 2_025

/**
 * Check-ins that may be shown before a child, or one that took changes from them: one less than two
 * seconds away, or one that may be moved itself as far as they are.
 */
export function followedAtOnce({ statements, parents }: Expected): ReadonlySet<ArtifactHash> {
  const dates = new Map<ArtifactHash, number>()
  for (const { hash, deck } of statements.values()) {
    if (deck.kind === 'checkin') dates.set(hash, deck.dateMs)
  }
  const links = [...statements.values()].flatMap(({ hash, deck }) => {
    if (deck.kind !== 'checkin') return []
    const named = [...(parents.get(hash) ?? []).map((each) => each.hash), ...takenFrom(deck)]
    return named.flatMap((parent) => {
      const laterMs = deck.dateMs - (dates.get(parent) ?? Infinity)
      return laterMs > -2_000 && laterMs < farthestMoveMs ? { parent, child: hash, laterMs } : []
    })
  })
  const followed = new Set(
    links.filter(({ laterMs }) => laterMs < 2_000).map((each) => each.parent),
  )
  const open = links.filter(({ laterMs }) => laterMs >= 2_000)
  for (let size = -1; size !== followed.size;) {
    size = followed.size
    for (const { parent, child } of open) if (followed.has(child)) followed.add(parent)
  }
  return followed
}

function attachmentType(target: string, context: Context): 't' | 'e' | 'w' {
  if (context.ticketIds.has(target)) return 't'
  return context.newestNotes.has(target) ? 'e' : 'w'
}

/** The newest version has the latest date; at one date, the greater name. */
function newestNotes(statements: readonly Statement[]): Map<string, ArtifactHash> {
  const notes = statements.flatMap(({ hash, deck }) =>
    deck.kind === 'technote' ? { hash, deck } : [],
  )
  const newestLast = notes.sort(byAge)
  return new Map(newestLast.map(({ hash, deck }) => [deck.technoteId, hash]))
}

interface Dated {
  readonly hash: ArtifactHash
  readonly deck: TechnoteDeck | ForumDeck
}

function byAge(a: Dated, b: Dated): number {
  return a.deck.dateMs - b.deck.dateMs || (a.hash < b.hash ? -1 : 1)
}

/** A thread is called as the newest post says that opens it, or replaces the one that does. */
function threadTitles(repo: Repo, statements: readonly Statement[]): Map<ArtifactHash, string> {
  const openings = statements.flatMap(({ hash, deck }) =>
    deck.kind === 'forum' && isOpening(deck, (name) => isShunned(repo, name)) ? { hash, deck } : [],
  )
  const newestLast = openings.sort(byAge)
  return new Map(newestLast.map(({ hash, deck }) => [deck.threadRoot ?? hash, ownTitle(deck)]))
}

function ownTitle(deck: ForumDeck): string {
  return untilNul(deck.threadTitle ?? '') || '(Deleted)'
}

const unknownTitle = '<i>Unknown</i>'

/**
 * The title of a post. There is no thread whose first post is shunned: a post that has a title then
 * has its own.
 */
function titleOf(hash: ArtifactHash, deck: ForumDeck, context: Context): string {
  const root = deck.threadRoot ?? hash
  if (!context.isShunned(root)) return context.threadTitles.get(root) ?? unknownTitle
  return isOpening(deck, context.isShunned) ? ownTitle(deck) : unknownTitle
}

function isOpening({ inReplyTo }: ForumDeck, isNowhere: (hash: ArtifactHash) => boolean): boolean {
  return inReplyTo === undefined || isNowhere(inReplyTo)
}

function postComment(hash: ArtifactHash, deck: ForumDeck, context: Context): string {
  const title = titleOf(hash, deck, context)
  const [replaced] = deck.parents
  const isEdit = replaced !== undefined && !context.isShunned(replaced)
  if (isOpening(deck, context.isShunned)) return `${isEdit ? 'Edit' : 'Post'}: ${title}`
  if (untilNul(deck.content) === '') return `Delete reply: ${title}`
  return `${isEdit ? 'Edit reply' : 'Reply'}: ${title}`
}

function untilNul(text: string): string {
  return text.split('\0', 1)[0] ?? ''
}

/** Colours are inherited; another date, user or comment is for the tagged artifact alone. */
function laidOver(
  repo: Repo,
  tags: TagsOfOne | undefined,
): Pick<ExpectedEvent, 'taggedJulian' | 'taggedUser' | 'taggedComment' | 'color'> {
  const value = (name: string): string | undefined => {
    const tag = tags?.get(name)
    return tag === undefined || tag.type === 0 ? undefined : tag.value
  }
  const ownValue = (name: string): string | undefined =>
    tags?.get(name)?.source === undefined ? undefined : value(name)
  return {
    taggedJulian: julianDay(repo, ownValue('date')),
    taggedUser: ownValue('user'),
    taggedComment: ownValue('comment'),
    color: value('bgcolor'),
  }
}

/** As SQLite reads a date. Times that move with the clock are none. */
function julianDay(repo: Repo, date: string | undefined): number | undefined {
  if (date === undefined || /^(?:now|subsec|subsecond)$/i.test(date)) return undefined
  return dbOf(repo).prepare<[number | null]>('SELECT julianday(?)').get(date)?.[0] ?? undefined
}

/**
 * Pages, notes, tickets, attachments and posts that are asked for, as the artifacts that they come
 * to.
 * Specification: fileformat.wiki §2.4 to §2.8. Reference: wiki.c wiki_put; event.c; tkt.c; attach.c
 * attach_commit; forum.c forum_post.
 * @module
 */

import { artifactOf, argumentsOf, type Card, kindOf } from './cards.ts'
import { type AskedBy, byCards } from './controls.ts'
import { digest, type ExpectedArtifact, type Holdings } from './holdings.ts'

type Expected = readonly ExpectedArtifact[] | undefined

/** The next version of a page. */
export function wikiOf(
  holdings: Holdings,
  page: {
    readonly title: string
    readonly content: string
    readonly comment: string
    readonly mimetype?: string
  },
  by: AskedBy,
): Expected {
  const { title, content, comment } = page
  const last = holdings.newest(`wiki-${title}`, 'L', title)
  const mimetype = page.mimetype ?? wordOf(holdings, last, 'N')
  const cards: Card[] = [
    ...byCards(holdings, by, dateOf(holdings, last)),
    ...(comment === '' ? [] : [['C', comment] as const]),
    ['L', title],
    ...typeCards(mimetype),
    ...(last === undefined ? [] : [['P', last] as const]),
    ['W', content],
  ]
  return [{ content: artifactOf(cards), isPrivate: isPrivate(holdings, last) }]
}

/** A note, or the next version of one. What is left out stays as it was. */
export function noteOf(
  holdings: Holdings,
  id: string,
  note: {
    readonly content: string
    readonly eventMs?: number | undefined
    readonly comment?: string | undefined
    readonly mimetype?: string | undefined
    readonly color?: string | undefined
    /** Empty if they are left out. */
    readonly tags: readonly string[]
  },
  by: AskedBy,
): Expected {
  const last = holdings.newest(`event-${id}`, 'E', id)
  const old = last === undefined ? [] : holdings.cards(last)
  const oldTags = old.filter(([letter]) => letter === 'T')
  const { content, eventMs } = note
  const [oldDate = ''] = argumentsOf(old, 'E')
  const event =
    eventMs === undefined && last !== undefined
      ? oldDate.slice(0, 19)
      : holdings.dateOf(eventMs ?? holdings.nowMs, { isShort: true })
  const comment = (note.comment ?? argumentsOf(old, 'C')[0] ?? '').trim()
  const color = note.color ?? oldTags.find(([, name]) => name === '+bgcolor')?.[3] ?? ''
  const oldNames = oldTags.flatMap(([, name = '']) =>
    name.startsWith('+sym-') ? [name.slice(5)] : [],
  )
  const names = note.tags.length > 0 ? note.tags : oldNames
  const mimetype = note.mimetype ?? argumentsOf(old, 'N')[0] ?? ''
  const cards: Card[] = [
    ...byCards(holdings, by, dateOf(holdings, last)),
    ...(comment === '' ? [] : [['C', comment] as const]),
    ['E', event, id],
    ...(mimetype === '' ? [] : [['N', mimetype] as const]),
    ...(last === undefined ? [] : [['P', last] as const]),
    ...(color === '' ? [] : [['T', '+bgcolor', '*', color] as const]),
    ...[...new Set(names)].map((name): Card => ['T', `+sym-${name}`, '*']),
    ['W', content],
  ]
  return [{ content: artifactOf(cards), isPrivate: isPrivate(holdings, last) }]
}

/** A ticket, or a change to one; undefined if nothing is left to write. */
export function ticketOf(
  holdings: Holdings,
  id: string,
  fields: ReadonlyMap<string, string>,
  by: AskedBy,
): Expected {
  const last = holdings.newest(`tkt-${id}`, 'K', id)
  const values = [...fields].flatMap(([field, value]): Card[] => {
    const written =
      field.startsWith('private_') && value !== '' ? digest('sha1', Buffer.from(value)) : value
    return isNews(holdings, id, field, written) ? [['J', field, written]] : []
  })
  if (values.length === 0) return undefined
  const cards = [...byCards(holdings, by, dateOf(holdings, last)), ...values, ['K', id] as const]
  return [{ content: artifactOf(cards), isPrivate: isPrivate(holdings, last) }]
}

/** Tells whether a field says something: what extends or is of one change, if it says anything. */
function isNews(holdings: Holdings, id: string, field: string, value: string): boolean {
  const name = field.replace(/^\+/, '')
  const isOf = (table: string): boolean =>
    holdings.has('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', table, name)
  if (name !== field || isOf('ticketchng')) return value !== ''
  const held = holdings.value(
    `SELECT CAST("${name.replaceAll('"', '""')}" AS TEXT) FROM ticket WHERE tkt_uuid = ?`,
    id,
  )
  return value !== (held ?? '')
}

/** The target of an attachment: the start of its tag, and the card by which versions name it. */
export interface AskedTarget {
  readonly tag: 'wiki' | 'tkt' | 'event'
  readonly letter: 'L' | 'K' | 'E'
  readonly name: string
}

/** A file that is attached, or taken away where it has no content. */
export function attachmentOf(
  holdings: Holdings,
  target: AskedTarget,
  file: { readonly name: string; readonly content?: Uint8Array; readonly comment?: string },
  by: AskedBy,
): Expected {
  const { name, content } = file
  const current = holdings.newest(`${target.tag}-${target.name}`, target.letter, target.name)
  if (current === undefined) return undefined
  const [last] = holdings.rows(
    `SELECT CAST(round((mtime - 2440587.5) * 86400000) AS INTEGER), src FROM attachment
      WHERE target = ? AND filename = ? AND isLatest ORDER BY coalesce(src, '') <> '' DESC`,
    target.name,
    name,
  )
  if (content === undefined && (last?.[1] ?? '') === '') return undefined
  const asPrivate = holdings.isPrivate(current)
  const source = content === undefined ? [] : [{ content, isPrivate: asPrivate }]
  const comment = file.comment?.trim() ?? ''
  const cards: Card[] = [
    ['A', name, target.name, ...source.map((each) => holdings.nameOf(each.content))],
    ...(comment === '' ? [] : [['C', comment] as const]),
    ...byCards(holdings, by, Number(last?.[0] ?? -Infinity)),
  ]
  return [...source, { content: artifactOf(cards), isPrivate: asPrivate }]
}

/** A post: it opens a thread, answers another, or takes its place. */
export function postOf(
  holdings: Holdings,
  post: {
    readonly answers?: string | undefined
    readonly replaces?: string | undefined
    readonly title?: string | undefined
    readonly content: string
    readonly mimetype?: string | undefined
  },
  by: AskedBy,
): Expected {
  const { answers, replaces, content } = post
  const about = answers ?? replaces
  const old = about === undefined ? [] : holdings.cards(about)
  if (about !== undefined && kindOf(old) !== 'forum') return undefined
  const [root = about] = argumentsOf(old, 'G')
  const [answered] = replaces === undefined ? [answers] : argumentsOf(old, 'I')
  const [oldTitle] = argumentsOf(old, 'H')
  if (answered !== undefined && post.title !== undefined) return undefined
  const isEdit = replaces !== undefined
  const mimetype = post.mimetype ?? (isEdit ? argumentsOf(old, 'N')[0] : undefined)
  const cards: Card[] = [
    ...byCards(holdings, by, isEdit ? holdings.dateMsOf(old) : undefined),
    ...(root === undefined ? [] : [['G', root] as const]),
    ...(answered === undefined ? [['H', post.title ?? oldTitle ?? ''] as const] : []),
    ...(answered === undefined ? [] : [['I', answered] as const]),
    ...typeCards(mimetype),
    ...(isEdit ? [['P', replaces] as const] : []),
    ['W', content],
  ]
  const named = [root, about].filter((each) => each !== undefined)
  const asPrivate = named.some((each) => holdings.isPrivate(each))
  return [{ content: artifactOf(cards), isPrivate: asPrivate }]
}

/** No mimetype is Fossil's own wiki text. */
function typeCards(mimetype = ''): Card[] {
  return mimetype === '' || mimetype === 'text/x-fossil-wiki' ? [] : [['N', mimetype]]
}

function wordOf(holdings: Holdings, hash: string | undefined, letter: string): string | undefined {
  return hash === undefined ? undefined : argumentsOf(holdings.cards(hash), letter)[0]
}

function dateOf(holdings: Holdings, hash: string | undefined): number | undefined {
  return hash === undefined ? undefined : holdings.dateMsOf(holdings.cards(hash))
}

function isPrivate(holdings: Holdings, hash: string | undefined): boolean {
  return hash !== undefined && holdings.isPrivate(hash)
}

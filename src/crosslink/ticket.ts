/**
 * A ticket in the derived tables. A ticket is the sum of its changes: whenever one arrives, the
 * ticket is played again from the first, and so is what the timeline says of each change, since a
 * change that came late may alter what the others meant.
 * Source: fossil src/tkt.c:470-522 (ticket_rebuild_entry), src/manifest.c:2131-2219.
 * @module
 */

import { counted } from '../base/counted.ts'
import { artifactLinks, mimetypeOf } from '../markup/links.ts'
import { julianFromMs } from '../deck/date.ts'
import type { TicketDeck } from '../deck/deck.ts'
import { config } from '../repo/config.ts'
import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { attachmentsConcerned } from './attachment.ts'
import { addBacklinks, clearBacklinks } from './backlink.ts'
import { putEvent } from './event.ts'
import { hashLink, html } from './event-text.ts'
import { insertTag, tagIdOf } from './tag.ts'
import { type TicketFields, ticketFields } from './ticket-fields.ts'
import { type ChangeMimetypes, TicketReplay } from './ticket-replay.ts'
import { type Version, versionsOf, versionTag } from './version.ts'

type Change = Version<TicketDeck>

/** Records that `rid` changes a ticket. */
export function linkTicketChange(repo: Repo, rid: Rid, deck: TicketDeck): void {
  insertTag(repo, {
    name: versionTag('ticket', deck.ticketId),
    type: 1,
    source: rid,
    mtimeJulian: julianFromMs(deck.dateMs),
    target: rid,
  })
  transactionOf(repo).pending.tickets.add(deck.ticketId)
  attachmentsConcerned(repo, deck.ticketId)
}

/** Plays every ticket that changed again. Without a table of tickets nothing is to be said. */
export function settleTickets(repo: Repo): void {
  const { tickets } = transactionOf(repo).pending
  if (tickets.size === 0) return
  const fields = ticketFields(dbOf(repo))
  if (fields !== undefined) {
    for (const ticketId of [...tickets].sort()) playAgain(repo, fields, ticketId)
  }
  tickets.clear()
}

function playAgain(repo: Repo, fields: TicketFields, ticketId: string): void {
  const tagid = tagIdOf(repo, versionTag('ticket', ticketId))
  const replay = new TicketReplay(repo, fields, ticketId)
  const texts = new CurrentTexts()
  for (const [index, change] of versionsOf(repo, 'ticket', ticketId).entries()) {
    const { rid, deck } = change
    clearBacklinks(repo, { type: 'ticket', id: rid })
    const mimetypes = replay.apply(change)
    if (mimetypes !== undefined) findLinks(repo, { fields, texts, change, mimetypes })
    putEvent(repo, {
      type: 't',
      rid,
      mtimeJulian: julianFromMs(deck.dateMs),
      user: deck.user,
      tagid,
      ...describe(repo, { deck, replay, isNew: index === 0 }),
    })
  }
  for (const text of texts.all()) addLinks(repo, text)
}

/** Describes a change for the timeline: in full, and in brief. */
function describe(
  repo: Repo,
  { deck, replay, isNew }: { deck: TicketDeck; replay: TicketReplay; isNew: boolean },
): { comment: string; brief: string } {
  const { fields } = deck
  const statusColumn = config(repo, 'ticket-status-column') ?? 'status'
  const title = html(replay.value(config(repo, 'ticket-title-expr') ?? 'title'))
  const link = `[${hashLink(repo, deck.ticketId)}]`
  if (isNew) {
    return { comment: `New ticket ${link} <i>${title}</i>.`, brief: `New ticket ${link}.` }
  }
  const status = fields.findLast(({ name }) => name === statusColumn)
  if (status !== undefined) {
    const action = html(status.value)
    const others = fields.length > 1 ? ` plus ${counted(fields.length - 1, 'other change')}` : ''
    return {
      comment: `${action} ticket ${link}: <i>${title}</i>${others}`,
      brief: `${action} ticket ${link}.`,
    }
  }
  const still = html(replay.value(statusColumn))
  const changes = counted(fields.length, 'other change')
  return {
    comment: `Ticket ${link} <i>${title}</i> status still ${still} with ${changes}`,
    brief: `Ticket ${link}: ${counted(fields.length, 'change')}`,
  }
}

/** One text of a ticket, and the change that it is from. */
interface TicketText {
  readonly text: string
  readonly mimetype: string | undefined
  readonly change: Change
}

/** The texts that make up the current values of the fields that belong to the ticket alone. */
class CurrentTexts {
  readonly #texts = new Map<string, TicketText[]>()

  put(field: string, text: TicketText, { appends }: { appends: boolean }): void {
    const before = this.#texts.get(field)
    if (appends && before !== undefined) before.push(text)
    else this.#texts.set(field, [text])
  }

  all(): TicketText[] {
    return [...this.#texts.values()].flat()
  }
}

/** Links in what a change says count for good; those in a field, while the field says so. */
function findLinks(
  repo: Repo,
  replayed: {
    fields: TicketFields
    texts: CurrentTexts
    change: Change
    mimetypes: ChangeMimetypes
  },
): void {
  const { fields, texts, change, mimetypes } = replayed
  for (const { name, value: text } of change.deck.fields) {
    const appends = name.startsWith('+')
    const column = fields.columns.get(appends ? name.slice(1) : name)
    if (column === undefined) continue
    if (column.isInChange) addLinks(repo, { text, mimetype: mimetypes.ofChange, change })
    else texts.put(column.name, { text, mimetype: mimetypes.ofTicket, change }, { appends })
  }
}

function addLinks(repo: Repo, { text, mimetype, change }: TicketText): void {
  addBacklinks(repo, {
    from: { type: 'ticket', id: change.rid },
    targets: artifactLinks(text, { mimetype: mimetypeOf(mimetype), isInline: false }),
    mtimeJulian: julianFromMs(change.deck.dateMs),
  })
}

/**
 * Tickets: a ticket is the sum of its changes, each an artifact that sets or extends fields.
 * Specification: fileformat.wiki §2.5. Source: fossil src/tkt.c submitTicketCmd, ticket_cmd.
 * @module
 */

import { hex } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { encodeText } from '../base/text.ts'
import type { TicketDeck, TicketField } from '../deck/deck.ts'
import { isArtifactHash } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { columnText, textParameter } from '../repo/db-text.ts'
import { newestVersion, type Version } from '../crosslink/version.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { type Author, checkText, invalid, stamp, writeDeck, type Written } from './artifact.ts'

/**
 * Values by field. The fields are the columns of the repository's tables `ticket` and
 * `ticketchng`; those of `ticketchng` belong to one change, those of `ticket` stay. `+` before a
 * name appends to the value there is. A field whose name begins with `private_` is written as a
 * hash, and its value kept here.
 */
export type TicketFields = Readonly<Record<string, string>>

/** The column to which a field's value goes. */
interface Column {
  inTicket: boolean
  inChange: boolean
}

/**
 * Opens a ticket, under a new id. Fields without a value are left out.
 *
 * @example
 * ```ts
 * const fields = { title: 'It has no tail', status: 'Open' }
 * const { ticketId } = newTicket(repo, fields, { user: 'ada' })
 * ```
 * @throws {FossilError} `artifact.invalid` for an unknown field, and where none has a value;
 *   `repo.io`
 */
export function newTicket(
  repo: Repo,
  fields: Readonly<Record<string, string>>,
  author: Author,
): Written & { readonly ticketId: string } {
  return repo.transaction(() => {
    const ticketId = hex(repo.env.random.bytes(20))
    const cards = fieldCards(repo, fields, new Map())
    if (cards.length === 0) throw invalid('ticket', 'a ticket without a value')
    return { ...writeChange(repo, ticketId, cards, author), ticketId }
  })
}

/**
 * Changes a ticket. Values that are what they are, are left out; what belongs to one change is
 * written wherever it has a value.
 *
 * @example
 * ```ts
 * changeTicket(repo, ticketId, { status: 'Fixed' }, { user: 'ada' })
 * ```
 * @returns undefined where nothing is left to write
 * @throws {FossilError} `artifact.missing` where no ticket has this id; `artifact.invalid` for an
 *   unknown field; `repo.io`
 */
export function changeTicket(
  repo: Repo,
  ticketId: string,
  fields: Readonly<Record<string, string>>,
  author: Author,
): Written | undefined {
  return repo.transaction(() => {
    const last = newestVersion(repo, 'ticket', ticketId)
    if (last === undefined) throw new FossilError('artifact.missing', { name: ticketId })
    const cards = fieldCards(repo, fields, currentValues(repo, ticketId))
    return cards.length === 0 ? undefined : writeChange(repo, ticketId, cards, author, last)
  })
}

function writeChange(
  repo: Repo,
  ticketId: string,
  fields: readonly TicketField[],
  author: Author,
  last?: Version<TicketDeck>,
): Written {
  const date = stamp(repo, author, last?.deck.dateMs)
  const deck: TicketDeck = { kind: 'ticket', ...date, ticketId, fields }
  return writeDeck(repo, deck, { about: last === undefined ? [] : [last.hash] })
}

/** J cards for the fields that say something new. */
function fieldCards(
  repo: Repo,
  fields: TicketFields,
  current: ReadonlyMap<string, string>,
): TicketField[] {
  const columns = fieldColumns(repo)
  return Object.entries(fields).flatMap(([field, value]) => {
    const appends = field.startsWith('+')
    const name = appends ? field.slice(1) : field
    const column = columns.get(name)
    if (column === undefined) throw invalid('ticket', `no field ${JSON.stringify(name)}`)
    if (!appends && `+${name}` in fields) throw invalid('ticket', `${name} is set and extended`)
    checkText('ticket', value)
    const written = value !== '' && name.startsWith('private_') ? conceal(repo, value) : value
    const isSaid = appends || column.inChange ? value === '' : false
    const isSame = !appends && !column.inChange && written === (current.get(name) ?? '')
    return isSaid || isSame ? [] : [{ name: field, value: written }]
  })
}

/** The fields of this repository's tickets. tkt.c getAllTicketFields. */
function fieldColumns(repo: Repo): Map<string, Column> {
  const columns = new Map<string, Column>()
  const rows = dbOf(repo)
    .prepare<[table: string, name: string]>(
      `SELECT 'ticket', name FROM pragma_table_info('ticket')
       UNION ALL SELECT 'ticketchng', name FROM pragma_table_info('ticketchng')`,
    )
    .all()
  for (const [table, name] of rows) {
    if (name.startsWith('tkt_') || name.includes(' ')) continue
    const column = columns.get(name) ?? { inTicket: false, inChange: false }
    if (table === 'ticket') column.inTicket = true
    else column.inChange = true
    columns.set(name, column)
  }
  return columns
}

/** The values that the columns of `ticket` hold for a ticket, as text. */
function currentValues(repo: Repo, ticketId: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const [name, { inTicket }] of fieldColumns(repo)) {
    if (!inTicket) continue
    const column = `"${name.replaceAll('"', '""')}"`
    const row = dbOf(repo)
      .prepare<[Uint8Array | null]>(`SELECT CAST(${column} AS BLOB) FROM ticket WHERE tkt_uuid = ?`)
      .get(ticketId)
    values.set(name, columnText(row?.[0] ?? null) ?? '')
  }
  return values
}

/** Keeps a value here and returns the name it goes by elsewhere. db.c db_conceal. */
function conceal(repo: Repo, value: string): string {
  if (isArtifactHash(value)) return value
  const hash = sha1(encodeText(value))
  dbOf(repo)
    .prepare('INSERT OR IGNORE INTO concealed(hash, content, mtime) VALUES(?, CAST(? AS TEXT), ?)')
    .run(hash, textParameter(value), Math.floor(repo.env.clock.nowMs() / 1000))
  return hash
}

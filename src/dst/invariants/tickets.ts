/**
 * Tickets: every column is what the changes say, played in their order.
 *
 * Verifies `ticket` and `ticketchng` against the cards of the changes that are held: each field
 * has the value of the latest change that sets it, with what later ones append; a ticket is as old
 * as its first change and as young as its last; each change has one row with its artifact, time
 * and user and what it says of itself; and each bears the tag of its ticket. Changes are in the
 * order of their dates, then of their names. Reference: tkt.c:255-442 ticket_insert, 470-522
 * ticket_rebuild_entry. Shares no code with src/crosslink and src/deck.
 *
 * Knows the fields of the tables that stock makes (schema.c). A project that has the setting
 * `ticket-table` may have others, with rules of their own: nothing is said of its tickets here.
 *
 * Costs reading what is new since the last check, and a walk through tickets.
 * @module
 */

import { config } from '../../repo/config.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Invariant } from '../world.ts'
import { asBytes, columnsOf, compareRows, rowLines, type StoredValue } from './compare-rows.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'
import { byAge, pageWords, type TicketWords } from './page-words.ts'
import { changeFields, ticketFields } from './stock-tickets.ts'

/**
 * The tables of tickets say what the changes that are held do.
 *
 * @throws {InvariantError} `tickets`
 */
export function checkTickets(nodeId: string, repo: Repo): void {
  if (config(repo, 'ticket-table') !== undefined) return
  const changes = pageWords(repo)
    .filter((words) => words.kind === 'ticket')
    .sort(byAge)
  const byTicket = Map.groupBy(changes, ({ ticketId }) => ticketId)
  const expected = [...byTicket].flatMap(([id, all]) => [
    ...ticketLines(id, all),
    ...all.flatMap((change) => [...changeLines(change), tagLine(change)]),
  ])
  // A control artifact may put such a tag on anything else: that is for `tags` to see.
  const wanted = new Set(expected)
  const tags = storedTags(repo).filter((line) => wanted.has(line))
  const actual = [...storedTickets(repo), ...storedChanges(repo), ...tags]
  compareRows('tickets', nodeId, expected, actual)
}

/** One ticket, a line for each column that has a value. */
function ticketLines(id: string, changes: readonly TicketWords[]): string[] {
  const values = new Map<string, string>()
  for (const { name, value } of changes.flatMap(({ fields }) => fields)) {
    const appends = name.startsWith('+')
    const field = appends ? name.slice(1) : name
    if (!ticketFields.includes(field)) continue
    values.set(field, appends ? (values.get(field) ?? '') + value : value)
  }
  const [first, last] = [changes[0]?.julianDay, changes.at(-1)?.julianDay]
  return rowLines(`ticket ${id}`, [
    ['tkt_mtime', last],
    ['tkt_ctime', first],
    ...ticketFields.map((field) => [field, values.get(field)] as const),
  ])
}

/** One change, a line for each column that has a value. Of `+x` and `x` the first counts. */
function changeLines({ hash, ticketId, julianDay, user, fields }: TicketWords): string[] {
  return rowLines(`change ${hash}`, [
    ['rows', 1],
    ['ticket', ticketId],
    ['tkt_mtime', julianDay],
    ['tkt_user', user],
    ...changeFields.map((field) => {
      const said = fields.find(({ name }) => name === field || name === `+${field}`)
      return [field, said?.value] as const
    }),
  ])
}

function tagLine({ hash, ticketId }: TicketWords): string {
  return `change ${hash} bears tkt-${ticketId}`
}

function storedTickets(repo: Repo): string[] {
  return dbOf(repo)
    .prepare<[string, ...StoredValue[]]>(
      `SELECT tkt_uuid, tkt_mtime, tkt_ctime, ${asBytes(ticketFields)} FROM ticket ORDER BY 1`,
    )
    .all()
    .flatMap(([id, ...values]) =>
      rowLines(`ticket ${id}`, columnsOf(['tkt_mtime', 'tkt_ctime', ...ticketFields], values)),
    )
}

function storedChanges(repo: Repo): string[] {
  return dbOf(repo)
    .prepare<[string, ...StoredValue[]]>(
      `SELECT coalesce(blob.uuid, tkt_rid), count(*) OVER (PARTITION BY tkt_rid),
              CAST(coalesce(tkt_uuid, tkt_id) AS BLOB), c.tkt_mtime,
              ${asBytes(['tkt_user', ...changeFields])}
         FROM ticketchng AS c LEFT JOIN ticket USING(tkt_id) LEFT JOIN blob ON rid = tkt_rid
        ORDER BY 1`,
    )
    .all()
    .flatMap(([hash, ...values]) =>
      rowLines(
        `change ${hash}`,
        columnsOf(['rows', 'ticket', 'tkt_mtime', 'tkt_user', ...changeFields], values),
      ),
    )
}

function storedTags(repo: Repo): string[] {
  return dbOf(repo)
    .prepare<[string, string]>(
      `SELECT coalesce(uuid, x.rid), tagname FROM tag JOIN tagxref AS x USING(tagid)
         LEFT JOIN blob USING(rid) WHERE tagname GLOB 'tkt-*' ORDER BY 1, 2`,
    )
    .all()
    .map(([hash, name]) => `change ${hash} bears ${name}`)
}

export const tickets: Invariant = {
  name: 'tickets',
  holds: 'always',
  ...ofEachNode(ownTables, checkTickets),
}

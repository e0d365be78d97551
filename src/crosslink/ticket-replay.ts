/**
 * One ticket played again: its changes, oldest first, applied to the tables `ticket` and
 * `ticketchng`. What the tables refuse (a CHECK of theirs, say) leaves no trace in them; stock
 * stops with an error (docs/divergences.md).
 * Source: fossil src/tkt.c:255-442 (ticket_insert).
 * @module
 */

import { isRefusal, type Value } from '../db/driver.ts'
import { julianFromMs } from '../deck/date.ts'
import type { TicketDeck } from '../deck/deck.ts'
import { columnText, textParameter } from '../repo/db-text.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { TicketColumn, TicketFields } from './ticket-fields.ts'
import type { Version } from './version.ts'

/** The mimetypes of the texts of one change: those it is told with, and those it leaves. */
export interface ChangeMimetypes {
  readonly ofChange: string | undefined
  readonly ofTicket: string | undefined
}

/** The effect of the J cards of one change on one field: of `+x` and `x`, both may be there. */
interface Assignment {
  /** For `ticket`, where the last card counts. */
  value: string
  appends: boolean
  /** True where any card replaces the value. */
  replaces: boolean
  /** For `ticketchng`, where the first card counts. */
  readonly told: string
}

type Assignments = ReadonlyMap<string, Assignment>

/** The rows of one ticket, as they grow. */
export class TicketReplay {
  readonly #repo: Repo
  readonly #fields: TicketFields
  readonly #ticketId: string
  readonly #columns: readonly TicketColumn[]

  /** Takes away what the tables say of the ticket, and makes an empty row for it. */
  constructor(repo: Repo, fields: TicketFields, ticketId: string) {
    this.#repo = repo
    this.#fields = fields
    this.#ticketId = ticketId
    this.#columns = [...fields.columns.values()]
    const db = dbOf(repo)
    attempt(repo, () => {
      if (fields.hasChanges) {
        const ids = 'SELECT tkt_id FROM ticket WHERE tkt_uuid = ?'
        db.prepare(`DELETE FROM ticketchng WHERE tkt_id IN (${ids})`).run(ticketId)
      }
      db.prepare('DELETE FROM ticket WHERE tkt_uuid = ?').run(ticketId)
    })
    attempt(repo, () => {
      db.prepare('INSERT INTO ticket(tkt_uuid, tkt_mtime) VALUES(?, 0)').run(ticketId)
    })
  }

  /** Applies one change. Returns undefined where the tables refuse it. */
  apply(change: Version<TicketDeck>): ChangeMimetypes | undefined {
    const assignments = this.#assignments(change.deck)
    const { changeHas } = this.#fields
    const isTold =
      changeHas.rid ||
      changeHas.user ||
      this.#columns.some(({ name, isInChange }) => isInChange && assignments.has(name))
    return attempt(this.#repo, () => {
      const inTicket = this.#update(change, assignments)
      const inChange = isTold ? this.#tell(change, assignments) : undefined
      const given = this.#givenMimetype(change.deck)
      return {
        ofChange: given ?? inChange ?? inTicket,
        ofTicket: given ?? inTicket ?? inChange,
      }
    })
  }

  /** The current value of a column of `ticket`; `unknown` where there is none to ask for. */
  value(column: string): string {
    if (!this.#fields.readable.has(column.toLowerCase())) return 'unknown'
    const sql = `SELECT CAST(${quoted(column)} AS BLOB) FROM ticket WHERE tkt_uuid = ?`
    const row = attempt(this.#repo, () =>
      dbOf(this.#repo).prepare<[Uint8Array | null]>(sql).get(this.#ticketId),
    )
    return row === undefined ? 'unknown' : (columnText(row[0]) ?? '')
  }

  #assignments({ fields }: TicketDeck): Assignments {
    const assignments = new Map<string, Assignment>()
    for (const { name: written, value } of fields) {
      const appends = written.startsWith('+')
      const name = appends ? written.slice(1) : written
      if (!this.#fields.columns.has(name)) continue
      const before = assignments.get(name)
      const replaces = !appends || before?.replaces === true
      assignments.set(name, { value, appends, replaces, told: before?.told ?? value })
    }
    return assignments
  }

  /** Returns the mimetype that a generated column gives. One statement serves all changes. */
  #update({ rid, deck }: Version<TicketDeck>, assignments: Assignments): string | undefined {
    const mtimeJulian = julianFromMs(deck.dateMs)
    const { hasCreationTime, generatesMimetype } = this.#fields
    const sets = ['tkt_mtime = ?']
    const values: Value[] = [mtimeJulian]
    if (hasCreationTime) {
      sets.push('tkt_ctime = coalesce(tkt_ctime, ?)')
      values.push(mtimeJulian)
    }
    for (const { name, isInTicket, baseline } of this.#columns) {
      if (!isInTicket) continue
      const assignment = assignments.get(name)
      const column = quoted(name)
      sets.push(
        `${column} = coalesce(iif(?, coalesce(${column}, ''), '') || CAST(? AS TEXT), ${column})`,
      )
      values.push(assignment?.appends === true ? 1 : 0, textOrNull(assignment?.value))
      if (baseline === undefined) continue
      sets.push(`${quoted(baseline)} = coalesce(?, ${quoted(baseline)})`)
      values.push(assignment?.replaces === true ? rid : null)
    }
    return this.#run(
      `UPDATE OR REPLACE ticket SET ${sets.join(', ')} WHERE tkt_uuid = ?`,
      [...values, this.#ticketId],
      generatesMimetype.ticket,
    )
  }

  /** Adds the row of a change: what it says, and for fields that it leaves, what holds now. */
  #tell({ rid, deck }: Version<TicketDeck>, assignments: Assignments): string | undefined {
    const { changeHas, generatesMimetype } = this.#fields
    const columns = ['tkt_id', 'tkt_mtime']
    const results = ['ticket.tkt_id', '?']
    const values: Value[] = [julianFromMs(deck.dateMs)]
    if (changeHas.rid) {
      columns.push('tkt_rid')
      results.push('?')
      values.push(rid)
    }
    if (changeHas.user) {
      columns.push('tkt_user')
      results.push('CAST(? AS TEXT)')
      values.push(textParameter(deck.user))
    }
    for (const { name, isInTicket, isInChange, changeDefault } of this.#columns) {
      if (!isInChange) continue
      columns.push(quoted(name))
      const otherwise = isInTicket ? `ticket.${quoted(name)}` : changeDefault
      results.push(`coalesce(CAST(? AS TEXT), ${otherwise})`)
      values.push(textOrNull(assignments.get(name)?.told))
    }
    return this.#run(
      `INSERT INTO ticketchng(${columns.join(', ')})
       SELECT ${results.join(', ')} FROM ticket WHERE tkt_uuid = ?`,
      [...values, this.#ticketId],
      generatesMimetype.change,
    )
  }

  #run(sql: string, values: readonly Value[], returnsMimetype: boolean): string | undefined {
    if (!returnsMimetype) {
      dbOf(this.#repo)
        .prepare(sql)
        .run(...values)
      return undefined
    }
    const row = dbOf(this.#repo)
      .prepare<[string | null]>(`${sql} RETURNING CAST(mimetype AS TEXT)`)
      .get(...values)
    return row?.[0] ?? undefined
  }

  /**
   * The mimetype that the change itself gives, where the mimetype is a field. It counts for this
   * change only.
   */
  #givenMimetype({ fields }: TicketDeck): string | undefined {
    if (!this.#fields.columns.has('mimetype')) return undefined
    return fields.findLast(({ name }) => name === 'mimetype' || name === '+mimetype')?.value
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function textOrNull(text: string | undefined): Value {
  return text === undefined ? null : textParameter(text)
}

/** Runs `action`, all of it or nothing. Returns undefined where the tables refuse it. */
function attempt<T>(repo: Repo, action: () => T): T | undefined {
  try {
    return repo.transaction(action)
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

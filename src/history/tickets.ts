/**
 * Tickets as they are now, and how they came to be so.
 * Source: fossil src/tkt.c ticket_cmd (show, history).
 * @module
 */

import { msFromJulian } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { ticketFields } from '../crosslink/ticket-fields.ts'
import { versionsOf } from '../crosslink/version.ts'
import { textOf, type TextColumn } from '../repo/db-text.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/**
 * All tickets, the one that changed last first; `prefix`: only those whose ids begin so.
 *
 * @example
 * ```ts
 * const open = tickets(repo).filter(({ fields }) => fields.get('status') === 'Open')
 * ```
 */
export function tickets(
  repo: Repo,
  prefix = '',
): {
  /** 40 hexadecimal digits. */
  readonly ticketId: string
  /** Of the last change, in milliseconds since 1970. */
  readonly dateMs: number
  /** The columns of the repository's table `ticket` that are not Fossil's own, in their order. */
  readonly fields: ReadonlyMap<string, string>
}[] {
  const columns = ticketColumns(repo)
  if (columns === undefined) return []
  const shown = columns.map((name) => `, CAST("${name.replaceAll('"', '""')}" AS BLOB)`).join('')
  return dbOf(repo)
    .prepare<[ticketId: string, mtime: number, ...TextColumn[]]>(
      `SELECT tkt_uuid, tkt_mtime${shown} FROM ticket
        WHERE substr(tkt_uuid, 1, length(?1)) = ?1 ORDER BY tkt_mtime DESC, tkt_uuid`,
    )
    .all(prefix)
    .map(([ticketId, mtime, ...values]) => ({
      ticketId,
      dateMs: msFromJulian(mtime),
      fields: new Map(columns.map((name, at) => [name, textOf(values[at] ?? null)])),
    }))
}

/**
 * The changes of a ticket, oldest first.
 *
 * @example
 * ```ts
 * for (const { user, fields } of ticketChanges(repo, ticketId)) console.log(user, fields)
 * ```
 */
export function ticketChanges(
  repo: Repo,
  ticketId: string,
): {
  readonly hash: ArtifactHash
  /** Milliseconds since 1970. */
  readonly dateMs: number
  readonly user: string
  /** Field values by name; a name that begins with `+` adds to the value that is there. */
  readonly fields: ReadonlyMap<string, string>
}[] {
  return versionsOf(repo, 'ticket', ticketId).map(({ hash, deck: { dateMs, user, fields } }) => {
    return { hash, dateMs, user, fields: new Map(fields.map(({ name, value }) => [name, value])) }
  })
}

/** Undefined where this repository has no table of tickets. */
function ticketColumns(repo: Repo): string[] | undefined {
  if (ticketFields(dbOf(repo)) === undefined) return undefined
  return dbOf(repo)
    .prepare<[string]>(`SELECT name FROM pragma_table_info('ticket') ORDER BY cid`)
    .all()
    .map(([name]) => name)
    .filter((name) => !name.startsWith('tkt_'))
}

/**
 * The fields of tickets: the columns that this repository's tables `ticket` and `ticketchng` have.
 * Every project may choose its own; columns whose names begin with `tkt_` are Fossil's.
 * Source: fossil src/tkt.c:74-189 (getAllTicketFields).
 * @module
 */

import type { Database } from '../db/driver.ts'
import { sqlTokens } from './sql-tokens.ts'

/** A field that J cards can set. */
export interface TicketColumn {
  readonly name: string
  /** It has a current value: a column of `ticket`. */
  readonly isInTicket: boolean
  /** Each change has a value of its own: a column of `ticketchng`. */
  readonly isInChange: boolean
  /** The value, as SQL, in a change that does not name the field. */
  readonly changeDefault: string
  /** The column of `ticket` with the rid of the change that last replaced the value. */
  readonly baseline: string | undefined
}

/** The fields of the ticket tables of one repository. */
export interface TicketFields {
  /** By name, in byte order. */
  readonly columns: ReadonlyMap<string, TicketColumn>
  /** Columns of `ticket` that can be asked for, generated ones among them, in lowercase. */
  readonly readable: ReadonlySet<string>
  readonly hasCreationTime: boolean
  /** There is a table of changes. */
  readonly hasChanges: boolean
  /** Columns of `ticketchng` that tell where a change comes from. */
  readonly changeHas: { readonly rid: boolean; readonly user: boolean }
  /** Tables in which a generated column tells the mimetype of the text. */
  readonly generatesMimetype: { readonly ticket: boolean; readonly change: boolean }
}

/** Reads the columns; undefined where there is no table of tickets. */
export function ticketFields(db: Database): TicketFields | undefined {
  const ticket = tableColumns(db, 'ticket', ['tkt_id', 'tkt_uuid', 'tkt_mtime'])
  if (ticket === undefined) return undefined
  const change = tableColumns(db, 'ticketchng', ['tkt_id', 'tkt_mtime'])
  const isMimetypeAField = has(ticket, 'mimetype') || has(change, 'mimetype')
  return {
    columns: mergeColumns(ticket, change ?? []),
    readable: new Set(ticket.map(({ name }) => name.toLowerCase())),
    hasCreationTime: has(ticket, 'tkt_ctime'),
    hasChanges: change !== undefined,
    changeHas: { rid: has(change, 'tkt_rid'), user: has(change, 'tkt_user') },
    generatesMimetype: {
      ticket: !isMimetypeAField && generates(ticket, 'mimetype'),
      change: !isMimetypeAField && generates(change, 'mimetype'),
    },
  }
}

const volatileWord =
  /^(?:random|randomblob|current_\w+|date|time|datetime|julianday|unixepoch|strftime|timediff)$/i

/**
 * Columns of a ticket table whose default may ask for the time or for randomness: the artifacts do
 * not tell what they hold.
 */
export function volatileColumns(db: Database, table: 'ticket' | 'ticketchng'): string[] {
  const columns = tableColumns(db, table, []) ?? []
  return columns.filter(({ defaultSql }) => isVolatile(defaultSql ?? '')).map(({ name }) => name)
}

function isVolatile(sql: string): boolean {
  const tokens = sqlTokens(sql)
  return tokens?.some(({ kind, text }) => kind !== 'string' && volatileWord.test(text)) ?? true
}

function has(columns: readonly Column[] | undefined, name: string): boolean {
  return columns?.some((column) => column.name === name && !column.isGenerated) ?? false
}

function generates(columns: readonly Column[] | undefined, name: string): boolean {
  return columns?.some((column) => column.name === name && column.isGenerated) ?? false
}

interface Column {
  readonly name: string
  readonly type: string
  readonly defaultSql: string | null
  readonly isGenerated: boolean
}

/** The columns of a table, or undefined where it is not there or lacks what stock writes to. */
function tableColumns(
  db: Database,
  table: string,
  needed: readonly string[],
): Column[] | undefined {
  const columns = db
    .prepare<[name: string, type: string, defaultSql: string | null, hidden: number]>(
      `SELECT info.name, info.type, dflt_value, hidden
         FROM sqlite_schema AS made, pragma_table_xinfo(made.name) AS info
        WHERE made.type = 'table' AND made.name = ? COLLATE NOCASE ORDER BY cid`,
    )
    .all(table)
    .map(([name, type, defaultSql, hidden]) => ({
      name,
      type,
      defaultSql,
      isGenerated: hidden !== 0,
    }))
  const names = new Set(columns.map(({ name }) => name.toLowerCase()))
  return needed.every((name) => names.has(name)) ? columns : undefined
}

function mergeColumns(
  ticket: readonly Column[],
  change: readonly Column[],
): Map<string, TicketColumn> {
  const columns = new Map<string, TicketColumn>()
  for (const { name } of ticket.filter(isField)) {
    const baseline = `baseline for ${name}`
    const hasBaseline = ticket.some(
      (column) => column.name === baseline && column.type === 'INTEGER' && !column.isGenerated,
    )
    columns.set(name, {
      name,
      isInTicket: true,
      isInChange: false,
      changeDefault: 'NULL',
      baseline: hasBaseline ? baseline : undefined,
    })
  }
  for (const { name, defaultSql } of change.filter(isField)) {
    columns.set(name, {
      name,
      isInTicket: false,
      baseline: undefined,
      ...columns.get(name),
      isInChange: true,
      changeDefault: defaultValue(defaultSql),
    })
  }
  return columns
}

function isField({ name, isGenerated }: Column): boolean {
  return !isGenerated && !name.startsWith('tkt_') && !name.includes(' ')
}

/** A column's default as an expression: `DEFAULT open` means the text, not a column `open`. */
function defaultValue(sql: string | null): string {
  if (sql === null) return 'NULL'
  const [token, ...more] = sqlTokens(sql) ?? []
  const isText = token?.kind === 'name' || token?.kind === 'word'
  const isKeyword = /^(?:null|true|false|current_(?:time|date|timestamp))$/i.test(sql)
  if (isText && more.length === 0 && !isKeyword) return `'${token.text.replaceAll("'", "''")}'`
  // The line break ends a comment, which SQLite keeps.
  return `(${sql}\n)`
}

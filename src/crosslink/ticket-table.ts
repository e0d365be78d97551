/**
 * The tables `ticket` and `ticketchng`, made as the setting `ticket-table` says.
 *
 * The setting is SQL that came from another repository, so it may only make tables and indexes
 * whose names begin with `ticket` or `fx_`. Stock holds it back with an authorizer that also lets
 * views, selections and changes of rows pass (tkt.c:515-614); nothing that people write there needs
 * them (docs/divergences.md).
 *
 * Source: fossil src/tkt.c:629-653 (ticket_create_table), src/tktsetup.c:60-105.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { config } from '../repo/config.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { derivedTables } from '../repo/schema.ts'
import { type SqlToken, sqlTokens } from './sql-tokens.ts'

/** The tables that stock makes where the setting is absent. */
const defaultSql = [...derivedTables.matchAll(/^CREATE [^;]* ticket[^;]*;$/gm)].join('\n')

/**
 * Makes the ticket tables anew, empty, in the running transaction.
 *
 * @throws {FossilError} `repo.invalid` where the setting `ticket-table` holds anything but
 *   definitions of ticket tables, or such as SQLite refuses
 */
export function ticketTables(repo: Repo): void {
  const db = dbOf(repo)
  const statements = definitions(config(repo, 'ticket-table') ?? defaultSql)
  if (typeof statements === 'string') throw invalid(repo, statements)
  for (const table of ['ticket', 'ticketchng']) db.exec(`DROP TABLE IF EXISTS ${table}`)
  const make = (sql: string): void => {
    try {
      db.exec(sql)
    } catch (cause) {
      if (FossilError.is(cause)) throw cause
      throw invalid(repo, cause instanceof Error ? cause.message : String(cause), cause)
    }
  }
  for (const { sql, table, replaces } of statements) {
    // Of the others, those called `fx_…` stay when stock rebuilds. rebuild.c:385.
    if (replaces) make(`DROP TABLE IF EXISTS "${table.replaceAll('"', '""')}"`)
    make(sql)
  }
  // A default is looked at when the first row comes: here, without making one.
  for (const { table } of statements) {
    if (/^ticket(?:chng)?$/i.test(table)) make(`EXPLAIN INSERT INTO ${table} DEFAULT VALUES`)
  }
}

function invalid(repo: Repo, problem: string, cause?: unknown): FossilError<'repo.invalid'> {
  const reason = `its setting "ticket-table" cannot be used: ${problem}`
  return new FossilError('repo.invalid', { path: repo.path, reason }, { cause })
}

/** One statement that makes a table, or an index of one. */
interface Definition {
  readonly sql: string
  readonly table: string
  /** True where a table of this name makes way. */
  readonly replaces: boolean
}

/** The statements of the setting, or what is wrong with them. */
function definitions(sql: string): Definition[] | string {
  const tokens = sqlTokens(sql)
  if (tokens === undefined) return 'it is not SQL'
  const statements: Definition[] = []
  let start = 0
  for (const [at, token] of [...tokens, undefined].entries()) {
    if (token !== undefined && !isSymbol(token, ';')) continue
    const statement = new Reader(tokens.slice(start, at))
    start = at + 1
    if (statement.isAtEnd) continue
    const text = sql.slice(statement.start, statement.end)
    const definition = define(statement)
    if (definition === undefined) return `it may not say ${JSON.stringify(text.slice(0, 80))}`
    statements.push({ sql: text, ...definition })
  }
  return statements
}

/** Reads `CREATE TABLE name (…)` or `CREATE INDEX name ON name (…)`. */
function define(statement: Reader): Omit<Definition, 'sql'> | undefined {
  if (!statement.word('create')) return undefined
  const isUnique = statement.word('unique')
  const isIndex = statement.word('index')
  if (!isIndex && (isUnique || !statement.word('table'))) return undefined
  const mayExist = statement.word('if')
  if (mayExist && !(statement.word('not') && statement.word('exists'))) return undefined
  const made = statement.name()
  if (isIndex && !statement.word('on')) return undefined
  const table = isIndex ? statement.name() : made
  if (made === undefined || table === undefined || !isTicketName(table)) return undefined
  if (!statement.parenthesis()) return undefined
  if (isIndex) {
    // Of rows that meet a condition, which SQLite lets look at nothing but the row.
    if (!statement.isAtEnd && !statement.word('where')) return undefined
    return { table, replaces: false }
  }
  while (statement.word('without', 'rowid', 'strict') || statement.symbol(','));
  if (!statement.isAtEnd) return undefined
  return { table, replaces: !mayExist && /^ticket/i.test(table) }
}

/** Tables whose names begin with `fx_trilobite` are our own. */
function isTicketName(name: string): boolean {
  return /^(?:ticket|fx_)/i.test(name) && !/^fx_trilobite/i.test(name)
}

function isSymbol(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text
}

/** Takes a statement apart from the left. What does not come next is left where it is. */
class Reader {
  readonly #tokens: readonly SqlToken[]
  #at = 0

  constructor(tokens: readonly SqlToken[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length
  }

  get start(): number {
    return this.#tokens[0]?.start ?? 0
  }

  get end(): number {
    return this.#tokens.at(-1)?.end ?? 0
  }

  /** Takes one of these keywords. */
  word(...keywords: string[]): boolean {
    const token = this.#tokens[this.#at]
    const isNext = token?.kind === 'word' && keywords.includes(token.text.toLowerCase())
    if (isNext) this.#at++
    return isNext
  }

  symbol(text: string): boolean {
    const isNext = isSymbol(this.#tokens[this.#at], text)
    if (isNext) this.#at++
    return isNext
  }

  /** Takes the name of a table or index, in this database. */
  name(): string | undefined {
    const token = this.#tokens[this.#at]
    if (token === undefined || token.kind === 'number' || token.kind === 'symbol') return undefined
    this.#at++
    return token.text
  }

  /** Takes everything from one parenthesis to the one that closes it. */
  parenthesis(): boolean {
    let depth = 0
    for (let at = this.#at; at < this.#tokens.length; at++) {
      const token = this.#tokens[at]
      if (isSymbol(token, '(')) depth++
      else if (isSymbol(token, ')')) depth--
      if (depth > 0) continue
      this.#at = at + 1
      return isSymbol(token, ')')
    }
    return false
  }
}

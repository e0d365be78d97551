/**
 * SQLite as a port: what the repository needs of a database connection, and nothing of Fossil.
 * Implementations run `driver.suite.ts`.
 * @module
 */

import type { Env } from '../base/env.ts'
import { FossilError } from '../base/error.ts'

/** A value that SQLite stores. Integers beyond 2^53 do not occur in a Fossil repository. */
export type Value = null | number | string | Uint8Array

/** The effect of a write statement. */
export interface RunResult {
  /** Rows inserted, changed or deleted by this statement. */
  readonly changes: number
  /** Row id of the latest insert on this connection. */
  readonly lastRowid: number
}

/**
 * A prepared statement. `Row` is the tuple of its columns, in order: the author of the SQL
 * states it, since the database cannot.
 */
export interface Statement<Row extends readonly Value[]> {
  /** Runs to the end and returns what changed. */
  run(...parameters: readonly Value[]): RunResult
  /** Returns the first row, or undefined. */
  get(...parameters: readonly Value[]): Row | undefined
  /** Returns every row. */
  all(...parameters: readonly Value[]): Row[]
  /** Yields rows one by one; the statement is busy until the iterator ends. */
  iterate(...parameters: readonly Value[]): IterableIterator<Row>
}

/** The source of SQL's clock and randomness. */
export type World = Pick<Env, 'clock' | 'random'>

/**
 * One connection.
 *
 * Errors of the world (disk full, I/O, busy, corrupt, not a database) are
 * `FossilError('repo.io' | 'repo.unreadable')`, and so is a row that its table refuses: see
 * {@link isRefusal}. A mistake in our SQL is thrown as it comes.
 */
export interface Database {
  /** The file that the connection was opened on, for messages: a path or `:memory:`. */
  readonly path: string
  readonly isOpen: boolean
  /** True between BEGIN and COMMIT or ROLLBACK. */
  readonly inTransaction: boolean
  /**
   * Says where `now`, `CURRENT_TIMESTAMP`, `random()` and the like come from: `world` is asked each
   * time. Before that SQL which reads a clock or draws randomness is thrown out.
   */
  takeFrom(world: () => Pick<Env, 'clock' | 'random'>): void
  /** Runs SQL text that returns nothing; several statements may be given. */
  exec(sql: string): void
  /** Returns the statement for `sql`, prepared once per connection. */
  prepare<Row extends readonly Value[] = Value[]>(sql: string): Statement<Row>
  /** The database as the bytes of a file. The caller owns them. */
  serialize(): Uint8Array
  /** Closes the connection; a second call does nothing. */
  close(): void
}

/**
 * Tells whether an error says that another connection stands in the way: the same may well succeed
 * later, or with the write lock taken first. SQLITE_BUSY and its kinds.
 */
export function isBusy(error: unknown): boolean {
  return FossilError.is(error, 'repo.io') && primaryCode(error) === 5
}

/** Tells whether an error says that the file cannot be written here. SQLITE_READONLY. */
export function isReadOnly(error: unknown): boolean {
  return FossilError.is(error, 'repo.io') && primaryCode(error) === 8
}

/**
 * Tells whether an error says that a table refused a row: a constraint of its own, a value of
 * another type, or an expression in its definition that cannot be worked out. SQLITE_CONSTRAINT,
 * SQLITE_MISMATCH, and SQLITE_ERROR of a statement that was prepared.
 */
export function isRefusal(error: unknown): boolean {
  return FossilError.is(error, 'repo.unreadable') && refusals.has(primaryCode(error))
}

const refusals: ReadonlySet<number> = new Set([1, 19, 20])

/** SQLite's result code without its details. https://www.sqlite.org/rescode.html */
function primaryCode({ cause }: FossilError): number {
  return cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : 0
}

/** Opens a private in-memory database; with `image`, one that starts as a copy of it. */
export type OpenMemory = (image?: Uint8Array) => Database

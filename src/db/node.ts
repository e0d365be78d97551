/**
 * The database port on Node's own `node:sqlite`.
 *
 * Traps of that module which this file hides: JavaScript numbers bind as REAL (so integers are
 * bound as BigInt, or a TEXT column would store `1.0`); foreign keys are enforced by default
 * (Fossil's schema declares some that it breaks on purpose); SQLite's own functions read the host's
 * clock and randomness (functions.ts).
 * @module trilobite/db/node
 */

/* oxlint-disable typescript/no-unsafe-type-assertion -- the author of the SQL states its columns */

import { requireBytes } from '../base/options.ts'
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { FossilError } from '../base/error.ts'
import type { Database, RunResult, Statement, Value, World } from './driver.ts'
import { isFrozen } from './frozen.ts'
import { takeFromWorld } from './functions.ts'

export type { Database, Statement, Value } from './driver.ts'

/** Options for opening a file; what is in memory has none of them. */
interface OpenFileOptions {
  /**
   * Refuse every write, and leave the file as it is: also where a writer was killed and its
   * transaction would have to be rolled back first. Default false.
   */
  readonly readOnly?: boolean
  /** Make the file where there is none. Default false. */
  readonly create?: boolean
  /**
   * The longest time that a statement waits for another process's lock. Default 15,000 ms, as
   * stock.
   */
  readonly busyTimeoutMs?: number
}

/**
 * Opens a database: a file by its path, or in memory a private copy of the bytes of one; an empty
 * one in memory where nothing is given. Nothing of a file is read yet: that it is no database, or
 * cannot be read as it is, the first statement says.
 *
 * @example
 * ```ts
 * using repo = openRepo(openDatabase('project.fossil', { readOnly: true }), systemEnv)
 * using copy = openRepo(openDatabase(repo.serialize()), systemEnv)
 * ```
 * @throws {FossilError} `repo.unreadable` when the file cannot be opened
 */
export function openDatabase(
  source?: string | Uint8Array,
  options: OpenFileOptions = {},
): Database {
  return typeof source === 'string' ? openFile(source, options) : openMemory(source)
}

function openFile(path: string, options: OpenFileOptions): Database {
  const { readOnly = false, create = false, busyTimeoutMs = 15_000 } = options
  if (path === '' || path.includes('\0')) {
    throw new FossilError('repo.unreadable', { path, reason: 'not the name of a file' })
  }
  // Only a URL can say that a file must exist: a plain path makes an empty one.
  const url = pathToFileURL(path)
  if (create) makePrivately(path)
  const frozen = isFrozen(path) ? '&immutable=1' : ''
  url.search = `?mode=${readOnly ? 'ro' : create ? 'rwc' : 'rw'}${frozen}`
  return guard(path, () => new NodeDatabase(url, path, { readOnly, timeout: busyTimeoutMs }))
}

/** A repository holds passwords, and who may read it is told by it, not by the folder. */
function makePrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch {
    // It is there already, or cannot be made, as opening it will say.
  }
}

function openMemory(image: Uint8Array | undefined): Database {
  if (image !== undefined) requireBytes('source', image)
  const database = new NodeDatabase(':memory:', ':memory:', {})
  if (image !== undefined) database.load(image)
  return database
}

/**
 * Prepared statements that a database keeps. The busiest simulations use some 210 different ones; a
 * peer or a user must not make them grow without end. One that its caller still holds goes on.
 */
const maxStatements = 256

class NodeDatabase implements Database {
  readonly path: string
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, NodeStatement>()
  #world: () => World = refuse

  constructor(
    location: string | URL,
    path: string,
    options: { readOnly?: boolean; timeout?: number },
  ) {
    this.path = path
    this.#connection = new DatabaseSync(location, {
      ...options,
      enableForeignKeyConstraints: false,
      returnArrays: true,
    })
    takeFromWorld(this.#connection, () => this.#world())
  }

  get isOpen(): boolean {
    return this.#connection.isOpen
  }

  get inTransaction(): boolean {
    return this.#connection.isTransaction
  }

  load(image: Uint8Array): void {
    this.#connection.deserialize(image)
  }

  takeFrom(world: () => World): void {
    this.#world = world
  }

  exec(sql: string): void {
    guard(this.path, () => this.#connection.exec(sql))
  }

  prepare<Row extends readonly Value[]>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      const prepared = guard(this.path, () => this.#connection.prepare(sql))
      statement = new NodeStatement(this.path, prepared)
      this.#remember(sql, statement)
    }
    return statement as unknown as Statement<Row>
  }

  #remember(sql: string, statement: NodeStatement): void {
    const [oldest] = this.#statements.keys()
    if (oldest !== undefined && this.#statements.size >= maxStatements) {
      this.#statements.delete(oldest)
    }
    this.#statements.set(sql, statement)
  }

  serialize(): Uint8Array {
    return guard(this.path, () => this.#connection.serialize())
  }

  close(): void {
    this.#statements.clear()
    if (this.#connection.isOpen) this.#connection.close()
  }
}

class NodeStatement implements Statement<Value[]> {
  readonly #path: string
  readonly #statement: StatementSync

  constructor(path: string, statement: StatementSync) {
    this.#path = path
    this.#statement = statement
  }

  run(...parameters: readonly Value[]): RunResult {
    try {
      const result = this.#statement.run(...bound(parameters))
      return { changes: Number(result.changes), lastRowid: Number(result.lastInsertRowid) }
    } catch (error) {
      throw worldly(this.#path, error, stepCodes)
    }
  }

  get(...parameters: readonly Value[]): Value[] | undefined {
    try {
      return this.#statement.get(...bound(parameters)) as unknown as Value[] | undefined
    } catch (error) {
      throw worldly(this.#path, error, stepCodes)
    }
  }

  all(...parameters: readonly Value[]): Value[][] {
    try {
      return this.#statement.all(...bound(parameters)) as unknown as Value[][]
    } catch (error) {
      throw worldly(this.#path, error, stepCodes)
    }
  }

  *iterate(...parameters: readonly Value[]): IterableIterator<Value[]> {
    try {
      const rows = this.#statement.iterate(...bound(parameters))
      yield* rows as unknown as IterableIterator<Value[]>
    } catch (error) {
      throw worldly(this.#path, error, stepCodes)
    }
  }
}

/** Whole numbers as BigInt: node:sqlite binds any other number as REAL. */
function bound(values: readonly Value[]): (Value | bigint)[] {
  const parameters: (Value | bigint)[] = [...values]
  for (let at = 0; at < parameters.length; at++) {
    const value = parameters[at]
    if (typeof value === 'number' && Number.isSafeInteger(value)) parameters[at] = BigInt(value)
  }
  return parameters
}

function refuse(): never {
  throw new Error('time and randomness come from env, never from SQL')
}

function guard<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw worldly(path, error)
  }
}

/** Primary result codes of SQLite that the world causes. https://www.sqlite.org/rescode.html */
const worldlyCodes: ReadonlyMap<number, 'repo.io' | 'repo.unreadable'> = new Map([
  [5, 'repo.io'], // SQLITE_BUSY
  [6, 'repo.io'], // SQLITE_LOCKED
  [8, 'repo.io'], // SQLITE_READONLY
  [10, 'repo.io'], // SQLITE_IOERR
  [11, 'repo.unreadable'], // SQLITE_CORRUPT
  [13, 'repo.io'], // SQLITE_FULL
  [14, 'repo.unreadable'], // SQLITE_CANTOPEN
  [18, 'repo.io'], // SQLITE_TOOBIG
  // SQLITE_CONSTRAINT: our SQL writes no such rows, unless the file is damaged.
  [19, 'repo.unreadable'],
  [20, 'repo.unreadable'], // SQLITE_MISMATCH
  [23, 'repo.unreadable'], // SQLITE_AUTH
  [26, 'repo.unreadable'], // SQLITE_NOTADB
])

/** The same, once a statement is prepared: then SQLITE_ERROR is about rows and not about SQL. */
const stepCodes: typeof worldlyCodes = new Map([...worldlyCodes, [1, 'repo.unreadable']])

/**
 * Extended codes that say: what a killed writer left must be rolled back or recovered before anyone
 * can read, and who may only read cannot do it.
 */
const interruptedCodes: ReadonlySet<number> = new Set([
  776, // SQLITE_READONLY_ROLLBACK: a hot rollback journal
  264, // SQLITE_READONLY_RECOVERY: a write-ahead log
])
const interrupted =
  'a writer was interrupted, and a reader may not undo what it left: open the file once for writing'

function worldly(path: string, error: unknown, codes = worldlyCodes): unknown {
  if (!(error instanceof Error)) return error
  // A number beyond 2^53, which nothing of ours writes. A statement's own misuse has other codes.
  if ('code' in error && error.code === 'ERR_OUT_OF_RANGE') {
    return new FossilError('repo.unreadable', { path, reason: error.message }, { cause: error })
  }
  if (!('errcode' in error)) return error
  const errcode = Number(error.errcode)
  if (interruptedCodes.has(errcode)) {
    return new FossilError('repo.unreadable', { path, reason: interrupted }, { cause: error })
  }
  const code = codes.get(errcode & 0xff)
  if (code === undefined) return error
  return code === 'repo.io'
    ? new FossilError(code, { reason: error.message }, { cause: error })
    : new FossilError(code, { path, reason: error.message }, { cause: error })
}

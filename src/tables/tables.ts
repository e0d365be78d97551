/**
 * Synced tables as their owner uses them: tables are defined, rows are put, read and deleted. What
 * is written here goes to others with the next sync, and the latest version stands everywhere.
 * @module
 */

import { compareText, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { requireInteger } from '../base/options.ts'
import { sha1 } from '../hash/hash.ts'
import type { Repo } from '../repo/repo.ts'
import {
  checkDefinition,
  type Column,
  isSameColumn,
  keyNames,
  type TableDefinition,
} from './definition.ts'
import { isSameValue, mayChange, type Version } from './resolve.ts'
import { findRow, rowsAfter, storeRow, type StoredRow } from './rows.ts'
import {
  findTable,
  requireTable,
  storedTables,
  type StoredTable,
  storeDefinition,
} from './schema.ts'
import { hashOfKey, parseRow, rowData, type RowValue } from './value.ts'

/** The writer of a row, and the time. */
export interface RowAuthor {
  /**
   * The login of the server to which the row goes, for tables whose rows have owners. Left out:
   * nobody, and then the login that first syncs a new row becomes its owner.
   */
  readonly user?: string
  /** Seconds since 1970. Left out: now, or the second after that of the version it replaces. */
  readonly mtimeSec?: number
}

/** One row of a table. */
export interface TableRow {
  /** A value for each column: `bigint` for integers. */
  readonly values: Readonly<Record<string, RowValue>>
  /** The hash of its key, by which peers name it. */
  readonly pkHash: string
  readonly mtimeSec: number
  /** The login that it belongs to; empty for nobody, and always under the rule `mtime-wins`. */
  readonly owner: string
  /** True for what stays of a deleted row: then only its key has values. */
  readonly isDeleted: boolean
}

/**
 * Defines a table, or does nothing where it is defined so: a peer may have added columns.
 *
 *     defineTable(repo, {
 *       name: 'tasks',
 *       columns: [{ name: 'id', type: 'text', key: true }, { name: 'title', type: 'text' }],
 *       conflict: 'mtime-wins',
 *     })
 *
 * @example
 * ```ts
 * defineTable(repo, {
 *   name: 'tasks',
 *   columns: [{ name: 'id', type: 'text', key: true }, { name: 'title', type: 'text' }],
 *   conflict: 'mtime-wins',
 * })
 * ```
 * @throws {FossilError} `table.invalid` for a definition that no peer would take, or another one
 *   than the table has
 */
export function defineTable(repo: Repo, definition: TableDefinition): void {
  checkDefinition(definition)
  repo.transaction(() => {
    const before = findTable(repo, definition.name)
    if (before === undefined) {
      return storeDefinition(repo, { ...definition, version: 1, mtimeSec: nowSec(repo) })
    }
    if (isPartOf(definition, before)) return
    const reason = 'it is defined in another way: columns can be added, and nothing else changed'
    throw new FossilError('table.invalid', { table: definition.name, reason })
  })
}

/** Tells whether a table has the key, the rule and every column of a definition. */
function isPartOf(definition: TableDefinition, table: TableDefinition): boolean {
  const isThere = (column: Column): boolean =>
    table.columns.some((each) => each.name === column.name && isSameColumn(each, column))
  const isSameRule = definition.conflict === table.conflict
  const isSameKey = keyNames(definition).length === keyNames(table).length
  return isSameRule && isSameKey && definition.columns.every(isThere)
}

/**
 * Adds a column, which is NULL in the rows that are there. Peers take it over; go-libfossil does
 * not, and neither sees the column nor changes it.
 *
 * @example
 * ```ts
 * addColumn(repo, 'tasks', { name: 'isDone', type: 'integer' })
 * ```
 * @throws {FossilError} `table.missing`; `table.invalid` for a column that the table cannot get
 */
export function addColumn(repo: Repo, name: string, column: Column): void {
  repo.transaction(() => {
    const table = requireTable(repo, name)
    if (column.key === true) {
      const reason = 'the key of a table cannot be changed'
      throw new FossilError('table.invalid', { table: name, reason })
    }
    const definition = { name, columns: [...table.columns, column], conflict: table.conflict }
    checkDefinition(definition)
    const mtimeSec = Math.max(nowSec(repo), table.mtimeSec)
    storeDefinition(repo, { ...definition, version: table.version + 1, mtimeSec })
  })
}

/**
 * Every synced table of a repository, by name.
 *
 * @example
 * ```ts
 * for (const { name, columns } of tables(repo)) console.log(name, columns.length)
 * ```
 */
export function tables(repo: Repo): TableDefinition[] {
  return storedTables(repo).map(({ name, columns, conflict }) => {
    return { name, columns: columns.map((column) => ({ ...column })), conflict }
  })
}

/**
 * Writes a row whole: columns that are left out become NULL.
 *
 *     putRow(repo, 'tasks', { id: '7', title: 'Water the plants' })
 *
 * @example
 * ```ts
 * putRow(repo, 'tasks', { id: '7', title: 'Water the plants' })
 * ```
 * @returns the hash of its key
 * @throws {FossilError} `table.missing`; `table.row` for values that the columns cannot hold;
 *   `table.owned` for a row that belongs to another login
 */
export function putRow(
  repo: Repo,
  table: string,
  row: Readonly<Record<string, RowValue>>,
  author: RowAuthor = {},
): string {
  return repo.transaction(() => {
    const stored = requireTable(repo, table)
    const key = hashOfKey(stored, row)
    write(repo, stored, { key, isDeleted: false, data: rowData(stored, row), author })
    return key
  })
}

/**
 * Deletes a row. Its key stays, so that the deletion can be told to others.
 *
 * @example
 * ```ts
 * deleteRow(repo, 'tasks', { id: '7' })
 * ```
 * @param key values of the key columns; others are not looked at
 * @returns true where there was such a row
 * @throws {FossilError} as {@link putRow}
 */
export function deleteRow(
  repo: Repo,
  table: string,
  key: Readonly<Record<string, RowValue>>,
  author: RowAuthor = {},
): boolean {
  return repo.transaction(() => {
    const stored = requireTable(repo, table)
    const hash = hashOfKey(stored, key)
    const row = findRow(repo, stored, hash)
    if (row === undefined || row.isDeleted) return false
    write(repo, stored, { key: hash, isDeleted: true, data: rowData(stored, key, 'key'), author })
    return true
  })
}

/**
 * Reads a row; undefined where there is none, or none any more.
 *
 * @example
 * ```ts
 * const title = getRow(repo, 'tasks', { id: '7' })?.values['title']
 * ```
 * @param key values of the key columns; others are not looked at
 * @throws {FossilError} `table.missing`, `table.row` for a key that is none
 */
export function getRow(
  repo: Repo,
  table: string,
  key: Readonly<Record<string, RowValue>>,
): TableRow | undefined {
  const stored = requireTable(repo, table)
  const row = findRow(repo, stored, hashOfKey(stored, key))
  return row === undefined || row.isDeleted ? undefined : publicRow(stored, row)
}

/**
 * Lists the rows of a table by key.
 *
 * @example
 * ```ts
 * for (const { values } of listRows(repo, 'tasks')) console.log(values['title'])
 * ```
 * @param options.deleted with what stays of deleted rows. Default false.
 * @throws {FossilError} `table.missing`
 */
export function listRows(
  repo: Repo,
  table: string,
  { deleted = false }: { readonly deleted?: boolean } = {},
): TableRow[] {
  const stored = requireTable(repo, table)
  const rows = [...allRows(repo, stored)].filter((row) => deleted || !row.isDeleted)
  const keys = keyNames(stored)
  return rows.map((row) => publicRow(stored, row)).sort((a, b) => compareKeys(keys, a, b))
}

/**
 * The hash of a row's key, by which peers name the row: 40 lowercase hex digits.
 * @throws {FossilError} `table.missing`, `table.row`
 */
export function pkHash(repo: Repo, table: string, key: Readonly<Record<string, RowValue>>): string {
  return hashOfKey(requireTable(repo, table), key)
}

/**
 * Tells whether there was a row of this key that was deleted.
 *
 * @throws {FossilError} `table.missing`, `table.row`
 */
export function isTombstone(
  repo: Repo,
  table: string,
  key: Readonly<Record<string, RowValue>>,
): boolean {
  const stored = requireTable(repo, table)
  return findRow(repo, stored, hashOfKey(stored, key))?.isDeleted ?? false
}

/**
 * The hash that go-libfossil compares: SHA-1 of a line `PKHASH MTIME` for each row, by key hash. It
 * says nothing of values; rows that are NULL but for their key are deleted ones to it.
 * go-libfossil internal/repo/tablesync.go:626.
 *
 * @returns 40 lowercase hex digits
 * @throws {FossilError} `table.missing`
 */
export function catalogHash(repo: Repo, table: string): string {
  const stored = requireTable(repo, table)
  const lines: string[] = []
  for (const row of allRows(repo, stored)) {
    if (!isGoneInGo(stored, row)) lines.push(`${row.key} ${row.mtimeSec}\n`)
  }
  return sha1(utf8(lines.join('')))
}

/**
 * Tells whether go-libfossil takes a row for a deleted one: it is NULL but for its key. The name of
 * a column with its quotes and colon is nowhere else in a row's data, since quotes in values are
 * escaped.
 */
export function isGoneInGo(table: StoredTable, row: Pick<Version, 'data' | 'isDeleted'>): boolean {
  if (row.isDeleted) return true
  const values = table.columns.filter(({ key }) => key !== true)
  return values.length > 0 && values.every(({ name }) => !row.data.includes(`"${name}":`))
}

/** Every row of a table by key hash, deleted ones included. */
export function allRows(repo: Repo, table: StoredTable): Generator<StoredRow, void, void> {
  return rowsAfter(repo, table, { prefix: '', after: '' })
}

interface OwnWrite {
  readonly key: string
  readonly isDeleted: boolean
  readonly data: string
  readonly author: RowAuthor
}

function write(repo: Repo, table: StoredTable, { key, isDeleted, data, author }: OwnWrite): void {
  const { user = '', mtimeSec } = author
  if (mtimeSec !== undefined) requireInteger('mtimeSec', mtimeSec, { min: 0 })
  if (user.includes('\0') || !user.isWellFormed()) {
    throw new FossilError('option.invalid', { option: 'user', reason: 'this is no login' })
  }
  const held = findRow(repo, table, key)
  if (
    held !== undefined &&
    !mayChange(table.conflict, held.owner, { login: user, isTrusted: false })
  ) {
    throw new FossilError('table.owned', { table: table.name, owner: held.owner, user })
  }
  const owner = table.conflict === 'mtime-wins' ? '' : user
  const row = { isDeleted, data, owner }
  const isChanged = held !== undefined && !isSameValue(held, row)
  const nextSec = Math.min((held?.mtimeSec ?? 0) + (isChanged ? 1 : 0), Number.MAX_SAFE_INTEGER)
  // Who sees times alone has to see that this is another version than one of the same time.
  const isHidden = table.isPlain && isChanged && mtimeSec === held.mtimeSec
  const ownSec = isHidden ? nextSec : (mtimeSec ?? Math.max(nowSec(repo), nextSec))
  storeRow(repo, table, { key, row: { ...row, mtimeSec: ownSec }, held })
}

function nowSec(repo: Repo): number {
  return Math.max(0, Math.floor(repo.env.clock.nowMs() / 1000))
}

function publicRow(table: StoredTable, row: StoredRow): TableRow {
  const found = parseRow(table, row.data)
  const values: Record<string, RowValue> = {}
  for (const { name } of table.columns) values[name] = found[name] ?? null
  const { key, mtimeSec, owner, isDeleted } = row
  return { values, pkHash: key, mtimeSec, owner, isDeleted }
}

function compareKeys(names: readonly string[], a: TableRow, b: TableRow): number {
  for (const name of names) {
    const order = compareValues(a.values[name] ?? null, b.values[name] ?? null)
    if (order !== 0) return order
  }
  return compareText(a.pkHash, b.pkHash)
}

/** Orders two values of one column, which both have its type. */
function compareValues(a: RowValue, b: RowValue): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (a === null || b === null || a === b) return 0
  return a < b ? -1 : 1
}

/**
 * Definitions of synced tables: columns, key, conflict rule, and how two definitions of one table
 * become one. The JSON is go-libfossil's, byte for byte.
 *
 * May know names and text; rows are value.ts, the tables that hold it all schema.ts and rows.ts.
 * Source: go-libfossil internal/repo/tablesync.go:37-197.
 * @module
 */

import { compareText } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'

/** Types of columns. */
const columnTypes = ['text', 'integer', 'real', 'blob'] as const

/** The rules by which one version of a row beats another. */
const conflictRules = ['mtime-wins', 'self-write', 'owner-write'] as const

/** One column of a table. */
export interface Column {
  /** Lowercase letters, digits and `_`; neither `mtime` nor `_owner`, which go-libfossil adds. */
  readonly name: string
  /** Values are `string`, `bigint`, `number` and `Uint8Array`, in this order. */
  readonly type: 'text' | 'integer' | 'real' | 'blob'
  /** True for a part of the key: never NULL, and never changed. Default false. */
  readonly key?: boolean
}

/** A table whose rows travel with a sync. */
export interface TableDefinition {
  /** Lowercase letters, digits and `_`; not `x_…`, nor the name of a table of Fossil's own. */
  readonly name: string
  /** At least one of them is a part of the key. */
  readonly columns: readonly Column[]
  /**
   * - `mtime-wins`: anybody may write, and the latest version of a row stands.
   * - `self-write`: a row belongs to the login that wrote it first, and only that changes it.
   *   One without an owner belongs to the next login that writes it.
   * - `owner-write`: the same, but one without an owner is left to those who log in as nobody, and
   *   to administrators.
   */
  readonly conflict: 'mtime-wins' | 'self-write' | 'owner-write'
}

/** A definition, and when it was made. */
export interface DatedDefinition extends TableDefinition {
  /** 1 at first, one more with each added column. */
  readonly version: number
  /** Seconds since 1970. */
  readonly mtimeSec: number
}

const namePattern = /^[a-z_][a-z0-9_]*$/
/** Names that go-libfossil refuses, since Fossil has tables of these names. */
const reservedTables = new Set(['blob', 'delta', 'event', 'mlink', 'unversioned'])
/** Columns that go-libfossil adds to every table, and what no object of JavaScript can hold. */
const reservedColumns = new Set(['mtime', '_owner', '__proto__'])
const maxNameLength = 64
const maxColumns = 1000
/** Enough for the JSON of as many columns with the longest names, and some spaces. */
const maxJsonLength = 200_000

/** Tells whether tables may have this name. */
function isTableName(name: string): boolean {
  if (!isName(name) || name.startsWith('x_')) return false
  return !reservedTables.has(name)
}

/** @throws {FossilError} `table.invalid` for a definition that no peer would take */
export function checkDefinition({ name, columns, conflict }: TableDefinition): void {
  const refuse = (reason: string): FossilError => invalid(name, reason)
  if (!isTableName(name)) {
    throw refuse('a table is named with a-z, 0-9 and _, not x_…, and not as one of Fossil’s own')
  }
  if (!conflictRules.includes(conflict)) throw refuse(`there is no rule ${quoted(conflict)}`)
  if (columns.length > maxColumns) throw refuse(`it has more than ${maxColumns} columns`)
  const names = new Set<string>()
  for (const column of columns) {
    const reason = columnProblem(column)
    if (reason !== undefined) throw refuse(reason)
    if (names.has(column.name)) throw refuse(`two columns are called ${column.name}`)
    names.add(column.name)
  }
  if (!columns.some(({ key }) => key === true)) throw refuse('no column is a part of its key')
}

function invalid(table: string, reason: string): FossilError {
  return new FossilError('table.invalid', { table: table.slice(0, maxNameLength), reason })
}

function columnProblem({ name, type }: Column): string | undefined {
  if (!isName(name)) return `${quoted(name)} is no name of a column: it takes a-z, 0-9 and _`
  if (reservedColumns.has(name)) return `no column can be called ${name}`
  return columnTypes.includes(type) ? undefined : `the column ${name} has no type that we know`
}

function isName(name: string): boolean {
  return name.length <= maxNameLength && namePattern.test(name)
}

/** The JSON of a definition, as its `schema` card carries it: Go's, without spaces. */
export function definitionJson({ columns, conflict }: TableDefinition): string {
  const parts = columns.map(({ name, type, key = false }) => {
    return `{"name":"${name}","type":"${type}","pk":${key}}`
  })
  return `{"columns":[${parts.join(',')}],"conflict":"${conflict}"}`
}

/**
 * Reads the JSON of a definition. Types may be in uppercase, as in Go.
 *
 * @throws {FossilError} `table.invalid`
 */
export function parseDefinition(name: string, json: string): TableDefinition {
  const refuse = (reason: string): FossilError => invalid(name, reason)
  if (json.length > maxJsonLength) throw refuse('its definition is too long')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw refuse('its definition is not JSON')
  }
  const fields = fieldsOf(value)
  if (!Array.isArray(fields['columns'])) throw refuse('its definition has no columns')
  const columns = fields['columns'].map((column) => parseColumn(column, refuse))
  const conflict = conflictRules.find((rule) => rule === fields['conflict'])
  if (conflict === undefined) throw refuse('its definition has no conflict rule that we know')
  const definition = { name, columns, conflict }
  checkDefinition(definition)
  return definition
}

function parseColumn(column: unknown, refuse: (reason: string) => FossilError): Column {
  const { name, type: typeName, pk } = fieldsOf(column)
  if (typeof name !== 'string') throw refuse('a column has no name')
  const type = columnTypes.find((each) => each === String(typeName).toLowerCase())
  if (type === undefined) throw refuse(`the column ${quoted(name)} has no type`)
  return pk === true ? { name, type, key: true } : { name, type }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/**
 * The total order of definitions: version, time, rule, then columns. Positive where `a` comes after
 * `b`.
 */
export function compareDefinitions(a: DatedDefinition, b: DatedDefinition): number {
  if (a.version !== b.version) return a.version - b.version
  if (a.mtimeSec !== b.mtimeSec) return a.mtimeSec - b.mtimeSec
  return compareText(a.conflict, b.conflict) || compareText(definitionJson(a), definitionJson(b))
}

/**
 * Joins two definitions of one table: all columns of both, and version, time and rule of the later
 * one. The result is the same in whichever order definitions come, and however often. Undefined
 * where they do not fit: another key, or another type for a column that both have.
 */
export function mergeDefinitions(
  a: DatedDefinition,
  b: DatedDefinition,
): DatedDefinition | undefined {
  const later = compareDefinitions(a, b) >= 0 ? a : b
  const all = new Map(a.columns.map((column) => [column.name, column]))
  for (const column of b.columns) {
    const same = all.get(column.name)
    if (same !== undefined && !isSameColumn(same, column)) return undefined
    all.set(column.name, column)
  }
  if (keysOf(a) !== keysOf(b)) return undefined
  return { ...later, columns: inOrder([...all.values()], [a.columns, b.columns]) }
}

/** Tells whether two columns of one name are the same. */
export function isSameColumn(a: Column, b: Column): boolean {
  return a.type === b.type && (a.key ?? false) === (b.key ?? false)
}

/** The names of the columns of a table's key, in the table's order. */
export function keyNames({ columns }: Pick<TableDefinition, 'columns'>): string[] {
  return columns.filter(({ key }) => key === true).map(({ name }) => name)
}

function keysOf(table: TableDefinition): string {
  return keyNames(table).sort().join(' ')
}

/**
 * The order of joined columns: that of a definition which has all of them, in one of which people
 * chose the order where there are two, otherwise by name.
 */
function inOrder(
  all: readonly Column[],
  orders: readonly (readonly Column[])[],
): readonly Column[] {
  const byName = [...all].sort((x, y) => compareText(x.name, y.name))
  const isChosen = (columns: readonly Column[]): boolean => listed(columns) !== listed(byName)
  const whole = orders.filter((columns) => columns.length === all.length && isChosen(columns))
  const [first = byName] = whole.sort((x, y) => compareText(listed(x), listed(y)))
  return first
}

function listed(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(' ')
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, maxNameLength))
}

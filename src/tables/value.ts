/**
 * Values of rows: their JSON, exact to the last bit, and the hash of a key.
 *
 * A row is kept and sent as one text, its *data*: a JSON object of its columns, sorted by name,
 * without spaces, in Go's form, NULLs left out. So a row has one text, whoever wrote it, and a
 * column that is added later changes none.
 *
 * May know definitions and hashes, no database.
 * Source: go-libfossil internal/repo/tablesync.go:294-330 (the hash of a key).
 * @module
 */

import { unreachable } from '../base/assert.ts'
import { compareText, hex, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { sha1 } from '../hash/hash.ts'
import type { Column } from './definition.ts'

/** A value in a column. Integers are `bigint` wherever they are read; either may be written. */
export type RowValue = string | number | bigint | Uint8Array | null

/** A row by the names of its columns. Columns that are left out are NULL. */
export type Row = Readonly<Record<string, RowValue>>

/** Columns that values are checked against, in the order of their names. */
export interface Columns {
  readonly name: string
  readonly sorted: readonly Column[]
}

const minInteger = -(2n ** 63n)
const maxInteger = 2n ** 63n - 1n
/** Longer rows are refused: go-libfossil takes no more in one card. */
const maxDataBytes = 1 << 26

/** @throws {FossilError} `table.row` */
export function badRow(table: string, reason: string): FossilError<'table.row'> {
  return new FossilError('table.row', { table, reason })
}

/**
 * The data of a row.
 *
 * @param parts `key` for the columns of the key alone, which is what stays of a deleted row
 * @throws {FossilError} `table.row` for a column that is none, a key without a value, or a value
 *   that its column cannot hold
 */
export function rowData({ name, sorted }: Columns, row: Row, parts: 'all' | 'key' = 'all'): string {
  const known = new Set(sorted.map((column) => column.name))
  const stranger = Object.keys(row).find((column) => !known.has(column))
  if (stranger !== undefined) {
    throw badRow(name, `it has no column ${JSON.stringify(stranger.slice(0, 80))}`)
  }
  const fields: string[] = []
  for (const column of sorted) {
    if (parts === 'key' && column.key !== true) continue
    const value = valueIn(row, column)
    if (value !== null) fields.push(`"${column.name}":${valueJson(name, column, value)}`)
    else if (column.key === true) throw keyless(name, column)
  }
  return `{${fields.join(',')}}`
}

function valueIn(row: Row, { name }: Column): RowValue {
  return Object.hasOwn(row, name) ? (row[name] ?? null) : null
}

function keyless(table: string, { name }: Column): FossilError {
  return badRow(table, `the key column ${name} has no value`)
}

/** The data of a row with its NULLs, as go-libfossil writes it. */
export function dataWithNulls(columns: Columns, data: string): string {
  const values = parseFields(columns.name, data)
  const fields = columns.sorted.map(({ name, type }) => {
    const value = values[name]
    return `"${name}":${value === undefined ? 'null' : fieldText(type, value)}`
  })
  return `{${fields.join(',')}}`
}

/**
 * Reads the JSON of a row, of a peer or of our own.
 *
 * @throws {FossilError} `table.row` for what is no row of this table
 */
export function parseRow({ name, sorted }: Columns, json: string): Row {
  if (json.length > maxDataBytes) throw badRow(name, 'it is too long')
  const fields = parseFields(name, json)
  const row: Record<string, RowValue> = {}
  const known = new Map(sorted.map((column) => [column.name, column]))
  for (const [column, value] of Object.entries(fields)) {
    const definition = known.get(column)
    if (definition === undefined) {
      throw badRow(name, `it has no column ${JSON.stringify(column.slice(0, 80))}`)
    }
    row[column] = value === null ? null : parseValue(name, definition, value)
  }
  return row
}

/** The text of a number, as it stands in the JSON. */
class NumberText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Field = string | NumberText | null

/** A longer text is looked at before it is parsed. */
const easyLength = 10_000

/**
 * Tells whether a text opens no more than one bracket outside its strings. A parser takes seconds
 * for millions of them, one within the other (measured).
 */
function isFlat(json: string): boolean {
  let isText = false
  let opened = 0
  for (let at = 0; at < json.length && opened < 2; at++) {
    const character = json[at]
    if (isText && character === '\\') at++
    else if (character === '"') isText = !isText
    else if (!isText && (character === '[' || character === '{')) opened++
  }
  return opened < 2
}

function parseFields(table: string, json: string): Record<string, Field> {
  if (json.length > easyLength && !isFlat(json)) {
    throw badRow(table, 'it is not a JSON object of plain values')
  }
  let depth = 0
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value === 'number') return new NumberText(context?.source ?? String(value))
    if (typeof value === 'object' && value !== null && !(value instanceof NumberText)) depth++
    return value
  }
  let value: unknown
  try {
    value = JSON.parse(json, reviver)
  } catch {
    throw badRow(table, 'it is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth !== 1) {
    throw badRow(table, 'it is not a JSON object of plain values')
  }
  const fields: Record<string, Field> = Object.create(null)
  for (const [name, field] of Object.entries(value)) {
    if (field !== null && typeof field !== 'string' && !(field instanceof NumberText)) {
      throw badRow(table, 'it is not a JSON object of plain values')
    }
    fields[name] = field
  }
  return fields
}

function fieldText(type: Column['type'], value: Field): string {
  if (value === null) return 'null'
  if (value instanceof NumberText) return value.text
  return type === 'text' ? textJson(value) : `"${value}"`
}

function parseValue(table: string, { name, type }: Column, value: string | NumberText): RowValue {
  const wrong = (): FossilError => badRow(table, `the value of ${name} is not of the type ${type}`)
  switch (type) {
    case 'text':
      if (typeof value !== 'string' || !value.isWellFormed()) throw wrong()
      return value
    case 'integer': {
      if (!(value instanceof NumberText) || !/^-?\d{1,19}$/.test(value.text)) throw wrong()
      const integer = BigInt(value.text)
      if (integer < minInteger || integer > maxInteger) throw wrong()
      return integer
    }
    case 'real': {
      const real = value instanceof NumberText ? Number(value.text) : Number.NaN
      if (!Number.isFinite(real)) throw wrong()
      return real
    }
    case 'blob': {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined
      if (bytes === undefined || bytes.toString('base64') !== value) throw wrong()
      return new Uint8Array(bytes)
    }
    default:
      return unreachable(type)
  }
}

function valueJson(
  table: string,
  { name, type }: Column,
  value: string | number | bigint | Uint8Array,
): string {
  const wrong = (): FossilError => badRow(table, `the value of ${name} is not of the type ${type}`)
  switch (type) {
    case 'text':
      if (typeof value !== 'string' || !value.isWellFormed()) throw wrong()
      return textJson(value)
    case 'integer':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
      if (typeof value !== 'bigint' || value < minInteger || value > maxInteger) throw wrong()
      return String(value)
    case 'real':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong()
      // SQLite keeps no sign of zero in a column, so that go-libfossil has none either.
      return String(value)
    case 'blob':
      if (!(value instanceof Uint8Array)) throw wrong()
      return `"${base64(value)}"`
    default:
      return unreachable(type)
  }
}

/** Go's `json.Marshal` of a string: what HTML reads is escaped, other UTF-8 stands as it is. */
function textJson(text: string): string {
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/**
 * The hash of a row's key, by which peers name the row: SHA-1 of `column=value`, joined by NUL,
 * columns in the order of their names. Columns that are no part of the key do not matter.
 *
 * @returns 40 lowercase hex digits
 * @throws {FossilError} `table.row` where the key is not whole
 */
export function hashOfKey({ name, sorted }: Columns, row: Row): string {
  const parts: string[] = []
  for (const column of sorted) {
    if (column.key !== true) continue
    const value = valueIn(row, column)
    if (value === null) throw keyless(name, column)
    // Checks the type, too.
    const json = valueJson(name, column, value)
    parts.push(`${column.name}=${keyText(column, value, json)}`)
  }
  return sha1(utf8(parts.join('\0')))
}

function keyText({ type }: Column, value: RowValue, json: string): string {
  if (type === 'text' && typeof value === 'string') return value
  if (type === 'blob' && value instanceof Uint8Array) return hex(value)
  return type === 'real' && typeof value === 'number' ? decimal(value) : json
}

/** The shortest digits of a number, never with an exponent: Go's `FormatFloat(x, 'f', -1, 64)`. */
export function decimal(value: number): string {
  const text = String(value)
  const [mantissa = '', exponent] = text.split('e')
  if (exponent === undefined) return text
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}

/** Columns in the order of their names, which is that of Go's maps. */
export function sortedColumns(columns: readonly Column[]): readonly Column[] {
  return [...columns].sort((a, b) => compareText(a.name, b.name))
}

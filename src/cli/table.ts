/**
 * `trilobite table`: synced tables, whose rows travel with `trilobite sync --tables`.
 * @module
 */

import type { Command } from 'commander'
import { FossilError, type Repo } from '../index.ts'
import {
  addColumn,
  defineTable,
  deleteRow,
  getRow,
  listRows,
  putRow,
  type TableDefinition,
  tables,
} from '../tables/index.ts'
import { jsonOption } from './look-back-options.ts'
import { print, printEither, visibleLine } from './output.ts'
import { exactInteger } from './raw-json.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { counted } from '../base/counted.ts'

type Column = TableDefinition['columns'][number]
type RowValue = Values[string]
type TableRow = ReturnType<typeof listRows>[number]

interface TableOptions {
  readonly json?: boolean
}

interface WriteOptions extends TableOptions {
  readonly user?: string
}

interface DefineOptions extends TableOptions {
  readonly conflict?: string
}

type Values = Record<string, Parameters<typeof putRow>[2][string]>

const userOption = [
  '-U, --user <login>',
  'the author, for tables whose rows have owners: a login of the server',
] as const
const fieldsArgument = ['<column=value...>', 'base64 for a blob'] as const

/** Adds `table` to the program. */
export function addTableCommand(program: Command): void {
  const table = program
    .command('table')
    .description('define, write and read tables whose rows travel with a sync')
  addDefine(program, table)
  table
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the tables, or the rows of one')
    .argument('[table]', 'the name of a table, to list its rows')
    .option('--deleted', 'list the keys of deleted rows, too')
    .option(...jsonOption)
    .action(async (name: string | undefined, options: TableOptions & { deleted?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      if (name === undefined) listTables(repo, options)
      else await listOne(repo, name, options)
    })
  table
    .command('get')
    .description('print a row')
    .argument('<table>', 'the name of the table')
    .argument('<key=value...>', 'the columns of its key')
    .option(...jsonOption)
    .action((name: string, fields: string[], options: TableOptions) => {
      using repo = openWhole(repositoryPath(program))
      const key = valuesOf(definitionOf(repo, name), fields, { isKey: true })
      const row = getRow(repo, name, key)
      if (row === undefined) throw invalid('key', 'there is no such row')
      print(options, rowFields(row), `${rowText(row)}\n`)
    })
  addWriters(program, table)
}

function addDefine(program: Command, table: Command): void {
  table
    .command('define')
    .description('define a table, or add columns to it')
    .argument('<table>', 'the name of the table')
    .argument('<column:type...>', 'text, integer, real or blob; of its key: column:type:key')
    .option('--conflict <rule>', 'mtime-wins (the default), self-write or owner-write')
    .option(...jsonOption)
    .action((name: string, columns: string[], options: DefineOptions) => {
      using repo = openWhole(repositoryPath(program))
      const definition = define(repo, name, columns.map(columnFrom), options.conflict)
      const done = `${name} has ${counted(definition.columns.length, 'column')}`
      print(options, { ...definition }, `${done}\n`)
    })
}

function addWriters(program: Command, table: Command): void {
  table
    .command('put')
    .description('write a row whole: columns that are left out become NULL')
    .argument('<table>', 'the name of the table')
    .argument(...fieldsArgument)
    .option(...userOption)
    .option(...jsonOption)
    .action((name: string, fields: string[], options: WriteOptions) => {
      using repo = openWhole(repositoryPath(program))
      const values = valuesOf(definitionOf(repo, name), fields)
      const pkHash = putRow(repo, name, values, authorOf(options))
      print(options, { table: name, pkHash }, `${pkHash}\n`)
    })
  table
    .command('rm')
    .description('delete a row, here and wherever this repository syncs')
    .argument('<table>', 'the name of the table')
    .argument('<key=value...>', 'the columns of its key')
    .option(...userOption)
    .option(...jsonOption)
    .action((name: string, fields: string[], options: WriteOptions) => {
      using repo = openWhole(repositoryPath(program))
      const key = valuesOf(definitionOf(repo, name), fields, { isKey: true })
      if (!deleteRow(repo, name, key, authorOf(options))) {
        throw invalid('key', 'there is no such row')
      }
      print(options, { table: name, deleted: 1 }, '1 row deleted\n')
    })
}

/** Defines a table; where it is there, adds the columns that it has not. */
function define(
  repo: Repo,
  name: string,
  columns: readonly Column[],
  rule: string | undefined,
): TableDefinition {
  return repo.transaction(() => {
    const before = tables(repo).find((each) => each.name === name)
    const conflict = ruleFrom(rule ?? before?.conflict ?? 'mtime-wins')
    if (before === undefined) {
      defineTable(repo, { name, columns, conflict })
    } else {
      const known = new Set(before.columns.map((column) => column.name))
      const added = columns.filter((column) => !known.has(column.name))
      const kept = columns.filter((column) => known.has(column.name))
      for (const column of kept) checkSame(before, column)
      if (conflict !== before.conflict) defineTable(repo, { ...before, conflict })
      for (const column of added) addColumn(repo, name, column)
    }
    return definitionOf(repo, name)
  })
}

/** @throws {FossilError} `table.invalid` for another type than a column has */
function checkSame({ name, columns }: TableDefinition, { name: column, type, key }: Column): void {
  const same = columns.find((each) => each.name === column)
  if (same?.type === type && (same.key ?? false) === (key ?? false)) return
  const reason = `its column ${column} is of another type, or another part of the key`
  throw new FossilError('table.invalid', { table: name, reason })
}

function ruleFrom(text: string): TableDefinition['conflict'] {
  const rules = ['mtime-wins', 'self-write', 'owner-write'] as const
  const rule = rules.find((each) => each === text)
  if (rule === undefined) throw invalid('--conflict', `it is one of ${rules.join(', ')}`)
  return rule
}

function columnFrom(text: string): Column {
  const [name = '', typeText = '', keyText, ...rest] = text.split(':')
  const type = (['text', 'integer', 'real', 'blob'] as const).find((each) => each === typeText)
  if (type === undefined || rest.length > 0 || (keyText !== undefined && keyText !== 'key')) {
    const reason = `"${text}" is no column such as id:integer:key or title:text`
    throw invalid('column', reason)
  }
  return keyText === undefined ? { name, type } : { name, type, key: true }
}

function definitionOf(repo: Repo, name: string): TableDefinition {
  const found = tables(repo).find((each) => each.name === name)
  if (found === undefined) throw new FossilError('table.missing', { table: name })
  return found
}

/** Reads `column=value` of each field by the type of its column. */
function valuesOf(
  { columns }: TableDefinition,
  fields: readonly string[],
  { isKey = false } = {},
): Values {
  const values: Values = {}
  for (const field of fields) {
    const at = field.indexOf('=')
    const name = field.slice(0, Math.max(0, at))
    const column = columns.find((each) => each.name === name)
    if (at < 1 || column === undefined) {
      throw invalid('value', `"${field}" is no column of the table and its value, such as id=7`)
    }
    if (Object.hasOwn(values, name)) throw invalid('value', `${name} has two values`)
    if (isKey && column.key !== true) throw invalid('value', `${name} is no part of the key`)
    values[name] = valueFrom(column, field.slice(at + 1))
  }
  return values
}

function valueFrom({ name, type }: Column, text: string): RowValue {
  if (type === 'text') return text
  if (type === 'blob') {
    const bytes = Buffer.from(text, 'base64')
    if (bytes.toString('base64') === text) return new Uint8Array(bytes)
  } else if (type === 'integer') {
    if (/^-?\d+$/.test(text)) return BigInt(text)
  } else if (/^-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text)) return Number(text)
  throw invalid('value', `"${text}" is no ${type}, which ${name} is`)
}

function authorOf({ user }: WriteOptions): { user?: string } {
  return user === undefined ? {} : { user }
}

function listTables(repo: Repo, options: TableOptions): void {
  const found = tables(repo)
  const lines = found.map(({ name, columns, conflict }) => {
    const texts = columns.map(({ name: column, type, key }) => {
      return `${column}:${type}${key === true ? ':key' : ''}`
    })
    return `${name} (${conflict})  ${texts.join(' ')}\n`
  })
  print(options, { tables: found }, lines.join(''))
}

async function listOne(
  repo: Repo,
  name: string,
  options: TableOptions & { deleted?: boolean },
): Promise<void> {
  const rows = listRows(repo, name, { deleted: options.deleted === true })
  const lines = (): Iterable<string> => rows.map((row) => `${rowText(row)}\n`)
  await printEither(options, () => ({ table: name, rows: rows.map(rowFields) }), lines)
}

function rowFields({ values, ...about }: TableRow): Record<string, unknown> {
  const fields = Object.entries(values).map(([name, value]) => [name, jsonValue(value)])
  return { ...about, values: Object.fromEntries(fields) }
}

/** Integers of 64 bits exactly, which JSON can hold and a number of JavaScript cannot. */
function jsonValue(value: RowValue): unknown {
  if (typeof value === 'bigint') return exactInteger(value)
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}

function rowText({ values, isDeleted }: TableRow): string {
  const fields = Object.entries(values).filter(([, value]) => value !== null)
  const texts = fields.map(([name, value]) => {
    const shown = value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
    return `${name}=${visibleLine(String(shown))}`
  })
  return `${texts.join('  ')}${isDeleted ? '  (deleted)' : ''}`
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}

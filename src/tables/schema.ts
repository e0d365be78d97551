/**
 * The tables that hold synced tables, and their definitions. No name of a synced table or column is
 * ever SQL: rows are text in a table of ours.
 *
 * Names begin with `fx_`, since stock's rebuild drops every other table (rebuild.c:385), and with
 * `fx_trilobite`, which no ticket table may touch (crosslink/ticket-table.ts).
 * @module
 */

import { FossilError } from '../base/error.ts'
import { hasTable } from '../db/tables.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import {
  type Column,
  type DatedDefinition,
  definitionJson,
  parseDefinition,
  type TableDefinition,
} from './definition.ts'
import { sortedColumns } from './value.ts'

/**
 * - `fx_trilobite_table`: a synced table. `plain` is 1 once a peer that knows no digests had it.
 * - `fx_trilobite_row`: a row. `key` is the hash of its key, `lo` and `hi` are its digest.
 * - `fx_trilobite_range`: the digest of all rows whose key begins with `prefix`: see ranges.ts.
 */
const makeTables = `
CREATE TABLE IF NOT EXISTS fx_trilobite_table(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL,
  version INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  plain INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS fx_trilobite_row(
  tid INTEGER NOT NULL,
  key TEXT NOT NULL,
  mtime INTEGER NOT NULL,
  owner TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY(tid, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fx_trilobite_range(
  tid INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  n INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  PRIMARY KEY(tid, prefix)
) WITHOUT ROWID;
`

/** A synced table as it is stored. */
export interface StoredTable extends DatedDefinition {
  readonly id: number
  /** The columns in the order of their names. */
  readonly sorted: readonly Column[]
  /** A peer that knows no digests has had it: times alone must tell its rows apart. */
  readonly isPlain: boolean
}

type TableRow = [
  id: number,
  name: string,
  definition: string,
  version: number,
  mtimeSec: number,
  plain: number,
]

const selectTables = 'SELECT id, name, definition, version, mtime, plain FROM fx_trilobite_table'

/** Every synced table, by name. */
export function storedTables(repo: Repo): StoredTable[] {
  if (!isHere(repo)) return []
  const rows = dbOf(repo).prepare<TableRow>(`${selectTables} ORDER BY name`).all()
  return rows.map((row) => tableOf(repo, row))
}

/** The number of synced tables. */
export function countTables(repo: Repo): number {
  if (!isHere(repo)) return 0
  const [count = 0] =
    dbOf(repo).prepare<[count: number]>('SELECT count(*) FROM fx_trilobite_table').get() ?? []
  return count
}

/** The synced table of this name, or undefined. */
export function findTable(repo: Repo, name: string): StoredTable | undefined {
  if (!isHere(repo)) return undefined
  const row = dbOf(repo).prepare<TableRow>(`${selectTables} WHERE name = ?`).get(name)
  return row === undefined ? undefined : tableOf(repo, row)
}

/**
 * The synced table of this name.
 *
 * @throws {FossilError} `table.missing`
 */
export function requireTable(repo: Repo, name: string): StoredTable {
  const table = findTable(repo, name)
  if (table === undefined) throw new FossilError('table.missing', { table: name })
  return table
}

/** Stores a definition, of a table that is new or in place of what it was. */
export function storeDefinition(repo: Repo, table: DatedDefinition): void {
  const db = dbOf(repo)
  if (!isHere(repo)) db.exec(makeTables)
  cacheOf(repo).hasTables = true
  db.prepare(
    `INSERT INTO fx_trilobite_table(name, definition, version, mtime) VALUES(?, ?, ?, ?)
     ON CONFLICT(name) DO UPDATE SET
       definition = excluded.definition, version = excluded.version, mtime = excluded.mtime`,
  ).run(table.name, definitionJson(table), table.version, table.mtimeSec)
}

/** Remembers that a peer without digests has a table. */
export function markPlain(repo: Repo, table: StoredTable): void {
  if (table.isPlain) return
  dbOf(repo).prepare('UPDATE fx_trilobite_table SET plain = 1 WHERE id = ?').run(table.id)
}

function isHere(repo: Repo): boolean {
  const cache = cacheOf(repo)
  cache.hasTables ??= hasTable(dbOf(repo), 'fx_trilobite_table')
  return cache.hasTables
}

/** Definitions that were read lately, by name and text: each row asks for its own. */
const known = new Map<string, Pick<StoredTable, 'name' | 'columns' | 'conflict' | 'sorted'>>()
const maxKnown = 100

function tableOf(repo: Repo, [id, name, json, version, mtimeSec, plain]: TableRow): StoredTable {
  const text = `${name} ${json}`
  let definition = known.get(text)
  if (definition === undefined) {
    const read = readDefinition(repo, name, json)
    definition = { ...read, sorted: sortedColumns(read.columns) }
    if (known.size >= maxKnown) known.clear()
    known.set(text, definition)
  }
  const { columns, conflict, sorted } = definition
  return { name, columns, conflict, sorted, id, version, mtimeSec, isPlain: plain !== 0 }
}

function readDefinition(repo: Repo, name: string, json: string): TableDefinition {
  try {
    return parseDefinition(name, json)
  } catch (cause) {
    const reason = `the definition of the synced table ${JSON.stringify(name)} is damaged`
    throw new FossilError('repo.unreadable', { path: repo.path, reason }, { cause })
  }
}

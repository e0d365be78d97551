/**
 * The existence of tables, which Fossil makes when they are first needed.
 * @module
 */

import type { Database } from './driver.ts'

/** Tells whether a table of this name exists; `temp` looks among the connection's own tables. */
export function hasTable(db: Database, name: string, schema: 'main' | 'temp' = 'main'): boolean {
  const sql = `SELECT 1 FROM ${schema}.sqlite_schema WHERE type = 'table' AND name = ?`
  return db.prepare(sql).get(name) !== undefined
}

/**
 * The columns of a table, without generated ones, as SQLite reads its definition: none where there
 * is no such table.
 */
export function columnsOf(
  db: Database,
  name: string,
  schema: 'main' | 'temp' = 'main',
): ReadonlySet<string> {
  const sql = 'SELECT name FROM pragma_table_info(?, ?) ORDER BY cid'
  return new Set(
    db
      .prepare<[string]>(sql)
      .all(name, schema)
      .map(([column]) => column),
  )
}

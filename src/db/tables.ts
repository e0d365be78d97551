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

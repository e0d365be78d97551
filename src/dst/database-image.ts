/**
 * Images of databases, and the tables in which two of them differ.
 * @module
 */

import type { Database } from '../db/driver.ts'
import { openDatabase } from '../db/node.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { pushTroubleRow } from '../repo/unsent.ts'

/** The database of a repository as it is now. */
export function imageOf(repo: Repo): Uint8Array {
  return dbOf(repo).serialize()
}

/** Names of the tables that two databases differ in. */
export function differing(one: Uint8Array, other: Uint8Array): string[] {
  // Pages that were never written to are all the same; only where they are not it costs more.
  if (Buffer.compare(one, other) === 0) return []
  const [before, after] = [openDatabase(one), openDatabase(other)]
  try {
    const names = new Set([...namesIn(before), ...namesIn(after)])
    return [...names].filter((name) => contentOf(before, name) !== contentOf(after, name))
  } finally {
    before.close()
    after.close()
  }
}

function namesIn(db: Database): string[] {
  return db
    .prepare<[string]>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map(([name]) => name)
}

/** The rows of a table as text, but for the note of a client that its push was not answered. */
function contentOf(db: Database, table: string): string {
  if (!namesIn(db).includes(table)) return 'no table'
  const rows = db.prepare(`SELECT * FROM "${table.replaceAll('"', '""')}"`).all()
  const meant = table === 'config' ? rows.filter(([name]) => name !== pushTroubleRow) : rows
  return JSON.stringify(meant)
}

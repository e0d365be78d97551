/**
 * Empty temporary tables that hide the derived ones of a file, so that the code which fills them
 * can work them all out again beside them.
 * @module
 */

import type { Database } from '../db/driver.ts'
import { columnsOf, hasTable } from '../db/tables.ts'
import { derivedTables } from '../repo/schema.ts'
import { waitTable } from './cherrypick.ts'
import { forumTable } from './forum.ts'
import { derivedNames } from './rebuild.ts'

/** Tables that differ from one project to the next. */
const ofProject: ReadonlySet<string> = new Set(['ticket', 'ticketchng'])

const shadowedNames: readonly string[] = [...derivedNames, 'private', 'blob']

/** The definitions that a rebuild runs, by table; the table before its indexes. */
const ourStatements: ReadonlyMap<string, readonly string[]> = Map.groupBy(
  [derivedTables, forumTable, waitTable]
    .flatMap((schema) => schema.split(';'))
    .map((sql) => sql.trim())
    .filter((sql) => sql !== ''),
  (sql) => /^CREATE (?:TABLE|INDEX \w+ ON) (\w+)\(/.exec(sql)?.[1] ?? '',
)

/**
 * Hides the derived tables behind empty ones of the same form, and `blob` behind one that has the
 * names and sizes but no content, where phantoms can be made. Tags and file names keep their ids,
 * so that rows can be compared as they are.
 *
 * @returns what lacks in a table of the file, by table: these are not to be compared
 */
export function shadowTables(db: Database): ReadonlyMap<string, string> {
  const lacking = new Map<string, string>()
  // Read before any table is made: that would have each statement prepared anew (measured).
  const inFile = statementsInFile(db)
  for (const name of shadowedNames) {
    const problem = shadow(db, name, inFile.get(name) ?? [])
    if (problem !== undefined) lacking.set(name, problem)
  }
  for (const name of ['tag', 'filename', 'private']) {
    if (!hasTable(db, name) || lacking.has(name)) continue
    const columns = [...columnsOf(db, name, 'temp')].join(', ')
    db.exec(`INSERT INTO temp.${name}(${columns}) SELECT ${columns} FROM main.${name}`)
  }
  db.exec(`INSERT INTO temp.blob(rid, rcvid, size, uuid)
             SELECT rid, rcvid, size, uuid FROM main.blob`)
  return lacking
}

/** Makes a table as the file has it: that may have more columns. Else as a rebuild would. */
function shadow(db: Database, name: string, theirs: readonly string[]): string | undefined {
  const ours = ourStatements.get(name) ?? []
  for (const sql of ours) makeTemporary(db, sql)
  if (theirs.length === 0 || areSame(ours, theirs)) return undefined
  const [wanted, there] = [columnsOf(db, name, 'temp'), columnsOf(db, name)]
  if (there.size === 0) return 'its definition is that of another table'
  const lacking = ofProject.has(name) ? [] : [...wanted].filter((column) => !there.has(column))
  if (lacking.length > 0) return `it lacks the columns ${lacking.join(', ')}`
  if (ours.length > 0) db.exec(`DROP TABLE temp.${name}`)
  for (const sql of theirs) makeTemporary(db, sql)
  return undefined
}

function makeTemporary(db: Database, sql: string): void {
  db.exec(sql.replace(/\b(?:TABLE|INDEX)\s+/i, '$&temp.'))
}

/** Tells whether the file's tables and indexes are ours, which have the table first. */
function areSame(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.length === theirs.length && theirs.every((sql) => ours.includes(sql))
}

/** The definitions of tables and their indexes, by table; the table first. */
function statementsInFile(db: Database): ReadonlyMap<string, readonly string[]> {
  const rows = db
    .prepare<[table: string, sql: string]>(
      `SELECT tbl_name, sql FROM main.sqlite_schema
        WHERE sql IS NOT NULL AND type IN ('table', 'index') ORDER BY type DESC, name`,
    )
    .all()
  const byTable = new Map<string, string[]>()
  for (const [table, sql] of rows) byTable.set(table, [...(byTable.get(table) ?? []), sql])
  return byTable
}

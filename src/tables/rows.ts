/**
 * Rows as they are stored: one current version of each, deleted ones included, so that a deletion
 * can be told to others.
 *
 * May know the tables that hold them and keeps the digests of ranges in step; which version stands
 * is resolve.ts, what a peer may do the caller's.
 * @module
 */

import type { Statement } from '../db/driver.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { boundsOf, formatDigest, noteChange, parseDigest, rowDigest } from './ranges.ts'
import type { Version } from './resolve.ts'
import type { StoredTable } from './schema.ts'

/** A row of a synced table as it is stored. */
export interface StoredRow extends Version {
  /** The hash of its key. */
  readonly key: string
  /** Of all that it says, as text. */
  readonly digest: string
}

type RowTuple = [
  key: string,
  mtimeSec: number,
  owner: string,
  deleted: number,
  data: string,
  lo: number,
  hi: number,
]

function selectRows(repo: Repo, rest: string): Statement<RowTuple> {
  return dbOf(repo).prepare<RowTuple>(
    `SELECT key, mtime, owner, deleted, data, lo, hi FROM fx_trilobite_row WHERE tid = ? ${rest}`,
  )
}

function rowOf([key, mtimeSec, owner, deleted, data, lo, hi]: RowTuple): StoredRow {
  return { key, mtimeSec, owner, isDeleted: deleted !== 0, data, digest: formatDigest({ lo, hi }) }
}

/** The row of this key hash, which may say that it was deleted. */
export function findRow(repo: Repo, table: StoredTable, key: string): StoredRow | undefined {
  const row = selectRows(repo, 'AND key = ?').get(table.id, key)
  return row === undefined ? undefined : rowOf(row)
}

/** Rows that are read from the database at once. */
const pageSize = 100

/**
 * Rows of a range by key, those that come after `after`, deleted ones included. They may be changed
 * on the way.
 *
 * @param range.prefix of hex digits; none for all rows
 */
export function* rowsAfter(
  repo: Repo,
  table: StoredTable,
  { prefix, after }: { prefix: string; after: string },
): Generator<StoredRow, void, void> {
  const page = selectRows(repo, 'AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?')
  for (let last: string | undefined = after; last !== undefined;) {
    const rows = page.all(table.id, last, ...boundsOf(prefix), pageSize)
    for (const row of rows) yield rowOf(row)
    last = rows.length < pageSize ? undefined : rows.at(-1)?.[0]
  }
}

/**
 * Writes a version of a row, in place of whatever is there: compare first.
 *
 * @param held the row that is there
 */
export function storeRow(
  repo: Repo,
  table: StoredTable,
  { key, row, held }: { key: string; row: Version; held: StoredRow | undefined },
): void {
  const after = rowDigest(key, row)
  const { mtimeSec, owner, isDeleted, data } = row
  dbOf(repo)
    .prepare(
      `REPLACE INTO fx_trilobite_row(tid, key, mtime, owner, deleted, lo, hi, data)
       VALUES(?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(table.id, key, mtimeSec, owner, isDeleted ? 1 : 0, after.lo, after.hi, data)
  const before = held === undefined ? undefined : parseDigest(held.digest)
  noteChange(repo, table, key, { before, after })
}

/** Tells whether a table has any rows, deleted ones included. */
export function hasRows(repo: Repo, table: StoredTable): boolean {
  const sql = 'SELECT 1 FROM fx_trilobite_row WHERE tid = ? LIMIT 1'
  return dbOf(repo).prepare(sql).get(table.id) !== undefined
}

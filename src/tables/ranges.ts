/**
 * Digests of ranges of rows, kept up to date with every change, so that two repositories find the
 * rows in which they differ by comparing O(log n) numbers.
 *
 * A *range* is all rows of a table whose key hash begins with a prefix, of 0 to 40 digits. Its
 * digest is the XOR of the digests of its rows: 96 bits, which say key, time, owner and content. A
 * range of more than `splitOver` rows is stored with its sixteen parts; the digest of a smaller one
 * is that of the rows it is in, read one by one. So the tree is as deep as the rows need, a change
 * touches one node a level, and the tree's shape, which depends on the past, is never compared.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import { sha1 } from '../hash/hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { StoredTable } from './schema.ts'
import type { Version } from './resolve.ts'

/** A number of 96 bits, in halves that JavaScript and SQLite hold exactly. */
export interface Digest {
  readonly lo: number
  readonly hi: number
}

/** The digest of a range, and its size. */
export interface RangeDigest extends Digest {
  /** Rows, deleted ones included. */
  readonly count: number
}

/** A range with more rows has its parts stored, too. */
const splitOver = 64
const digits = '0123456789abcdef'

/** The digest of one version of a row. */
export function rowDigest(key: string, row: Version): Digest {
  const { mtimeSec, isDeleted, owner, data } = row
  // The owner is a login, of any characters but NUL.
  return parseDigest(sha1(utf8(`${key} ${mtimeSec} ${isDeleted ? 1 : 0} ${owner}\0${data}`)))
}

/** A digest as text, of 24 lowercase hex digits, 12 for each half. */
export function formatDigest({ lo, hi }: Digest): string {
  return hex48(lo) + hex48(hi)
}

/** The digest that a text of {@link formatDigest} says. */
export function parseDigest(text: string): Digest {
  return { lo: parseInt(text.slice(0, 12), 16), hi: parseInt(text.slice(12, 24), 16) }
}

function hex48(half: number): string {
  return half.toString(16).padStart(12, '0')
}

type Node = [count: number, lo: number, hi: number]

/**
 * The digest of the range of a prefix: of hex digits, 40 at most.
 */
export function rangeDigest(repo: Repo, table: StoredTable, prefix: string): RangeDigest {
  const [count, lo, hi] =
    dbOf(repo)
      .prepare<Node>('SELECT n, lo, hi FROM fx_trilobite_range WHERE tid = ? AND prefix = ?')
      .get(table.id, prefix) ?? summed(repo, table, prefix)
  return { count, lo, hi }
}

/** The ends of a range in SQL, the last one outside: `g` comes after every hex digit. */
export function boundsOf(prefix: string): [first: string, end: string] {
  return [prefix, `${prefix}g`]
}

function summed(repo: Repo, table: StoredTable, prefix: string): Node {
  let [count, lo, hi] = [0, 0, 0]
  const rows = dbOf(repo).prepare<[lo: number, hi: number]>(
    'SELECT lo, hi FROM fx_trilobite_row WHERE tid = ? AND key >= ? AND key < ? ORDER BY key',
  )
  for (const row of rows.all(table.id, ...boundsOf(prefix))) {
    count++
    lo = xor(lo, row[0])
    hi = xor(hi, row[1])
  }
  return [count, lo, hi]
}

const half = 0x100_0000

/** XOR of 48 bits, which JavaScript's operator has for 32. */
function xor(a: number, b: number): number {
  const high = Math.floor(a / half) ^ Math.floor(b / half)
  const low = (a % half) ^ (b % half)
  return high * half + low
}

/** The sixteen parts of a range, by prefix. */
export function partsOf(
  repo: Repo,
  table: StoredTable,
  prefix: string,
): { readonly prefix: string; readonly digest: RangeDigest }[] {
  return Array.from(digits, (digit) => {
    const part = prefix + digit
    return { prefix: part, digest: rangeDigest(repo, table, part) }
  })
}

/** Prefixes of a key that ranges of a table can have: deeper ones have one row. */
const maxDepth = 12

/**
 * Notes that a row has changed: its digest was `before`, undefined for a new one, and is `after`.
 * No more than one node a level is touched.
 */
export function noteChange(
  repo: Repo,
  table: StoredTable,
  key: string,
  { before, after }: { before: Digest | undefined; after: Digest },
): void {
  const lo = xor(before?.lo ?? 0, after.lo)
  const hi = xor(before?.hi ?? 0, after.hi)
  const added = before === undefined ? 1 : 0
  // SQLite has no XOR: it is what either has, less what both have.
  const touched = dbOf(repo)
    .prepare(
      `UPDATE fx_trilobite_range
          SET n = n + ?2, lo = (lo | ?3) - (lo & ?3), hi = (hi | ?4) - (hi & ?4)
        WHERE tid = ?1 AND prefix IN (${prefixesSql})`,
    )
    .run(table.id, added, lo, hi, key).changes
  if (added === 0) return
  if (touched === 0) makeNode(repo, table, '')
  else splitIfLarge(repo, table, key.slice(0, touched - 1))
}

const prefixesSql = Array.from(
  { length: maxDepth + 1 },
  (_, length) => `substr(?5, 1, ${length})`,
).join(', ')

function makeNode(repo: Repo, table: StoredTable, prefix: string): void {
  dbOf(repo)
    .prepare(
      'INSERT OR REPLACE INTO fx_trilobite_range(tid, prefix, n, lo, hi) VALUES(?, ?, ?, ?, ?)',
    )
    .run(table.id, prefix, ...summed(repo, table, prefix))
}

/** Stores the parts of the deepest range of a key, where it has become too large to sum up. */
function splitIfLarge(repo: Repo, table: StoredTable, prefix: string): void {
  if (prefix.length >= maxDepth || rangeDigest(repo, table, prefix).count <= splitOver) return
  for (const digit of digits) makeNode(repo, table, prefix + digit)
}

/** One row in a list of a range. */
export interface ListedRow {
  readonly key: string
  readonly mtimeSec: number
  readonly digest: string
}

/** Every row of a range, deleted ones included, by key. */
export function listRange(repo: Repo, table: StoredTable, prefix: string): ListedRow[] {
  return dbOf(repo)
    .prepare<[string, number, number, number]>(
      `SELECT key, mtime, lo, hi FROM fx_trilobite_row
        WHERE tid = ? AND key >= ? AND key < ? ORDER BY key`,
    )
    .all(table.id, ...boundsOf(prefix))
    .map(([key, mtimeSec, lo, hi]) => ({ key, mtimeSec, digest: formatDigest({ lo, hi }) }))
}

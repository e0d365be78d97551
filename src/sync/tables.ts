/**
 * The conversation about synced tables: what both sides say. The server's answers are
 * tables-server.ts, a client's questions tables-client.ts.
 *
 * Two of ours announce `pragma xtables`, and then say what their tables come to (`pragma
 * xtables-state`). Where that differs, the server says what each table comes to (`schema`,
 * `xrange`), and the two compare ever smaller ranges of rows (`xrange`), until one of them lists
 * a range (`xlist`); then each asks for rows (`xgimme`, `xask`) and sends them (`xrow`,
 * `xdelete`). Go-libfossil, a *plain* peer, lists all its rows in every message (`xigot`).
 * Stock is never sent any of it.
 *
 * May know the tables and the cards; messages and transactions are the caller's.
 * @module
 */

import { fromUtf8, strictUtf8, utf8 } from '../base/bytes.ts'
import { sha1 } from '../hash/hash.ts'
import type { Repo } from '../repo/repo.ts'
import {
  type Column,
  type DatedDefinition,
  definitionJson,
  parseDefinition,
} from '../tables/definition.ts'
import type { Arrival } from '../tables/intake.ts'
import {
  formatDigest,
  type ListedRow,
  listRange,
  partsOf,
  type RangeDigest,
  rangeDigest,
} from '../tables/ranges.ts'
import type { StoredRow } from '../tables/rows.ts'
import { findTable, storedTables, type StoredTable } from '../tables/schema.ts'
import { allRows, catalogHash } from '../tables/tables.ts'
import { badRow, dataWithNulls, sortedColumns } from '../tables/value.ts'
import type { CardWriter } from '../xfer/format.ts'
import type {
  SchemaCard,
  XdeleteCard,
  XlistCard,
  XrangeCard,
  XrowCard,
} from '../xfer/table-card.ts'

/** The pragma by which one of ours is known, with the version of what it speaks. */
export const tablesPragma = { name: 'xtables', version: '1' } as const
/** The pragma that says what all tables come to. */
export const statePragma = 'xtables-state'

/** Rows that one message brings at most, so that its receiver has time for them. */
export const maxRowsInMessage = 10_000
/** A range of at most as many rows is listed; a larger one is compared part by part. */
const maxListed = 64
/** Longer lists are not compared, whoever sends them. */
const mostListed = 4096

/** Tells whether a text is the hash of a key. */
export function isKeyHash(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text)
}

/** Tells whether a text is the beginning of such a hash. */
export function isPrefix(text: string): boolean {
  return /^[0-9a-f]{0,40}$/.test(text)
}

/** Writes the card of a table's definition. */
export function writeSchema(writer: CardWriter, table: StoredTable): void {
  const content = utf8(definitionJson(table))
  const { name, version, mtimeSec } = table
  writer.add({ type: 'schema', table: name, version, hash: sha1(content), mtimeSec, content })
}

/**
 * The definition that a card brings.
 *
 * @throws {FossilError} `table.invalid`
 */
export function definitionIn({ table, version, mtimeSec, content }: SchemaCard): DatedDefinition {
  return { ...parseDefinition(table, fromUtf8(content)), version, mtimeSec }
}

/** Writes a row for one of ours: what it says, whose it is, without its NULLs. */
export function writeRow(writer: CardWriter, table: StoredTable, row: StoredRow): void {
  const type = row.isDeleted ? 'xdelete' : 'xrow'
  const { key: pkHash, mtimeSec, owner } = row
  writer.add({ type, table: table.name, pkHash, mtimeSec, owner, content: utf8(row.data) })
}

/**
 * Writes a row for a plain peer: only columns that it knows, with their NULLs.
 *
 * @param form.isForced to be taken whatever the peer has: a client of Go's takes a row of NULLs for
 *   a deletion whatever its time, and an `xdelete` only if it is not older
 */
export function writePlainRow(
  writer: CardWriter,
  table: StoredTable,
  row: StoredRow,
  { columns, isForced }: { columns: readonly Column[]; isForced: boolean },
): void {
  const hasValues = columns.some(({ key }) => key !== true)
  const type = row.isDeleted && !(isForced && hasValues) ? 'xdelete' : 'xrow'
  const data =
    type === 'xdelete'
      ? row.data
      : dataWithNulls({ name: table.name, sorted: sortedColumns(columns) }, row.data)
  const { key: pkHash, mtimeSec } = row
  const card = { table: table.name, pkHash, mtimeSec, owner: undefined, content: utf8(data) }
  writer.add({ type, ...card })
}

/**
 * The row that a card brings.
 *
 * @param isPlain the peer knows no owners; otherwise a card without one says that there is none
 * @throws {FossilError} `table.row` for what is not UTF-8
 */
export function arrivalIn(
  card: XrowCard | XdeleteCard,
  { isPlain }: { isPlain: boolean },
): Arrival {
  const { table, type, pkHash, mtimeSec, content } = card
  const json = strictUtf8(content)
  if (json === undefined) throw badRow(table.slice(0, 80), 'it is not UTF-8')
  const owner = isPlain ? undefined : (card.owner ?? '')
  return { key: pkHash, mtimeSec, isDeleted: type === 'xdelete', json, owner }
}

/** Says what a range of rows comes to. */
export function writeRange(
  writer: CardWriter,
  repo: Repo,
  table: StoredTable,
  prefix: string,
): void {
  writeDigest(writer, table, { prefix, digest: rangeDigest(repo, table, prefix) })
}

function writeDigest(
  writer: CardWriter,
  { name }: StoredTable,
  { prefix, digest }: { prefix: string; digest: RangeDigest },
): void {
  const { count } = digest
  writer.add({ type: 'xrange', table: name, prefix, count, digest: formatDigest(digest) })
}

/**
 * Says what the parts of a range come to: 16, or 256 where a part would still be large.
 *
 * @returns how many parts that were
 */
export function writeParts(
  writer: CardWriter,
  repo: Repo,
  table: StoredTable,
  prefix: string,
): number {
  const isLarge = rangeDigest(repo, table, prefix).count > 16 * maxListed
  const parts = partsOf(repo, table, prefix)
  const finer = isLarge ? parts.flatMap((part) => partsOf(repo, table, part.prefix)) : parts
  for (const part of finer) writeDigest(writer, table, part)
  return finer.length
}

/** Lists a range, row by row. */
export function writeList(
  writer: CardWriter,
  repo: Repo,
  table: StoredTable,
  prefix: string,
): void {
  const lines = listRange(repo, table, prefix).map(({ key, mtimeSec, digest }) => {
    return `${key} ${mtimeSec} ${digest}\n`
  })
  writer.add({ type: 'xlist', table: table.name, prefix, content: utf8(lines.join('')) })
}

/** The answer to a range of which a peer says what it comes to. */
export interface RangeFinding {
  readonly table: StoredTable
  /**
   * - `same`: nothing.
   * - `empty`: there are rows there, and none here.
   * - `alone`: there are rows here, and none there.
   * - `differs`: there are rows on both sides.
   */
  readonly kind: 'same' | 'empty' | 'alone' | 'differs'
  /** There are too many rows here to list them: compare the parts. */
  readonly isLarge: boolean
}

/** Compares a peer's range with what is here; undefined for what is no range of a table here. */
export function compareRange(repo: Repo, card: XrangeCard): RangeFinding | undefined {
  const table = isPrefix(card.prefix) ? findTable(repo, card.table) : undefined
  if (table === undefined) return undefined
  const ours = rangeDigest(repo, table, card.prefix)
  const isLarge = ours.count > maxListed
  const isSame = ours.count === card.count && formatDigest(ours) === card.digest
  if (isSame) return { table, kind: 'same', isLarge }
  if (ours.count === 0) return { table, kind: 'empty', isLarge }
  return { table, kind: card.count === 0 ? 'alone' : 'differs', isLarge }
}

/** Differences of two lists of a range, by key. */
export interface ListFinding {
  readonly table: StoredTable
  /** Rows that are newer there, or only there. */
  readonly theirs: readonly string[]
  /** Rows that are newer here, or only here. */
  readonly ours: readonly string[]
  /** Rows of the same time that differ: one side has to see both. */
  readonly tied: readonly string[]
}

/**
 * Compares a peer's list with what is here; undefined for what is none, or about more rows than a
 * list is for.
 */
export function compareList(repo: Repo, card: XlistCard): ListFinding | undefined {
  const table = isPrefix(card.prefix) ? findTable(repo, card.table) : undefined
  if (table === undefined) return undefined
  const listed = parseList(card)
  const isShort = rangeDigest(repo, table, card.prefix).count <= mostListed
  if (listed === undefined || !isShort) return undefined
  const [theirs, ours, tied]: [string[], string[], string[]] = [[], [], []]
  for (const row of listRange(repo, table, card.prefix)) {
    const other = listed.get(row.key)
    listed.delete(row.key)
    if (other === undefined || other.mtimeSec < row.mtimeSec) ours.push(row.key)
    else if (other.mtimeSec > row.mtimeSec) theirs.push(row.key)
    else if (other.digest !== row.digest) tied.push(row.key)
  }
  return { table, theirs: [...theirs, ...listed.keys()], ours, tied }
}

const listLine = /^([0-9a-f]{40}) (\d{1,16}) ([0-9a-f]{24})$/

function parseList({ prefix, content }: XlistCard): Map<string, ListedRow> | undefined {
  const rows = new Map<string, ListedRow>()
  const lines = fromUtf8(content).split('\n')
  if (lines.pop() !== '' || lines.length > mostListed) return undefined
  for (const line of lines) {
    const [, key = '', mtimeSec = '', digest = ''] = listLine.exec(line) ?? []
    if (key === '' || !key.startsWith(prefix)) return undefined
    rows.set(key, { key, mtimeSec: Number(mtimeSec), digest })
  }
  return rows
}

/** Says all that a plain client says first: its tables, and the rows that it has. */
export function writeIntroduction(writer: CardWriter, repo: Repo): void {
  for (const table of storedTables(repo)) {
    writeSchema(writer, table)
    const args = [table.name, catalogHash(repo, table.name)]
    writer.add({ type: 'pragma', name: 'xtable-hash', args })
    for (const { key: pkHash, mtimeSec } of allRows(repo, table)) {
      writer.add({ type: 'xigot', table: table.name, pkHash, mtimeSec })
    }
  }
}

/**
 * Snapshots of a repository, table by table, to see what an operation changed. They are taken by
 * SQL of their own, so that no cache of the code under test speaks.
 * @module
 */

import { sha1 } from '../../hash/hash.ts'
import type { Value } from '../../db/driver.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'

/** A row, its blobs as digests. */
export type Row = readonly (string | number | null)[]

/** Rows of each table, as JSON. Tables of rids are by name, and of what is held alone. */
export type Snapshot = ReadonlyMap<string, ReadonlySet<string>>

/** The difference between two snapshots in one table. */
export interface Change {
  readonly gone: readonly Row[]
  readonly came: readonly Row[]
}

/**
 * Tables that follow from the artifacts, or tell how these are stored; other invariants are about
 * them. `unclustered` is read all the same.
 */
const derived: ReadonlySet<string> = new Set([
  'delta',
  'rcvfrom',
  'filename',
  'mlink',
  'plink',
  'leaf',
  'event',
  'phantom',
  'orphan',
  'tag',
  'tagxref',
  'backlink',
  'attachment',
  'ticket',
  'ticketchng',
  'cherrypick',
  'forumpost',
  'fx_trilobite_wait',
])

/** Artifacts that can be read: with content, and no delta of what has none. */
const readable = `
  WITH RECURSIVE waiting(rid) AS (
    SELECT rid FROM blob WHERE size < 0
    UNION SELECT delta.rid FROM waiting CROSS JOIN delta ON delta.srcid = waiting.rid
  ), held(rid, uuid, size) AS (
    SELECT rid, uuid, size FROM blob WHERE rid NOT IN (SELECT rid FROM waiting)
  )`

const ofArtifacts = ['private', 'unclustered', 'unsent']

/** Everything that is not derived, as it is. */
export function snapshotOf(repo: Repo): Snapshot {
  const tables = new Map<string, ReadonlySet<string>>()
  tables.set('blob', rowsOf(repo, `${readable} SELECT uuid, size FROM held ORDER BY uuid`))
  for (const table of ofArtifacts) {
    const sql = `${readable} SELECT uuid FROM ${table} CROSS JOIN held USING(rid) ORDER BY uuid`
    tables.set(table, rowsOf(repo, sql))
  }
  for (const name of namesIn(repo)) {
    if (tables.has(name) || derived.has(name)) continue
    tables.set(name, rowsOf(repo, `SELECT * FROM "${name.replaceAll('"', '""')}"`))
  }
  return tables
}

/** The first column of a table: the names, where it is one of artifacts. */
export function namesFrom(snapshot: Snapshot, table: string): ReadonlySet<string> {
  return new Set([...(snapshot.get(table) ?? [])].map((row) => String(parsed(row)[0])))
}

/** The rows of a table. */
export function rowsFrom(snapshot: Snapshot, table: string): Row[] {
  return [...(snapshot.get(table) ?? [])].map(parsed)
}

/** The rows that are in one of two snapshots only. */
export function changeOf(before: Snapshot, after: Snapshot, table: string): Change {
  const [then, now] = [before.get(table), after.get(table)]
  return { gone: lacking(now, then), came: lacking(then, now) }
}

/** The first change in any table but those named. */
export function strayChange(
  before: Snapshot,
  after: Snapshot,
  touched: ReadonlySet<string>,
): string | undefined {
  for (const table of new Set([...before.keys(), ...after.keys()])) {
    if (touched.has(table)) continue
    const { gone, came } = changeOf(before, after, table)
    const [lost, made] = [gone[0], came[0]]
    if (lost !== undefined) return `${table} lost or changed ${JSON.stringify(lost)}`
    if (made !== undefined) return `${table} has ${JSON.stringify(made)}, which is new`
  }
  return undefined
}

function lacking(
  rows: ReadonlySet<string> = new Set(),
  of: ReadonlySet<string> = new Set(),
): Row[] {
  return [...of].filter((row) => !rows.has(row)).map(parsed)
}

function parsed(row: string): Row {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- text that `rowsOf` made
  return JSON.parse(row) as Row
}

function namesIn(repo: Repo): string[] {
  return dbOf(repo)
    .prepare<[string]>(
      `SELECT name FROM sqlite_schema
        WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name`,
    )
    .all()
    .map(([name]) => name)
}

function rowsOf(repo: Repo, sql: string): ReadonlySet<string> {
  const rows = dbOf(repo).prepare(sql).all()
  return new Set(rows.map((row) => JSON.stringify(row.map(shown))))
}

function shown(value: Value): string | number | null {
  return value instanceof Uint8Array ? `${value.length} bytes ${sha1(value)}` : value
}

/**
 * Verify: read every artifact, compare it with its name, work out every derived table anew beside
 * the ones that are there, and tell where they differ. Nothing in the file changes.
 *
 * The tables are worked out by the code that a rebuild runs, into temporary tables of the same
 * names, which hide the real ones from it. So this finds what went wrong on the way to the tables;
 * that the code itself is right is shown against stock (interop/). How check-ins of one moment
 * follow each other depends in stock on the order of arrival: all of its orders pass.
 * @module
 */

import { hasTable } from '../db/tables.ts'
import { assert } from '../base/assert.ts'
import { noBuggify } from '../base/env.ts'
import type { FossilError } from '../base/error.ts'
import type { Database, Value } from '../db/driver.ts'
import { type ArtifactHash, matches } from '../hash/artifact-hash.ts'
import { hashOf } from '../repo/blob.ts'
import { deriveAll, derivedNames, type RebuildProgress } from './rebuild.ts'
import { crosslinkerOf, dbOf, Repo } from '../repo/repo.ts'
import { volatileColumns } from './ticket-fields.ts'
import { shadowTables } from './verify-shadow.ts'
import { acceptStockTimes } from './verify-time.ts'
import type { Rid } from '../repo/rid.ts'
import { clusterTagId } from '../repo/schema.ts'
import { leavingState } from '../repo/state.ts'

/**
 * Compares a repository with what its artifacts say. Takes the time of a rebuild and of hashing
 * every artifact. The file is read and not written, also where much is wrong. Others may read it
 * meanwhile, and in WAL mode write; without WAL their commits wait.
 *
 * @example
 * ```ts
 * const { total, differences } = verify(repo)
 * for (const { table, kind, what } of differences) console.log(table, kind, what)
 * if (total > 0) rebuild(repo)
 * ```
 * @param options.onProgress is told how far it has come, in artifacts
 * @param options.limit differences told of each table, at most; by default 100
 * @throws {FossilError} `repo.io`
 */
export function verify(
  repo: Repo,
  options: {
    readonly onProgress?: (done: number, total: number) => void
    readonly limit?: number
  } = {},
): {
  /** Artifacts that were read. */
  readonly artifacts: number
  /** Everything that differs, up to the limit for each table, ordered. Empty when all is well. */
  readonly differences: readonly {
    /** The table that is wrong; `blob` for artifacts themselves, `sqlite` for the file. */
    readonly table: string
    /**
     * `missing`: the row should be there; `extra`: it should not; `damaged`: an artifact is not
     * what its row says, or the file is broken.
     */
    readonly kind: 'missing' | 'extra' | 'damaged'
    /** The row by column, artifacts by name; or what is damaged. */
    readonly what: string
  }[]
  /** The number of differences in all. */
  readonly total: number
} {
  assert(!dbOf(repo).inTransaction, 'a verification throws its transaction away')
  // Of its own, so that nothing that `repo` remembers is used or lost.
  const scratch = new Repo(crosslinkerOf(repo), dbOf(repo), { ...repo.env, buggify: noBuggify })
  // Temporary tables are no change: whoever watches this repository sees none.
  return leavingState(repo, () => scratch.dryRun(() => examine(scratch, options), 'deferred'))
}

/** The findings of a verification. */
export type Verification = ReturnType<typeof verify>

/** One thing that is not as the artifacts say. */
export type Difference = Verification['differences'][number]

function examine(
  scratch: Repo,
  { limit = 100, onProgress }: { readonly onProgress?: RebuildProgress; readonly limit?: number },
): Verification {
  const found = new Findings(limit)
  checkFile(scratch, found)
  const lacking = shadowTables(dbOf(scratch))
  for (const [table, what] of lacking) found.add({ table, kind: 'damaged', what })
  const lastRid = greatestRid(dbOf(scratch))
  const artifacts = deriveAll(scratch, watcher(scratch, found, onProgress))
  checkPhantoms(scratch, found, lastRid)
  if (!lacking.has('event')) acceptStockTimes(scratch)
  for (const table of comparedTables) {
    if (!lacking.has(table)) compare(scratch, found, table)
  }
  return { artifacts, differences: found.differences, total: found.total }
}

class Findings {
  readonly differences: Difference[] = []
  total = 0
  readonly limit: number
  readonly #counts = new Map<string, number>()

  constructor(limit: number) {
    this.limit = limit
  }

  add(difference: Difference): void {
    this.total++
    const count = (this.#counts.get(difference.table) ?? 0) + 1
    this.#counts.set(difference.table, count)
    if (count <= this.limit) this.differences.push(difference)
  }
}

function checkFile(repo: Repo, found: Findings): void {
  const rows = dbOf(repo).prepare<[string]>('PRAGMA integrity_check').all()
  for (const [what] of rows) {
    if (what !== 'ok') found.add({ table: 'sqlite', kind: 'damaged', what })
  }
}

function greatestRid(db: Database): number {
  return db.prepare<[number]>('SELECT coalesce(max(rid), 0) FROM blob').get()?.[0] ?? 0
}

function watcher(
  repo: Repo,
  found: Findings,
  onProgress: RebuildProgress | undefined,
): Parameters<typeof deriveAll>[1] {
  const damaged = (rid: Rid, reason: string): void => {
    found.add({ table: 'blob', kind: 'damaged', what: `${nameOf(repo, rid)}: ${reason}` })
  }
  return {
    ...(onProgress && { onProgress }),
    onArtifact: ({ rid, content }, size) => {
      const hash = hashOf(repo, rid)
      if (hash === undefined || !matches(hash, content)) {
        damaged(rid, 'its content is not what its name says')
      }
      if (size !== content.length) {
        damaged(rid, `its row says ${size} bytes, it has ${content.length}`)
      }
    },
    onDamage: (rid: Rid, error: FossilError) => {
      damaged(rid, error.message)
    },
  }
}

function nameOf(repo: Repo, rid: Rid): string {
  return hashOf(repo, rid) ?? `rid ${rid}`
}

/** Artifacts that others name and that this repository has never heard of. */
function checkPhantoms(repo: Repo, found: Findings, lastRid: number): void {
  const rows = dbOf(repo)
    .prepare<[ArtifactHash]>('SELECT uuid FROM blob WHERE rid > ? ORDER BY uuid')
    .all(lastRid)
  for (const [hash] of rows) {
    found.add({ table: 'blob', kind: 'missing', what: `${hash}: it is named, and not asked for` })
  }
}

/** Columns that are not compared: ids that differ between equal tables, times, and randomness. */
function leftOut(db: Database, table: string): readonly string[] {
  if (table === 'ticket') return ['tkt_id', ...volatileColumns(db, table)]
  return table === 'ticketchng' ? volatileColumns(db, table) : []
}

/**
 * A Julian day to the millisecond. Stock prints and reads its doubles on the way to the tables, so
 * its last digits depend on its SQLite and on the printf() of its build.
 */
function toMillisecond(column: string): string {
  return `iif(typeof(${column}) = 'real', round(${column} * 86400000) / 86400000.0, ${column})`
}

/** Columns under another form. */
const shown: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  attachment: { mtime: toMillisecond('mtime') },
  backlink: { mtime: toMillisecond('mtime') },
  event: { mtime: toMillisecond('mtime'), omtime: toMillisecond('omtime') },
  forumpost: { fmtime: toMillisecond('fmtime') },
  plink: { mtime: toMillisecond('mtime') },
  tagxref: { mtime: `iif(tagid = ${clusterTagId}, NULL, ${toMillisecond('mtime')})` },
  ticket: { tkt_mtime: toMillisecond('tkt_mtime'), tkt_ctime: toMillisecond('tkt_ctime') },
  ticketchng: {
    tkt_id: '(SELECT tkt_uuid FROM $.ticket AS t WHERE t.tkt_id = ticketchng.tkt_id)',
    tkt_mtime: toMillisecond('tkt_mtime'),
  },
}

/** Tables that are made when they are first needed. */
const tablesMadeLater: ReadonlySet<string> = new Set(['forumpost'])

const comparedTables: readonly string[] = [
  ...derivedNames.filter(
    (name) => !['tag', 'filename', 'unsent', 'fx_trilobite_wait'].includes(name),
  ),
  'private',
]

/**
 * Tables of which only rows of what is here are compared: whether a phantom is private is the word
 * of whichever peer spoke of it last.
 */
const ofHeld: ReadonlySet<string> = new Set(['private', 'unclustered'])

function compare(repo: Repo, found: Findings, table: string): void {
  const db = dbOf(repo)
  const isThere = hasTable(db, table)
  if (!isThere && !tablesMadeLater.has(table)) {
    found.add({ table, kind: 'missing', what: 'the table itself' })
  }
  if (isThere && isEmpty(repo, table)) return
  const skipped = leftOut(db, table)
  const columns = db
    .prepare<[string]>(`SELECT name FROM pragma_table_info(?, 'temp') ORDER BY cid`)
    .all(table)
    .map(([name]) => name)
    .filter((name) => !skipped.includes(name))
  for (const [more, ...row] of db.prepare(differingRows(table, columns, isThere)).iterate()) {
    const kind = Number(more) > 0 ? 'missing' : 'extra'
    // What became public is announced once more although a cluster names it: harmless, and unknown
    // without reading all clusters.
    if (kind === 'extra' && table === 'unclustered') continue
    const what = describe(repo, columns, row)
    for (let i = 0; i < Math.abs(Number(more)); i++) found.add({ table, kind, what })
  }
}

/**
 * SQL for the rows that a table should have more often than it has, then for those that it should
 * have less often; each with the difference before it.
 */
function differingRows(table: string, columns: readonly string[], isThere: boolean): string {
  const rowsOf = (schema: 'main' | 'temp', sign: '1' | '-1'): string => {
    const shows = columns.map((name, at) => {
      const own = shown[table]?.[name]?.replace('$', schema)
      return `${own ?? `"${name.replaceAll('"', '""')}"`} AS c${at}`
    })
    const rows = `SELECT ${sign} AS sign, ${shows.join(', ')} FROM ${schema}.${table}`
    return ofHeld.has(table) ? `${rows} WHERE rid NOT IN (SELECT rid FROM ${schema}.phantom)` : rows
  }
  const rows = [rowsOf('temp', '1'), ...(isThere ? [rowsOf('main', '-1')] : [])]
  const keys = columns.map((_, at) => `c${at}`).join(', ')
  return `SELECT sum(sign) AS more, ${keys} FROM (${rows.join(' UNION ALL ')})
           GROUP BY ${keys} HAVING more <> 0 ORDER BY more < 0, ${keys}`
}

/** True for a table that is empty and should be: most are, in a small project. */
function isEmpty(repo: Repo, table: string): boolean {
  const [hasRows] = dbOf(repo)
    .prepare<[number]>(
      `SELECT EXISTS(SELECT 1 FROM main.${table}) OR EXISTS(SELECT 1 FROM temp.${table})`,
    )
    .get() ?? [1]
  return hasRows === 0
}

const artifactColumns: ReadonlySet<string> = new Set(
  (
    'rid pid cid mid fid pmid objid baseid srcid origid parentid childid attachid fpid froot ' +
    'fprev firt baseline tkt_rid'
  ).split(' '),
)

function describe(repo: Repo, columns: readonly string[], row: readonly Value[]): string {
  return columns
    .flatMap((name, at) => {
      const value = row[at] ?? null
      return value === null ? [] : [`${name}=${shownValue(repo, name, value)}`]
    })
    .join(' ')
}

function shownValue(repo: Repo, column: string, value: Value): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  const sql = typeof value === 'number' ? nameSql(column) : undefined
  const name = sql === undefined ? undefined : dbOf(repo).prepare<[string]>(sql).get(value)?.[0]
  return name ?? JSON.stringify(value)
}

/** The SQL that names what an id in this column means. */
function nameSql(column: string): string | undefined {
  if (artifactColumns.has(column)) return 'SELECT uuid FROM blob WHERE rid = ?'
  if (column === 'tagid') return 'SELECT tagname FROM tag WHERE tagid = ?'
  const isFileName = column === 'fnid' || column === 'pfnid'
  return isFileName ? 'SELECT name FROM filename WHERE fnid = ?' : undefined
}

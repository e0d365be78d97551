/**
 * The derived tables of a repository, and which names it holds, as lines of text to compare.
 * Rows go under the names of artifacts, tags and files, never under row ids, so that two
 * repositories that hold the same artifacts give the same lines, whoever wrote them. Reads tables
 * alone, so it can look at what stock Fossil left. Source: the tables in src/repo/schema.ts.
 * @module
 */

import type { Database, Value } from '../db/driver.ts'
import { decodeText } from '../base/text.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { clusterTagId } from '../repo/schema.ts'

/**
 * The hash of an artifact in a column of the table, which goes by `t`; other numbers as they are
 * (0 and -1 have meanings in `mlink`).
 */
const artifact = (rid: string): string =>
  `coalesce((SELECT uuid FROM blob WHERE blob.rid = t.${rid}), t.${rid})`
const tag = (tagid: string): string => `(SELECT tagname FROM tag WHERE tag.tagid = t.${tagid})`
const file = (fnid: string): string =>
  `coalesce((SELECT name FROM filename WHERE filename.fnid = t.${fnid}), t.${fnid})`
const ticket = (id: string): string =>
  `(SELECT tkt_uuid FROM ticket AS named WHERE named.tkt_id = t.${id})`

/** Columns under another name than their own; NULL leaves one out. All others are shown as is. */
const shown: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  attachment: { attachid: artifact('attachid') },
  backlink: {
    srcid: `CASE srctype WHEN 2 THEN ${tag('srcid')} ELSE ${artifact('srcid')} END`,
  },
  blob: { rid: null, rcvid: null, content: null },
  cherrypick: { parentid: artifact('parentid'), childid: artifact('childid') },
  event: { objid: artifact('objid'), tagid: tag('tagid') },
  forumpost: {
    fpid: artifact('fpid'),
    froot: artifact('froot'),
    fprev: artifact('fprev'),
    firt: artifact('firt'),
  },
  leaf: { rid: artifact('rid') },
  mlink: {
    mid: artifact('mid'),
    fid: artifact('fid'),
    pmid: artifact('pmid'),
    pid: artifact('pid'),
    fnid: file('fnid'),
    pfnid: file('pfnid'),
  },
  orphan: { rid: artifact('rid'), baseline: artifact('baseline') },
  phantom: { rid: artifact('rid') },
  plink: { pid: artifact('pid'), cid: artifact('cid'), baseid: artifact('baseid') },
  private: { rid: artifact('rid') },
  tagxref: {
    tagid: tag('tagid'),
    srcid: artifact('srcid'),
    origid: artifact('origid'),
    rid: artifact('rid'),
    // A cluster has no date: this is when it came.
    mtime: `CASE tagid WHEN ${clusterTagId} THEN NULL ELSE mtime END`,
  },
  ticket: { tkt_id: null },
  ticketchng: { tkt_id: ticket('tkt_id'), tkt_rid: artifact('tkt_rid') },
  unclustered: { rid: artifact('rid') },
}

/** Every table that can be dumped: the derived ones, and `blob`, `phantom`, `private`. */
export const dumpedTables: readonly string[] = Object.keys(shown)

/** The rows of all these tables, or of those named, sorted: one line each. */
export function dumpDerived(repo: Repo, tables: readonly string[] = dumpedTables): string[] {
  return tables.flatMap((table) => dumpTable(dbOf(repo), table)).sort()
}

function dumpTable(db: Database, table: string): string[] {
  // A project may have none, or other ones.
  const hasTickets = columnsOf(db, 'ticket').includes('tkt_uuid')
  const columns = columnsOf(db, table).flatMap((name) => {
    const sql = `"${name.replaceAll('"', '""')}"`
    if (name === 'tkt_id' && !hasTickets) return [{ name, sql }]
    const named = shown[table]?.[name] ?? (name.startsWith('baseline for ') ? artifact(sql) : sql)
    return shown[table]?.[name] === null ? [] : [{ name, sql: named }]
  })
  if (columns.length === 0) return []
  const values = columns.map(
    ({ sql }) => `CASE typeof(${sql}) WHEN 'text' THEN CAST(${sql} AS BLOB) ELSE quote(${sql}) END`,
  )
  return db
    .prepare(`SELECT ${values.join(', ')} FROM ${table} AS t`)
    .all()
    .map((row) => {
      const fields = columns.flatMap(({ name }, at) => {
        const value = row[at] ?? 'NULL'
        return value === 'NULL' ? [] : [`${name}=${fieldText(value)}`]
      })
      return `${table} ${fields.join(' ')}`
    })
}

/** Generated columns too. */
function columnsOf(db: Database, table: string): string[] {
  return db
    .prepare<[string]>('SELECT name FROM pragma_table_xinfo(?) ORDER BY cid')
    .all(table)
    .map(([name]) => name)
}

/** Text as it is where it is one word, else as JSON; the rest as SQLite quotes it. */
function fieldText(value: Value): string {
  if (!(value instanceof Uint8Array)) return String(value)
  const text = decodeText(value)
  return /^[a-z][\w.:/-]*$|^[0-9a-f]{40,}$/i.test(text) ? text : JSON.stringify(text)
}

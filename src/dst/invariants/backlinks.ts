/**
 * Backlink invariant: which texts mention which artifacts is what the texts say.
 *
 * Verifies the table `backlink` against links that are found anew in the bytes of the artifacts, by
 * a finder that shares no code with src/markup, src/deck and src/crosslink:
 *
 * - the comment of a check-in, or what a `comment` tag says of any artifact instead
 * - the newest version of each page
 * - each forum post
 * - each change of a ticket: what it says for good, and of the fields, what they still say
 *
 * Technotes have none, as in stock. Does not verify texts that the finder does not understand
 * (own-links.ts), nor tickets of a project whose tables are not stock's. Dates are compared to the
 * millisecond.
 *
 * A check reads what is new, and walks once through the texts and rows that are there.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Invariant } from '../world.ts'
import { compareRows } from './compare-rows.ts'
import { expectedOf } from './expected.ts'
import { ofEachNode, ownTables, whenChanged } from './of-each-node.ts'
import { findOwnLinks, type OwnLinks } from './own-links.ts'
import { changeFields, ticketFields } from './stock-tickets.ts'
import {
  msFromDay,
  type OwnPage,
  type OwnStatements,
  type OwnTicketChange,
  ownText,
  readableCheckins,
  readOwnStatements,
} from './own-statements.ts'

/** The links of one text. */
interface Source {
  /** `backlink.srctype` and what `srcid` stands for, by name. */
  readonly from: string
  readonly links: OwnLinks
  readonly dateMs: number
}

/**
 * Every text links to the artifacts that it names, and no others.
 *
 * @throws {InvariantError} `backlink`
 */
export function checkBacklinks(nodeId: string, repo: Repo): void {
  const statements = readOwnStatements(repo)
  const sources = [
    ...comments(repo, statements),
    ...newestPages(statements),
    ...posts(statements),
    ...ticketTexts(repo, statements),
  ]
  const unjudged = new Set(sources.flatMap(({ from, links }) => (links === 'unjudged' ? from : [])))
  if (!hasStockTickets(repo)) {
    for (const { hash } of changes(statements)) unjudged.add(`1 ${hash}`)
  }
  const expected = sources.flatMap(({ from, links, dateMs }) =>
    unjudged.has(from) || links === 'unjudged' ? [] : links.map((to) => line(from, to, dateMs)),
  )
  const actual = readRows(repo).flatMap(({ from, target, dateMs }) =>
    unjudged.has(from) ? [] : line(from, target, dateMs),
  )
  // Two fields of a ticket may name the same artifact.
  compareRows('backlink', nodeId, [...new Set(expected)], actual)
}

function line(from: string, target: string, dateMs: number): string {
  return `${from} mentions ${target} at ${dateMs} ms`
}

interface Row {
  readonly from: string
  readonly target: string
  readonly dateMs: number
}

function readRows(repo: Repo): Row[] {
  return dbOf(repo)
    .prepare<[string, number, Uint8Array, number]>(
      `SELECT target, srctype, CAST(coalesce(iif(srctype = 2, tagname, uuid), srcid) AS BLOB), mtime
         FROM backlink LEFT JOIN blob ON rid = srcid LEFT JOIN tag ON tagid = srcid`,
    )
    .all()
    .map(([target, type, source, mtime]) => {
      return { from: `${type} ${ownText(source)}`, target, dateMs: msFromDay(mtime) }
    })
}

/** A comment that a tag gives takes the place of a check-in's own; anything can have one. */
function comments(repo: Repo, statements: OwnStatements): Source[] {
  const sources = new Map<string, Source>()
  for (const [hash, { links, dateMs }] of readableCheckins(statements)) {
    sources.set(hash, { from: `0 ${hash}`, links, dateMs })
  }
  for (const [hash, tags] of expectedOf(repo).tags) {
    const tag = tags.get('comment')
    if (tag?.value === undefined || tag.type === 0 || tag.source === undefined) continue
    const links = findOwnLinks(tag.value, undefined)
    sources.set(hash, { from: `0 ${hash}`, links, dateMs: tag.dateMs ?? 0 })
  }
  return [...sources.values()]
}

/** Of two versions of one date, the one with the greater name is newer: names come in order. */
function newestPages(statements: OwnStatements): Source[] {
  const newest = new Map<string, OwnPage>()
  for (const page of statements.values()) {
    if (page.kind !== 'wiki') continue
    const before = newest.get(page.title)
    if (before === undefined || before.dateMs <= page.dateMs) newest.set(page.title, page)
  }
  return [...newest.values()].map(({ title, ...said }) => ({ from: `2 wiki-${title}`, ...said }))
}

function posts(statements: OwnStatements): Source[] {
  return [...statements].flatMap(([hash, said]) =>
    said.kind === 'forum' ? { from: `4 ${hash}`, links: said.links, dateMs: said.dateMs } : [],
  )
}

interface Change extends OwnTicketChange {
  readonly hash: string
}

function changes(statements: OwnStatements): Change[] {
  return [...statements].flatMap(([hash, said]) =>
    said.kind === 'ticket' ? { hash, ...said } : [],
  )
}

function hasStockTickets(repo: Repo): boolean {
  const columns = (table: string): string[] =>
    dbOf(repo)
      .prepare<[string]>('SELECT name FROM pragma_table_xinfo(?)')
      .all(table)
      .flatMap(([name]) => (name.startsWith('tkt_') ? [] : name))
  const isStock = (table: string, fields: readonly string[]): boolean =>
    columns(table).sort().join() === [...fields].sort().join()
  return isStock('ticket', ticketFields) && isStock('ticketchng', changeFields)
}

/** Tickets are the sum of their changes, in the order of their dates and then names. */
function ticketTexts(repo: Repo, statements: OwnStatements): Source[] {
  if (!hasStockTickets(repo)) return []
  const byAge = changes(statements).sort((a, b) => a.dateMs - b.dateMs)
  const tickets = Map.groupBy(byAge, ({ ticketId }) => ticketId)
  return [...tickets.values()].flatMap(textsOf)
}

function textsOf(oneTicket: readonly Change[]): Source[] {
  const forGood: Source[] = []
  const current = new Map<string, Source[]>()
  for (const { hash, fields, dateMs } of oneTicket) {
    const mimetype = fields.findLast(({ name }) => /^\+?mimetype$/.test(name))?.value
    for (const { name, value } of fields) {
      const column = name.replace(/^\+/, '')
      const source = { from: `1 ${hash}`, links: findOwnLinks(value, mimetype), dateMs }
      if (changeFields.includes(column)) forGood.push(source)
      if (!ticketFields.includes(column)) continue
      current.set(column, [...(column === name ? [] : (current.get(column) ?? [])), source])
    }
  }
  return [...forGood, ...[...current.values()].flat()]
}

export const backlink: Invariant = {
  name: 'backlink',
  holds: 'always',
  ...ofEachNode(ownTables, whenChanged(checkBacklinks)),
}

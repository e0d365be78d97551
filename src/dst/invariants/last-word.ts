/**
 * The last word: pages, tickets, technotes, attachments and posts read as the operations meant that
 * wrote them. Check-ins are for `last-word-of-checkins`.
 *
 * Verifies, at each node and through the functions that people read with (src/history), that every
 * ticket has the value that was said last of each field, its changes in their order, by whom and
 * with what each of them said, and that every page has the text, mimetype, author and date that
 * were said last; the same of technotes and of posts, each in its thread, and of what is attached
 * under a name or taken away; each by the operations whose artifacts are there. The other side of
 * the comparison is made of the arguments of operations alone: an artifact that is written wrong,
 * and read as it is written, is noticed here and nowhere else. What no operation wrote is noticed,
 * too.
 *
 * Says nothing of runs in which code of a caller's own may write. Costs, for each node that has
 * changed, reading its tickets, pages and so on.
 * @module
 */

import { ticketChanges, tickets } from '../../history/tickets.ts'
import { wikiPages } from '../../history/pages.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { Repo } from '../../repo/repo.ts'
import { sayingsHeld } from '../held-sayings.ts'
import type { Carried } from '../said.ts'
import { lastPages, lastTickets, type TicketWord } from '../sayings.ts'
import type { Invariant } from '../world.ts'
import { compareRows, rowLines } from './compare-rows.ts'
import { noteLines, readNoteLines } from './last-notes.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'

/**
 * Pages, tickets, technotes, attachments and posts read as they were meant.
 *
 * @throws {InvariantError} `last-word`
 */
export function checkLastWord(nodeId: string, repo: Repo, sayings: readonly Carried[]): void {
  const expected = [
    ...[...lastTickets(sayings)].flatMap(([id, word]) => ticketLines(id, word)),
    ...[...lastPages(sayings)].flatMap(([title, { hash, says }]) => {
      const { content, mimetype, user, dateMs } = says
      return pageLines({ title, hash, content, mimetype, user, dateMs })
    }),
    ...noteLines(repo, sayings),
  ]
  compareRows('last-word', nodeId, expected, [
    ...tickets(repo).flatMap((ticket) => readTicketLines(repo, ticket)),
    ...wikiPages(repo).flatMap(pageLines),
    ...readNoteLines(repo, sayings),
  ])
}

function ticketLines(id: string, { changes, fields }: TicketWord): string[] {
  return [
    ...rowLines(`ticket ${id}`, [['date', changes.at(-1)?.says.dateMs], ...said(fields)]),
    ...changes.flatMap(({ hash, says }, at) =>
      rowLines(`change ${hash}`, [
        ['place', at],
        ['user', says.user],
        ['date', says.dateMs],
        ...says.fields,
      ]),
    ),
  ]
}

type ReadTicket = ReturnType<typeof tickets>[number]

function readTicketLines(repo: Repo, { ticketId, dateMs, fields }: ReadTicket): string[] {
  return [
    ...rowLines(`ticket ${ticketId}`, [['date', dateMs], ...said(fields)]),
    ...ticketChanges(repo, ticketId).flatMap((change, at) =>
      rowLines(`change ${change.hash}`, [
        ['place', at],
        ['user', change.user],
        ['date', change.dateMs],
        ...change.fields,
      ]),
    ),
  ]
}

/** A field that is empty and one that nobody set read the same. */
function said(fields: ReadonlyMap<string, string>): [string, string][] {
  return [...fields].filter(([, value]) => value !== '')
}

function pageLines(page: {
  readonly title: string
  readonly hash: ArtifactHash
  readonly content: string
  readonly mimetype: string
  readonly user: string
  readonly dateMs: number
}): string[] {
  const { title, hash, content, mimetype, user, dateMs } = page
  return rowLines(`page ${title}`, [
    ['version', hash],
    ['text', content],
    ['mimetype', mimetype],
    ['user', user],
    ['date', dateMs],
  ])
}

export const lastWord: Invariant = {
  name: 'last-word',
  holds: 'always',
  appliesTo: ({ truth }) => truth.tellsAll === true,
  ...ofEachNode(ownTables, (nodeId, repo, { truth }) => {
    checkLastWord(nodeId, repo, sayingsHeld(repo, truth))
  }),
}

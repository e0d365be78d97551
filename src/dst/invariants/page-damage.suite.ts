/**
 * A repository with tickets, attachments and threads of every sort, and ways to damage their
 * tables.
 * @module
 */

import { utf8 } from '../../base/bytes.ts'
import { formatDeck } from '../../deck/format.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { Repo } from '../../repo/repo.ts'
import { storeLocal } from '../../repo/store.ts'
import { attachFile, detachFile } from '../../write/attachment.ts'
import { editPost, newThread, replyToPost } from '../../write/forum.ts'
import { changeTicket, newTicket } from '../../write/ticket.ts'
import { writeWiki } from '../../write/wiki.ts'
import { type Damage, nobodys } from './pair.suite.ts'

const startMs = 1_767_225_600_000

/** The author at a second of a test. */
function at(second: number, user = 'ann'): { user: string; dateMs: number } {
  return { user, dateMs: startMs + second * 1_000 + second }
}

/** Writes a ticket that many change, files that come and go, and a thread of edited posts. */
export function writePages(repo: Repo): void {
  const { ticketId } = newTicket(repo, { title: 'a\nb \\ c', status: 'Open' }, at(5))
  const change = (fields: Record<string, string>, second: number, user = 'bob'): void =>
    void changeTicket(repo, ticketId, fields, at(second, user))
  change({ '+comment': 'größer\n', icomment: 'with a \\s', mimetype: 'text/plain' }, 6)
  change({ '+comment': 'and more', severity: '', private_contact: 'x@example.org' }, 7)
  // What was said before it comes after it; and two at one moment.
  change({ status: 'Closed', title: 'of before' }, 4)
  change({ status: 'Fixed' }, 8, 'ann')
  change({ status: 'Tested' }, 8, 'bob')
  // Cards that our own writer does not make: a field both set and appended, one that is unknown.
  storeDeck(repo, {
    kind: 'ticket',
    dateMs: startMs + 9_000,
    ticketId,
    user: 'im\udcfdport',
    fields: [
      { name: '+comment', value: 'lost' },
      { name: '+icomment', value: 'told' },
      { name: 'comment', value: 'anew' },
      { name: 'icomment', value: 'untold' },
      { name: 'unknown', value: 'x' },
    ],
  })
  writeFiles(repo, ticketId)
  writeThread(repo)
}

function writeFiles(repo: Repo, ticketId: string): void {
  writeWiki(repo, { title: 'Home', content: 'text' }, at(1))
  const attach = (target: Parameters<typeof attachFile>[1], text: string, second: number): void =>
    void attachFile(
      repo,
      target,
      { fileName: 'log one.txt', content: utf8(text), comment: `of ${text}` },
      at(second),
    )
  attach({ page: 'Home' }, 'first', 10)
  attach({ page: 'Home' }, 'older', 9)
  attach({ page: 'Home' }, 'second', 11)
  attach({ page: 'Home' }, 'third', 11)
  attach({ ticketId }, 'first', 10)
  detachFile(repo, { ticketId }, 'log one.txt', at(12))
  const unsigned = { kind: 'attachment', dateMs: startMs, fileName: 'a', target: 'Plan' } as const
  storeDeck(repo, unsigned)
}

function writeThread(repo: Repo): void {
  const { hash: opening } = newThread(repo, { title: 'title', content: 'opening' }, at(20))
  const { hash: reply } = replyToPost(repo, opening, { content: 'reply' }, at(21))
  const { hash: edit } = editPost(repo, reply, { content: 'edit' }, at(22))
  editPost(repo, edit, { content: '' }, at(23))
  editPost(repo, opening, { content: 'opened', title: 'renamed' }, at(24))
  const parts = { kind: 'forum', dateMs: startMs, user: 'u', content: 'x' } as const
  storeDeck(repo, { ...parts, threadRoot: nobodys, inReplyTo: nobodys, parents: [] })
  storeDeck(repo, { ...parts, threadRoot: nobodys, inReplyTo: reply, parents: [nobodys] })
}

function storeDeck(repo: Repo, deck: Parameters<typeof formatDeck>[0]): ArtifactHash {
  return storeLocal(repo, formatDeck(deck)).hash
}

type Told = readonly [what: string, invariant: string, sql: string, detail: RegExp]

const told: readonly Told[] = [
  [
    'a field that is not what was said last',
    'tickets',
    `UPDATE ticket SET status = 'Open'`,
    /lacks 1 of its rows \(ticket \S+ has status "(?:Fixed|Tested)"\); holds 1 too many/,
  ],
  ['a field that nobody set', 'tickets', `UPDATE ticket SET type = 'x'`, /has type "x"/],
  ['a ticket of another age', 'tickets', 'UPDATE ticket SET tkt_ctime = tkt_mtime', /tkt_ctime/],
  ['a ticket that nobody opened', 'tickets', `INSERT INTO ticket(tkt_uuid) VALUES('x')`, /x/],
  ['a ticket that is lost', 'tickets', 'DELETE FROM ticket', /lacks \d+ of its rows/],
  ['a change by somebody else', 'tickets', `UPDATE ticketchng SET tkt_user = 'x'`, /tkt_user "x"/],
  ['a change without its words', 'tickets', 'UPDATE ticketchng SET icomment = NULL', /icomment/],
  [
    'a change that counts twice',
    'tickets',
    'INSERT INTO ticketchng SELECT * FROM ticketchng LIMIT 1',
    /holds \d+ too many/,
  ],
  [
    'a change that is no longer of its ticket',
    'tickets',
    `DELETE FROM tagxref WHERE tagid IN (SELECT tagid FROM tag WHERE tagname GLOB 'tkt-*')`,
    /bears tkt-/,
  ],
  [
    'an old attachment for the latest',
    'attachments',
    'UPDATE attachment SET isLatest = 1',
    /attachment \S+ has isLatest 0/,
  ],
  [
    'an attachment that was never taken away',
    'attachments',
    'DELETE FROM attachment WHERE src IS NULL',
    /lacks \d+ of its rows/,
  ],
  ['another target', 'attachments', `UPDATE attachment SET target = 'x'`, /has target "x"/],
  ['another name', 'attachments', `UPDATE attachment SET filename = 'x'`, /has filename "x"/],
  ['another file', 'attachments', `UPDATE attachment SET src = 'x'`, /has src "x"/],
  ['another comment on it', 'attachments', `UPDATE attachment SET comment = 'x'`, /comment "x"/],
  ['another giver', 'attachments', 'UPDATE attachment SET user = NULL', /has user "ann"/],
  ['another time', 'attachments', 'UPDATE attachment SET mtime = mtime + 1e-7', /has mtime/],
  ['a post of another thread', 'threads', 'UPDATE forumpost SET froot = fpid', /has froot/],
  ['a post that answers nothing', 'threads', 'UPDATE forumpost SET firt = NULL', /has firt/],
  ['a post that replaces another', 'threads', 'UPDATE forumpost SET fprev = froot', /has fprev/],
  [
    'a post of another time',
    'threads',
    'UPDATE forumpost SET fmtime = fmtime + 1e-7',
    /has fmtime/,
  ],
  ['posts that are lost', 'threads', 'DROP TABLE forumpost', /lacks \d+ of its rows/],
]

export const pageDamages: readonly Damage[] = told.map(([what, invariant, sql, detail]) => ({
  what,
  invariant,
  where: 'leaf-0',
  detail,
  inflict: (pair) => {
    writePages(pair.leaf)
    pair.damage('leaf', sql)
  },
}))

/**
 * Gives artifacts their meaning: what the derived tables say of them.
 *
 * The tables are a function of the artifacts that are here, not of the order they came in. What an
 * artifact says by itself is recorded when it arrives; whatever depends on several is only noted
 * (`pending.ts`) and worked out before the transaction ends.
 *
 * Source: fossil src/manifest.c manifest_crosslink.
 * @module
 */

import type { Deck } from '../deck/deck.ts'
import { deckIn } from '../repo/deck.ts'
import { type Crosslinker, dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { linkAttachment, settleAttachments } from './attachment.ts'
import { linkCheckin, settleCheckins } from './checkin.ts'
import { linkWaiters } from './cherrypick.ts'
import { linkCluster } from './cluster.ts'
import { linkControl } from './control.ts'
import { settleComments, settleEvents } from './event.ts'
import { linkForumPost, settleThreads } from './forum.ts'
import { settleLeaves } from './leaf.ts'
import { publishWanted } from './mention.ts'
import { settleParents } from './reparent.ts'
import { settleInheritance } from './tag.ts'
import { linkTechnote, settleTechnotes } from './technote.ts'
import { linkTicketChange, settleTickets } from './ticket.ts'
import { ticketTables } from './ticket-table.ts'
import { settleTimes } from './time.ts'
import { linkWikiPage, settleWikiPages } from './wiki.ts'

/** Gives what arrives its meaning, for {@link Repo}. */
export const crosslinker: Crosslinker = { link: crosslink, settle: settleLinks }

/** Check-ins that are compared with their parents at one go. */
const checkinsAtOnce = 32

/**
 * Takes in artifact `rid`, which has just become readable. Plain data means nothing.
 * What follows from it is in the tables when the running transaction ends, or after
 * {@link settleLinks}.
 */
export function crosslink(repo: Repo, rid: Rid, content: Uint8Array): void {
  publishWanted(repo, rid)
  linkWaiters(repo, rid)
  const deck = deckIn(repo, content)
  if (deck === undefined) return
  link(repo, rid, deck)
  // Delta chains follow the history, so its parent or child is still in memory, and each manifest
  // is read once (a third of a rebuild, measured).
  if (transactionOf(repo).pending.checkins.size >= checkinsAtOnce) settleCheckins(repo)
}

function link(repo: Repo, rid: Rid, deck: Deck): void {
  switch (deck.kind) {
    case 'checkin':
      return linkCheckin(repo, rid, deck)
    case 'cluster':
      return linkCluster(repo, rid, deck)
    case 'control':
      return linkControl(repo, rid, deck)
    case 'wiki':
      return linkWikiPage(repo, rid, deck)
    case 'technote':
      return linkTechnote(repo, rid, deck)
    case 'ticket':
      return linkTicketChange(repo, rid, deck)
    case 'attachment':
      return linkAttachment(repo, rid, deck)
    case 'forum':
      return linkForumPost(repo, rid, deck)
  }
}

/** Works out everything that waits. Where nothing does, it costs nothing. */
export function settleLinks(repo: Repo): void {
  settleParents(repo)
  settleInheritance(repo)
  settleCheckins(repo)
  settleLeaves(repo)
  settleTechnotes(repo)
  settleEvents(repo)
  settleTimes(repo)
  settleTickets(repo)
  settleWikiPages(repo)
  settleAttachments(repo)
  settleThreads(repo)
  settleComments(repo)
}

/**
 * Makes the ticket tables anew, as the setting `ticket-table` now says, and plays all tickets
 * again.
 *
 * @throws {FossilError} `repo.invalid` when the setting cannot be used: then nothing changed
 */
export function remakeTickets(repo: Repo): void {
  repo.transaction(() => {
    repo.transaction(() => ticketTables(repo))
    const tags = dbOf(repo)
      .prepare<[string]>(`SELECT substr(tagname, 5) FROM tag WHERE tagname GLOB 'tkt-*' ORDER BY 1`)
      .all()
    for (const [ticketId] of tags) transactionOf(repo).pending.tickets.add(ticketId)
  })
}

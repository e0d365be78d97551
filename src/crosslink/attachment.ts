/**
 * An attachment in the derived tables: its row, whether it is the latest of its name, and its entry
 * on the timeline.
 *
 * A target is a ticket or a technote where one of that id is here, and else a wiki page, as in
 * 2.21, which knows no other targets; a later stock also tells forum posts and the unknown. Stock
 * words the end of an attachment to a technote in two ways, by which of them came first; here it
 * is always the way of an attachment that came after its target (docs/divergences.md).
 *
 * Source: fossil src/manifest.c:2562-2600, 2632-2704.
 * @module
 */

import { deckOf } from '../repo/deck.ts'
import { julianFromMs, storedJulian } from '../deck/date.ts'
import type { AttachmentDeck } from '../deck/deck.ts'
import { textParameter } from '../repo/db-text.ts'
import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { type EventType, putEvent } from './event.ts'
import { hashLink, html, linkedHash } from './event-text.ts'
import { newestVersion } from './version.ts'

/** Records what attachment `rid` says. */
export function linkAttachment(repo: Repo, rid: Rid, deck: AttachmentDeck): void {
  const { fileName, target, source, comment, user } = deck
  dbOf(repo)
    .prepare(
      `REPLACE INTO attachment(attachid, mtime, src, target, filename, comment, user)
       VALUES(?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT))`,
    )
    .run(
      rid,
      storedJulian(julianFromMs(deck.dateMs)),
      source ?? null,
      textParameter(target),
      textParameter(fileName),
      textParameter(comment ?? ''),
      user === undefined ? null : textParameter(user),
    )
  dbOf(repo)
    .prepare(
      `WITH same AS (SELECT attachid, mtime FROM attachment
                      WHERE target = CAST(?1 AS TEXT) AND filename = CAST(?2 AS TEXT))
       UPDATE attachment SET isLatest = (mtime = (SELECT max(mtime) FROM same))
        WHERE attachid IN (SELECT attachid FROM same)`,
    )
    .run(textParameter(target), textParameter(fileName))
  transactionOf(repo).pending.attachments.add(rid)
}

/** Has the attachments to a ticket or technote looked at again, now that it is here. */
export function attachmentsConcerned(repo: Repo, target: string): void {
  const rows = dbOf(repo)
    .prepare<[Rid]>('SELECT attachid FROM attachment WHERE target = ? ORDER BY attachid')
    .all(target)
  for (const [rid] of rows) transactionOf(repo).pending.attachments.add(rid)
}

/** Puts the attachments that came, or whose target did, on the timeline. */
export function settleAttachments(repo: Repo): void {
  for (const rid of [...transactionOf(repo).pending.attachments].sort((a, b) => a - b))
    putOnTimeline(repo, rid)
  transactionOf(repo).pending.attachments.clear()
}

function putOnTimeline(repo: Repo, rid: Rid): void {
  const deck = deckOf(repo, rid)
  if (deck?.kind !== 'attachment') return
  const { type, name: target } = targetOf(repo, deck.target)
  const comment =
    deck.source === undefined
      ? `Delete attachment "${deletedName(repo, deck, type)}" from ${target}`
      : `Add attachment [/artifact/${linkedHash(repo, deck.source)}|${html(deck.fileName)}]` +
        ` to ${target}`
  const mtimeJulian = julianFromMs(deck.dateMs)
  putEvent(repo, { type, rid, mtimeJulian, user: deck.user, comment })
}

/** The type and name of the thing that an attachment is attached to. */
function targetOf(repo: Repo, target: string): { type: EventType; name: string } {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(target)) {
    const link = hashLink(repo, target)
    if (newestVersion(repo, 'ticket', target) !== undefined) {
      return { type: 't', name: `ticket [${link}]` }
    }
    if (newestVersion(repo, 'technote', target) !== undefined) {
      return { type: 'e', name: `tech note [/technote/${link}]` }
    }
    repo.env.mark?.('crosslink.attachment-before-target')
  }
  return { type: 'w', name: `wiki page [${html(target)}]` }
}

/** At a technote, by a slip of stock's, the file name is shortened and linked like a hash. */
function deletedName(repo: Repo, { fileName }: AttachmentDeck, type: EventType): string {
  const name = html(fileName)
  return type === 'e' ? `/artifact/${linkedHash(repo, fileName)}|${name}` : name
}

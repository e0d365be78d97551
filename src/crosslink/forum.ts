/**
 * Forum posts in the derived tables: what each answers or replaces (`forumpost`), and the timeline,
 * where every post of a thread shows the thread's title.
 *
 * The title is that of the newest post that opens the thread or replaces the one that does. Stock
 * takes it from the one it read last, and a reply that it reads before its thread keeps the title
 * "Unknown" until somebody edits the first post (docs/divergences.md).
 *
 * Source: fossil src/manifest.c:2816-2895, src/schema.c:620-636.
 * @module
 */

import { deckOf } from '../repo/deck.ts'
import { artifactLinks, mimetypeOf } from '../markup/links.ts'
import { julianFromMs, storedJulian } from '../deck/date.ts'
import type { ForumDeck } from '../deck/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { textParameter } from '../repo/db-text.ts'
import { dbOf, type Repo, transactionOf } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { putBacklinks } from './backlink.ts'
import { linkParents } from './checkin.ts'
import { putEvent } from './event.ts'
import { cText } from './event-text.ts'
import { mentioned } from './mention.ts'

/** The title of a thread whose first post is not here. */
const unknownTitle = '<i>Unknown</i>'

/** Records what forum post `rid` says. */
export function linkForumPost(repo: Repo, rid: Rid, deck: ForumDeck): void {
  const mtimeJulian = julianFromMs(deck.dateMs)
  linkParents(repo, rid, { parents: deck.parents, mtimeJulian })
  const known = (hash: ArtifactHash | undefined): Rid | undefined =>
    hash && mentioned(repo, rid, hash)
  const root = deck.threadRoot === undefined ? rid : known(deck.threadRoot)
  const replaced = known(deck.parents[0])
  const answered = known(deck.inReplyTo)
  makeForumTable(repo)
  dbOf(repo)
    .prepare('REPLACE INTO forumpost(fpid, froot, fprev, firt, fmtime) VALUES(?, ?, ?, ?, ?)')
    .run(rid, root ?? 0, replaced ?? null, answered ?? null, storedJulian(mtimeJulian))
  const isEdit = replaced !== undefined
  const isOpening = answered === undefined
  const title = isOpening ? ownTitle(deck) : unknownTitle
  const comment = `${postType(deck, { isOpening, isEdit })}: ${title}`
  putEvent(repo, { type: 'f', rid, mtimeJulian, user: deck.user, comment })
  // A thread whose first post is shunned has no id to gather its posts by.
  if (root !== undefined) transactionOf(repo).pending.threads.add(root)
  putBacklinks(repo, {
    from: { type: 'forum', id: rid },
    targets: artifactLinks(deck.content, {
      mimetype: mimetypeOf(deck.mimetype),
      isInline: false,
    }),
    mtimeJulian,
  })
}

/** Gives all posts of the threads that changed the thread's title. */
export function settleThreads(repo: Repo): void {
  for (const root of [...transactionOf(repo).pending.threads].sort((a, b) => a - b)) {
    // What a post is called says what it is, then a colon; the title is all the rest.
    dbOf(repo)
      .prepare(
        `UPDATE event SET comment = substr(comment, 1, instr(comment, ':')) || ' ' || title
           FROM (SELECT CAST(?2 AS TEXT) AS title)
          WHERE objid IN (SELECT fpid FROM forumpost WHERE froot = ?1) AND type = 'f'
            AND substr(comment, instr(comment, ':') + 2) <> title`,
      )
      .run(root, textParameter(threadTitle(repo, root)))
  }
  transactionOf(repo).pending.threads.clear()
}

/** Makes the table of forum posts where there is none: stock makes it with the first post. */
function makeForumTable(repo: Repo): void {
  // Also one that hides it: see verify.ts.
  if (dbOf(repo).prepare(`SELECT 1 FROM pragma_table_info('forumpost')`).get() !== undefined) return
  dbOf(repo).exec(forumTable)
}

/** The table of forum posts and its index. */
export const forumTable = `
CREATE TABLE forumpost(fpid INTEGER PRIMARY KEY, froot INT, fprev INT, firt INT, fmtime REAL);
CREATE INDEX forumthread ON forumpost(froot, fmtime);
`

function threadTitle(repo: Repo, root: Rid): string {
  const newest = dbOf(repo)
    .prepare<[Rid]>(
      `SELECT fpid FROM forumpost CROSS JOIN blob ON rid = fpid
        WHERE froot = ? AND firt IS NULL ORDER BY fmtime DESC, uuid DESC LIMIT 1`,
    )
    .get(root)
  if (newest === undefined) repo.env.mark?.('crosslink.reply-before-thread')
  const deck = newest === undefined ? undefined : deckOf(repo, newest[0])
  return deck?.kind === 'forum' ? ownTitle(deck) : unknownTitle
}

function ownTitle(deck: ForumDeck): string {
  return cText(deck.threadTitle ?? '') || '(Deleted)'
}

function postType(
  deck: ForumDeck,
  { isOpening, isEdit }: { isOpening: boolean; isEdit: boolean },
): string {
  if (isOpening) return isEdit ? 'Edit' : 'Post'
  if (cText(deck.content) === '') return 'Delete reply'
  return isEdit ? 'Edit reply' : 'Reply'
}

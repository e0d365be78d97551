/**
 * Operations beside check-ins: pages, tickets, technotes, attachments, forum posts. Titles,
 * tickets and threads are shared, so that versions collide.
 * @module
 */

import { utf8 } from '../../base/bytes.ts'
import { attachFile, type AttachmentTarget, detachFile } from '../../write/attachment.ts'
import { editPost, newThread, replyToPost } from '../../write/forum.ts'
import { editTechnote, newTechnote } from '../../write/technote.ts'
import { changeTicket, newTicket, type TicketFields } from '../../write/ticket.ts'
import { writeWiki } from '../../write/wiki.ts'
import {
  type Operation,
  type OperationContext,
  drawAuthor,
  drawText,
  hashes,
  texts,
} from './operation.ts'
import { dbOf } from '../../repo/repo.ts'

/** Writes a version of one of a few pages, or empties it. */
export const wiki: Operation = (context) => {
  const { repo, draw } = context
  const title = draw.pick(['Home', 'Plan', 'Über uns/Ort'])
  const content = draw.chance(0.1) ? '' : drawText(context)
  const mimetype = draw.chance(0.3) ? { mimetype: 'text/x-markdown' } : {}
  return [writeWiki(repo, { title, content, ...mimetype }, drawAuthor(context)).hash]
}

/** Opens a ticket, or changes one that anybody has opened. */
export const ticket: Operation = (context) => {
  const { repo, draw } = context
  const known = ticketIds(context)
  const author = drawAuthor(context)
  if (known.length === 0 || draw.chance(0.15)) {
    return [newTicket(repo, { title: drawText(context).trim(), status: 'Open' }, author).hash]
  }
  const changed = changeTicket(repo, draw.pick(known), drawFields(context), author)
  return changed === undefined ? undefined : [changed.hash]
}

function drawFields(context: OperationContext): TicketFields {
  const { draw } = context
  const any = (): boolean => draw.chance(0.35)
  return {
    ...(any() ? { status: draw.pick(['Open', 'Fixed', 'Closed']) } : {}),
    ...(any() ? { severity: draw.pick(['Minor', 'Critical']) } : {}),
    ...(any() ? { title: drawText(context).trim() } : {}),
    ...(any() ? { '+comment': drawText(context) } : {}),
    ...(any() ? { icomment: drawText(context), mimetype: 'text/x-markdown' } : {}),
    ...(draw.chance(0.1) ? { private_contact: 'ann@example.org' } : {}),
  }
}

function ticketIds({ repo }: OperationContext): string[] {
  return texts(repo, 'SELECT tkt_uuid FROM ticket ORDER BY 1')
}

/** Begins a note, or changes one that anybody has begun. */
export const technote: Operation = (context) => {
  const { repo, draw } = context
  const known = noteIds(context)
  const author = drawAuthor(context)
  const eventMs = repo.env.clock.nowMs() - draw.int(0, 600_000)
  const content = drawText(context)
  if (known.length === 0 || draw.chance(0.2)) {
    return [newTechnote(repo, { content, eventMs, comment: drawText(context) }, author).hash]
  }
  const change = {
    content,
    ...(draw.chance(0.5) ? { eventMs } : {}),
    ...(draw.chance(0.5) ? { comment: drawText(context) } : {}),
    ...(draw.chance(0.3) ? { color: draw.pick(['', 'gold']) } : {}),
    ...(draw.chance(0.3) ? { tags: ['minutes'] } : {}),
  }
  return [editTechnote(repo, draw.pick(known), change, author).hash]
}

function noteIds({ repo }: OperationContext): string[] {
  const sql = `SELECT DISTINCT substr(tagname, 7) FROM event JOIN tag USING(tagid)
                WHERE type = 'e' ORDER BY 1`
  return texts(repo, sql)
}

/** Attaches a file of a name that is often taken, or takes one away. */
export const attachment: Operation = (context) => {
  const { repo, draw } = context
  const target = drawTarget(context)
  if (target === undefined) return undefined
  const fileName = draw.pick(['log.txt', 'shot.png'])
  const author = drawAuthor(context)
  if (draw.chance(0.25)) return [detachFile(repo, target, fileName, author).hash]
  const isCommon = draw.chance(0.3)
  const content = isCommon ? utf8(`version ${draw.int(1, 3)}\n`) : draw.bytes(draw.int(0, 3_000))
  const { hash, source } = attachFile(
    repo,
    target,
    { fileName, content, comment: drawText(context) },
    author,
  )
  return [source, hash]
}

function drawTarget(context: OperationContext): AttachmentTarget | undefined {
  const { repo, draw } = context
  const pages = texts(
    repo,
    `SELECT DISTINCT substr(tagname, 6) FROM tagxref JOIN tag USING(tagid) JOIN event ON objid = rid
      WHERE tagname GLOB 'wiki-*' AND type = 'w' ORDER BY 1`,
  )
  const targets = [
    ...pages.map((page) => ({ page })),
    ...ticketIds(context).map((ticketId) => ({ ticketId })),
    ...noteIds(context).map((technoteId) => ({ technoteId })),
  ]
  return targets.length === 0 ? undefined : draw.pick(targets)
}

/** Opens a thread, answers a post, or writes another version of one, of any author. */
export const forum: Operation = (context) => {
  const { repo, draw } = context
  const author = drawAuthor(context)
  const content = drawText(context)
  const posts = hashes(
    repo,
    `SELECT uuid FROM event JOIN blob ON rid = objid WHERE type = 'f' ORDER BY uuid`,
  )
  if (posts.length === 0 || draw.chance(0.15)) {
    return [newThread(repo, { title: drawText(context).trim(), content }, author).hash]
  }
  const post = draw.pick(posts)
  if (draw.chance(0.6)) return [replyToPost(repo, post, { content }, author).hash]
  const change = {
    ...(draw.chance(0.8) ? { content } : { content: '' }),
    ...(opensThread(context, post) && draw.chance(0.7) ? { title: drawText(context).trim() } : {}),
  }
  return [editPost(repo, post, change, author).hash]
}

function opensThread({ repo }: OperationContext, post: string): boolean {
  const sql = `SELECT 1 FROM forumpost JOIN blob ON rid = fpid WHERE uuid = ? AND firt IS NULL`
  return dbOf(repo).prepare(sql).get(post) !== undefined
}

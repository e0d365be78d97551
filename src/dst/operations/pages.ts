/**
 * Operations beside check-ins: pages, tickets, technotes, attachments, forum posts. Titles,
 * tickets and threads are shared, so that versions collide.
 * @module
 */

import { attachedFiles } from '../../history/pages.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { ArgumentValues } from '../../runner/arguments.ts'
import type { Author } from '../../write/artifact.ts'
import { attachFile, type AttachmentTarget, detachFile } from '../../write/attachment.ts'
import { editPost, newThread, replyToPost } from '../../write/forum.ts'
import { editTechnote, newTechnote, type Technote } from '../../write/technote.ts'
import { changeTicket, newTicket, type TicketFields } from '../../write/ticket.ts'
import { writeWiki } from '../../write/wiki.ts'
import { contentOf } from './content.ts'
import {
  authorOf,
  drawAuthor,
  drawMimetype,
  drawNames,
  drawText,
  hashes,
  textOf,
  texts,
} from './drawing.ts'
import type { ApplyContext, FossilOperation, Made, PlanContext } from './operation.ts'

/** Writes a version of one of a few pages, or empties it. */
export const wiki: FossilOperation = {
  name: 'wiki',
  weight: 2,
  plan: (context) => {
    const { draw } = context
    const title = draw.pick(['Home', 'Plan', 'Über uns/Ort'])
    const content = draw.chance(0.1) ? '' : drawText(context)
    const mimetype = draw.chance(0.3) ? { mimetype: drawMimetype(draw) } : {}
    const comment = draw.chance(0.15) ? { comment: drawText(context) } : {}
    return { title, content, ...mimetype, ...comment, ...drawAuthor(context) }
  },
  apply: (context) => {
    const { repo, args } = context
    const mimetype = args.maybeText('mimetype')
    const page = { title: args.text('title'), content: textOf(context, args.text('content')) }
    const comment = textOf(context, args.maybeText('comment') ?? '')
    const typed = { ...page, comment, ...(mimetype === undefined ? {} : { mimetype }) }
    const author = authorOf(context)
    const says = { kind: 'wiki', ...page, mimetype, ...saidBy(author) } as const
    return { artifacts: [writeWiki(repo, typed, author).hash], says }
  },
}

/** Opens a ticket, or changes one that anybody has opened. */
export const ticket: FossilOperation = {
  name: 'ticket',
  weight: 2,
  plan: (context) => {
    const { draw, references } = context
    const known = ticketIds(context)
    const author = drawAuthor(context)
    if (known.length === 0 || draw.chance(0.15)) {
      return { fields: [{ title: drawText(context).trim(), status: 'Open' }], ...author }
    }
    return { ticket: references.to(draw.pick(known)), fields: [drawFields(context)], ...author }
  },
  apply: (context) => {
    const { repo, args, references } = context
    const [fields, author] = [fieldsOf(context), authorOf(context)]
    const known = args.maybeText('ticket')
    if (known === undefined) {
      const { hash, ticketId } = newTicket(repo, fields, author)
      const says = { kind: 'ticket', ticketId, fields, ...saidBy(author) } as const
      return { artifacts: [hash], subject: ticketId, says }
    }
    const ticketId = references.resolve(known)
    if (ticketId === undefined) return undefined
    const changed = changeTicket(repo, ticketId, fields, author)
    const says = { kind: 'ticket', ticketId, fields, ...saidBy(author) } as const
    return changed && { artifacts: [changed.hash], says }
  },
}

function saidBy({ user, dateMs }: Author): { user: string; dateMs: number | undefined } {
  return { user, dateMs }
}

function drawFields(context: PlanContext): ArgumentValues {
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

const fieldNames = [
  'status',
  'severity',
  'title',
  '+comment',
  'icomment',
  'mimetype',
  'private_contact',
]

function fieldsOf(context: ApplyContext): TicketFields {
  const [fields] = context.args.groups('fields')
  const entries = fieldNames.flatMap((name) => {
    const value = fields?.maybeText(name)
    return value === undefined ? [] : [[name, textOf(context, value)] as const]
  })
  return Object.fromEntries(entries)
}

function ticketIds({ repo }: PlanContext): string[] {
  return texts(repo, 'SELECT tkt_uuid FROM ticket ORDER BY 1')
}

/** Begins a note, or changes one that anybody has begun. */
export const technote: FossilOperation = {
  name: 'technote',
  weight: 2,
  plan: (context) => {
    const { repo, draw, references } = context
    const known = noteIds(context)
    const author = drawAuthor(context)
    const eventMs = repo.env.clock.nowMs() - draw.int(0, 600_000)
    const content = drawText(context)
    if (known.length === 0 || draw.chance(0.2)) {
      return { content, eventMs, comment: drawText(context), ...drawLook(context), ...author }
    }
    return {
      note: references.to(draw.pick(known)),
      content,
      ...(draw.chance(0.5) ? { eventMs } : {}),
      ...(draw.chance(0.5) ? { comment: drawText(context) } : {}),
      ...drawLook(context),
      ...author,
    }
  },
  apply: (context) => {
    const { repo, args, references } = context
    const known = args.maybeText('note')
    const [note, author] = [noteOf(context), authorOf(context)]
    const meant = { kind: 'technote', note, author } as const
    if (known === undefined) {
      const { hash, technoteId } = newTechnote(repo, note, author)
      return { artifacts: [hash], subject: technoteId, says: { ...meant, technoteId } }
    }
    const technoteId = references.resolve(known)
    if (technoteId === undefined) return undefined
    const edited = editTechnote(repo, technoteId, note, author)
    return { artifacts: [edited.hash], says: { ...meant, technoteId } }
  },
}

/** A colour, names, a mimetype, each now and then. */
function drawLook({ draw }: PlanContext): ArgumentValues {
  return {
    ...(draw.chance(0.3) ? { color: draw.pick(['', 'gold']) } : {}),
    ...(draw.chance(0.3) ? { tags: drawNames(draw) } : {}),
    ...(draw.chance(0.3) ? { mimetype: drawMimetype(draw) } : {}),
  }
}

function noteOf(context: ApplyContext): Technote {
  const { args } = context
  const eventMs = args.maybeInteger('eventMs')
  const [comment, color] = [args.maybeText('comment'), args.maybeText('color')]
  const mimetype = args.maybeText('mimetype')
  const tags = args.texts('tags')
  return {
    content: textOf(context, args.text('content')),
    ...(eventMs === undefined ? {} : { eventMs }),
    ...(comment === undefined ? {} : { comment: textOf(context, comment) }),
    ...(color === undefined ? {} : { color }),
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(tags.length === 0 ? {} : { tags }),
  }
}

function noteIds({ repo }: PlanContext): string[] {
  const sql = `SELECT DISTINCT substr(tagname, 7) FROM event JOIN tag USING(tagid)
                WHERE type = 'e' ORDER BY 1`
  return texts(repo, sql)
}

/** Attaches a file of a name that is often taken, or takes one away. */
export const attachment: FossilOperation = {
  name: 'attachment',
  weight: 2,
  plan: (context) => {
    const { draw } = context
    const target = drawTarget(context)
    if (target === undefined) return undefined
    const file = { fileName: draw.pick(['log.txt', 'my shot.png']), ...drawAuthor(context) }
    if (draw.chance(0.25)) return { ...target, ...file, detaches: true }
    const isCommon = draw.chance(0.3)
    const content = isCommon
      ? { key: draw.int(1, 3), lines: 1 }
      : { key: draw.uint32(), bytes: draw.int(0, 3_000) }
    return { ...target, ...file, comment: drawText(context), ...content }
  },
  apply: (context) => {
    const { repo, args } = context
    const target = targetOf(context)
    if (target === undefined) return undefined
    const [fileName, author] = [args.text('fileName'), authorOf(context)]
    if (args.flag('detaches')) return detach(repo, target, fileName, author)
    const comment = textOf(context, args.text('comment'))
    const file = { fileName, content: contentOf(args), comment }
    const { hash, source } = attachFile(repo, target, file, author)
    const says = { kind: 'attachment', target: nameOf(target), ...file, author } as const
    return { artifacts: [source, hash], says }
  },
}

/** Takes a file away from where one is attached. */
export const detachment: FossilOperation = {
  name: 'detachment',
  weight: 2,
  plan: (context) => {
    const { repo, draw } = context
    const held = attachedFiles(repo)
    if (held.length === 0) return undefined
    const { target, fileName } = draw.pick(held)
    return { ...placeOf(context, target), fileName, ...drawAuthor(context) }
  },
  apply: (context) => {
    const { repo, args } = context
    const target = targetOf(context)
    if (target === undefined) return undefined
    return detach(repo, target, args.text('fileName'), authorOf(context))
  },
}

function detach(repo: Repo, target: AttachmentTarget, fileName: string, author: Author): Made {
  const { hash } = detachFile(repo, target, fileName, author)
  const file = { fileName, content: undefined, comment: '' }
  const says = { kind: 'attachment', target: nameOf(target), ...file, author } as const
  return { artifacts: [hash], says }
}

function nameOf(target: AttachmentTarget): string {
  if ('page' in target) return target.page
  return 'ticketId' in target ? target.ticketId : target.technoteId
}

function drawTarget(context: PlanContext): ArgumentValues | undefined {
  const { repo, draw, references } = context
  const pages = texts(
    repo,
    `SELECT DISTINCT substr(tagname, 6) FROM tagxref JOIN tag USING(tagid) JOIN event ON objid = rid
      WHERE tagname GLOB 'wiki-*' AND type = 'w' ORDER BY 1`,
  )
  const targets: ArgumentValues[] = [
    ...pages.map((page) => ({ page })),
    ...ticketIds(context).map((id) => ({ ticket: references.to(id) })),
    ...noteIds(context).map((id) => ({ note: references.to(id) })),
  ]
  return targets.length === 0 ? undefined : draw.pick(targets)
}

/** The target of an attachment, as arguments name it. */
function placeOf(context: PlanContext, target: string): ArgumentValues {
  const reference = context.references.to(target)
  if (ticketIds(context).includes(target)) return { ticket: reference }
  return noteIds(context).includes(target) ? { note: reference } : { page: target }
}

function targetOf({ args, references }: ApplyContext): AttachmentTarget | undefined {
  const page = args.maybeText('page')
  if (page !== undefined) return { page }
  const ticketReference = args.maybeText('ticket')
  const id = references.resolve(ticketReference ?? args.text('note'))
  if (id === undefined) return undefined
  return ticketReference === undefined ? { technoteId: id } : { ticketId: id }
}

/** Opens a thread, answers a post, or writes another version of one, of any author. */
export const forum: FossilOperation = {
  name: 'forum',
  weight: 2,
  plan: (context) => {
    const { repo, draw, references } = context
    const mimetype = draw.chance(0.3) ? { mimetype: drawMimetype(draw) } : {}
    const author = { ...mimetype, ...drawAuthor(context) }
    const content = drawText(context)
    const posts = hashes(
      repo,
      `SELECT uuid FROM event JOIN blob ON rid = objid WHERE type = 'f' ORDER BY uuid`,
    )
    if (posts.length === 0 || draw.chance(0.15)) {
      return { title: drawText(context).trim(), content, ...author }
    }
    const post = draw.pick(posts)
    const about = references.to(post)
    if (draw.chance(0.6)) return { answers: about, content, ...author }
    const hasTitle = opensThread(context, post) && draw.chance(0.7)
    return {
      replaces: about,
      content: draw.chance(0.8) ? content : '',
      ...(hasTitle ? { title: drawText(context).trim() } : {}),
      ...author,
    }
  },
  apply: (context) => writePost(context),
}

function writePost(context: ApplyContext): Made | undefined {
  const { repo, args, references } = context
  const content = textOf(context, args.text('content'))
  const mimetype = args.maybeText('mimetype')
  const post = mimetype === undefined ? { content } : { content, mimetype }
  const drawnTitle = args.maybeText('title')
  const title = drawnTitle === undefined ? undefined : textOf(context, drawnTitle)
  const author = authorOf(context)
  const [answers, replaces] = [args.maybeText('answers'), args.maybeText('replaces')]
  const says = { kind: 'post', title, content, author } as const
  if (answers === undefined && replaces === undefined) {
    const { hash } = newThread(repo, { title: title ?? '', ...post }, author)
    return { artifacts: [hash], says }
  }
  const about = references.artifact(answers ?? replaces)
  if (about === undefined) return undefined
  if (answers !== undefined) {
    const { hash } = replyToPost(repo, about, post, author)
    return { artifacts: [hash], says: { ...says, answers: about } }
  }
  const change = title === undefined ? post : { ...post, title }
  const { hash } = editPost(repo, about, change, author)
  return { artifacts: [hash], says: { ...says, replaces: about } }
}

function opensThread({ repo }: PlanContext, post: string): boolean {
  const sql = `SELECT 1 FROM forumpost JOIN blob ON rid = fpid WHERE uuid = ? AND firt IS NULL`
  return dbOf(repo).prepare(sql).get(post) !== undefined
}

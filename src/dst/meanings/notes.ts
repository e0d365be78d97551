/**
 * The meaning of operations on technotes, attachments and posts. The rules are those of
 * src/write/technote.ts, attachment.ts and forum.ts, written down a second time.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { Author } from '../../write/artifact.ts'
import type { Technote } from '../../write/technote.ts'
import { lastAttachments, lastNotes, placeOf } from '../note-sayings.ts'
import { type AttachmentSaying, ofKind, type PostSaying, type TechnoteSaying } from '../said.ts'
import { contentSaid, datedAfter, type Heard } from './heard.ts'

/** A technote as it is asked for: what is absent stays. */
export interface AskedNote {
  readonly kind: 'technote'
  readonly technoteId: string
  readonly note: Technote
  readonly author: Author
}

/** An attachment as it is asked for. */
export interface AskedAttachment {
  readonly kind: 'attachment'
  readonly target: string
  readonly fileName: string
  /** Undefined takes it away. */
  readonly content: Uint8Array | undefined
  readonly comment: string
  readonly author: Author
}

/** A post as it is asked for: an answer, another version, or a thread of its own. */
export interface AskedPost {
  readonly kind: 'post'
  readonly answers?: ArtifactHash | undefined
  readonly replaces?: ArtifactHash | undefined
  readonly title: string | undefined
  readonly content: string
  readonly author: Author
}

export function noteMeaning({ technoteId, note, author }: AskedNote, heard: Heard): TechnoteSaying {
  const last = lastNotes(heard.sayings).get(technoteId)?.says
  const eventMs = note.eventMs ?? last?.eventMs ?? heard.nowMs
  return {
    kind: 'technote',
    technoteId,
    user: author.user,
    dateMs: datedAfter(heard, author.dateMs, last?.dateMs),
    eventMs: Math.floor(eventMs / 1000) * 1000,
    content: note.content,
    comment: (note.comment ?? last?.comment ?? '').trim(),
    color: note.color ?? last?.color ?? '',
    tags: [...new Set(note.tags ?? last?.tags)].sort(),
  }
}

export function attachmentMeaning(asked: AskedAttachment, heard: Heard): AttachmentSaying {
  const { target, fileName, content, comment, author } = asked
  const place = placeOf(asked)
  const last = lastAttachments(heard.sayings).find(({ says }) => placeOf(says) === place)
  return {
    kind: 'attachment',
    target,
    fileName,
    content: content && contentSaid(content),
    comment: comment.trim(),
    user: author.user,
    dateMs: datedAfter(heard, author.dateMs, last?.says.dateMs),
  }
}

/** Undefined if it is about a post that nobody told of. */
export function postMeaning(asked: AskedPost, heard: Heard): PostSaying | undefined {
  const { answers, replaces, title, content, author } = asked
  const about = answers ?? replaces
  const { user } = author
  if (about === undefined) {
    const dateMs = datedAfter(heard, author.dateMs)
    const links = { root: undefined, answered: undefined, replaced: undefined }
    return { kind: 'post', user, dateMs, ...links, title, content }
  }
  const other = ofKind(heard.sayings, 'post').find(({ hash }) => hash === about)?.says
  if (other === undefined) return undefined
  const root = other.root ?? about
  if (answers !== undefined) {
    const dateMs = datedAfter(heard, author.dateMs)
    const links = { root, answered: answers, replaced: undefined }
    return { kind: 'post', user, dateMs, ...links, title: undefined, content }
  }
  return {
    kind: 'post',
    user,
    dateMs: datedAfter(heard, author.dateMs, other.dateMs),
    root,
    answered: other.answered,
    replaced: about,
    title: title ?? other.title,
    content,
  }
}

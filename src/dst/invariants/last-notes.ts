/**
 * Technotes, attachments and posts as lines: as the operations meant them, and as they read.
 * See last-word.ts.
 * @module
 */

import { forumPosts, forumThreads } from '../../history/forum.ts'
import { attachedFiles, technotes } from '../../history/pages.ts'
import { isShunned } from '../../repo/blob.ts'
import type { Repo } from '../../repo/repo.ts'
import { lastAttachments, lastNotes, lastPosts } from '../note-sayings.ts'
import type { Carried } from '../said.ts'
import { rowLines } from './compare-rows.ts'

/** Lines that must be read. */
export function noteLines(repo: Repo, sayings: readonly Carried[]): string[] {
  return [
    ...[...lastNotes(sayings).values()].flatMap(({ hash, says }) =>
      technoteLines({ hash, ...says }),
    ),
    ...lastAttachments(sayings).flatMap(({ says }) => {
      const { content, ...file } = says
      return content === undefined ? [] : attachmentLines({ ...file, source: content.sha1 })
    }),
    ...lastPosts(sayings).flatMap(({ root, first, last, answered }) => {
      // What is banned is no thread.
      if (isShunned(repo, root)) return []
      const { title, content, dateMs: editedMs } = last.says
      const { user, dateMs } = first.says
      const post = { hash: last.hash, first: first.hash, inReplyTo: answered, user, dateMs }
      return postLines(root, { ...post, editedMs, title, content })
    }),
  ]
}

/** Lines as they are read. */
export function readNoteLines(repo: Repo, sayings: readonly Carried[]): string[] {
  const names = contentNames(sayings)
  return [
    ...technotes(repo).flatMap(technoteLines),
    ...attachedFiles(repo).flatMap((file) =>
      attachmentLines({ ...file, source: names.get(file.source) ?? file.source }),
    ),
    ...forumThreads(repo)
      .filter(({ root }) => !isShunned(repo, root))
      .flatMap(({ root }) => forumPosts(repo, root).flatMap((post) => postLines(root, post))),
  ]
}

/** Content is told by its SHA-1, by which of its names it may be stored. */
function contentNames(sayings: readonly Carried[]): Map<string, string> {
  const contents = sayings.flatMap(({ says }) =>
    says.kind === 'attachment' && says.content !== undefined ? says.content : [],
  )
  return new Map(contents.map(({ sha1, sha3 }) => [sha3, sha1]))
}

function technoteLines(note: Omit<ReturnType<typeof technotes>[number], 'mimetype'>): string[] {
  const { hash, technoteId, eventMs, dateMs, user, comment, content, color, tags } = note
  return rowLines(`technote ${technoteId}`, [
    ['version', hash],
    ['place', eventMs],
    ['date', dateMs],
    ['user', user],
    ['comment', comment],
    ['text', content],
    ['color', color || undefined],
    ['tags', [...tags].sort().join(' ')],
  ])
}

function attachmentLines(
  file: Omit<ReturnType<typeof attachedFiles>[number], 'source'> & {
    readonly source: string
  },
): string[] {
  const { target, fileName, source, dateMs, user, comment } = file
  return rowLines(`attachment ${fileName} of ${target}, ${source}`, [
    ['date', dateMs],
    ['user', user],
    ['comment', comment],
  ])
}

function postLines(
  root: string,
  post: Omit<ReturnType<typeof forumPosts>[number], 'mimetype'>,
): string[] {
  const { hash, first, inReplyTo, user, dateMs, editedMs, title, content } = post
  return rowLines(`post ${first}`, [
    ['thread', root],
    ['version', hash],
    ['answered', inReplyTo],
    ['user', user],
    ['date', dateMs],
    ['edited', editedMs],
    ['title', title],
    ['text', content],
  ])
}

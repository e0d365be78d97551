/**
 * Forum posts: threads, replies, and new versions of either.
 * Specification: fileformat.wiki §2.8. Source: fossil src/forum.c forum_post.
 * @module
 */

import type { ForumDeck } from '../deck/deck.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import {
  type Author,
  checkText,
  invalid,
  mimetypeCard,
  readTarget,
  stamp,
  writeDeck,
  type Written,
} from './artifact.ts'

/** The text of a post. */
interface Post {
  readonly content: string
  readonly mimetype?: string
}

const target = { kind: 'forum', forA: 'forum' } as const

/**
 * Opens a thread.
 *
 * @example
 * ```ts
 * const { hash } = newThread(repo, { title: 'Eyes', content: 'When?' }, { user: 'ada' })
 * replyToPost(repo, hash, { content: 'In the Cambrian.' }, { user: 'ben' })
 * ```
 * @param post.mimetype such as `text/x-markdown`; by default Fossil's wiki text
 * @throws {FossilError} `artifact.invalid` without content or title; `repo.io`
 */
export function newThread(
  repo: Repo,
  post: { readonly title: string; readonly content: string; readonly mimetype?: string },
  author: Author,
): Written {
  checkNotBlank(post.content)
  return repo.transaction(() => {
    const deck = { ...postDeck(repo, post, author), threadTitle: titleOf(post.title), parents: [] }
    return writeDeck(repo, deck)
  })
}

/**
 * Answers a post.
 *
 * @example
 * ```ts
 * replyToPost(repo, hash, { content: 'In the Cambrian.' }, { user: 'ben' })
 * ```
 * @param inReplyTo the version of the post that the writer has read
 * @throws {FossilError} `artifact.missing` where it is not here; `artifact.invalid` where it is not
 *   a post, and without content; `repo.io`
 */
export function replyToPost(
  repo: Repo,
  inReplyTo: ArtifactHash,
  post: { readonly content: string; readonly mimetype?: string },
  author: Author,
): Written {
  checkNotBlank(post.content)
  return repo.transaction(() => {
    const threadRoot = rootOf(inReplyTo, readTarget(repo, inReplyTo, target).deck)
    const deck = { ...postDeck(repo, post, author), threadRoot, inReplyTo, parents: [] }
    return writeDeck(repo, deck, { about: [threadRoot, inReplyTo] })
  })
}

/**
 * Writes the next version of a post. Its place in the thread stays.
 *
 * @example
 * ```ts
 * editPost(repo, hash, { content: 'In the Cambrian.' }, { user: 'ada' })
 * ```
 * @param version the latest version, which this one replaces
 * @param change what is absent stays; empty content deletes the post, whose history stays. Only a
 *   post that opens a thread has a title.
 * @throws {FossilError} `artifact.missing` where it is not here; `artifact.invalid` where it is not
 *   a post, and for a title of a reply; `repo.io`
 */
export function editPost(
  repo: Repo,
  version: ArtifactHash,
  change: { readonly title?: string; readonly content?: string; readonly mimetype?: string },
  author: Author,
): Written {
  return repo.transaction(() => {
    const replaces = readTarget(repo, version, target)
    const old = replaces.deck
    const mimetype = change.mimetype ?? old.mimetype
    const post = { content: change.content ?? old.content, ...mimetypeCard(mimetype) }
    if (old.inReplyTo !== undefined && change.title !== undefined) {
      throw invalid('forum', 'a title for a reply')
    }
    const place =
      old.inReplyTo === undefined
        ? { threadTitle: titleOf(change.title ?? old.threadTitle ?? '') }
        : { inReplyTo: old.inReplyTo }
    const threadRoot = rootOf(version, old)
    const dated = postDeck(repo, post, author, old.dateMs)
    const deck = { ...dated, ...place, threadRoot, parents: [version] }
    return writeDeck(repo, deck, { replaces, about: [threadRoot] })
  })
}

function postDeck(
  repo: Repo,
  { content, mimetype }: Post,
  author: Author,
  replacedMs?: number,
): Omit<ForumDeck, 'parents'> {
  checkText('forum', content)
  return { kind: 'forum', ...stamp(repo, author, replacedMs), ...mimetypeCard(mimetype), content }
}

/** The post that opens a thread names no root: it is the root. */
function rootOf(hash: ArtifactHash, { threadRoot }: ForumDeck): ArtifactHash {
  return threadRoot ?? hash
}

function titleOf(title: string): string {
  if (title === '') throw invalid('forum', 'a thread without a title')
  return title
}

function checkNotBlank(content: string): void {
  if (content.trim() === '') throw invalid('forum', 'a post without content')
}

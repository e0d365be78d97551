/**
 * Forum threads and the posts in them, as they are now.
 * Source: fossil src/forum.c forumthread_create; `forumpost` in src/schema.c.
 * @module
 */

import { columnsOf } from '../db/tables.ts'
import type { ForumDeck } from '../deck/deck.ts'
import { compareAsBytes } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { deckOf } from '../repo/deck.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'

/** A post as its newest version has it. */
export interface ForumPost {
  /** The newest version: what an answer or an edit names. */
  readonly hash: ArtifactHash
  /** Its first version that is here; the same as `hash` where it was never edited. */
  readonly first: ArtifactHash
  /** The first version of the post that this one answers; undefined for one that opens a thread. */
  readonly inReplyTo: ArtifactHash | undefined
  /** Author of the first version. */
  readonly user: string
  /** The time at which the first version was written, in milliseconds since 1970. */
  readonly dateMs: number
  /** The time at which the newest version was written. */
  readonly editedMs: number
  /** Only of a post that opens a thread. */
  readonly title: string | undefined
  /** Empty for a deleted post. */
  readonly content: string
  /** Undefined for Fossil's wiki text. */
  readonly mimetype: string | undefined
}

/**
 * All threads of which something is here, the one that changed last first.
 *
 * @example
 * ```ts
 * for (const { root, title } of forumThreads(repo)) console.log(root, title)
 * ```
 */
export function forumThreads(repo: Repo): {
  /** The first version of the post that opens it, which need not be here. */
  readonly root: ArtifactHash
  /** Undefined where no version of the opening post is here. */
  readonly title: string | undefined
  /** Of the newest post or edit, in milliseconds since 1970. */
  readonly dateMs: number
  /** Posts, deleted ones too; an edit is none of its own. */
  readonly posts: number
}[] {
  return [...versionsByThread(repo)]
    .map(([root, versions]) => {
      const dateMs = versions.at(-1)?.deck.dateMs ?? 0
      return { root, title: titleOf(versions), dateMs, posts: postsOf(versions).length }
    })
    .sort((a, b) => b.dateMs - a.dateMs || compareAsBytes(a.root, b.root))
}

/**
 * The posts of a thread in the order they were first written. Empty where nothing of it is here.
 *
 * @example
 * ```ts
 * for (const { content, user } of forumPosts(repo, hash)) console.log(user, content)
 * ```
 * @param root see {@link forumThreads}
 */
export function forumPosts(repo: Repo, root: ArtifactHash): ForumPost[] {
  return postsOf(versionsByThread(repo, root).get(root) ?? [])
}

interface PostVersion {
  readonly hash: ArtifactHash
  readonly deck: ForumDeck
}

/** Versions of posts by thread, in the order of their dates; with `root`, of this thread only. */
function versionsByThread(repo: Repo, root?: ArtifactHash): Map<ArtifactHash, PostVersion[]> {
  const threads = new Map<ArtifactHash, PostVersion[]>()
  if (columnsOf(dbOf(repo), 'forumpost').size === 0) return threads
  const rows = dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      `SELECT fpid, post.uuid FROM forumpost JOIN blob AS post ON post.rid = fpid
        WHERE ?1 IS NULL OR froot = (SELECT rid FROM blob WHERE uuid = ?1)
        ORDER BY fmtime, post.uuid`,
    )
    .all(root ?? null)
  for (const [rid, hash] of rows) {
    const deck = deckOf(repo, rid)
    if (deck?.kind !== 'forum') continue
    const thread = deck.threadRoot ?? hash
    const versions = threads.get(thread)
    if (versions === undefined) threads.set(thread, [{ hash, deck }])
    else versions.push({ hash, deck })
  }
  return threads
}

function postsOf(versions: readonly PostVersion[]): ForumPost[] {
  const known = new Map(versions.map((version) => [version.hash, version]))
  const firsts = new Map<ArtifactHash, ArtifactHash>()
  const firstOf = (hash: ArtifactHash): ArtifactHash => {
    const line: ArtifactHash[] = []
    let first = hash
    // Nothing names itself by hash, so this comes to an end.
    for (;;) {
      const replaced = firsts.get(first) ?? known.get(first)?.deck.parents[0]
      if (replaced === undefined || replaced === first || !known.has(replaced)) break
      line.push(first)
      first = replaced
    }
    for (const each of [...line, first]) firsts.set(each, first)
    return first
  }
  const posts = new Map<ArtifactHash, ForumPost>()
  for (const { hash, deck } of versions) {
    const first = firstOf(hash)
    const { user, dateMs } = known.get(first)?.deck ?? deck
    const { inReplyTo, threadTitle, content, mimetype } = deck
    posts.set(first, {
      hash,
      first,
      inReplyTo: inReplyTo === undefined ? undefined : firstOf(inReplyTo),
      user,
      dateMs,
      editedMs: deck.dateMs,
      title: threadTitle,
      content,
      mimetype,
    })
  }
  return [...posts.values()].sort((a, b) => a.dateMs - b.dateMs || compareAsBytes(a.first, b.first))
}

function titleOf(versions: readonly PostVersion[]): string | undefined {
  return versions.findLast(({ deck }) => deck.inReplyTo === undefined)?.deck.threadTitle
}

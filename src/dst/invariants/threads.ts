/**
 * Threads: each forum post is where its artifact puts it.
 *
 * Verifies `forumpost` against the G, I, P and D cards of the posts that are held: the root of the
 * thread, which for a post without a G card is itself; the post that it answers; the version that
 * it replaces; its time. What is named need not be here: a reply may come before its thread, and an
 * edit before what it replaces. What is shunned here is no post, root or version, as in stock
 * (content.c:uuid_to_rid). Reference: manifest.c:2833-2848. Shares no code with src/crosslink and
 * src/deck. Does not verify what the timeline calls a post: that is `event`.
 *
 * Costs reading what is new since the last check, and a walk through the table.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { listShunned } from '../../repo/shun.ts'
import type { Invariant } from '../world.ts'
import { unixMs } from './attachments.ts'
import { columnsOf, compareRows, rowLines } from './compare-rows.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'
import { pageWords } from './page-words.ts'

/**
 * The table of forum posts says what the artifacts that are held do.
 *
 * @throws {InvariantError} `threads`
 */
export function checkThreads(nodeId: string, repo: Repo): void {
  const shunned = new Set(listShunned(repo).map(({ hash }) => hash))
  const known = (hash: ArtifactHash | undefined): ArtifactHash | undefined =>
    hash === undefined || shunned.has(hash) ? undefined : hash
  const posts = pageWords(repo).filter((words) => words.kind === 'post')
  const expected = posts.flatMap(({ hash, julianDay, root = hash, answered, replaced }) =>
    rowLines(`post ${hash}`, [
      ['froot', known(root) ?? '0'],
      ['fprev', known(replaced)],
      ['firt', known(answered)],
      ['fmtime', unixMs(julianDay)],
    ]),
  )
  compareRows('threads', nodeId, expected, storedLines(repo))
}

function storedLines(repo: Repo): string[] {
  // Stock makes the table with the first post.
  const isThere = `SELECT 1 FROM sqlite_schema WHERE name = 'forumpost'`
  if (dbOf(repo).prepare(isThere).get() === undefined) return []
  return dbOf(repo)
    .prepare<[string, string, string | null, string | null, number]>(
      `SELECT coalesce(post.uuid, fpid), coalesce(root.uuid, CAST(froot AS TEXT)),
              coalesce(prior.uuid, CAST(fprev AS TEXT)), coalesce(above.uuid, CAST(firt AS TEXT)),
              fmtime
         FROM forumpost LEFT JOIN blob AS post ON post.rid = fpid
         LEFT JOIN blob AS root ON root.rid = froot LEFT JOIN blob AS prior ON prior.rid = fprev
         LEFT JOIN blob AS above ON above.rid = firt ORDER BY 1`,
    )
    .all()
    .flatMap(([hash, root, replaced, answered, fmtime]) =>
      rowLines(
        `post ${hash}`,
        columnsOf(['froot', 'fprev', 'firt', 'fmtime'], [root, replaced, answered, unixMs(fmtime)]),
      ),
    )
}

export const threads: Invariant = {
  name: 'threads',
  holds: 'always',
  ...ofEachNode(ownTables, checkThreads),
}

/**
 * An operation: somebody writes something at one node. It is given a repository, and draws all its
 * choices; possible targets are asked of the repository, in a fixed order.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Author } from '../../write/artifact.ts'
import type { Draw } from '../../sim/random.ts'
import type { NodeId } from '../../runner/model.ts'

/** The place of one operation, and the numbers that it draws from. */
export interface OperationContext {
  readonly id: NodeId
  readonly repo: Repo
  readonly draw: Draw
  /** Some of what is written may be private. */
  readonly mayBePrivate: boolean
}

/** Writes something; undefined where there is nothing to write about yet. */
export type Operation = (context: OperationContext) => readonly ArtifactHash[] | undefined

/** Times that are not the clock's are rounded to this, so that those of two nodes are often one. */
const gridMs = 20_000

/** The node, or somebody who is everywhere. Mostly now, else at a time that others use, too. */
export function drawAuthor({ id, repo, draw }: OperationContext): Author {
  const user = draw.pick([id, id, 'ann', 'bob'])
  if (draw.chance(0.6)) return { user }
  const agoMs = draw.chance(0.7) ? 0 : draw.int(0, 20 * gridMs)
  return { user, dateMs: Math.floor((repo.env.clock.nowMs() - agoMs) / gridMs) * gridMs }
}

/** Text of a few words, some of them links to check-ins and pages. */
export function drawText({ repo, draw }: OperationContext): string {
  const known = checkins(repo)
  const words = Array.from({ length: draw.int(1, 12) }, () => {
    if (known.length === 0 || !draw.chance(0.15)) return draw.pick(someWords)
    return draw.chance(0.8) ? `[${draw.pick(known).slice(0, draw.int(8, 40))}]` : '[Home]'
  })
  return `${words.join(' ')}\n`
}

const someWords = ['plan', 'größer', 'see', '<b>bold</b>', "isn't", '"so"', 'a&b', 'change', 'x_y']

/** Check-ins of the timeline, oldest first: they are here, baselines and all. */
export function checkins(repo: Repo): ArtifactHash[] {
  return hashes(
    repo,
    `SELECT uuid FROM event JOIN blob ON rid = objid WHERE type = 'ci'
                        ORDER BY event.mtime, uuid`,
  )
}

/** Check-ins that everybody may know of. */
export function publicCheckins(repo: Repo): ArtifactHash[] {
  return hashes(
    repo,
    `SELECT uuid FROM event JOIN blob ON rid = objid
                        WHERE type = 'ci' AND rid NOT IN (SELECT rid FROM private)
                        ORDER BY event.mtime, uuid`,
  )
}

/** Check-ins without a child on their branch. */
export function heads(repo: Repo): ArtifactHash[] {
  return hashes(
    repo,
    `SELECT uuid FROM leaf JOIN blob USING(rid) JOIN event ON objid = leaf.rid
                        WHERE type = 'ci' ORDER BY uuid`,
  )
}

/** Everything on the timeline. */
export function news(repo: Repo): ArtifactHash[] {
  return hashes(repo, 'SELECT uuid FROM event JOIN blob ON rid = objid ORDER BY uuid')
}

/** Names in the order of the query. */
export function hashes(repo: Repo, sql: string): ArtifactHash[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>(sql)
    .all()
    .map(([hash]) => hash)
}

/** Texts in the order of the query. */
export function texts(repo: Repo, sql: string): string[] {
  return dbOf(repo)
    .prepare<[string]>(sql)
    .all()
    .map(([text]) => text)
}

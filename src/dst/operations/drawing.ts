/**
 * Draws that many operations share: possible targets, asked of the repository in a fixed order;
 * authors and texts, with how they read when an operation is carried out.
 * @module
 */

import { assert } from '../../base/assert.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { ArgumentValues } from '../../runner/arguments.ts'
import type { Draw } from '../../sim/random.ts'
import type { Author } from '../../write/artifact.ts'
import type { ApplyContext, PlanContext } from './operation.ts'

/** Times that are not the clock's are rounded to this, so that those of two nodes are often one. */
const gridMs = 20_000

/** The node, or somebody who is everywhere. Mostly now, else at a time that others use, too. */
export function drawAuthor({ id, repo, draw }: PlanContext): ArgumentValues {
  const user = draw.pick([id, id, 'ann', 'bob'])
  if (draw.chance(0.6)) return { user }
  const agoMs = draw.chance(0.7) ? 0 : draw.int(0, 20 * gridMs)
  return { user, dateMs: Math.floor((repo.env.clock.nowMs() - agoMs) / gridMs) * gridMs }
}

/** The author that {@link drawAuthor} drew. */
export function authorOf({ args }: Pick<ApplyContext, 'args'>): Author {
  const dateMs = args.maybeInteger('dateMs')
  return { user: args.text('user'), ...(dateMs === undefined ? {} : { dateMs }) }
}

/** Names for check-ins and notes, two of which have to be escaped. */
export function drawNames(draw: Draw): string[] {
  const names = ['release', 'checked', 'two words', 'back\\slash']
  return draw.chance(0.6) ? [draw.pick(names)] : [...new Set([draw.pick(names), draw.pick(names)])]
}

/** Mimetypes of texts, Fossil's own among them, which is said by saying nothing. */
export function drawMimetype(draw: Draw): string {
  return draw.pick(['text/x-markdown', 'text/plain', 'text/x-fossil-wiki'])
}

/** Text of a few words, some of them links to check-ins and pages: see {@link textOf}. */
export function drawText(context: PlanContext): string {
  const { repo, draw, references } = context
  const count = countCheckins(repo)
  const words = Array.from({ length: draw.int(1, 12) }, () => {
    if (count === 0 || !draw.chance(0.15)) return draw.pick(someWords)
    if (!draw.chance(0.8)) return '[Home]'
    const linked = `@${references.to(checkinAt(repo, draw.int(0, count - 1)))}:${draw.int(8, 40)}`
    return draw.pick(linkForms).replace('@', linked)
  })
  return `${words.join(' ')}\n`
}

const someWords = [
  'plan',
  'größer',
  'see',
  '<b>bold</b>',
  "isn't",
  '"so"',
  'a&b',
  'change',
  'x_y',
  'C:\\new\\s',
  'two\nlines',
  'a\ttab',
]

/** Links as wiki text has them, mostly, and as Markdown does. */
const linkForms = ['[@]', '[@]', '[@]', '[@|this]', '[/info/@]', '[this](@)', '[this](/info/@)']

/** A drawn text as it is written: `[@leaf-0#3:12]` is a link by 12 digits of a name. */
export function textOf({ references }: Pick<ApplyContext, 'references'>, text: string): string {
  const named = /(?<=[[(](?:\/info\/)?)@([^\s\])|:]+):(\d+)(?=[\])|])/g
  return text.replace(named, (name, reference: string, digits: string) => {
    const subject = references.resolve(reference)
    return subject === undefined ? name : subject.slice(0, Number(digits))
  })
}

/** Check-ins of the timeline, oldest first: they are here, baselines and all. */
export function checkins(repo: Repo): ArtifactHash[] {
  return hashes(
    repo,
    `SELECT uuid FROM event JOIN blob ON rid = objid WHERE type = 'ci'
                        ORDER BY event.mtime, uuid`,
  )
}

/** The count of {@link checkins}. */
function countCheckins(repo: Repo): number {
  const sql = `SELECT count(*) FROM event JOIN blob ON rid = objid WHERE type = 'ci'`
  return dbOf(repo).prepare<[number]>(sql).get()?.[0] ?? 0
}

/** One of {@link checkins}, for a small part of what it costs to list them all. */
function checkinAt(repo: Repo, index: number): ArtifactHash {
  const row = dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT uuid FROM event JOIN blob ON rid = objid WHERE type = 'ci'
        ORDER BY event.mtime, uuid LIMIT 1 OFFSET ?`,
    )
    .get(index)
  assert(row !== undefined, 'an index of a check-in is below their count')
  return row[0]
}

/** The last of {@link publicCheckins}. SQLite sorts them all unless it is told of the index. */
export function newestPublicCheckin(repo: Repo): ArtifactHash | undefined {
  return hashes(
    repo,
    `SELECT uuid FROM event INDEXED BY event_i1 CROSS JOIN blob ON rid = objid
                        WHERE type = 'ci' AND rid NOT IN (SELECT rid FROM private)
                        ORDER BY event.mtime DESC, uuid DESC LIMIT 1`,
  )[0]
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

/** Check-ins that are private here. */
export function privateCheckins(repo: Repo): ArtifactHash[] {
  return hashes(
    repo,
    `SELECT uuid FROM event JOIN blob ON blob.rid = objid JOIN private ON private.rid = objid
                        WHERE type = 'ci' ORDER BY uuid`,
  )
}

/** Check-ins that others are written as a difference from. */
export function baselines(repo: Repo): ArtifactHash[] {
  return hashes(
    repo,
    `SELECT DISTINCT uuid FROM plink JOIN blob ON rid = baseid WHERE size >= 0 ORDER BY uuid`,
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

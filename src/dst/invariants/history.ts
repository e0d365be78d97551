/**
 * History invariants: parents, tags, leaves and the timeline are what the artifacts say.
 *
 * Verifies the tables `plink`, `tagxref`, `leaf` and `event` against oracles that work them out
 * anew, all at once, from the decks of what is held, without any code of src/crosslink. Does
 * not verify the words that stock composes for the timeline, nor how far check-ins of one moment
 * are moved to be in order, only that no others are: `derived` compares both with a rebuild, and
 * `moments` looks at the order.
 *
 * A check parses what is new since the last one, and walks once through what is held: about as much
 * as checking that contents hash to their names.
 * @module
 */

import { julianFromMs, storedJulian } from '../../deck/date.ts'
import { decodeText } from '../../base/text.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'
import { compareRows } from './compare-rows.ts'
import { expectedOf } from './expected.ts'
import { composed, type ExpectedEvent, expectedEvents } from './expected-events.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'

/**
 * Every artifact has the parents that it names, or that a `parent` tag gives it, and no others.
 *
 * @throws {InvariantError} `plink`
 */
export function checkParents(nodeId: string, repo: Repo): void {
  const { statements, parents } = expectedOf(repo)
  const expected = [...parents].flatMap(([child, all]) => {
    const deck = statements.get(child)?.deck
    if (deck === undefined || !('dateMs' in deck)) return []
    const mtime = storedJulian(julianFromMs(deck.dateMs))
    const baseline = deck.kind === 'checkin' ? (deck.baseline ?? '-') : '-'
    return all.map(({ hash, isPrimary }) =>
      [hash, 'is parent of', child, isPrimary ? 1 : 0, mtime, baseline].join(' '),
    )
  })
  const actual = dbOf(repo)
    .prepare<[string, string, number, number, string]>(
      `SELECT coalesce(p.uuid, pid), coalesce(c.uuid, cid), isprim, plink.mtime,
              coalesce(b.uuid, baseid, '-')
         FROM plink LEFT JOIN blob AS p ON p.rid = pid LEFT JOIN blob AS c ON c.rid = cid
         LEFT JOIN blob AS b ON b.rid = baseid`,
    )
    .all()
    .map(([parent, child, ...rest]) => [parent, 'is parent of', child, ...rest].join(' '))
  compareRows('plink', nodeId, expected, actual)
}

/**
 * Every artifact has the tags that the latest word gives it, or that its primary parent hands down.
 *
 * @throws {InvariantError} `tags`
 */
export function checkTags(nodeId: string, repo: Repo): void {
  const { tags } = expectedOf(repo)
  const expected = [...tags].flatMap(([hash, ofOne]) =>
    [...ofOne].map(([name, { type, source, origin, value, dateMs }]) => {
      // A cluster has no date: the table says when it came.
      const mtime = dateMs === undefined ? '-' : julianFromMs(dateMs)
      return tagLine([hash, name, type, source ?? '-', origin, value, mtime])
    }),
  )
  const rows = dbOf(repo)
    .prepare<[string, Uint8Array, number, string, string, Uint8Array | null, number | string]>(
      `SELECT coalesce(b.uuid, x.rid), CAST(coalesce(tagname, tagid) AS BLOB), tagtype,
              CASE srcid WHEN 0 THEN '-' ELSE coalesce(s.uuid, srcid) END,
              coalesce(o.uuid, origid), CAST(value AS BLOB),
              CASE tagname WHEN 'cluster' THEN '-' ELSE mtime END
         FROM tagxref AS x LEFT JOIN tag USING(tagid) LEFT JOIN blob AS b ON b.rid = x.rid
         LEFT JOIN blob AS s ON s.rid = srcid LEFT JOIN blob AS o ON o.rid = origid`,
    )
    .all()
  const actual = rows.map(([hash, name, type, source, origin, value, mtime]) =>
    tagLine([hash, decodeText(name), type, source, origin, text(value), mtime]),
  )
  compareRows('tags', nodeId, expected, actual)
}

function tagLine(fields: readonly (string | number | undefined)[]): string {
  const [hash, name, type, source, origin, value, mtime] = fields
  const said = value === undefined ? '' : ` ${JSON.stringify(value)}`
  return `${hash} has ${name}${said}, type ${type}, by ${source} on ${origin} at ${mtime}`
}

/**
 * The leaves are the check-ins without a child on their branch.
 *
 * @throws {InvariantError} `leaf`
 */
export function checkLeaves(nodeId: string, repo: Repo): void {
  const actual = dbOf(repo)
    .prepare<[string]>('SELECT coalesce(uuid, rid) FROM leaf LEFT JOIN blob USING(rid)')
    .all()
  compareRows(
    'leaf',
    nodeId,
    [...expectedOf(repo).leaves].map((hash) => `leaf ${hash}`),
    actual.map(([hash]) => `leaf ${hash}`),
  )
}

/**
 * The timeline tells of everything that is news, once, as its tags have it.
 *
 * @throws {InvariantError} `event`
 */
export function checkEvents(nodeId: string, repo: Repo): void {
  const fail = (detail: string): InvariantError => new InvariantError('event', { nodeId, detail })
  const actual = readEvents(repo)
  for (const [hash, expected] of expectedEvents(repo, expectedOf(repo))) {
    const event = actual.get(hash)
    actual.delete(hash)
    if (event === undefined) throw fail(`${hash} is not on the timeline`)
    const wrong = firstDifference(expected, event)
    if (wrong !== undefined) throw fail(`${wrong} of ${hash}`)
  }
  const [extra] = actual.keys()
  if (extra !== undefined) throw fail(`${extra} is on the timeline and no news`)
}

/** A row of `event`; NULL is undefined. */
type ActualEvent = Readonly<
  Record<(typeof textFields)[number], string | undefined> &
    Record<'mtime' | 'omtime', number | undefined>
>

type Text = Uint8Array | null
type EventRow = [string, string, number, number | null, Text, Text, Text, Text, Text, Text, Text]

function readEvents(repo: Repo): Map<string, ActualEvent> {
  const rows = dbOf(repo)
    .prepare<EventRow>(
      `SELECT coalesce(uuid, objid), type, mtime, omtime, CAST(user AS BLOB),
              CAST(comment AS BLOB), CAST(coalesce(tagname, event.tagid) AS BLOB),
              CAST(euser AS BLOB), CAST(ecomment AS BLOB), CAST(bgcolor AS BLOB),
              CAST(brief AS BLOB)
         FROM event LEFT JOIN blob ON rid = objid LEFT JOIN tag ON tag.tagid = event.tagid
        ORDER BY 1`,
    )
    .all()
  return new Map(
    rows.map(([hash, type, mtime, omtime, ...texts]) => {
      const [user, comment, tagName, taggedUser, taggedComment, color, brief] = texts.map(text)
      const said = { user, comment, brief, tagName, taggedUser, taggedComment, color }
      return [hash, { type, mtime, omtime: omtime ?? undefined, ...said }]
    }),
  )
}

/**
 * A check-in is moved to 25 ms before its child, unless it is two seconds younger, and again where
 * the child moves, thirty times at most (time.ts): in days.
 */
const mostShift = (30 * 2.025) / 86_400

const textFields = [
  'type',
  'user',
  'comment',
  'brief',
  'tagName',
  'taggedUser',
  'taggedComment',
  'color',
] as const

/** The first difference from the row that should be there, in words. */
function firstDifference(expected: ExpectedEvent, actual: ActualEvent): string | undefined {
  const own = storedJulian(julianFromMs(expected.ownMs))
  const { type, taggedJulian, mayMove } = expected
  for (const field of textFields) {
    const [wanted, found] = [expected[field], actual[field]]
    if (wanted !== composed && wanted !== found) return differs(field, found, wanted)
  }
  const isTimed = type === 'ci' || taggedJulian !== undefined
  const omtime = isTimed ? own : undefined
  if (actual.omtime !== omtime) return differs('omtime', actual.omtime, omtime)
  const mtime = taggedJulian ?? own
  const early = mtime - (actual.mtime ?? 0)
  const isMoved = mayMove && taggedJulian === undefined && early > 0 && early < mostShift
  return early === 0 || isMoved ? undefined : differs('mtime', actual.mtime, mtime)
}

function differs(field: string, found: unknown, wanted: unknown): string {
  return `${field} is ${JSON.stringify(found)} and not ${JSON.stringify(wanted)}, in the event`
}

function text(value: Uint8Array | null): string | undefined {
  return value === null ? undefined : decodeText(value)
}

function invariant(name: string, check: (nodeId: string, repo: Repo) => void): Invariant {
  return {
    name,
    holds: 'always',
    ...ofEachNode(ownTables, check),
  }
}

export const plink: Invariant = invariant('plink', checkParents)
export const tags: Invariant = invariant('tags', checkTags)
export const leaf: Invariant = invariant('leaf', checkLeaves)
export const event: Invariant = invariant('event', checkEvents)

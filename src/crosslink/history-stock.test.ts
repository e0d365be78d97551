/**
 * Made-up histories, in orders of all sorts, read by stock Fossil's rebuild: it derives what we do.
 *
 * Where stock's tables follow the order that it reads, the histories avoid it (`stockHistory`), or
 * {@link comparable} leaves it out; both are entries of docs/divergences.md.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { openDatabase } from '../db/node.ts'
import { msFromJulian } from '../deck/date.ts'
import { createRepo, openRepo } from './open.ts'
import { scratchPath, TestEnv } from '../repo/fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { commentTagId } from '../repo/schema.ts'
import { dumpDerived } from './derived-dump.ts'
import { artifactsOf, type Plan, plans, stockHistory } from './history.suite.ts'
import { store } from './order.suite.ts'

const shuffledHistory = plans(stockHistory).chain((plan) =>
  fc.record({
    plan: fc.constant<Plan>(plan),
    keys: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  }),
)

/** Check-ins that stock moves in time by the order it reads: see {@link comparable}. */
function movedByOrder(repo: Repo): ReadonlySet<string> {
  const rows = dbOf(repo).prepare<[string]>(
    `WITH related(pid, cid) AS (
       SELECT pid, cid FROM plink
       UNION SELECT parentid, childid FROM cherrypick WHERE NOT isExclude
     ), near(pid, cid) AS (
       SELECT pid, cid FROM related
         JOIN event AS p ON p.objid = pid JOIN event AS c ON c.objid = cid
        WHERE p.type = 'ci' AND c.type = 'ci' AND c.omtime < p.omtime + 2.0 / 86400
     ), moved(rid) AS (
       SELECT pid FROM near GROUP BY pid HAVING count(*) > 1
       UNION SELECT near.pid FROM near JOIN moved ON near.cid = moved.rid
     )
     SELECT uuid FROM moved JOIN blob USING(rid)`,
  )
  return new Set(rows.all().map(([hash]) => hash))
}

function withEditedComment(repo: Repo): ReadonlySet<string> {
  const rows = dbOf(repo).prepare<[string]>(
    `SELECT uuid FROM tagxref JOIN blob USING(rid) WHERE tagid = ${commentTagId}`,
  )
  return new Set(rows.all().map(([hash]) => hash))
}

/**
 * The derived tables without what stock makes dependent on its order, or on its version:
 * - `event.mtime` of a check-in with several children of its moment, and of its ancestors: stock
 *   follows the child that it read last (manifest.c:1706, a row for each parent);
 * - `backlink.mtime` of an edited comment: dated by the edit or by the check-in, whichever came
 *   last (tag.c:221, manifest.c:2412);
 * - the last digits of times, which SQLite reads from text with an error that is not the same in
 *   all versions: here they are milliseconds.
 */
function comparable(lines: readonly string[], made: Repo): string[] {
  const moved = movedByOrder(made)
  const edited = withEditedComment(made)
  return lines
    .map((line) => {
      const [table = ''] = line.split(' ', 1)
      const subject = / (?:objid|srcid)=(\w+)/.exec(line)?.[1] ?? ''
      const isComment = table === 'backlink' && line.includes(' srctype=0 ')
      const isDated =
        !(table === 'event' && moved.has(subject)) && !(isComment && edited.has(subject))
      return line.replace(/ (o?mtime)=(\d{7}\.\d+)/g, (_, column: string, julian: string) =>
        column === 'mtime' && !isDated ? '' : ` ${column}=${msFromJulian(Number(julian))}`,
      )
    })
    .sort()
}

test('stock derives the same of made-up histories', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const image = emptyImage()
  const path = scratchPath(t)
  await fc.assert(
    fc.asyncProperty(shuffledHistory, async ({ plan, keys }) => {
      const artifacts = artifactsOf(plan, stockHistory)
      const key = (index: number): number => keys[index] ?? 0
      const order = [...artifacts.keys()].sort((a, b) => key(a) - key(b) || a - b)
      using ours = openRepo(openDatabase(image), new TestEnv())
      ours.transaction(() =>
        store(
          ours,
          order.flatMap((index) => artifacts[index] ?? []),
        ),
      )
      const expected = comparable(dumpDerived(ours), ours)
      // A rebuild that fails leaves everything as it was, and its exit code does not tell.
      dbOf(ours).exec('DELETE FROM event; DELETE FROM tagxref')
      writeFileSync(path, dbOf(ours).serialize())
      const { stdout, stderr } = await runFossil(['rebuild', path])
      using theirs = openRepo(openDatabase(path), new TestEnv())
      assert.deepEqual(comparable(dumpDerived(theirs), theirs), expected, stdout + stderr)
    }),
    { seed: 20_231_114, numRuns: 30 },
  )
})

function emptyImage(): Uint8Array {
  using repo = createRepo(openDatabase(), new TestEnv(), { adminUser: 'tester' })
  return dbOf(repo).serialize()
}

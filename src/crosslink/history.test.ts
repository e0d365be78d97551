/**
 * Made-up histories: whatever the order and the batches in which their artifacts come, whole or as
 * deltas, public or private, the derived tables are the same, a rebuild makes them again, and a
 * verification finds nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { deltaOf, receive, whole } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { rebuild } from './rebuild.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { verify } from './verify.ts'
import { dumpDerived } from './derived-dump.ts'
import { anyHistory, artifactsOf, type Plan, plans } from './history.suite.ts'
import type { Artifact } from './order.suite.ts'

/** One way for the artifacts of a history to come. */
interface Arrivals {
  /** Sorts the artifacts. */
  readonly keys: readonly number[]
  /** Artifacts in one transaction. */
  readonly atOnce: number
}

/** The number of orders in which each history comes. */
const orders = 50

function comings(plan: Plan): fc.Arbitrary<{
  plan: Plan
  /** For each artifact, whether it is private; and whether it comes at all. */
  isPrivate: boolean[]
  isLost: boolean[]
  arrivals: Arrivals[]
}> {
  const count = artifactsOf(plan, anyHistory).length
  const oneIn = (chances: number): fc.Arbitrary<boolean[]> =>
    fc.array(
      fc.nat({ max: chances - 1 }).map((value) => value === chances - 1),
      { minLength: count, maxLength: count },
    )
  return fc.record({
    plan: fc.constant(plan),
    isPrivate: fc.oneof({ weight: 2, arbitrary: oneIn(1).map(none) }, oneIn(4)),
    isLost: fc.oneof({ weight: 2, arbitrary: oneIn(1).map(none) }, oneIn(6)),
    arrivals: fc.array(
      fc.record({
        keys: fc.array(fc.nat(), { minLength: count, maxLength: count }),
        atOnce: fc.constantFrom(1, 1, 2, 3, 7, count),
      }),
      { minLength: orders, maxLength: orders },
    ),
  })
}

function none(values: readonly boolean[]): boolean[] {
  return values.map(() => false)
}

function arrive(
  repo: Repo,
  artifacts: readonly (Artifact & { isPrivate: boolean })[],
  { keys, atOnce }: Arrivals,
): void {
  const key = (index: number): number => keys[index] ?? 0
  const order = [...artifacts.keys()].sort((a, b) => key(a) - key(b) || a - b)
  for (let at = 0; at < order.length; at += atOnce) {
    repo.transaction(() => {
      for (const index of order.slice(at, at + atOnce)) {
        const coming = artifacts[index] ?? assert.fail('a number in the list')
        // Some come as deltas of others, which may be here or come later.
        const source = key(index) % 3 === 0 ? artifacts[index ^ 1]?.content : undefined
        const { content, isPrivate } = coming
        const arrival = source === undefined ? whole(content) : deltaOf(source, content)
        receive(repo, { ...arrival, isPrivate })
      }
    })
  }
  // Where two were sent as deltas of each other, or of what never came, one was not understood.
  repo.transaction(() => {
    for (const { content, isPrivate } of artifacts) receive(repo, { ...whole(content), isPrivate })
  })
}

/** A `parent` tag that was replaced leaves phantoms: names, once heard, are not forgotten. */
function linesOf(repo: Repo, { isComplete }: { isComplete: boolean }): string[] {
  const lines = dumpDerived(repo)
  return isComplete
    ? lines
    : lines.filter((line) => !/^(?:blob|phantom|private|unclustered) /.test(line))
}

test('every order of arrival gives the tables of a rebuild', () => {
  fc.assert(
    fc.property(plans(anyHistory).chain(comings), ({ plan, isPrivate, isLost, arrivals }) => {
      const artifacts = artifactsOf(plan, anyHistory)
        .map((each, at) => ({ ...each, isPrivate: isPrivate[at] === true }))
        .filter((_, at) => isLost[at] !== true)
      const isComplete = !isLost.includes(true)
      let expected: string[] | undefined
      for (const each of arrivals) {
        using repo = memoryRepo()
        arrive(repo, artifacts, each)
        const lines = linesOf(repo, { isComplete })
        if (expected === undefined) {
          assert.deepEqual(verify(repo).differences, [])
          rebuild(repo)
          expected = linesOf(repo, { isComplete })
        }
        assert.deepEqual(lines, expected)
      }
    }),
    { seed: 20_231_114, numRuns: 12 },
  )
})

test('made-up histories hold what crosslinking is about', () => {
  const counts = new Map<string, number>()
  const queries = {
    merges: 'SELECT count(*) FROM plink WHERE NOT isprim',
    'delta manifests': 'SELECT count(DISTINCT cid) FROM plink WHERE baseid IS NOT NULL',
    'cherry-picks': 'SELECT count(*) FROM cherrypick',
    renames: 'SELECT count(*) FROM mlink WHERE pfnid <> 0',
    deletions: 'SELECT count(*) FROM mlink WHERE fid = 0',
    permissions: 'SELECT count(*) FROM mlink WHERE fid = pid',
    'files seen from merge parents': 'SELECT count(*) FROM mlink WHERE isaux',
    'files brought in by merges': 'SELECT count(*) FROM mlink WHERE pid = -1',
    'moved times': `SELECT count(*) FROM event WHERE mtime <> omtime`,
    'inherited tags': 'SELECT count(*) FROM tagxref WHERE srcid = 0',
    'parent tags': 'SELECT count(*) FROM tagxref WHERE tagid = 10 AND tagtype = 1',
  }
  for (const plan of fc.sample(plans(anyHistory), { seed: 3, numRuns: 100 })) {
    using repo = memoryRepo()
    arrive(
      repo,
      artifactsOf(plan, anyHistory).map((each) => ({ ...each, isPrivate: false })),
      { keys: [], atOnce: 100 },
    )
    for (const [what, sql] of Object.entries(queries)) {
      const count = dbOf(repo).prepare<[number]>(sql).get()?.[0] ?? 0
      counts.set(what, (counts.get(what) ?? 0) + count)
    }
  }
  for (const [what, count] of counts) assert.ok(count > 0, `no ${what}`)
})

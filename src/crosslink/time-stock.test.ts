/**
 * Check-ins of one moment that stock imported from git, in several orders: what stock leaves passes
 * for right, a rebuild puts every check-in before its children whatever the order was, and where
 * each has one child only, both give the same times.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { openDatabase } from '../db/node.ts'
import { msFromJulian } from '../deck/date.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { scratchPath, TestEnv } from '../repo/fixture.suite.ts'
import { openRepo } from './open.ts'
import { rebuild } from './rebuild.ts'
import { verify } from './verify.ts'

const startSec = 1_700_000_000

interface Commit {
  /** Earlier commits by index, the first parent first; none for a root. */
  readonly parents: readonly number[]
  readonly dateSec: number
}

/** Histories in which many commits are of one second, and some older than their parents. */
const histories: fc.Arbitrary<Commit[]> = fc
  .array(fc.record({ first: fc.nat(), second: fc.option(fc.nat()), dateSec: seconds() }), {
    minLength: 2,
    maxLength: 12,
  })
  .map((drawn) =>
    drawn.map(({ first, second, dateSec }, index) => {
      const parents = [first, second].flatMap((each) => (each === null ? [] : each % (index || 1)))
      return { parents: index === 0 ? [] : [...new Set(parents)], dateSec: startSec + dateSec }
    }),
  )

function seconds(): fc.Arbitrary<number> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 3 }))
}

/** The commits as git exports them, parents before children, else in the order of the keys. */
function exportOf(commits: readonly Commit[], keys: readonly number[]): string {
  const left = new Set(commits.keys())
  const lines: string[] = []
  while (left.size > 0) {
    const [next = 0] = [...left]
      .filter((index) => commits[index]?.parents.every((parent) => !left.has(parent)))
      .sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
    left.delete(next)
    const { parents = [], dateSec = 0 } = commits[next] ?? {}
    const [from, ...merged] = parents.map((parent) => `:${parent + 1}`)
    const name = `m${next}`
    lines.push('commit refs/heads/main', `mark :${next + 1}`)
    lines.push(`committer A <a@b.c> ${dateSec} +0000`, `data ${name.length}`, name)
    if (from !== undefined) lines.push(`from ${from}`)
    for (const mark of merged) lines.push(`merge ${mark}`)
    lines.push(`M 100644 inline ${name}.txt`, `data ${name.length}`, name, '')
  }
  return `${lines.join('\n')}\n`
}

/** The times at which the timeline shows each check-in, by comment, in milliseconds. */
function shown(repo: Repo): Map<string, number> {
  const rows = dbOf(repo).prepare<[string, number]>(
    `SELECT comment, mtime FROM event WHERE type = 'ci' ORDER BY comment`,
  )
  return new Map(rows.all().map(([comment, mtime]) => [comment, msFromJulian(mtime)]))
}

function assertParentsFirst(commits: readonly Commit[], times: ReadonlyMap<string, number>): void {
  for (const [child, { parents, dateSec }] of commits.entries()) {
    for (const parent of parents) {
      if ((commits[parent]?.dateSec ?? 0) >= dateSec + 2) continue
      const [before = Infinity, after = 0] = [times.get(`m${parent}`), times.get(`m${child}`)]
      assert.ok(before < after, `m${parent} at ${before}, its child m${child} at ${after}`)
    }
  }
}

/** True where stock has no choice of a child, and each child is less than two seconds younger. */
function isSingleLine(commits: readonly Commit[]): boolean {
  const parents = commits.flatMap((commit) => commit.parents)
  const isClose = ({ parents: named, dateSec }: Commit): boolean =>
    named.every((parent) => Math.abs((commits[parent]?.dateSec ?? 0) - dateSec) < 1)
  return new Set(parents).size === parents.length && commits.every(isClose)
}

test('check-ins of one second that stock imports are in order, whatever came last', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = scratchPath(t)
  const folder = join(path, '..', 'artifacts')
  let single = 0
  const line = [[], [0], [1]].map((parents): Commit => ({ parents, dateSec: startSec }))
  const keys = fc.array(fc.nat({ max: 100 }), { minLength: 12, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(histories, fc.tuple(keys, keys), async (commits, orders) => {
      let before: Map<string, number> | undefined
      const check = (how: string): void => {
        using repo = openRepo(openDatabase(path), new TestEnv())
        assert.deepEqual(verify(repo).differences, [], how)
        const theirs = shown(repo)
        rebuild(repo)
        assert.deepEqual(verify(repo).differences, [], `${how}, rebuilt`)
        const ours = shown(repo)
        assertParentsFirst(commits, ours)
        if (isSingleLine(commits)) {
          single++
          assert.deepEqual(theirs, ours, how)
        }
        assert.deepEqual(ours, before ?? ours, how)
        before = ours
      }
      for (const order of orders) {
        rmSync(path, { force: true })
        await runFossil(['import', '--git', path], { input: exportOf(commits, order) })
        check('imported')
      }
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      await runFossil(['deconstruct', '-R', path, folder])
      rmSync(path, { force: true })
      await runFossil(['reconstruct', path, folder])
      check('reconstructed')
    }),
    {
      numRuns: 12,
      seed: 3,
      examples: [
        [
          line,
          [
            [0, 1, 2],
            [2, 1, 0],
          ],
        ],
      ],
    },
  )
  assert.ok(single > 0, 'some of the histories are single lines')
})

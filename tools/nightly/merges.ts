/**
 * Merges of generated forks, compared with stock's: the files that it leaves in a check-out, and
 * the conflicts that it tells of.
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createRepo, openRepo, planMerge, setConfig, systemEnv } from 'trilobite'

import type { Check, CheckOptions, CheckResult, Progress } from './check.ts'
import { type Fork, makeFork } from './forks.ts'
import { compareMerge, type Point } from './merge-comparison.ts'
import { stockMerge } from './stock-merge.ts'

/** Forks that were merged by both. */
export interface ComparedMerges {
  /** Conflicts that both found. */
  readonly conflicts: number
  /** The points in which they differ on purpose, with the number of files. */
  readonly points: ReadonlyMap<Point, number>
  readonly failures: readonly string[]
}

/**
 * Merges `count` forks of a seed, from number `first`.
 *
 * @throws {Error} where stock Fossil is not installed
 */
export async function compareForks(
  { seed, first = 0, count }: { seed: number; first?: number; count: number },
  progress: Progress = () => {},
): Promise<ComparedMerges> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-merges-'))
  try {
    const path = join(folder, 'forks.fossil')
    const forks = makeForks(path, { seed, first, count })
    const points = new Map<Point, number>()
    const failures: string[] = []
    let conflicts = 0
    for (const [at, fork] of forks.entries()) {
      progress(`${at} of ${count} forks, ${failures.length} failures`)
      const checkout = join(folder, `checkout-${at}`)
      const stock = await stockMerge(path, checkout, fork)
      using repo = openRepo(path, systemEnv, { readOnly: true })
      const compared = compareMerge(repo, planMerge(repo, fork), stock)
      conflicts += compared.conflicts
      for (const point of compared.points) points.set(point, (points.get(point) ?? 0) + 1)
      const name = `fork ${first + at} of --seed ${seed}, a ${fork.kind}`
      failures.push(...compared.failures.map((failure) => `${name}: ${failure}`))
      rmSync(checkout, { recursive: true })
    }
    return { conflicts, points, failures }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

function makeForks(
  path: string,
  { seed, first, count }: { seed: number; first: number; count: number },
): Fork[] {
  using repo = createRepo(path, systemEnv)
  // Without it stock writes links as files.
  setConfig(repo, 'allow-symlinks', 'on')
  const numbers = Array.from({ length: count }, (_, i) => first + i)
  return repo.transaction(() => numbers.map((number) => makeFork(repo, seed, number)))
}

async function run({ seed, count = 500, progress }: CheckOptions): Promise<CheckResult> {
  const { conflicts, points, failures } = await compareForks({ seed, count }, progress)
  const told = [...points].map(([point, files]) => `${files} ${point}`).sort()
  const summary =
    `${count} forks merge as in stock, with ${conflicts} conflicts; ` +
    `files with a difference on purpose: ${told.join(', ') || 'none'}`
  return { summary, failures }
}

/** The check. */
export const merges: Check = {
  name: 'merges',
  about: '500 generated forks: merges leave the files of stock, and find its conflicts',
  run,
}

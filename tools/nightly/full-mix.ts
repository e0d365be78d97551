/**
 * Simulations that each seed draws, with every operation that there is, converge; and the list of
 * what people did makes a run again, and converges with any third of it left out.
 * @module
 */

import { simulate, type SimReport } from 'trilobite/dst'

import type { Check } from './check.ts'

/** Everything that people can do, whatever the seed draws besides. */
const plan =
  'mix=checkin+kinds+uv+tables+upkeep+graveyard+local+guarded+bulk+byHand+browse+disputes+drafts'

/** One run in so many is made again from its list. */
const replayedOneIn = 20

async function problemsOf(seed: number): Promise<readonly string[]> {
  const report = await simulate({ seed, plan })
  const found = problemOf(report, seed, 'as drawn')
  if (found !== undefined || seed % replayedOneIn !== 0) return found === undefined ? [] : [found]
  return replayProblems(report, seed)
}

async function replayProblems(
  { intentions, traceHash }: SimReport,
  seed: number,
): Promise<readonly string[]> {
  const problems: string[] = []
  const again = await simulate({ seed, plan, intentions })
  if (again.traceHash !== traceHash) problems.push(`seed ${seed}: its list makes another run`)
  for (const left of [0, 1, 2]) {
    const kept = intentions.filter((_, index) => index % 3 !== left)
    const report = await simulate({ seed, plan, intentions: kept })
    const found = problemOf(report, seed, `without each third operation from ${left}`)
    if (found !== undefined) problems.push(found)
  }
  return problems
}

function problemOf(report: SimReport, seed: number, how: string): string | undefined {
  const { verdict, violation, failure } = report
  if (verdict === 'converged') return undefined
  const what = violation ? `${violation.invariant}: ${violation.detail}` : failure?.error.message
  return `seed ${seed}, ${how}: ${verdict} ${what ?? ''}`
}

export const fullMix: Check = {
  name: 'full-mix',
  about: '2,000 simulations with every operation, faults as each seed draws them, converge',
  run: async ({ seed, count = 2_000, progress }) => {
    const failures: string[] = []
    for (let run = 0; run < count; run++) {
      failures.push(...(await problemsOf(seed + run)))
      progress(`${run + 1} of ${count} seeds`)
    }
    const replayed = Math.floor(count / replayedOneIn)
    return { summary: `${count} seeds, about ${replayed} of them from their lists`, failures }
  },
}

/**
 * Canaries: each planted bug is found, by one of the invariants that it names, within few seeds;
 * and where it names one that alone sees it, by no other.
 *
 * Always the same seeds, whatever the seed of the night: another night's would tell of luck.
 * @module
 */

import { mutations, sweepCanaries } from '../../canaries/all.ts'
import type { CanaryResult } from '../../canaries/sweep.ts'
import type { Check } from './check.ts'

/** Seeds that it may take, for half of them and for nine in ten. docs/power.md: what it takes. */
const mostSeeds = { median: 5, p90: 50 }

/** Seeds of the second look, without the invariant that found the bug. */
const secondLook = { first: 1, last: 20 }

export const canaries: Check = {
  name: 'canaries',
  about: 'each bug that is planted in the source is found within 200 seeds, most within five',
  run: async ({ count = 200, progress }) => {
    const told = mutations.length
    let done = 0
    const onEnd = ({ mutation: { name } }: CanaryResult): void =>
      progress(`${++done} of ${told} canaries, last ${name}`)
    const results = await sweepCanaries(mutations, { seeds: { first: 1, last: count }, onEnd })
    const alone = mutations.filter(({ onlyBy }) => onlyBy !== undefined)
    const seconds = await sweepCanaries(alone, { seeds: secondLook, goesOn: true })
    const runs = results.map((result) => result.runs).sort((a, b) => a - b)
    const least = (part: number): number => runs[Math.ceil(part * runs.length) - 1] ?? 0
    const [median, p90] = [least(0.5), least(0.9)]
    const isSlow = median > mostSeeds.median || p90 > mostSeeds.p90
    const strays = [...results, ...seconds.filter(({ status }) => status === 'shared')]
    return {
      summary: `${told} bugs were looked for; seeds it took: median ${median}, p90 ${p90}`,
      failures: [
        ...(isSlow ? [`seeds it took: median ${median}, p90 ${p90}: too many`] : []),
        ...strays.filter(isStray).map(strayText),
      ],
    }
  },
}

/** One that was found without what it needs needs something else; its plan may lead away. */
function isStray({ status, finding }: CanaryResult): boolean {
  return status !== 'caught' || finding?.hadNeeds !== true
}

function strayText({ mutation: { name }, status, finding, second, reason }: CanaryResult): string {
  const found = [finding, second?.finding].map((each) =>
    each === undefined ? '' : `${each.invariant ?? each.verdict}, seed ${each.seed}`,
  )
  return `${name}: ${status} ${reason ?? found.join(' ')}`
}

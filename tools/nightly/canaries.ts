/**
 * Canaries: each planted bug is found, by one of the invariants that it names, and where it names
 * one that alone sees it, by no other.
 *
 * Always the same seeds, whatever the seed of the night: another night's would tell of luck.
 * @module
 */

import { mutations, sweepCanaries } from '../../canaries/all.ts'
import type { Check } from './check.ts'

export const canaries: Check = {
  name: 'canaries',
  about: 'each bug that is planted in the source is found within 20 seeds',
  run: async ({ count = 20, progress }) => {
    let done = 0
    const results = await sweepCanaries(mutations, {
      seeds: { first: 1, last: count },
      goesOn: true,
      onEnd: ({ mutation: { name } }) =>
        progress(`${++done} of ${mutations.length} canaries, last ${name}`),
    })
    const failures = results
      // One that was found without what it needs needs something else, and its plan may lead away.
      .filter(({ status, finding }) => status !== 'caught' || finding?.hadNeeds !== true)
      .map(({ mutation: { name }, status, finding, second, reason }) => {
        const found = [finding, second?.finding].map((each) =>
          each === undefined ? '' : `${each.invariant ?? each.verdict}, seed ${each.seed}`,
        )
        return `${name}: ${status} ${reason ?? found.join(' ')}`
      })
    return { summary: `${mutations.length} bugs were looked for with ${count} seeds`, failures }
  },
}

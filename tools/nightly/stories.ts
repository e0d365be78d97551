/**
 * Stories: each planted bug is found, shrunk to a few operations and faults, and told by a test
 * that fails with the bug and passes without it.
 *
 * The capsule of each is replayed by the oldest Node that is supported, to the same trace.
 *
 * Always the same seeds, as with the canaries: another night's would tell of luck.
 * @module
 */

import { mutations, sweepCanaries, tellStory } from '../../canaries/all.ts'
import { ensureRuntime, oldestNode } from '../runtimes.ts'
import type { Check } from './check.ts'

/** Two minutes of CPU for each. */
const budgetMs = 120_000

/** In so many of a hundred the story has to be as it should. */
const neededPercent = 90

export const stories: Check = {
  name: 'stories',
  about: 'each bug that is planted is shrunk to a short story, which a test tells',
  run: async ({ count = mutations.length, progress }) => {
    const told = mutations.slice(0, count)
    const results = await sweepCanaries(told, { seeds: { first: 1, last: 200 } })
    const { command: replayingNode } = await ensureRuntime(oldestNode)
    const problems: string[] = []
    let [done, untold] = [0, 0]
    for (const { mutation, finding } of results) {
      const { name, plan = '' } = mutation
      progress(`${++done} of ${told.length} canaries, now ${name}`)
      if (finding === undefined) {
        problems.push(`${name}: it is not found`)
        continue
      }
      const task = { seed: finding.seed, plan, budgetMs }
      const result = await tellStory(mutation, task, { replayingNode })
      if (result.problems.length > 0) problems.push(`${name}: ${result.problems.join(', ')}`)
      if (result.untold.length > 0) untold++
    }
    const good = told.length - problems.length
    const left = untold === 0 ? '' : `; ${untold} do not name all that the bug needs`
    const summary = `${good} of ${told.length} stories are short and tell the bug${left}`
    const isEnough = 100 * good >= neededPercent * told.length
    if (!isEnough) return { summary, failures: problems }
    return { summary: [summary, ...problems].join('; '), failures: [] }
  },
}

/**
 * Stories: each planted bug is found, shrunk to a few operations and faults, and told by a test
 * that fails with the bug and passes without it.
 *
 * The capsule of each is replayed by the oldest Node that is supported, to the same trace.
 *
 * Always the same seeds, as with the canaries: another night's would tell of luck.
 * @module
 */

import { availableParallelism } from 'node:os'

import { mutations, sweepCanaries, tellStory } from '../../canaries/all.ts'
import { eachOf } from '../../canaries/each-of.ts'
import type { CanaryResult } from '../../canaries/sweep.ts'
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
    const ends = await eachOf(results, availableParallelism(), async (result, index) => {
      progress(`${index + 1} of ${told.length} canaries, now ${result.mutation.name}`)
      return endOf(result, replayingNode)
    })
    const problems = ends.flatMap(({ problem }) => problem ?? [])
    const untold = ends.filter(({ isUntold }) => isUntold).length
    const good = told.length - problems.length
    const left = untold === 0 ? '' : `; ${untold} do not name all that the bug needs`
    const summary = `${good} of ${told.length} stories are short and tell the bug${left}`
    const isEnough = 100 * good >= neededPercent * told.length
    if (!isEnough) return { summary, failures: problems }
    return { summary: [summary, ...problems].join('; '), failures: [] }
  },
}

/** The story of one canary: what is wrong with it, and whether it names all that the bug needs. */
interface End {
  readonly problem?: string
  readonly isUntold: boolean
}

async function endOf({ mutation, finding }: CanaryResult, replayingNode: string): Promise<End> {
  const { name, plan = '' } = mutation
  if (finding === undefined) return { problem: `${name}: it is not found`, isUntold: false }
  const task = { seed: finding.seed, plan, budgetMs }
  const { problems, untold } = await tellStory(mutation, task, { replayingNode })
  const isUntold = untold.length > 0
  return problems.length === 0
    ? { isUntold }
    : { problem: `${name}: ${problems.join(', ')}`, isUntold }
}

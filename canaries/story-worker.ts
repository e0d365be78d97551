/**
 * The process that shrinks the failure of a planted bug, started by stories.ts over planted.ts. It
 * says what became of it as one line of JSON.
 * @module
 */

import { capsuleTexts, shrinkFailure, whyFails } from 'trilobite/dst'

import type { StoryTask, ToldStory } from './story.ts'

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- stories.ts wrote it
const { seed, plan, budgetMs } = JSON.parse(process.argv[2] ?? '') as StoryTask

const result = await shrinkFailure({ seed, plan }, { budgetMs })
if (result.end !== 'shrunk') throw new Error(result.end)
const { capsule, runs, isMinimal } = result
const reasons = await whyFails(capsule, { redraws: 0 })
const { file, test } = capsuleTexts(capsule)
const told: ToldStory = {
  capsule: file,
  test,
  plan: capsule.plan,
  traceHash: capsule.traceHash,
  operations: capsule.operations.length,
  faults: capsule.faults.length,
  runs,
  isMinimal,
  cpuMs: Math.round((process.cpuUsage().user + process.cpuUsage().system) / 1_000),
  necessary: (reasons?.items ?? [])
    .filter(({ isNecessary }) => isNecessary)
    .map(({ item }) =>
      item.kind === 'operation' ? `op:${item.operation.op}` : `site:${item.fault.site}`,
    ),
}
console.log(JSON.stringify(told))

/**
 * Simpler plans and fewer nodes: what shrinking tries in the place of the options of a run.
 * @module
 */

import type { PlanValue } from '../../runner/plan.ts'
import type { Scenario } from '../../runner/scenario.ts'
import { rounder } from '../../runner/simpler-values.ts'
import { calmPlan, type FossilPlan } from '../plan.ts'

type FossilScenario = Scenario<FossilPlan>

/** Plans with one option as on a calm day, or nearer to that. */
export function* simplerPlans({
  options: plan,
  operations,
}: FossilScenario): Generator<FossilPlan> {
  const names = Object.keys(plan).filter((name): name is keyof FossilPlan => name in calmPlan)
  const done = new Set(operations.map(({ op }) => op))
  const lastMs = operations.at(-1)?.atMs ?? 0
  for (const name of names) {
    if (name === 'leaves' || name === 'late') continue
    const values: Iterable<PlanValue> =
      name === 'mix'
        ? simplerLists(plan.mix, (word) => done.has(word))
        : name === 'durationMs'
          ? shorterTimes(plan.durationMs, lastMs)
          : simplerValues(plan[name], calmPlan[name])
    for (const value of values) yield { ...plan, [name]: value }
  }
}

function* simplerValues(value: PlanValue, calm: PlanValue): Generator<PlanValue> {
  if (typeof value === 'object') {
    yield* simplerLists(value, () => false)
  } else if (value !== calm) {
    yield calm
    if (typeof value !== 'number') return
    // Zero and one mean something of their own: none at all, or the usual.
    for (const round of rounder(value)) if (round > 1 && round !== calm) yield round
  }
}

/** Lists with words left out: all that can be, or one of them. */
function* simplerLists(
  words: readonly string[],
  isNeeded: (word: string) => boolean,
): Generator<readonly string[]> {
  const others = words.filter((word) => !isNeeded(word))
  if (others.length === 0) return
  yield words.filter(isNeeded)
  if (others.length === 1) return
  for (const left of others) yield words.filter((word) => word !== left)
}

/** Times after which faults end that are behind the last operation, the shortest first. */
function* shorterTimes(durationMs: number, lastMs: number): Generator<number> {
  for (const unit of [1_000, 10_000, 60_000]) {
    const endMs = Math.ceil((lastMs + 1) / unit) * unit
    if (endMs < durationMs) yield endMs
  }
}

/**
 * Scenarios with fewer leaves, the fewest first: those at which something happens stay, under the
 * first names. Faults of links that are gone go with them.
 */
export function* withFewerLeaves(
  scenario: FossilScenario,
  { renames }: { readonly renames: boolean },
): Generator<FossilScenario> {
  const { options, operations } = scenario
  const used = leavesIn(operations)
  const highest = used.at(-1) ?? -1
  for (let leaves = Math.max(1, used.length); leaves < options.leaves; leaves++) {
    if (highest < leaves) yield withLeaves(scenario, leaves)
    if (renames && highest >= used.length) yield withLeaves(renamed(scenario, used), leaves)
  }
}

function withLeaves(scenario: FossilScenario, leaves: number): FossilScenario {
  const { options, faults } = scenario
  const late = Math.min(options.late, leaves - 1)
  const left = faults.filter((fault) => (leavesIn(fault).at(-1) ?? -1) < leaves)
  return { ...scenario, options: { ...options, leaves, late }, faults: left }
}

/** The same with the leaves in use under the first names, and without faults of others. */
function renamed(scenario: FossilScenario, used: readonly number[]): FossilScenario {
  const names = new Map(used.map((number, index) => [number, index]))
  const faults = scenario.faults.filter((fault) =>
    leavesIn(fault).every((number) => names.has(number)),
  )
  const rename = <T>(part: T): T => {
    const text = JSON.stringify(part).replace(leafNames, (name, number: string) => {
      const index = names.get(Number(number))
      return index === undefined ? name : `leaf-${index}`
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only names in it differ
    return JSON.parse(text) as T
  }
  return { ...scenario, operations: rename(scenario.operations), faults: rename(faults) }
}

const leafNames = /\bleaf-(\d+)\b/g

/** Numbers of the leaves that are named in some part of a scenario, in ascending order. */
function leavesIn(part: unknown): number[] {
  const numbers = [...JSON.stringify(part).matchAll(leafNames)].map(([, number]) => Number(number))
  return [...new Set(numbers)].sort((a, b) => a - b)
}

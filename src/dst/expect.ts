/**
 * Sweeps of seeds: each makes a run, and one that does not converge is told of as by the command.
 * @module
 */

import { resolve } from 'node:path'

import { FossilError } from '../base/error.ts'
import { failureText as failureTextOf } from '../runner/report-text.ts'
import { scenarioLines } from './failure/scenario-text.ts'
import { shrinkFailure } from './failure/shrink.ts'
import { commitOf, replayCall } from './replay.ts'
import type { SimReport } from './sim-report.ts'
import { simulate } from './simulate.ts'
import type { SimulateOptions } from './simulate-options.ts'

/** Seeds from `first` to `last`, both included. */
export interface SeedRange {
  readonly first: number
  readonly last: number
}

/** Simulations to make, and the trouble to take over one that does not converge. */
export interface ExpectOptions extends Omit<SimulateOptions, 'seed'> {
  readonly seeds: SeedRange
  /**
   * CPU time to shrink a failure, in milliseconds; 0 for not at all. Only runs with a plan are
   * shrunk. Default ten seconds.
   */
  readonly shrinkBudgetMs?: number
}

const defaultBudgetMs = 10_000

/**
 * Simulates every seed of a range, and throws at the first run that does not converge: for
 * `node:test`, Vitest and the like. The error says what went wrong, when, what led to it, the
 * shortest run that fails in the same way, and how to make the run again.
 *
 * @example
 * ```ts
 * test('my agent converges', () => expectConverges({ seeds: { first: 1, last: 20 } }))
 * ```
 * @throws {Error} for a run that does not converge
 * @throws {FossilError} as {@link simulate} does
 */
export async function expectConverges({
  seeds,
  shrinkBudgetMs = defaultBudgetMs,
  ...options
}: ExpectOptions): Promise<void> {
  checkSeeds(seeds)
  for (let seed = seeds.first; seed <= seeds.last; seed++) {
    const report = await simulate({ ...options, seed })
    if (report.verdict === 'converged') continue
    const plan = report.plan === undefined ? '' : `  plan             ${report.plan}\n`
    const told = failureText(report, replayCall({ ...options, seed }))
    const story = await shortestStory(report, options, shrinkBudgetMs)
    const error = new Error(`seed ${seed} ${report.verdict}\n${plan}${told}${story}`)
    if (report.failure !== undefined) error.cause = report.failure.error
    throw error
  }
}

/** The shortest run that fails in the same way, in lines; empty where there is none to tell. */
async function shortestStory(
  { seed, plan }: SimReport,
  options: Omit<ExpectOptions, 'seeds' | 'shrinkBudgetMs'>,
  budgetMs: number,
): Promise<string> {
  const isReplayed = options.intentions !== undefined || options.config?.upstream !== undefined
  if (plan === undefined || budgetMs === 0 || isReplayed) return ''
  const { config = {}, workloads } = options
  const model = { config, ...(workloads === undefined ? {} : { workloads }) }
  const result = await shrinkFailure({ seed, plan }, { model, budgetMs })
  if (result.end !== 'shrunk') return ''
  const lines = scenarioLines(result.capsule).map((line) => `    ${line}\n`)
  return `  shrunk to        ${result.capsule.plan}\n${lines.join('')}`
}

/**
 * The failure of a run, in lines for a person: what, where and when, how the same ends on a
 * calm network, the last events that touch it, and how to make the run again.
 *
 * @example
 * ```ts
 * const report = await simulate({ seed: 7 })
 * console.log(failureText(report, 'simulate({ seed: 7 })'))
 * ```
 * @param replay the command or call that makes the run again
 * @returns empty where the run converged
 */
export function failureText(report: SimReport, replay: string): string {
  const commit = commitOf(resolve('.'))
  return failureTextOf(report, { replay, ...(commit === undefined ? {} : { commit }) })
}

/** @throws {FossilError} `option.invalid` for bounds that are no integers, or upside down */
export function checkSeeds({ first, last }: SeedRange): void {
  if (Number.isSafeInteger(first) && Number.isSafeInteger(last) && first <= last) return
  const reason = `${first} to ${last} is no range of seeds`
  throw new FossilError('option.invalid', { option: 'seeds', reason })
}

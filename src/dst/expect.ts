/**
 * Sweeps of seeds for test runners: a run that does not converge is reported as by the command.
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

/** Simulations to run, and the effort to spend on one that does not converge. */
export interface ExpectOptions extends Omit<SimulateOptions, 'seed'> {
  readonly seeds: SeedRange
  /**
   * CPU time to shrink a failure, in milliseconds; 0 to leave it as it is. Only runs with a plan
   * are shrunk. Default ten seconds.
   */
  readonly shrinkBudgetMs?: number
}

const defaultBudgetMs = 10_000

/**
 * Simulates every seed of a range, and throws at the first run that does not converge: for
 * `node:test`, Vitest and the like. The error describes the failure, its time, the events that led
 * to it, the shortest run that fails in the same way, and the call that repeats the run.
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

/** The shortest run that fails in the same way, in lines; empty if there is none. */
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
 * A readable report of a failed run: the failure, its place and time, the outcome on a calm
 * network, the last events that touch it, and the command that repeats the run.
 *
 * @example
 * ```ts
 * const report = await simulate({ seed: 7 })
 * console.log(failureText(report, 'simulate({ seed: 7 })'))
 * ```
 * @param replay the command or call that repeats the run
 * @returns empty if the run converged
 */
export function failureText(report: SimReport, replay: string): string {
  const commit = commitOf(resolve('.'))
  return failureTextOf(report, { replay, ...(commit === undefined ? {} : { commit }) })
}

/** @throws {FossilError} `option.invalid` for bounds that are not integers, or not in order */
export function checkSeeds({ first, last }: SeedRange): void {
  if (Number.isSafeInteger(first) && Number.isSafeInteger(last) && first <= last) return
  const reason = `${first} to ${last} is no range of seeds`
  throw new FossilError('option.invalid', { option: 'seeds', reason })
}

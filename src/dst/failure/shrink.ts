/**
 * Shrinking of failures: from a seed whose run fails, or from a capsule, to the capsule of the
 * shortest run that fails in the same way.
 * @module
 */

import { effective } from '../../runner/scenario.ts'
import { shrinkScenario, type ShrinkingModel } from '../../runner/shrink-scenario.ts'
import { type Signature, signatureText } from '../../runner/signature.ts'
import type { FossilPlan } from '../plan.ts'
import type { SimReport } from '../sim-report.ts'
import { simulate } from '../simulate.ts'
import { type Capsule, capsuleOf, scenarioIn } from './capsule.ts'
import { cpuMs } from './host.ts'
import { type FossilScenario, failureOf, optionsOf, scenarioOf } from './scenario-run.ts'
import type { SimulationModel } from '../sweep/model-file.ts'
import { simplerPlans, withFewerLeaves } from './simpler-plans.ts'

/** Options of shrinking. */
export interface ShrinkOptions {
  /** Code that takes part in the run. */
  readonly model?: SimulationModel
  /** CPU time that it may take, in milliseconds. Default a minute. */
  readonly budgetMs?: number
  /** Leaves may get other names, so that the first ones are left. Default true. */
  readonly renames?: boolean
  /** Called after each run. */
  readonly onRun?: (progress: ShrinkProgress) => void
}

/** The progress of shrinking. */
export interface ShrinkProgress {
  readonly runs: number
  readonly operations: number
  readonly faults: number
  /** The part of the budget that is spent, from 0 to 1. */
  readonly spent: number
}

/** A run to shrink: a seed with its plan, or what an earlier one was shrunk to. */
export type ShrinkSource = Capsule | { readonly seed: number; readonly plan: string }

/**
 * The end of shrinking.
 *
 * - `shrunk`: there is a capsule.
 * - `converged`: the run does not fail.
 * - `unlisted`: the run fails, and does not when it is made again from the list of its operations
 *   and faults: it depends on something else.
 */
export type ShrinkResult =
  | {
      readonly end: 'shrunk'
      readonly capsule: Capsule
      /** The report of the run of the capsule. */
      readonly report: SimReport
      readonly runs: number
      /** False where the budget ended before everything had been tried. */
      readonly isMinimal: boolean
    }
  | { readonly end: 'converged' }
  | {
      readonly end: 'unlisted'
      readonly signature: Signature
      /** The signature in words. */
      readonly text: string
    }

const defaultBudgetMs = 60_000

/** A shorter story takes no more events, but for one that comes to rest later. */
const stepsOver = (steps: number): number => 3 * steps + 2_000

/**
 * Shrinks a failure. The result depends on the source alone, unless the budget ends first.
 *
 * @example
 * ```ts
 * const result = await shrinkFailure({ seed: 7, plan: 'hostile' })
 * if (result.end === 'shrunk') console.log(capsuleTexts(result.capsule).story)
 * ```
 *
 * @throws {FossilError} `option.invalid`
 */
export async function shrinkFailure(
  source: ShrinkSource,
  options: ShrinkOptions = {},
): Promise<ShrinkResult> {
  const { model = {} } = options
  const { scenario, signature, steps, origin } = await begin(source, model)
  if (signature === undefined) return { end: 'converged' }
  const shrunk = await search(scenario, { sought: signature, maxSteps: stepsOver(steps) }, options)
  if (shrunk === undefined) return { end: 'unlisted', signature, text: signatureText(signature) }
  const report = await simulate(optionsOf(shrunk.scenario, model))
  const hasModel = Object.keys(model).length > 0
  const capsule = capsuleOf(shrunk.scenario, report, { origin, hasModel })
  return { end: 'shrunk', capsule, report, runs: shrunk.runs, isMinimal: shrunk.isMinimal }
}

interface Beginning {
  readonly scenario: FossilScenario
  readonly signature: Signature | undefined
  /** Events of its run. */
  readonly steps: number
  readonly origin: Capsule['origin']
}

async function begin(source: ShrinkSource, model: SimulationModel): Promise<Beginning> {
  if ('capsule' in source) {
    const scenario = scenarioIn(source)
    const { signature, steps } = await simulate(optionsOf(scenario, model))
    return { scenario, signature, steps, origin: source.origin }
  }
  const { seed, plan } = source
  const report = await simulate({ ...model, seed, plan })
  return {
    scenario: scenarioOf(report),
    signature: report.signature,
    steps: report.steps,
    origin: { seed, plan: report.plan ?? plan },
  }
}

function search(
  scenario: FossilScenario,
  limits: { readonly sought: Signature; readonly maxSteps: number },
  { model = {}, budgetMs = defaultBudgetMs, renames = true, onRun }: ShrinkOptions,
): ReturnType<typeof shrinkScenario<FossilPlan>> {
  const startMs = cpuMs()
  const spent = (): number => (cpuMs() - startMs) / budgetMs
  const fossil: ShrinkingModel<FossilPlan> = {
    run: (candidate) => failureOf(candidate, model, limits),
    withFewerNodes: (candidate) => withFewerLeaves(candidate, { renames }),
    simplerOptions: simplerPlans,
  }
  return shrinkScenario(scenario, fossil, {
    isSpent: () => spent() >= 1,
    onRun: ({ runs, shortest: { operations, faults } }) =>
      onRun?.({
        runs,
        operations: effective(operations).length,
        faults: faults.length,
        spent: Math.min(1, spent()),
      }),
  })
}

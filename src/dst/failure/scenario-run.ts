/**
 * Runs of scenarios of Fossil, and the scenario that a run was.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { Scenario } from '../../runner/scenario.ts'
import type { Signature } from '../../runner/signature.ts'
import { invariants } from '../invariants/all.ts'
import { drawFossilPlan, type FossilPlan, formatPlan, fossilPlans } from '../plan.ts'
import type { SimReport } from '../sim-report.ts'
import { simulate } from '../simulate.ts'
import type { SimulateOptions } from '../simulate-options.ts'
import type { SimulationModel } from '../sweep/model-file.ts'

/** A run of Fossil as a list. */
export type FossilScenario = Scenario<FossilPlan>

/**
 * The options of `simulate` that make the run of a scenario.
 *
 * @param model code that takes part in it; its other options are in the plan
 */
export function optionsOf(
  { seed, options, operations, faults }: FossilScenario,
  { config, workloads }: SimulationModel = {},
): SimulateOptions {
  return {
    ...(workloads === undefined ? {} : { workloads }),
    seed,
    plan: formatPlan(options),
    intentions: operations,
    config: { ...config, unlisted: 'benign', overrides: faults },
  }
}

/**
 * One run that ends at the first bad event of a kind of failure: the way in which it fails then
 * depends on what happens, and not on when somebody looks. The other invariants are checked as
 * seldom as ever, since a check of all of them costs more than the event.
 *
 * @param sought the kind of failure
 */
export function simulateClosely(
  options: SimulateOptions,
  { invariant }: Signature,
): Promise<SimReport> {
  const { config = {} } = options
  const sought = (config.invariants ?? invariants).find(({ name }) => name === invariant)
  const watched = sought?.holds === 'always' ? { watchedInvariant: sought.name } : {}
  return simulate({ ...options, diagnoses: false, config: { ...config, ...watched } })
}

/** The scenario that a run was, which had a plan. */
export function scenarioOf({ seed, plan, intentions, decisions }: SimReport): FossilScenario {
  if (plan === undefined) {
    throw new FossilError('option.invalid', { option: 'plan', reason: 'the run has none' })
  }
  const options = drawFossilPlan(seed, fossilPlans.read(plan))
  return { seed, options, operations: intentions, faults: decisions }
}

/**
 * The way in which a scenario fails; undefined where it converges, and where it is none, such as
 * where an argument is gone that its operation needs.
 *
 * @param options.sought the kind of failure that is looked for
 * @param options.maxSteps events after which it is given up
 */
export async function failureOf(
  scenario: FossilScenario,
  model: SimulationModel,
  { sought, maxSteps = Infinity }: { sought: Signature; maxSteps?: number },
): Promise<Signature | undefined> {
  try {
    const options = { ...optionsOf(scenario, model), maxSteps }
    const { signature, steps } = await simulateClosely(options, sought)
    // One that was given up may have come to rest later: that is no failure that anybody saw.
    return signature?.verdict === 'stalled' && steps >= maxSteps ? undefined : signature
  } catch (error) {
    if (FossilError.is(error, 'option.invalid')) return undefined
    throw error
  }
}

/**
 * A simulation as one function: repositories commit and sync through a faulty network for a while,
 * then faults end, everything settles, and everything is checked.
 * @module
 */

import { run, type RunPhase } from '../runner/run.ts'
import type { FossilWorld } from './fossil-world.ts'
import { operationGroups } from './operations/all.ts'
import {
  drawFossilPlan,
  type FossilPlan,
  fossilPlans,
  optionsOfPlan,
  without,
  withoutLies,
} from './plan.ts'
import { prepare, type PreparedFossil } from './prepared-run.ts'
import { settleBoundMs } from './settle-bound.ts'
import { describe, type SimReport } from './sim-report.ts'
import { checkSimulateOptions, type SimProgress, type SimulateOptions } from './simulate-options.ts'

const defaultDurationMs = 600_000

/**
 * Runs one simulation from its seed to its verdict. A run that does not converge is repeated up to
 * its first bad event, and the report is about that repeat; and once more with the same operations
 * on a calm network. So `config.makeNode` and `workloads` must make the same each time. With an
 * upstream of the caller's own nothing is repeated.
 *
 * @example
 * ```ts
 * const { verdict, traceHash } = await simulate({ seed: 7, plan: 'hostile' })
 * ```
 * @throws {FossilError} `option.invalid`, `repo.invalid`
 */
export async function simulate(asked: SimulateOptions): Promise<SimReport> {
  const { options, plan } = planned(asked)
  const { durationMs = defaultDurationMs } = options
  checkSimulateOptions(options)
  const { onProgress, onEnd } = options
  return run<FossilWorld, PreparedFossil, SimReport>({
    prepare: (variant) => prepare({ ...options, durationMs }, variant),
    durationMs,
    coreLimitMs: (core, { simulation }) => settleBoundMs(core, simulation.world),
    // The caller's own upstream remembers the first run: a second would not be the same.
    isRepeatable: options.config?.upstream === undefined,
    diagnoses: options.diagnoses,
    maxSteps: options.maxSteps,
    ...(onProgress === undefined
      ? {}
      : { onProgress: (phase, prepared) => onProgress(progressOf(phase, prepared, durationMs)) }),
    describe: (reportOf, { simulator, simulation }) => {
      onEnd?.(simulator)
      return describe(reportOf(), { simulator, world: simulation.world }, plan)
    },
  })
}

/** The plan, where one is asked for, and the options that follow from it. */
function planned(options: SimulateOptions): { options: SimulateOptions; plan?: FossilPlan } {
  const { seed, plan: line } = options
  if (line === undefined) return { options }
  const fixed = { ...ownDefaults(options), ...fossilPlans.read(line), ...fixedBy(options) }
  const drawn = drawFossilPlan(seed, fixed)
  // Stock believes much that a liar says: see docs/divergences.md.
  const isOurs = fixed.faults !== undefined || options.config?.upstream === undefined
  const faulty = isOurs ? drawn : withoutLies(drawn)
  const plan = fixed.mix === undefined ? without(faulty, unknownTo(options)) : faulty
  const { config, ...chosen } = optionsOfPlan(seed, plan)
  return { options: { ...options, ...chosen, config: { ...config, ...options.config } }, plan }
}

/**
 * Operations that are not drawn: nodes and servers of the caller's own may know nothing of what
 * these make. A plan that says which operations there are has them.
 */
function unknownTo({ config: { makeNode, upstream } = {} }: SimulateOptions): readonly string[] {
  const { tables, disputes, uv, byHand } = operationGroups
  const rows = [...namesOf(tables), ...namesOf(disputes), 'rowsPut', 'plainTables']
  if (makeNode !== undefined) return [...rows, ...namesOf(uv), ...namesOf(byHand), 'setting']
  return upstream === undefined ? [] : rows
}

/**
 * Options that are not drawn where nodes are the caller's own: many sync with one peer alone, and
 * ask for no private artifacts, and would be blamed for what they never meant to do.
 */
function ownDefaults({ config: { makeNode } = {} }: SimulateOptions): Partial<FossilPlan> {
  return makeNode === undefined ? {} : { topology: 'star', privateSync: 'no' }
}

function namesOf(group: readonly { readonly name: string }[]): string[] {
  return group.map(({ name }) => name)
}

/** Options that say what a plan would. */
function fixedBy(options: SimulateOptions): Partial<FossilPlan> {
  const { leaves, level, durationMs, operationCount, sizes, login, privateCheckins } = options
  return {
    ...(level === undefined ? {} : fossilPlans.read(level)),
    ...(leaves === undefined ? {} : { leaves }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(operationCount === undefined ? {} : { operations: operationCount }),
    ...(sizes === undefined ? {} : { sizes }),
    ...(login === undefined ? {} : { login }),
    ...(privateCheckins === undefined ? {} : { private: privateCheckins }),
  }
}

function progressOf(
  phase: RunPhase,
  { simulator, operations }: PreparedFossil,
  durationMs: number,
): SimProgress {
  return {
    phase,
    elapsedMs: simulator.clock().elapsedMs,
    durationMs,
    steps: simulator.steps,
    syncs: simulator.totalSyncs,
    operations: operations.intentions.length,
  }
}

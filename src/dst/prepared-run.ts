/**
 * A run of Fossil, made from the options of a simulation.
 * @module
 */

import { startNemesis } from '../runner/nemesis.ts'
import { type Intention, Operations } from '../runner/operations.ts'
import type { PreparedRun, RunVariant } from '../runner/run.ts'
import type { Simulation } from '../runner/simulation.ts'
import { calmLink } from '../sim/link.ts'
import { type ResolvedConfig, resolveConfig, type SimConfig } from './config.ts'
import { simulateFossil } from './fossil-model.ts'
import type { FossilWorld } from './fossil-world.ts'
import { chosenOperations, type OperationGroup } from './operations/all.ts'
import { begin } from './operations/checkins.ts'
import { clusterOperations } from './operations/cluster.ts'
import { asOperation } from './operations/operation.ts'
import type { SimulateOptions } from './simulate-options.ts'
import { type Simulator, simulatorOf } from './simulator.ts'

const defaultOperationCount = 60

/** The number of leaves where none is given. */
const defaultLeaves = 5

/**
 * Steps between two looks at every invariant: 250, and with many leaves 50 for each, so that a
 * check of all of them comes as seldom in the time of a run as with few.
 */
function safetyCheckInterval(leaves: number): number {
  return 50 * Math.max(leaves, defaultLeaves)
}

/** A run of Fossil that is ready to begin. */
export interface PreparedFossil extends PreparedRun<FossilWorld> {
  readonly simulator: Simulator
}

/** The options of a run whose length is known. */
export type TimedOptions = SimulateOptions & { readonly durationMs: number }

/** Prepares a run, or a variant of it. */
export function prepare(options: TimedOptions, variant: RunVariant): PreparedFossil {
  const config = variantOf(configOf(options), variant)
  const resolved = { ...resolveConfig(config), tellsAll: config.tellsAll ?? tellsAll(options) }
  if (config.onTraceLine !== undefined) config.onTraceStart?.()
  const { tracesWaits = false } = variant
  const simulation = simulateFossil(resolved, { tracesWaits })
  try {
    const simulator = simulatorOf(simulation)
    if (options.masterRepo !== undefined) simulator.setMasterRepo(options.masterRepo)
    const operations = operationsOf(simulation, options, variant.calm ?? options.intentions)
    const untilMs = simulator.clock().startMs + options.durationMs
    const partitions = { start: () => simulator.schedulePartitions(untilMs) }
    const outages = { start: () => simulator.scheduleOutages(untilMs) }
    const { nemesis: plan = {} } = resolved.network
    const nemesis = { start: () => startNemesis(simulation, plan, untilMs) }
    const further = options.workloads?.(simulator) ?? []
    return {
      simulation,
      simulator,
      operations,
      workloads: [partitions, outages, nemesis, ...further],
    }
  } catch (error) {
    simulation.close()
    throw error
  }
}

/** Tells whether everything that can be written in a run is written by operations of ours. */
function tellsAll({ config = {}, masterRepo, workloads }: SimulateOptions): boolean {
  const { makeNode, upstream, masterImage, operations } = config
  const theirs = [makeNode, upstream, masterImage, operations, masterRepo, workloads]
  return theirs.every((each) => each === undefined)
}

function configOf(options: SimulateOptions): SimConfig {
  const level = options.config?.level ?? options.level ?? 'hostile'
  const numLeaves = options.leaves ?? defaultLeaves
  return {
    seed: options.seed,
    numLeaves,
    level,
    safetyCheckInterval: safetyCheckInterval(options.config?.numLeaves ?? numLeaves),
    thinsOutChecks: options.config?.safetyCheckInterval === undefined,
    maxSkewMs: level === 'normal' ? 0 : 300_000,
    uv: options.uv ?? false,
    settings: options.upkeep ?? false,
    ...(options.login === true ? { login: {} } : {}),
    ...options.config,
  }
}

function variantOf(config: SimConfig, { checks, calm }: RunVariant): SimConfig {
  const checked: SimConfig =
    checks === undefined
      ? config
      : {
          ...config,
          safetyCheckInterval: checks.every,
          thinsOutChecks: false,
          safetyCheckFrom: checks.from,
          thoroughCheckEvery: checks.thoroughEvery,
        }
  if (calm === undefined) return checked
  const { onTraceLine: _line, onTraceStart: _start, overrides: _overrides, ...calmer } = checked
  const { crashes: _crashes, stops: _stops, pauses: _pauses, core: _core, ...quiet } = calmer
  const network = { link: calmLink, partition: undefined }
  return { ...quiet, network, buggify: false, maxSkewMs: 0 }
}

function operationsOf(
  simulation: Simulation<FossilWorld>,
  options: TimedOptions,
  intentions: readonly Intention[] | undefined,
): Operations<FossilWorld> {
  const { weights = {}, privateCheckins: mayBePrivate = false, sizes = 'mixed' } = options
  const { operationCount: count = defaultOperationCount, durationMs } = options
  const { operations: own } = simulation.world.config
  const chosen = chosenOperations(groupsOf(simulation.world.config, options), weights, own)
  const { config, truth } = simulation.world
  const logins = [...(truth.access?.keys() ?? [])]
  const draws = { mayBePrivate, sizes, ownsRows: ownsRows(config), logins }
  return new Operations<FossilWorld>(simulation, {
    operations: [
      ...chosen.map((each) => asOperation<FossilWorld>(each, draws)),
      ...clusterOperations(weights, { hasLate: simulation.world.config.late > 0 }),
    ],
    first: [asOperation(begin, draws)],
    count,
    durationMs,
    intentions,
  })
}

/** Some tables may have rows with owners: where they log in, and one server has the last word. */
function ownsRows({ login, topology }: ResolvedConfig): boolean {
  return login !== undefined && ['star', 'chain', 'hubs'].includes(topology)
}

function groupsOf(
  { uv, tables }: SimConfig,
  { allKinds, upkeep }: SimulateOptions,
): OperationGroup[] {
  return [
    'checkins',
    ...(allKinds === true ? (['kinds'] as const) : []),
    ...(uv === true ? (['uv'] as const) : []),
    ...(tables === true ? (['tables'] as const) : []),
    ...(upkeep === true ? (['upkeep'] as const) : []),
  ]
}

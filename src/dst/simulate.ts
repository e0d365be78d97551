/**
 * The main job as one function: repositories commit and sync through a faulty network for a while,
 * then faults end, everything settles, and everything is checked.
 * @module
 */

import type { Repo } from '../repo/repo.ts'
import type { CheckSchedule } from '../runner/check-times.ts'
import type { NodeId } from '../runner/model.ts'
import { requireInteger } from '../base/options.ts'
import type { RunReport } from '../runner/report.ts'
import type { Simulation } from '../runner/simulation.ts'
import { type PreparedRun, run, type RunPhase } from '../runner/run.ts'
import type { LevelName } from '../sim/levels.ts'
import { longestMs } from '../sim/link.ts'
import {
  type Intention,
  Operations,
  type OutcomeCounts,
  type Workload,
} from '../runner/operations.ts'
import { requireOneOf, resolveConfig, type SimConfig } from './config.ts'
import { simulateFossil } from './fossil-model.ts'
import type { FossilWorld } from './fossil-world.ts'
import { countBlobs, countPhantoms, countUvFiles, publicBlobUuidsSorted } from './holdings.ts'
import { chosenOperations, type OperationGroup, type OperationWeights } from './operations/all.ts'
import { begin, plain } from './operations/checkins.ts'
import { asOperation, fileSizes, type FileSizes } from './operations/operation.ts'
import { masterId } from './sim-network.ts'
import { type Simulator, simulatorOf } from './simulator.ts'
import type { UvOperationCounts } from './uv-operations.ts'
import type { CheckedNode } from './world.ts'

/** A simulation and its work. */
export interface SimulateOptions {
  readonly seed: number
  /** Default 5. */
  readonly leaves?: number
  /** Default `hostile`. */
  readonly level?: LevelName
  /** How long faults last, in virtual milliseconds. Default 10 minutes. */
  readonly durationMs?: number
  /** Operations of people and programs, dealt out evenly to the nodes. Default 60. */
  readonly operationCount?: number
  /**
   * Some check-ins are private, and must stay where they were made. Default false: then all nodes
   * hold the same in the end.
   */
  readonly privateCheckins?: boolean
  /** Unversioned files are written, deleted and synced, too. Default false. */
  readonly uv?: boolean
  /**
   * People write every kind of artifact: branches, merges, tags, pages, tickets and so on. Default
   * false.
   */
  readonly allKinds?: boolean
  /**
   * Those who look after a repository shun, purge, publish what is private, change settings and
   * rebuild. Default false.
   */
  readonly upkeep?: boolean
  /**
   * How often operations are drawn in comparison with each other, by name; 0 leaves one out. Those
   * not named keep the weights that the options above give them.
   */
  readonly weights?: OperationWeights
  /** How large the files of check-ins are. Default `mixed`: one change in fifty is up to 120 kB. */
  readonly sizes?: FileSizes
  /**
   * Operations to carry out instead of drawing any, as an earlier report recorded them; any of them
   * may be left out.
   */
  readonly intentions?: readonly Intention[]
  /** Leaves log in, and the master lets nobody else do anything. Default false. */
  readonly login?: boolean
  /**
   * Makes further workloads, which start after those of the options above. Called for each run of
   * the simulation: a run that failed is repeated.
   */
  readonly workloads?: (simulator: Simulator) => readonly Workload[]
  /** Further configuration, which goes before the options above. */
  readonly config?: Partial<SimConfig>
  /** The repository behind `config.upstream`, where it is known: it works and is checked, too. */
  readonly masterRepo?: Repo
  /** Called now and then; must not touch the simulation. */
  readonly onProgress?: (progress: SimProgress) => void
  /** Called before the repositories are closed: the place to keep them. */
  readonly onEnd?: (simulator: Simulator) => void
}

/** How far a simulation has come. */
export interface SimProgress {
  readonly phase: RunPhase
  /** Virtual time since the beginning. */
  readonly elapsedMs: number
  /** Virtual time until faults end. */
  readonly durationMs: number
  readonly steps: number
  readonly syncs: number
  /** Operations that took place. */
  readonly operations: number
}

/** The report of a simulation. */
export interface SimReport extends RunReport {
  readonly syncs: number
  readonly errors: number
  /** Plain check-ins that were acknowledged, the first one included. */
  readonly checkins: number
  /** Outcomes of operations, by name. */
  readonly operations: Readonly<Record<string, OutcomeCounts>>
  /** Every operation that took place, in that order: what `SimulateOptions.intentions` takes. */
  readonly intentions: readonly Intention[]
  readonly nodes: readonly NodeReport[]
  /** Operations on unversioned files, where these were synced. */
  readonly uv?: UvReport
}

/** Operations on unversioned files, and how many of them travelled in syncs that ended well. */
export interface UvReport extends Readonly<UvOperationCounts> {
  /** Contents, times and deletions that leaves sent. */
  readonly sent: number
  /** The same that leaves took over. */
  readonly received: number
  /** Files that leaves asked for. */
  readonly gimmes: number
}

/** One node at the end. */
export interface NodeReport {
  readonly id: NodeId
  /** Public artifacts held: once all have converged, the same everywhere. */
  readonly artifacts: number
  /** Private artifacts held, which stay where they were made unless private sync is on. */
  readonly privateArtifacts: number
  readonly phantoms: number
  /** Unversioned files that are not deleted, where they were synced. */
  readonly uvFiles?: number
  readonly syncs: number
  readonly errors: number
}

const defaultDurationMs = 600_000
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

/**
 * Runs one simulation from its seed to its verdict. Where an invariant fails between two checks,
 * the run is repeated up to there with a check after every event, to name the first bad one: so
 * `config.makeNode` must make the same nodes again. A caller's own upstream is not asked twice.
 *
 * @throws {FossilError} `option.invalid`, `repo.invalid`; an assertion that fails inside the code
 *   under test is thrown as it is, unless it stumbled over damage that a check sees
 */
export async function simulate(options: SimulateOptions): Promise<SimReport> {
  const { durationMs = defaultDurationMs } = options
  checkOptions(options)
  const { onProgress, onEnd } = options
  return run<FossilWorld, PreparedFossil, SimReport>({
    prepare: (closerChecks) => prepare({ ...options, durationMs }, closerChecks),
    durationMs,
    // The caller's own upstream remembers the first run: a second would not be the same.
    isRepeatable: options.config?.upstream === undefined,
    ...(onProgress === undefined
      ? {}
      : { onProgress: (phase, prepared) => onProgress(progressOf(phase, prepared, durationMs)) }),
    describe: (reportOf, prepared) => {
      onEnd?.(prepared.simulator)
      return describe(reportOf(), prepared)
    },
  })
}

/** @throws {FossilError} `option.invalid` for a value that makes no sense */
function checkOptions({
  durationMs = 0,
  operationCount = 0,
  sizes = 'mixed',
}: SimulateOptions): void {
  requireInteger('durationMs', durationMs, { min: 0, max: longestMs })
  requireInteger('operationCount', operationCount, { min: 0, max: 10_000_000 })
  requireOneOf('sizes', sizes, fileSizes)
}

/** A run of Fossil that is ready to begin. */
interface PreparedFossil extends PreparedRun<FossilWorld> {
  readonly simulator: Simulator
  readonly operations: Operations<FossilWorld>
}

/** The options of a run whose length is known. */
type Prepared = SimulateOptions & { readonly durationMs: number }

function prepare(options: Prepared, closerChecks: CheckSchedule | undefined): PreparedFossil {
  const simulation = simulateFossil(resolveConfig(configOf(options, closerChecks)))
  try {
    const simulator = simulatorOf(simulation)
    if (options.masterRepo !== undefined) simulator.setMasterRepo(options.masterRepo)
    const operations = operationsOf(simulation, options)
    const untilMs = simulator.clock().startMs + options.durationMs
    const partitions = { start: () => simulator.schedulePartitions(untilMs) }
    const further = options.workloads?.(simulator) ?? []
    return { simulation, simulator, operations, workloads: [operations, partitions, ...further] }
  } catch (error) {
    simulation.close()
    throw error
  }
}

function configOf(options: SimulateOptions, closerChecks: CheckSchedule | undefined): SimConfig {
  const level = options.config?.level ?? options.level ?? 'hostile'
  const numLeaves = options.leaves ?? defaultLeaves
  const config: SimConfig = {
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
  if (closerChecks === undefined) return config
  const { onTraceLine: _, ...untraced } = config
  return {
    ...untraced,
    safetyCheckInterval: closerChecks.every,
    thinsOutChecks: false,
    safetyCheckFrom: closerChecks.from,
    thoroughCheckEvery: closerChecks.thoroughEvery,
  }
}

function operationsOf(
  simulation: Simulation<FossilWorld>,
  options: Prepared,
): Operations<FossilWorld> {
  const { weights = {}, privateCheckins: mayBePrivate = false, sizes = 'mixed' } = options
  const { operationCount: count = defaultOperationCount, durationMs, intentions } = options
  const { operations: own } = simulation.world.config
  const chosen = chosenOperations(groupsOf(simulation.world.config, options), weights, own)
  const draws = { mayBePrivate, sizes }
  return new Operations(simulation, {
    operations: chosen.map((each) => asOperation(each, draws)),
    first: [asOperation(begin, draws)],
    count,
    durationMs,
    intentions,
  })
}

function groupsOf({ uv }: SimConfig, { allKinds, upkeep }: SimulateOptions): OperationGroup[] {
  return [
    'checkins',
    ...(allKinds === true ? (['kinds'] as const) : []),
    ...(uv === true ? (['uv'] as const) : []),
    ...(upkeep === true ? (['upkeep'] as const) : []),
  ]
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

function describe(report: RunReport, { simulator, operations }: PreparedFossil): SimReport {
  const counts = operations.counts()
  const checkins = [begin.name, plain.name].map((name) => counts[name]?.acknowledged ?? 0)
  return {
    ...report,
    syncs: simulator.totalSyncs,
    errors: simulator.totalErrors,
    checkins: checkins.reduce((sum, count) => sum + count, 0),
    operations: counts,
    intentions: operations.intentions,
    nodes: simulator.nodes().map((node) => nodeReport(simulator, node)),
    ...(simulator.config.uv ? { uv: uvReport(simulator) } : {}),
  }
}

function uvReport(simulator: Simulator): UvReport {
  const { totalUvSent: sent, totalUvReceived: received, totalUvGimmes: gimmes } = simulator
  return { ...simulator.uvOperationCounts(), sent, received, gimmes }
}

function nodeReport(simulator: Simulator, { id, repo }: CheckedNode): NodeReport {
  const artifacts = publicBlobUuidsSorted(repo).length
  return {
    id,
    artifacts,
    privateArtifacts: countBlobs(repo) - artifacts,
    phantoms: countPhantoms(repo),
    ...(simulator.config.uv ? { uvFiles: countUvFiles(repo) } : {}),
    ...(id === masterId ? { syncs: 0, errors: 0 } : simulator.leafStats(id)),
  }
}

/**
 * The main job as one function: repositories commit and sync through a faulty network for a while,
 * then faults end, everything settles, and everything is checked.
 * @module
 */

import type { Repo } from '../repo/repo.ts'
import type { CheckSchedule } from '../runner/check-times.ts'
import type { NodeId } from '../runner/model.ts'
import type { Workload } from '../runner/operations.ts'
import { requireInteger } from '../runner/options.ts'
import type { RunReport } from '../runner/report.ts'
import { type PreparedRun, run, type RunPhase } from '../runner/run.ts'
import type { LevelName } from '../sim/levels.ts'
import { longestMs } from '../sim/link.ts'
import { CheckinWorkload } from './checkin-workload.ts'
import { resolveConfig, type SimConfig } from './config.ts'
import { simulateFossil } from './fossil-model.ts'
import type { FossilWorld } from './fossil-world.ts'
import { countBlobs, countPhantoms, countUvFiles, publicBlobUuidsSorted } from './holdings.ts'
import { type KindsReport, KindsWorkload } from './kinds-workload.ts'
import { masterId } from './sim-network.ts'
import { type Simulator, simulatorOf } from './simulator.ts'
import type { UvOperationCounts } from './uv-operations.ts'
import { UvWorkload } from './uv-workload.ts'
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
  /** From one check-in at a node to its next, on average. Default 20 s. */
  readonly checkinMeanMs?: number
  /**
   * Some check-ins are private, and must stay where they were made. Default false: then all nodes
   * hold the same in the end.
   */
  readonly privateCheckins?: boolean
  /** Unversioned files are written, deleted and synced, too. Default false. */
  readonly uv?: boolean
  /** From one change of an unversioned file at a node to its next, on average. Default 20 s. */
  readonly uvMeanMs?: number
  /**
   * People write every kind of artifact: branches, merges, tags, pages, tickets and so on. Default
   * false.
   */
  readonly allKinds?: boolean
  /** From one such operation at a node to its next, on average. Default 20 s. */
  readonly kindsMeanMs?: number
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
  readonly checkins: number
}

/** The report of a simulation. */
export interface SimReport extends RunReport {
  readonly syncs: number
  readonly errors: number
  readonly checkins: number
  readonly refusedCheckins: number
  readonly nodes: readonly NodeReport[]
  /** Operations on unversioned files, where these were synced. */
  readonly uv?: UvReport
  /** Operations beside plain check-ins, where there were any. */
  readonly kinds?: KindsReport
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
const defaultMeanMs = 20_000

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
  const times = resolveTimes(options)
  const { onProgress, onEnd } = options
  return run<FossilWorld, PreparedFossil, SimReport>({
    prepare: (closerChecks) => prepare(options, times, closerChecks),
    durationMs: times.durationMs,
    // The caller's own upstream remembers the first run: a second would not be the same.
    isRepeatable: options.config?.upstream === undefined,
    ...(onProgress === undefined
      ? {}
      : { onProgress: (phase, prepared) => onProgress(progressOf(phase, prepared, times)) }),
    describe: (reportOf, prepared) => {
      onEnd?.(prepared.simulator)
      return describe(reportOf(), prepared)
    },
  })
}

/** How long and how often, with nothing left open. */
type Times = Required<
  Pick<SimulateOptions, 'durationMs' | 'checkinMeanMs' | 'uvMeanMs' | 'kindsMeanMs'>
>

/** @throws {FossilError} `option.invalid` for a time that makes no sense */
function resolveTimes(options: SimulateOptions): Times {
  const { durationMs = defaultDurationMs, checkinMeanMs = defaultMeanMs } = options
  const { uvMeanMs = defaultMeanMs, kindsMeanMs = defaultMeanMs } = options
  requireInteger('durationMs', durationMs, { min: 0, max: longestMs })
  requireInteger('checkinMeanMs', checkinMeanMs, { min: 1, max: longestMs })
  requireInteger('uvMeanMs', uvMeanMs, { min: 1, max: longestMs })
  requireInteger('kindsMeanMs', kindsMeanMs, { min: 1, max: longestMs })
  return { durationMs, checkinMeanMs, uvMeanMs, kindsMeanMs }
}

/** A run of Fossil that is ready to begin. */
interface PreparedFossil extends PreparedRun<FossilWorld> {
  readonly simulator: Simulator
  readonly checkins: CheckinWorkload
  readonly kinds: KindsWorkload | undefined
}

function prepare(
  options: SimulateOptions,
  times: Times,
  closerChecks: CheckSchedule | undefined,
): PreparedFossil {
  const simulation = simulateFossil(resolveConfig(configOf(options, closerChecks)))
  try {
    const simulator = simulatorOf(simulation)
    if (options.masterRepo !== undefined) simulator.setMasterRepo(options.masterRepo)
    return { simulation, simulator, ...workloadsOf(simulator, options, times) }
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

/** The workloads that the options ask for, in the order they start. */
function workloadsOf(
  simulator: Simulator,
  options: SimulateOptions,
  times: Times,
): Pick<PreparedFossil, 'workloads' | 'checkins' | 'kinds'> {
  const { privateCheckins = false } = options
  const untilMs = simulator.clock().startMs + times.durationMs
  const files = new UvWorkload(simulator, { meanIntervalMs: times.uvMeanMs, untilMs })
  const kinds = new KindsWorkload(simulator, {
    meanIntervalMs: times.kindsMeanMs,
    untilMs,
    privateBranches: privateCheckins,
  })
  const partitions = { start: () => simulator.schedulePartitions(untilMs) }
  const checkins = new CheckinWorkload(simulator, {
    meanIntervalMs: times.checkinMeanMs,
    untilMs,
    privateCheckins,
  })
  const hasKinds = options.allKinds === true
  return {
    checkins,
    kinds: hasKinds ? kinds : undefined,
    workloads: [
      ...(simulator.config.uv ? [files] : []),
      ...(hasKinds ? [kinds] : []),
      partitions,
      checkins,
      ...(options.workloads?.(simulator) ?? []),
    ],
  }
}

function progressOf(
  phase: RunPhase,
  { simulator, checkins }: PreparedFossil,
  { durationMs }: Times,
): SimProgress {
  return {
    phase,
    elapsedMs: simulator.clock().elapsedMs,
    durationMs,
    steps: simulator.steps,
    syncs: simulator.totalSyncs,
    checkins: checkins.checkins,
  }
}

function describe(report: RunReport, { simulator, checkins, kinds }: PreparedFossil): SimReport {
  return {
    ...report,
    syncs: simulator.totalSyncs,
    errors: simulator.totalErrors,
    checkins: checkins.checkins,
    refusedCheckins: checkins.refused,
    nodes: simulator.nodes().map((node) => nodeReport(simulator, node)),
    ...(simulator.config.uv ? { uv: uvReport(simulator) } : {}),
    ...(kinds === undefined ? {} : { kinds: kinds.report() }),
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

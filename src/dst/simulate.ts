/**
 * The main job as one function: repositories commit and sync through a faulty network for a while,
 * then faults end, everything settles, and everything is checked.
 *
 * Two phases, as in the best simulators: safety holds at every step while anything may fail; then
 * nothing fails any more, and liveness says that everybody must come to have everything.
 * @module
 */

import { type FaultKind, longestMs } from '../sim/link.ts'
import type { SiteCoverage } from '../sim/activation.ts'
import type { Decision } from '../sim/decision.ts'
import type { Repo } from '../repo/repo.ts'
import { faultLevels, type LevelName } from '../sim/levels.ts'
import { requireInteger, type SimConfig } from './config.ts'
import type { NodeId } from './event.ts'
import { countBlobs, countPhantoms, countUvFiles, publicBlobUuidsSorted } from './holdings.ts'
import { type CheckedNode, InvariantError } from './invariant.ts'
import { invariants } from './invariants/all.ts'
import { type KindsReport, KindsWorkload } from './kinds-workload.ts'
import { schedulePartitions } from './partitions.ts'
import { Simulator } from './simulator.ts'
import { masterId } from './sim-network.ts'
import type { UvDeeds } from './uv-owner.ts'
import { UvWorkload } from './uv-workload.ts'
import { CheckinWorkload } from './workload.ts'

/** What to simulate. */
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
  /** From one such deed at a node to its next, on average. Default 20 s. */
  readonly kindsMeanMs?: number
  /** Leaves log in, and the master lets nobody else do anything. Default false. */
  readonly login?: boolean
  /** Further configuration; what is said here goes before what the options above imply. */
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
  readonly phase: 'faults' | 'settling'
  /** Virtual time since the beginning. */
  readonly elapsedMs: number
  /** Virtual time until faults end. */
  readonly durationMs: number
  readonly steps: number
  readonly syncs: number
  readonly checkins: number
}

/**
 * - `converged`: everything that must hold held.
 * - `violated`: an invariant did not.
 * - `stalled`: faults had ended, and the nodes did not come to rest.
 */
export type Verdict = 'converged' | 'violated' | 'stalled'

/** What came of a simulation. */
export interface SimReport {
  readonly verdict: Verdict
  readonly seed: number
  readonly traceHash: string
  readonly steps: number
  readonly syncs: number
  readonly errors: number
  readonly checkins: number
  readonly refusedCheckins: number
  readonly checks: number
  readonly simulatedMs: number
  /** Faults by kind; `buggify` counts those inside the code. */
  readonly faults: Readonly<Record<FaultKind | 'buggify', number>>
  readonly sites: readonly SiteCoverage[]
  readonly decisions: readonly Decision[]
  readonly nodes: readonly NodeReport[]
  /** What became of unversioned files, where they were synced. */
  readonly uv?: UvReport
  /** What was written beside plain check-ins, where every kind was. */
  readonly kinds?: KindsReport
  readonly violation?: Violation
}

/** What was done to unversioned files, and what leaves said about them in syncs that ended well. */
export interface UvReport extends Readonly<UvDeeds> {
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

/** What did not hold. */
export interface Violation {
  readonly invariant: string
  readonly node: NodeId
  readonly detail: string
  /** The event after which it was first seen not to hold, counting from 1. */
  readonly step: number
  readonly simulatedMs: number
}

const defaultDurationMs = 600_000
const defaultMeanMs = 20_000
/** Virtual time that settling may take, at least, and in polls: far more than it ever needs. */
const settleLimitMs = 3_600_000
const settleLimitPolls = 720

/** Steps between two looks at every invariant. */
const safetyCheckInterval = 250

/**
 * Runs one simulation from its seed to its verdict. Where an invariant fails between two checks,
 * the run is repeated up to there with a check after every event, to name the first bad one: so
 * `config.makeNode` must make the same nodes again. A caller's own upstream is not asked twice.
 *
 * @throws {FossilError} `option.invalid`, `repo.invalid`; an assertion that fails inside the code
 *   under test is thrown as it is, unless it stumbled over damage that a check sees
 */
export async function simulate(options: SimulateOptions): Promise<SimReport> {
  const { report, lastSafeStep, isCostly } = await runOnce(options)
  const { violation } = report
  // The caller's own upstream remembers the first run: a second would not be the same.
  const isRepeatable = options.config?.upstream === undefined
  if (violation === undefined || violation.step <= lastSafeStep + 1 || !isRepeatable) return report
  const { onTraceLine: _, ...config } = options.config ?? {}
  const { onProgress: __, onEnd: ___, ...rest } = options
  const closer = {
    ...config,
    safetyCheckInterval: 1,
    safetyCheckFrom: lastSafeStep + 1,
    thoroughCheckEvery: isCostly ? 1 : 0,
  }
  const pinpointed = await runOnce({ ...rest, config: closer })
  return { ...report, violation: pinpointed.report.violation ?? violation }
}

interface Run {
  readonly report: SimReport
  /** The step after which what was violated was last seen to hold. */
  readonly lastSafeStep: number
  /** What was violated costs a rebuild to check. */
  readonly isCostly: boolean
}

async function runOnce(options: SimulateOptions): Promise<Run> {
  const { durationMs = defaultDurationMs, uvMeanMs = defaultMeanMs } = options
  const { kindsMeanMs = defaultMeanMs } = options
  const { checkinMeanMs: meanIntervalMs = defaultMeanMs } = options
  const level = options.config?.level ?? options.level ?? 'hostile'
  requireInteger('durationMs', durationMs, { min: 0, max: longestMs })
  requireInteger('checkinMeanMs', meanIntervalMs, { min: 1, max: longestMs })
  requireInteger('uvMeanMs', uvMeanMs, { min: 1, max: longestMs })
  requireInteger('kindsMeanMs', kindsMeanMs, { min: 1, max: longestMs })
  using simulator = Simulator.create({
    seed: options.seed,
    numLeaves: options.leaves ?? 5,
    level,
    safetyCheckInterval,
    maxSkewMs: level === 'normal' ? 0 : 300_000,
    uv: options.uv ?? false,
    ...(options.login === true ? { login: {} } : {}),
    ...options.config,
  })
  if (options.masterRepo !== undefined) simulator.setMasterRepo(options.masterRepo)
  const untilMs = simulator.clock().startMs + durationMs
  const { privateCheckins = false } = options
  const workload = new CheckinWorkload(simulator, { meanIntervalMs, untilMs, privateCheckins })
  const uvWorkload = new UvWorkload(simulator, { meanIntervalMs: uvMeanMs, untilMs })
  if (simulator.config.uv) uvWorkload.start()
  const kindsWorkload = new KindsWorkload(simulator, {
    meanIntervalMs: kindsMeanMs,
    untilMs,
    privateBranches: privateCheckins,
  })
  if (options.allKinds === true) kindsWorkload.start()
  const { partition } = faultLevels[level]
  if (partition !== undefined) schedulePartitions(simulator, partition, untilMs)
  const outcome = await runToVerdict(simulator, workload, { ...options, durationMs })
  options.onEnd?.(simulator)
  const violated = invariants.find(({ name }) => name === outcome.violation?.invariant)
  const isCostly = violated?.cost !== undefined
  return {
    report: {
      ...reportOf(simulator, workload, outcome),
      ...(options.allKinds === true ? { kinds: kindsWorkload.report() } : {}),
    },
    lastSafeStep: isCostly ? simulator.lastThoroughStep : simulator.lastSafeStep,
    isCostly,
  }
}

interface Outcome {
  readonly verdict: Verdict
  readonly violation?: Violation
}

async function runToVerdict(
  simulator: Simulator,
  workload: CheckinWorkload,
  options: SimulateOptions & { durationMs: number },
): Promise<Outcome> {
  const observe = progressOf(simulator, workload, options)
  try {
    workload.start()
    await runFaults(simulator, options.durationMs, () => observe('faults'))
    simulator.endFaults()
    observe('settling')
    const pollsMs = settleLimitPolls * simulator.config.pollIntervalMs
    const isSettled = await simulator.settle(Math.max(settleLimitMs, pollsMs))
    simulator.checkSafety()
    if (!isSettled) return { verdict: 'stalled' }
    simulator.checkSettled()
    return { verdict: 'converged' }
  } catch (error) {
    const violation = violationOf(error, simulator)
    if (violation === undefined) throw error
    return { verdict: 'violated', violation }
  }
}

async function runFaults(
  simulator: Simulator,
  durationMs: number,
  observe: () => void,
): Promise<void> {
  const { startMs } = simulator.clock()
  const slices = 200
  // Slices are for the observer alone: where they end changes nothing.
  for (let slice = 1; slice <= slices; slice++) {
    await simulator.runUntil(startMs + Math.floor((durationMs * slice) / slices))
    observe()
  }
}

function progressOf(
  simulator: Simulator,
  workload: CheckinWorkload,
  { onProgress, durationMs }: SimulateOptions & { durationMs: number },
): (phase: SimProgress['phase']) => void {
  return (phase) =>
    onProgress?.({
      phase,
      elapsedMs: simulator.clock().elapsedMs,
      durationMs,
      steps: simulator.steps,
      syncs: simulator.totalSyncs,
      checkins: workload.checkins,
    })
}

/** The invariant behind an error: code may stumble over damage before a check sees it. */
function violationOf(error: unknown, simulator: Simulator): Violation | undefined {
  const cause = error instanceof InvariantError ? error : brokenSafety(simulator)
  if (!(cause instanceof InvariantError)) return undefined
  return {
    invariant: cause.invariant,
    node: cause.nodeId,
    detail: cause.detail,
    step: simulator.steps,
    simulatedMs: simulator.clock().elapsedMs,
  }
}

function brokenSafety(simulator: Simulator): unknown {
  try {
    return simulator.checkSafety()
  } catch (error) {
    return error
  }
}

function reportOf(
  simulator: Simulator,
  workload: CheckinWorkload,
  { verdict, violation }: Outcome,
): SimReport {
  const sites = simulator.coverage()
  const buggify = sites.reduce((sum, { fired }) => sum + fired, 0)
  return {
    verdict,
    seed: simulator.seed,
    traceHash: simulator.traceHash(),
    steps: simulator.steps,
    syncs: simulator.totalSyncs,
    errors: simulator.totalErrors,
    checkins: workload.checkins,
    refusedCheckins: workload.refused,
    checks: simulator.totalChecks,
    simulatedMs: simulator.clock().elapsedMs,
    faults: { ...simulator.network().faultCounts(), buggify },
    sites,
    decisions: simulator.decisions(),
    nodes: simulator.nodes().map((node) => nodeReport(simulator, node)),
    ...(simulator.config.uv ? { uv: uvReport(simulator) } : {}),
    ...(violation === undefined ? {} : { violation }),
  }
}

function uvReport(simulator: Simulator): UvReport {
  const { totalUvSent: sent, totalUvReceived: received, totalUvGimmes: gimmes } = simulator
  return { ...simulator.uvDeeds(), sent, received, gimmes }
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

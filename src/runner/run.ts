/**
 * One run from its beginning to its verdict: the nodes work through a faulty network for a while,
 * then faults end, everything settles, and everything is checked.
 *
 * Two phases, as in the best simulators: safety holds at every step while anything may fail; then
 * nothing fails any more, and liveness says that everybody must come to have everything.
 * @module
 */

import type { CheckSchedule } from './check-times.ts'
import { type CheckedWorld, InvariantError } from './invariants.ts'
import type { Workload } from './operations.ts'
import { reportOf, type RunOutcome, type RunReport, type Violation } from './report.ts'
import type { Simulation } from './simulation.ts'

/** A run that is ready to begin. */
export interface PreparedRun<W extends CheckedWorld> {
  readonly simulation: Simulation<W>
  /** In the order they start. */
  readonly workloads: readonly Workload[]
}

/** `faults`: anything may fail. `settling`: nothing fails any more. */
export type RunPhase = 'faults' | 'settling'

/** A run, and the observers of it. */
export interface RunOptions<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport> {
  /**
   * Prepares the run. Asked again where it is repeated to find the first bad event, then with the
   * checks that this takes; it must prepare the same run each time.
   */
  readonly prepare: (closerChecks?: CheckSchedule) => P
  /** How long faults last, in virtual milliseconds. */
  readonly durationMs: number
  /** False where the run depends on something that remembers it, and is not made twice. */
  readonly isRepeatable: boolean
  /** Called now and then, but not of repeats; must not touch the simulation. */
  readonly onProgress?: (phase: RunPhase, run: P) => void
  /** Adds the facts of the model to the report, while the simulation is still open. */
  readonly describe: (report: () => RunReport, run: P) => R
}

/** Virtual time that settling may take, at least, and in polls: far more than it ever needs. */
const settleLimitMs = 3_600_000
const settleLimitPolls = 720

/**
 * Runs to a verdict. Where an invariant fails between two checks, the run is repeated up to there
 * with a check after every event, to name the first bad one.
 *
 * @throws errors of the code under test as they are, unless a check sees the damage behind them
 */
export async function run<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport>(
  options: RunOptions<W, P, R>,
): Promise<R> {
  const { report, closerChecks } = await runOnce(options)
  if (closerChecks === undefined || !options.isRepeatable) return report
  const prepared = options.prepare(closerChecks)
  using _ = prepared.simulation
  const { violation = report.violation } = await runToVerdict(prepared, options.durationMs)
  return violation === undefined ? report : { ...report, violation }
}

interface FirstRun<R> {
  readonly report: R
  /** The checks that would find the first bad event, where it may be an earlier one. */
  readonly closerChecks: CheckSchedule | undefined
}

async function runOnce<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport>({
  prepare,
  durationMs,
  onProgress,
  describe,
}: RunOptions<W, P, R>): Promise<FirstRun<R>> {
  const prepared = prepare()
  using simulation = prepared.simulation
  const outcome = await runToVerdict(prepared, durationMs, (phase) => onProgress?.(phase, prepared))
  const report = describe(() => reportOf(simulation, outcome), prepared)
  return { report, closerChecks: closerChecksFor(simulation, outcome) }
}

function closerChecksFor<W extends CheckedWorld>(
  { model, checks }: Simulation<W>,
  { violation }: RunOutcome,
): CheckSchedule | undefined {
  if (violation === undefined) return undefined
  const violated = model.invariants.find(({ name }) => name === violation.invariant)
  const isCostly = violated?.isCostly ?? false
  const lastSafeStep = isCostly ? checks.lastThoroughStep : checks.lastSafeStep
  if (violation.step <= lastSafeStep + 1) return undefined
  return { every: 1, from: lastSafeStep + 1, thoroughEvery: isCostly ? 1 : 0 }
}

async function runToVerdict<W extends CheckedWorld>(
  { simulation, workloads }: PreparedRun<W>,
  durationMs: number,
  observe: (phase: RunPhase) => void = () => {},
): Promise<RunOutcome> {
  try {
    for (const workload of workloads) workload.start()
    await runFaults(simulation, durationMs, () => observe('faults'))
    simulation.endFaults()
    observe('settling')
    const pollsMs = settleLimitPolls * simulation.options.pollIntervalMs
    const isSettled = await simulation.settle(Math.max(settleLimitMs, pollsMs))
    simulation.checkSafety()
    if (!isSettled) return { verdict: 'stalled' }
    simulation.checkSettled()
    return { verdict: 'converged' }
  } catch (error) {
    const violation = violationOf(error, simulation)
    if (violation === undefined) throw error
    return { verdict: 'violated', violation }
  }
}

async function runFaults<W extends CheckedWorld>(
  simulation: Simulation<W>,
  durationMs: number,
  observe: () => void,
): Promise<void> {
  const { startMs } = simulation.clock()
  const slices = 200
  // Slices are for the observer alone: where they end changes nothing.
  for (let slice = 1; slice <= slices; slice++) {
    await simulation.runUntil(startMs + Math.floor((durationMs * slice) / slices))
    observe()
  }
}

/** The invariant behind an error: code may stumble over damage before a check sees it. */
function violationOf<W extends CheckedWorld>(
  error: unknown,
  simulation: Simulation<W>,
): Violation | undefined {
  const cause = error instanceof InvariantError ? error : brokenSafety(simulation)
  if (!(cause instanceof InvariantError)) return undefined
  return {
    invariant: cause.invariant,
    node: cause.nodeId,
    detail: cause.detail,
    step: simulation.steps,
    simulatedMs: simulation.clock().elapsedMs,
  }
}

function brokenSafety<W extends CheckedWorld>(simulation: Simulation<W>): unknown {
  try {
    return simulation.checkSafety()
  } catch (error) {
    return error
  }
}

/**
 * One run from its beginning to its verdict: the nodes work through a faulty network for a while,
 * then faults end, everything settles, and everything is checked.
 *
 * There are two phases, as in the best simulators: while anything may fail, safety must hold at
 * every step; then nothing fails any more, and liveness requires that everybody gets everything.
 *
 * A run that does not converge is repeated: up to its first bad event, and that repeat is reported,
 * traced and counted; and with the same operations on a network without faults, since most failures
 * need none.
 * @module
 */

import type { CheckSchedule } from './check-times.ts'
import type { Core } from './core.ts'
import type { CheckedWorld } from './invariants.ts'
import type { Intention, Operations, Workload } from './operations.ts'
import { closerChecksFor, outcomeOf, stalledOutcome } from './outcome.ts'
import { reportOf, type RunReport } from './report.ts'
import type { Diagnosis, RunOutcome } from './verdict.ts'
import type { Simulation } from './simulation.ts'

/** A run that is ready to begin. */
export interface PreparedRun<W extends CheckedWorld> {
  readonly simulation: Simulation<W>
  readonly operations: Operations<W>
  /** Further work, in the order it starts, after the operations. */
  readonly workloads: readonly Workload[]
}

/** `faults`: anything may fail. `settling`: nothing fails any more. */
export type RunPhase = 'faults' | 'settling'

/** Differences from the requested run. */
export interface RunVariant {
  /** Checks to make instead of the requested ones. */
  readonly checks?: CheckSchedule
  /** Finds the place in the code where a node began to wait for something foreign. */
  readonly tracesWaits?: true
  /** Runs without faults and with exactly these operations, and without observers. */
  readonly calm?: readonly Intention[]
}

/** A run and its observers. */
export interface RunOptions<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport> {
  /** Prepares the run or a variant of it: the same run each time. */
  readonly prepare: (variant: RunVariant) => P
  /** The duration of faults, in virtual milliseconds. */
  readonly durationMs: number
  /**
   * The virtual time within which a core must come to rest, in milliseconds. Default: the limit for
   * all nodes.
   */
  readonly coreLimitMs?: (core: Core, run: P) => number
  /** False if the run depends on something that remembers it; then it is not repeated. */
  readonly isRepeatable: boolean
  /**
   * False if the verdict is enough: a run that does not converge is not repeated, and may have
   * begun to fail before the reported event. Default true.
   */
  readonly diagnoses?: boolean | undefined
  /** Events after which a run that is settling counts as stalled. Default: no limit. */
  readonly maxSteps?: number | undefined
  /** Called now and then, but not during repeats; must not touch the simulation. */
  readonly onProgress?: (phase: RunPhase, run: P) => void
  /** Adds the facts of the model to the report of the reported run, while it is open. */
  readonly describe: (report: () => RunReport, run: P) => R
}

/**
 * The limit for settling, in virtual time and in polls, the larger of which counts: far more than
 * needed.
 */
const settleLimitMs = 3_600_000
const settleLimitPolls = 720

/**
 * Runs to a verdict.
 *
 * @throws {FossilError} `option.invalid` for the caller's options; errors of the code under test
 *   are the verdict `failed`
 */
export async function run<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport>(
  options: RunOptions<W, P, R>,
): Promise<R> {
  using first = await attempt(options, {}, (phase, prepared) =>
    options.onProgress?.(phase, prepared),
  )
  const { isRepeatable, diagnoses = true } = options
  if (first.outcome.verdict === 'converged' || !isRepeatable || !diagnoses) {
    return tell(options, first, {})
  }
  using again = await repeatOf(options, first)
  const told = again !== undefined && isSameEnd(again.outcome, first.outcome) ? again : first
  const repeat = again && { repeat: told === again ? ('same' as const) : ('differs' as const) }
  using calm = await attempt(options, { calm: told.prepared.operations.intentions })
  return tell(options, told, { ...repeat, calm: calm.outcome })
}

/** A run that has ended, still open. */
interface Attempt<P> extends Disposable {
  readonly prepared: P
  readonly outcome: RunOutcome
}

async function attempt<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport>(
  options: RunOptions<W, P, R>,
  variant: RunVariant,
  observe: (phase: RunPhase, prepared: P) => void = () => {},
): Promise<Attempt<P>> {
  const prepared = options.prepare(variant)
  const { simulation } = prepared
  try {
    const outcome = await runToVerdict(prepared, options, (phase) => observe(phase, prepared))
    return { prepared, outcome, [Symbol.dispose]: () => simulation.close() }
  } catch (error) {
    simulation.close()
    throw error
  }
}

/** A repeat of the run, if that reveals more: the first bad event, or the waiting code. */
async function repeatOf<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport>(
  options: RunOptions<W, P, R>,
  { prepared, outcome }: Attempt<P>,
): Promise<Attempt<P> | undefined> {
  const checks = closerChecksFor(prepared.simulation, outcome)
  if (checks !== undefined) return attempt(options, { checks })
  return outcome.failure === undefined ? undefined : attempt(options, { tracesWaits: true })
}

/**
 * Tells whether two runs ended the same way. An invariant may be found violated earlier, by closer
 * checks.
 */
function isSameEnd(again: RunOutcome, first: RunOutcome): boolean {
  if (again.verdict !== first.verdict) return false
  if (again.failure !== undefined) return again.failure.step === first.failure?.step
  return (again.violation?.step ?? 0) <= (first.violation?.step ?? 0)
}

function tell<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport>(
  { describe }: RunOptions<W, P, R>,
  { prepared, outcome }: Attempt<P>,
  diagnosis: Diagnosis,
): R {
  return describe(() => reportOf(prepared, outcome, diagnosis), prepared)
}

async function runToVerdict<W extends CheckedWorld, P extends PreparedRun<W>, R extends RunReport>(
  prepared: P,
  { durationMs, coreLimitMs, maxSteps }: RunOptions<W, P, R>,
  observe: (phase: RunPhase) => void,
): Promise<RunOutcome> {
  const { simulation, operations, workloads } = prepared
  try {
    for (const workload of [operations, ...workloads]) workload.start()
    await runFaults(simulation, durationMs, () => observe('faults'))
    simulation.endFaults()
    observe('settling')
    const { core } = simulation
    const limitMs = (core && coreLimitMs?.(core, prepared)) ?? limitOf(simulation)
    const isSettled = await simulation.settle(limitMs, maxSteps)
    simulation.checkSafety()
    if (!isSettled) return stalledOutcome(simulation, limitMs)
    simulation.checkSettled()
    return { verdict: 'converged' }
  } catch (error) {
    return outcomeOf(error, simulation)
  }
}

function limitOf<W extends CheckedWorld>({ options }: Simulation<W>): number {
  return Math.max(settleLimitMs, settleLimitPolls * options.pollIntervalMs)
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

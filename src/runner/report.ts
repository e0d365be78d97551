/**
 * The report of a run: its verdict, the invariant that did not hold, and counts.
 * @module
 */

import type { SiteCoverage } from '../sim/activation.ts'
import type { Decision } from '../sim/decision.ts'
import type { FaultKind } from '../sim/link.ts'
import type { CheckedWorld } from './invariants.ts'
import type { NodeId } from './model.ts'
import type { Simulation } from './simulation.ts'

/**
 * - `converged`: everything that must hold held.
 * - `violated`: an invariant did not.
 * - `stalled`: faults had ended, and the nodes did not come to rest.
 */
export type Verdict = 'converged' | 'violated' | 'stalled'

/** An invariant that did not hold. */
export interface Violation {
  readonly invariant: string
  readonly node: NodeId
  readonly detail: string
  /** The event after which it was first seen not to hold, counting from 1. */
  readonly step: number
  readonly simulatedMs: number
}

/** The end of a run. */
export interface RunOutcome {
  readonly verdict: Verdict
  readonly violation?: Violation
}

/** The report of a run, whatever its model. */
export interface RunReport extends RunOutcome {
  readonly seed: number
  readonly traceHash: string
  readonly steps: number
  readonly checks: number
  readonly simulatedMs: number
  /** Faults by kind; `buggify` counts those inside the code. */
  readonly faults: Readonly<Record<FaultKind | 'buggify', number>>
  readonly sites: readonly SiteCoverage[]
  readonly decisions: readonly Decision[]
}

/** The report of a run that has ended. */
export function reportOf<W extends CheckedWorld>(
  simulation: Simulation<W>,
  outcome: RunOutcome,
): RunReport {
  const sites = simulation.coverage()
  const buggify = sites.reduce((sum, { fired }) => sum + fired, 0)
  return {
    ...outcome,
    seed: simulation.options.seed,
    traceHash: simulation.traceHash(),
    steps: simulation.steps,
    checks: simulation.checks.made,
    simulatedMs: simulation.clock().elapsedMs,
    faults: { ...simulation.network.counts(), buggify },
    sites,
    decisions: simulation.decisions(),
  }
}

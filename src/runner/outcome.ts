/**
 * The end of a run that did not converge.
 * @module
 */

import { asError, FossilError } from '../base/error.ts'
import type { CheckSchedule } from './check-times.ts'
import { type CheckedWorld, InvariantError } from './invariants.ts'
import type { Moment, RunOutcome } from './verdict.ts'
import type { Simulation } from './simulation.ts'

/**
 * The outcome for an error: a violated invariant, even if code met the damage before a check saw
 * it; or else a failure of the code.
 *
 * @throws the error itself, if it is `option.invalid`: the caller's mistake
 */
export function outcomeOf<W extends CheckedWorld>(
  error: unknown,
  simulation: Simulation<W>,
): RunOutcome {
  if (FossilError.is(error, 'option.invalid')) throw error
  const cause = error instanceof InvariantError ? error : brokenSafety(simulation)
  const moment = momentOf(simulation)
  if (cause instanceof InvariantError) {
    const { invariant, nodeId: node, detail } = cause
    return { verdict: 'violated', violation: { invariant, node, detail, ...moment } }
  }
  const node = simulation.failedNode
  return { verdict: 'failed', failure: { node, error: asError(error), ...moment } }
}

/**
 * The outcome of a stall: the nodes that did not come to rest in time, each with the model's
 * explanation.
 */
export function stalledOutcome<W extends CheckedWorld>(
  simulation: Simulation<W>,
  limitMs: number,
): RunOutcome {
  const { model, world } = simulation
  const restless = simulation
    .restlessNodes()
    .map((node) => ({ node, ...model.difficulty?.(node, world) }))
  return { verdict: 'stalled', restless, limitMs }
}

/** The checks that would find the first bad event; undefined if that cannot be an earlier one. */
export function closerChecksFor<W extends CheckedWorld>(
  { model, checks }: Simulation<W>,
  { violation }: RunOutcome,
): CheckSchedule | undefined {
  if (violation === undefined) return undefined
  const violated = model.invariants.find(({ name }) => name === violation.invariant)
  // At rest there was no earlier moment for it to hold or not.
  if (violated?.holds === 'settled') return undefined
  const isCostly = violated?.isCostly ?? false
  const lastSafeStep = isCostly ? checks.lastThoroughStep : checks.lastSafeStep
  if (violation.step <= lastSafeStep + 1) return undefined
  return { every: 1, from: lastSafeStep + 1, thoroughEvery: isCostly ? 1 : 0 }
}

function momentOf<W extends CheckedWorld>(simulation: Simulation<W>): Moment {
  return { step: simulation.steps, simulatedMs: simulation.clock().elapsedMs }
}

function brokenSafety<W extends CheckedWorld>(simulation: Simulation<W>): unknown {
  try {
    return simulation.checkSafety()
  } catch (error) {
    return error
  }
}

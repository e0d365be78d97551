/**
 * Replays of capsules: whether a failure is still there, and what of its story no longer fits.
 * @module
 */

import type { Intention } from '../../runner/operations.ts'
import { type Signature, signatureText } from '../../runner/signature.ts'
import type { SimReport } from '../sim-report.ts'
import { simulate } from '../simulate.ts'
import type { SimulateOptions } from '../simulate-options.ts'
import { type Capsule, scenarioIn } from './capsule.ts'
import { optionsOf } from './scenario-run.ts'
import type { SimulationModel } from '../sweep/model-file.ts'

/** The end of a replay. */
export interface Replay {
  readonly report: SimReport
  /**
   * - `same`: it fails as it did, and its trace is the same to the byte.
   * - `alike`: it fails in the same way, in a run that is another.
   * - `other`: it fails in another way.
   * - `converged`: it does not fail.
   */
  readonly end: 'same' | 'alike' | 'other' | 'converged'
  /**
   * Differences between this code and the code that it failed with, in words: operations that ended
   * otherwise, faults whose place never came up.
   */
  readonly misfits: readonly string[]
}

/** Options of a replay. */
export interface ReplayOptions extends Pick<SimulateOptions, 'onProgress' | 'onEnd'> {
  /** Code that takes part in the run. */
  readonly model?: SimulationModel
}

/**
 * Replays a capsule.
 *
 * @example
 * ```ts
 * const { end } = await replayCapsule(capsule) // 'same' where it fails as it did
 * ```
 * @throws {FossilError} `option.invalid` for an operation or an option of the plan that this code
 *   does not have
 */
export async function replayCapsule(
  capsule: Capsule,
  { model = {}, ...observers }: ReplayOptions = {},
): Promise<Replay> {
  const report = await simulate({ ...optionsOf(scenarioIn(capsule), model), ...observers })
  const end = endOf(capsule, report)
  return { report, end, misfits: end === 'same' ? [] : misfitsOf(capsule, report) }
}

function endOf({ signature, traceHash }: Capsule, report: SimReport): Replay['end'] {
  if (report.signature === undefined) return 'converged'
  if (!isSame(signature, report.signature)) return 'other'
  return report.traceHash === traceHash ? 'same' : 'alike'
}

function isSame(one: Signature, other: Signature): boolean {
  return signatureText(one) === signatureText(other)
}

function misfitsOf({ operations, faults }: Capsule, report: SimReport): string[] {
  const ends = new Map(report.intentions.map(({ id, outcome }) => [id, outcome]))
  const struck = new Set(report.decisions.map(({ site, use }) => `${site} ${use}`))
  return [
    ...operations.flatMap((operation) => changedEnd(operation, ends)),
    ...faults
      .filter(({ site, use }) => !struck.has(`${site} ${use}`))
      .map(({ site, use }) => `the fault ${site} did not come up at ${use}`),
  ]
}

function changedEnd(
  { id, op, outcome: before }: Intention,
  ends: ReadonlyMap<string, Intention['outcome']>,
): string[] {
  if (!ends.has(id)) return [`the run ended before ${id} (${op})`]
  const now = ends.get(id)
  if (before === undefined || now === undefined || before === now) return []
  return [`${id} (${op}) was ${before} and is ${now}`]
}

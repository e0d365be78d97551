/**
 * Reasons of a failure: of everything that a shrunk scenario holds, what is necessary, what alone
 * suffices, and from which moment on the run could hardly end otherwise.
 *
 * The shrunk scenario answers the first two, the run that it was shrunk from the third: that is
 * made up to the event in question, and whatever comes after it is drawn anew, many times.
 * @module
 */

import { type Signature, signatureText } from '../../runner/signature.ts'
import { type Capsule, scenarioIn } from './capsule.ts'
import { alone, type Item, itemsOf, textOf, without } from './items.ts'
import { type FossilScenario, failureOf } from './scenario-run.ts'
import type { SimulationModel } from '../sweep/model-file.ts'
import { redrawnFailures } from './redraw.ts'

/** The part of one item in a failure. */
export interface ItemReason {
  readonly item: Item
  /** In words. */
  readonly text: string
  /** Without it the run does not fail in this way. */
  readonly isNecessary: boolean
  /** Without any other operation, or without any other fault, the run fails in this way. */
  readonly isSufficientAlone: boolean
  /**
   * The number of runs that still fail in this way when everything after the event of this item is
   * drawn anew, of so many; undefined where that was not tried or the item has no event in the run
   * it was shrunk from.
   */
  readonly failsWhenRedrawn?: { readonly failed: number; readonly of: number }
}

/** Reasons of a failure. */
export interface Reasons {
  readonly signature: Signature
  /** The signature in words. */
  readonly text: string
  /** It fails without any fault. */
  readonly isCalm: boolean
  /** In the order of the scenario: operations, then faults. */
  readonly items: readonly ItemReason[]
  readonly runs: number
}

/** Options of looking for reasons. */
export interface WhyOptions {
  readonly model?: SimulationModel
  /** Runs for each item that are drawn anew after it; 0 for none. Default 20. */
  readonly redraws?: number
  /** Called after each run with how many there will be. */
  readonly onRun?: (done: number, total: number) => void
}

const defaultRedraws = 20

/**
 * Looks for the reasons of a failure. @returns undefined where the scenario does not fail
 *
 * @example
 * ```ts
 * const reasons = await whyFails(capsule, { redraws: 5 })
 * const necessary = reasons?.items.filter(({ isNecessary }) => isNecessary)
 * ```
 */
export async function whyFails(
  capsule: Capsule,
  { model = {}, redraws = defaultRedraws, onRun }: WhyOptions = {},
): Promise<Reasons | undefined> {
  const scenario = scenarioIn(capsule)
  const { signature: sought } = capsule
  const signature = await failureOf(scenario, model, { sought })
  if (signature === undefined) return undefined
  const items = itemsOf(scenario)
  const total = (2 + redraws) * items.length + 1
  let runs = 1
  const counted = (): void => onRun?.(++runs, total)
  const fails = async (candidate: FossilScenario): Promise<boolean> => {
    const found = await failureOf(candidate, model, { sought })
    counted()
    return found !== undefined && signatureText(found) === signatureText(signature)
  }
  const redrawn = await redrawnFailures(capsule, items, {
    model,
    signature,
    redraws,
    onRun: counted,
  })
  const reasons: ItemReason[] = []
  for (const item of items) {
    const failed = redrawn.get(item)
    reasons.push({
      item,
      text: textOf(item),
      isNecessary: !(await fails(without(scenario, item))),
      isSufficientAlone: await fails(alone(scenario, item)),
      ...(failed === undefined ? {} : { failsWhenRedrawn: { failed, of: redraws } }),
    })
  }
  const text = signatureText(signature)
  return { signature, text, isCalm: scenario.faults.length === 0, items: reasons, runs }
}

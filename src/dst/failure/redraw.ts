/**
 * Runs that are drawn anew after an event: how often they still fail tells from which moment on a
 * failure could hardly be escaped.
 * @module
 */

import { type Signature, signatureText } from '../../runner/signature.ts'
import { RandomSource } from '../../sim/random.ts'
import { simulate } from '../simulate.ts'
import type { Capsule } from './capsule.ts'
import { type Item, nameOf } from './items.ts'
import { simulateClosely } from './scenario-run.ts'
import type { SimulationModel } from '../sweep/model-file.ts'

/** Options of redrawing. */
export interface RedrawOptions {
  readonly model: SimulationModel
  /** The way of failing that counts. */
  readonly signature: Signature
  /** Runs for each item. */
  readonly redraws: number
  /** Called after each run. */
  readonly onRun: () => void
}

/**
 * For each item that has an event in the run that a capsule comes from, how many of `redraws` runs
 * fail in the same way that are like that run up to the event, and another after it.
 */
export async function redrawnFailures(
  { origin }: Capsule,
  items: readonly Item[],
  { model, signature, redraws, onRun }: RedrawOptions,
): Promise<Map<Item, number>> {
  const failures = new Map<Item, number>()
  if (redraws === 0) return failures
  const steps = await stepsOf(origin, model)
  const seeds = new RandomSource(origin.seed).stream('redraw')
  const wanted = signatureText(signature)
  for (const item of items) {
    const afterStep = steps.get(nameOf(item))
    if (afterStep === undefined) continue
    let failed = 0
    for (let number = 1; number <= redraws; number++) {
      const redraw = { afterStep, seed: seeds.at(number).uint32() }
      const config = { ...model.config, redraw }
      const report = await simulateClosely({ ...model, ...origin, config }, signature)
      if (report.signature !== undefined && signatureText(report.signature) === wanted) failed++
      onRun()
    }
    failures.set(item, failed)
  }
  return failures
}

/** Events of operations and faults of a run, by their names. */
async function stepsOf(
  origin: Capsule['origin'],
  model: SimulationModel,
): Promise<Map<string, number>> {
  const steps = new Map<string, number>()
  const onTraceLine = (line: string): void => {
    if (!line.includes('"type":"operation"') && !line.includes('"type":"fault"')) return
    const { event, type, id, site, use }: Readonly<Record<string, unknown>> = JSON.parse(line)
    const name = type === 'operation' ? `operation ${String(id)}` : `${String(site)} ${String(use)}`
    steps.set(name, Number(event))
  }
  const config = { ...model.config, onTraceLine }
  await simulate({ ...model, ...origin, config, diagnoses: false })
  return steps
}

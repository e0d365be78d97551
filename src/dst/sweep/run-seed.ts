/**
 * One run of a sweep: a whole simulation, and what is told of it.
 * @module
 */

import { writeFileSync } from 'node:fs'

import { asError, FossilError } from '../../base/error.ts'
import type { RunTask } from '../../runner/sweep/sweep.ts'
import type { SeedRun } from '../../runner/sweep/seed-end.ts'
import { failureText } from '../expect.ts'
import type { SimReport } from '../sim-report.ts'
import { simulate } from '../simulate.ts'
import type { SimulationModel } from './model-file.ts'

/** Setup of a process that makes runs. */
export interface SweepSetup {
  /** The plan line of all seeds. */
  readonly plan: string
  /** The file of the model, absolute. */
  readonly model?: string
}

/**
 * Simulates a seed. A simulation that throws is an end as any other, unless it says that the
 * options make no sense.
 *
 * @throws {FossilError} `option.invalid`
 */
export async function runSeed(
  task: RunTask & { readonly plan: string },
  model: SimulationModel,
  alive: () => void,
): Promise<SeedRun> {
  const lines: string[] = []
  try {
    return runOf(await simulateSeed(task, { model, alive, lines }), task.replay)
  } catch (error) {
    if (FossilError.is(error, 'option.invalid')) throw error
    return thrown(asError(error), task.replay)
  } finally {
    if (task.tracePath !== undefined) writeFileSync(task.tracePath, lines.join(''))
  }
}

interface Surroundings {
  readonly model: SimulationModel
  readonly alive: () => void
  /** Receives the trace, where somebody wants it. */
  readonly lines: string[]
}

function simulateSeed(
  { seed, plan, tracePath }: RunTask & { readonly plan: string },
  { model, alive, lines }: Surroundings,
): Promise<SimReport> {
  const { onTraceLine, onTraceStart } = model.config ?? {}
  const traced = {
    onTraceLine: (line: string) => {
      lines.push(`${line}\n`)
      onTraceLine?.(line)
    },
    onTraceStart: () => {
      lines.length = 0
      onTraceStart?.()
    },
  }
  const config = { ...model.config, ...(tracePath === undefined ? {} : traced) }
  return simulate({ ...model, seed, plan, config, onProgress: alive })
}

function runOf(report: SimReport, replay: string): SeedRun {
  const { verdict, traceHash, plan, steps, marks, signature } = report
  return {
    verdict,
    traceHash,
    ...(plan === undefined ? {} : { drawn: plan }),
    steps,
    marks,
    ...(signature === undefined ? {} : { signature, told: failureText(report, replay) }),
  }
}

function thrown({ name, message, stack = '' }: Error, replay: string): SeedRun {
  const at = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const told = [
    `  error            ${name}: ${message}\n`,
    ...at.slice(0, 5).map((line) => `  ${line.trim()}\n`),
    `  replay           ${replay}\n`,
  ].join('')
  const signature = { verdict: 'threw', role: 'none', cause: `${name}: ${message}` } as const
  return { verdict: 'threw', traceHash: '', steps: 0, marks: {}, signature, told }
}

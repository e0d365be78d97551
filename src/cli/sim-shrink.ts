/**
 * `trilobite sim shrink`: the shortest story of a failure, as a capsule and as a test file. Exits 1
 * where there is one, as every command that finds a failure; 0 where the run converges.
 * @module
 */

import type { Command } from 'commander'
import { type Capsule, capsuleTexts, shrinkFailure } from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { duration } from './option-values.ts'
import { print, printNotice } from './output.ts'
import { type FailureSource, failureSource, modelFor, writeFailure } from './sim-failure.ts'
import { addPlanOptions, planLine, type PlanOptions, replayFileCommand } from './sim-plan.ts'
import { modelHelp } from './sim-sweep-command.ts'
import { counted } from '../base/counted.ts'
import { ProgressLine } from './terminal.ts'

interface ShrinkCommandOptions extends PlanOptions {
  readonly budget: number
  readonly out: string
  readonly model?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Adds `sim shrink`. */
export function addShrinkCommand(sim: Command): void {
  const command = sim
    .command('shrink')
    .description('shrink a failure to the shortest run that fails in the same way')
    .argument('<seed|capsule>', 'a seed, or the file of a capsule')
  addPlanOptions(command)
    .option('--budget <time>', 'CPU time that it may take', duration('--budget'), 60_000)
    .option('--out <dir>', 'the folder for the capsule and the test file', '.')
    .option('--model <file>', modelHelp)
    .option('--json', 'print one JSON object and nothing else')
    .option('--quiet', 'show no progress')
    .action(shrink)
}

async function shrink(text: string, options: ShrinkCommandOptions): Promise<void> {
  const source = failureSource(text)
  checkPlan(source, options)
  const model = await modelFor(source, options.model)
  const progress = new ProgressLine({ isQuiet: options.quiet === true || options.json === true })
  const result = await shrinkFailure(
    'seed' in source ? { ...source, plan: planLine(options) } : source.capsule,
    {
      model,
      budgetMs: options.budget,
      onRun: ({ runs, operations, faults, spent }) => {
        const size = `${counted(operations, 'operation')}, ${counted(faults, 'fault')}`
        progress.show(spent, `${counted(runs, 'run')}: ${size}`)
      },
    },
  ).finally(() => progress.end())
  if (result.end === 'converged') {
    print(options, { end: result.end }, 'converged: there is nothing to shrink\n')
    return
  }
  process.exitCode = 1
  if (result.end === 'unlisted') {
    const { end, signature } = result
    print(options, { end, signature }, `${result.text}\n${unlisted}\n`)
    return
  }
  const { end, capsule, runs, isMinimal } = result
  const hasWorkloads = model.workloads !== undefined
  const files = writeFailure(capsule, { ...options, hasWorkloads })
  const { signature, operations, faults, plan, seed } = capsule
  const fields = { end, signature, seed, plan, operations, faults, runs, isMinimal, files }
  const replay = replayFileCommand(files.capsule, options.model)
  print(options, fields, shrunkText(capsule, { runs, isMinimal, files, replay }))
}

const unlisted =
  'made again from the list of its operations and faults, the run does not fail in this way: it ' +
  'depends on something besides these'

/** @throws {FossilError} `option.invalid` for a plan beside a capsule, which has its own */
function checkPlan(source: FailureSource, options: PlanOptions): void {
  if ('seed' in source || planLine(options) === '') return
  const reason = 'is for a seed: a capsule has a plan of its own'
  throw new FossilError('option.invalid', { option: '--plan', reason })
}

interface ShrunkFacts {
  readonly runs: number
  readonly isMinimal: boolean
  readonly files: { readonly capsule: string; readonly test: string }
  /** The command that replays the capsule. */
  readonly replay: string
}

function shrunkText(capsule: Capsule, facts: ShrunkFacts): string {
  const { runs, isMinimal, files, replay } = facts
  const { operations, faults } = capsule
  const { headline, story } = capsuleTexts(capsule)
  if (!isMinimal) printNotice('the budget ended before everything was tried: see --budget')
  const lines = story.map((line) => `    ${line}\n`)
  const size = `${counted(operations.length, 'operation')}, ${counted(faults.length, 'fault')}`
  return [
    `${headline}\n`,
    `  shrunk to        ${size}, in ${counted(runs, 'run')}\n`,
    `  plan             ${capsule.plan}\n`,
    '  what happens:\n',
    ...lines,
    `  capsule          ${files.capsule}\n`,
    `  test             ${files.test}\n`,
    `  replay           ${replay}\n`,
  ].join('')
}

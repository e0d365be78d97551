/**
 * `trilobite sim why`: which parts of a failure are necessary, which suffice alone, and from when
 * on it could hardly be escaped. Exits 1 where there is a failure, 0 where the run converges.
 * @module
 */

import type { Command } from 'commander'
import { type Capsule, shrinkFailure, type SimulationModel, whyFails } from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { duration, integer } from './option-values.ts'
import { print } from './output.ts'
import { type FailureSource, failureSource, modelFor } from './sim-failure.ts'
import { modelHelp } from './sim-sweep-command.ts'
import { addPlanOptions, planLine, type PlanOptions } from './sim-plan.ts'
import { counted } from '../base/counted.ts'
import { ProgressLine, table } from './terminal.ts'

type Reasons = NonNullable<Awaited<ReturnType<typeof whyFails>>>
type ItemReason = Reasons['items'][number]

interface WhyCommandOptions extends PlanOptions {
  readonly budget: number
  readonly redraws: number
  readonly model?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Adds `sim why`. */
export function addWhyCommand(sim: Command): void {
  const command = sim
    .command('why')
    .description('say which parts of a failure are necessary, and which suffice alone')
    .argument('<seed|capsule>', 'a seed, which is shrunk first, or the file of a capsule')
  addPlanOptions(command)
    .option('--budget <time>', 'CPU time that shrinking may take', duration('--budget'), 60_000)
    .option(
      '--redraws <n>',
      'runs for each part in which all that follows it is drawn anew',
      integer('--redraws', { min: 0, max: 10_000 }),
      20,
    )
    .option('--model <file>', modelHelp)
    .option('--json', 'print one JSON object and nothing else')
    .option('--quiet', 'show no progress')
    .action(why)
}

async function why(text: string, options: WhyCommandOptions): Promise<void> {
  const progress = new ProgressLine({ isQuiet: options.quiet === true || options.json === true })
  try {
    const source = failureSource(text)
    const model = await modelFor(source, options.model)
    const capsule = await capsuleFor(source, { ...options, model }, progress)
    const reasons =
      capsule &&
      (await whyFails(capsule, {
        model,
        redraws: options.redraws,
        onRun: (done, total) => progress.show(done / total, `${done} of ${counted(total, 'run')}`),
      }))
    progress.end()
    if (reasons === undefined) {
      print(options, { end: 'converged' }, 'converged: there is nothing to explain\n')
      return
    }
    process.exitCode = 1
    const { text: _, ...fields } = reasons
    print(options, fields, reasonsText(reasons))
  } finally {
    progress.end()
  }
}

/** The capsule of a file, or of a seed that is shrunk; its leaves keep their names. */
async function capsuleFor(
  source: FailureSource,
  options: Omit<WhyCommandOptions, 'model'> & { readonly model: SimulationModel },
  progress: ProgressLine,
): Promise<Capsule | undefined> {
  if ('capsule' in source) return source.capsule
  const result = await shrinkFailure(
    { ...source, plan: planLine(options) },
    {
      model: options.model,
      budgetMs: options.budget,
      renames: false,
      onRun: ({ runs, spent }) => progress.show(spent, `shrinking: ${counted(runs, 'run')}`),
    },
  )
  if (result.end === 'converged') return undefined
  if (result.end === 'shrunk') return result.capsule
  const reason = 'made again from the list of its operations and faults, the run does not fail'
  throw new FossilError('option.invalid', { option: 'seed', reason })
}

function reasonsText({ text, isCalm, items }: Reasons): string {
  const rows = items.map((each) => [each.text, partText(each, items), redrawnText(each)])
  return [
    `${text}\n`,
    isCalm ? '  it fails on a calm network: no fault has a part in it\n' : '',
    rows.length === 0 ? '  it fails whatever people do\n' : `\n${table(rows)}`,
  ].join('')
}

/** Of the only operation, and of the only fault, there is no other to do without. */
function partText(
  { item: { kind }, isNecessary, isSufficientAlone }: ItemReason,
  items: readonly ItemReason[],
): string {
  const isOnly = items.filter(({ item }) => item.kind === kind).length === 1
  const enough = isSufficientAlone && !isOnly ? `enough without the other ${kind}s` : ''
  if (isNecessary) return enough === '' ? 'necessary' : `necessary, and ${enough}`
  return enough === '' ? 'not necessary' : enough
}

function redrawnText({ failsWhenRedrawn }: ItemReason): string {
  if (failsWhenRedrawn === undefined) return ''
  const { failed, of } = failsWhenRedrawn
  return `drawn anew after it, ${failed} of ${of} fail`
}

/**
 * `trilobite sim sweep`: whole simulations of many seeds, a few at a time, each in a process that
 * it may take down with it. Exits 0 where all converged, 1 where one failed or was not the same
 * when made twice, 2 on an error, 130 or 143 where a signal ended it, with what had failed printed.
 * @module
 */

import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { type Command, Option } from 'commander'
import { openCorpus, sweepSeeds } from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { duration, integer } from './option-values.ts'
import { print, printNotice } from './output.ts'
import { addPlanOptions, planLine, type PlanOptions, replayCommand } from './sim-plan.ts'
import {
  type SeedCorpus,
  type SeedTask,
  type SweepFacts,
  type SweepOptions,
  SweepProgress,
  type SweepReport,
  sweepJson,
  sweepText,
} from './sim-sweep-report.ts'
import { type SeedRange, seedsFrom } from './sim-sweep.ts'

/** Help of `--model`, wherever there is one. */
export const modelHelp =
  "module whose default export is a model: agents, operations, checks of one's own"

/** Options as the parser gives them. */
export interface SimSweepOptions extends PlanOptions {
  readonly seeds?: SeedRange
  readonly jobs?: number
  readonly model?: string
  readonly first?: boolean
  readonly keep?: number
  readonly silence?: number
  readonly junit?: string
  readonly journal?: string
  readonly resume?: boolean
  readonly corpus?: string
  readonly marks?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Adds `sim sweep`. */
export function addSweepCommand(sim: Command): void {
  const command = sim
    .command('sweep')
    .description('simulate many seeds in several processes, and list failures by signature')
    .addOption(
      new Option('--seeds <range>', 'seeds to run, such as 1..10000')
        .argParser(seedsFrom)
        .default({ first: 1, last: 1000 }, '1..1000'),
    )
  addRunnerOptions(addPlanOptions(command))
    .option('--first', 'end at the first failure')
    .option('--keep <n>', 'failures told of each signature (default: 3)', atLeastOne('--keep'))
    .option('--junit <file>', 'report as JUnit XML, a test case for each seed')
    .option('--journal <file>', 'record of each seed as it ends, to go on from after a kill')
    .option('--resume', 'go on with the journal: seeds that it has are not run again')
    .option('--corpus <file>', 'seeds of rare situations, which run first; new ones are added')
    .option('--marks', 'rare situations that were reached, and those that never were')
    .action((options: SimSweepOptions) => runSweepCommand(options, { runsCorpus: true }))
}

/** Adds the options of whatever runs seeds in processes. */
export function addRunnerOptions(command: Command): Command {
  return command
    .option('--jobs <n>', 'processes at a time (default: one a processor)', atLeastOne('--jobs'))
    .option('--model <file>', modelHelp)
    .option(
      '--silence <time>',
      'time without a sign of life after which a seed counts as hung (default: 2m)',
      duration('--silence'),
    )
    .option('--json', 'print one JSON object and nothing else')
    .option('--quiet', 'the verdict only')
}

function atLeastOne(option: string): (text: string) => number {
  return integer(option, { min: 1 })
}

/** Makes a sweep, and says what came of it. `runsCorpus`: seeds of the corpus run first. */
export async function runSweepCommand(
  options: SimSweepOptions,
  { runsCorpus }: { readonly runsCorpus: boolean },
): Promise<void> {
  const { corpus: path, journal, junit, resume = false, json = false } = options
  if (resume && journal === undefined) {
    throw new FossilError('option.invalid', { option: '--resume', reason: 'needs --journal' })
  }
  const corpus = path === undefined ? undefined : openCorpus(path, options)
  // A place that cannot be written is found out before the work.
  corpus?.write()
  if (junit !== undefined) writeOrThrow(junit, '', { flag: 'a' })
  const { report, signal } = await sweepVisibly(options, {
    ...(corpus === undefined || !runsCorpus ? {} : { before: corpus.tasks }),
    ...(journal === undefined ? {} : { journal: { path: journal, resumes: resume } }),
  })
  // What an interrupted journal has is added when that is resumed, once.
  const isAdded = signal === undefined || journal === undefined
  const change = isAdded ? addTo(corpus, report) : undefined
  if (junit !== undefined) writeOrThrow(junit, report.junit('trilobite sim sweep'))
  const facts = factsOf(options, { signal, change })
  print({ json }, json ? sweepJson(report, facts) : {}, json ? '' : sweepText(report, facts))
  process.exitCode = exitCodeOf(report, signal)
}

/** Facts about a sweep besides its report. */
export function factsOf(
  options: SimSweepOptions,
  more: Partial<Pick<SweepFacts, 'signal' | 'change'>>,
): SweepFacts {
  const { seeds, marks = false, quiet = false, journal } = options
  const { signal, change } = more
  return { seeds, marks, quiet, journal, signal, change, replay: replayOf(options) }
}

/** A sweep that has ended, by a signal perhaps. */
interface Swept {
  readonly report: SweepReport
  readonly signal: NodeJS.Signals | undefined
}

/** Runs a sweep with its progress shown. SIGINT and SIGTERM end it, with what it has found. */
export async function sweepVisibly(
  options: SimSweepOptions,
  more: Partial<SweepOptions>,
): Promise<Swept> {
  const { seeds, jobs, model, first = false, keep, silence, json, quiet } = options
  const isQuiet = json === true || quiet === true
  const aborter = new AbortController()
  const progress = new SweepProgress({ isQuiet })
  let ended: NodeJS.Signals | undefined
  const stop = (by: NodeJS.Signals): void => {
    ended ??= by
    aborter.abort()
  }
  // They stay: a second one, from a launcher that passes the first on, must not end the report.
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    const report = await sweepSeeds({
      ...(seeds === undefined ? {} : { seeds }),
      plan: planLine(options),
      ...(jobs === undefined ? {} : { jobs }),
      ...(model === undefined ? {} : { model }),
      ...(keep === undefined ? {} : { keep }),
      ...(silence === undefined ? {} : { silenceMs: silence }),
      stopsAtFirst: first,
      replay: replayOf(options),
      signal: aborter.signal,
      onEnd: ({ seed }, state) => {
        progress.show(state)
        if (state.newWay === undefined || isQuiet) return
        progress.end()
        printNotice(`seed ${seed}: ${state.newWay}`)
      },
      ...more,
    })
    return { report, signal: ended }
  } finally {
    progress.end()
  }
}

function replayOf(options: SimSweepOptions): (task: SeedTask) => string {
  return ({ seed, plan = planLine(options) }) => {
    const { model } = options
    return replayCommand({ seed, plan, ...(model === undefined ? {} : { model }) })
  }
}

function addTo(corpus: SeedCorpus | undefined, { ends }: SweepReport) {
  const change = corpus?.add(ends)
  corpus?.write()
  return change
}

/** The exit code of a sweep: that of its signal, or else 1 where a seed failed. */
export function exitCodeOf(report: SweepReport, signal: NodeJS.Signals | undefined): number {
  if (signal !== undefined) return 128 + constants.signals[signal]
  return report.failures.length === 0 ? 0 : 1
}

/** @throws {FossilError} `repo.unreadable` */
function writeOrThrow(path: string, text: string, options: { flag?: 'a' } = {}): void {
  try {
    writeFileSync(path, text, options)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new FossilError('repo.unreadable', { path, reason }, { cause: error })
  }
}

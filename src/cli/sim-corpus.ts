/**
 * `trilobite sim corpus`: seeds that reach rare situations, kept in a file for sweeps to run first.
 * @module
 */

import type { Command } from 'commander'
import { openCorpus } from '../dst/index.ts'
import { print } from './output.ts'
import { addPlanOptions } from './sim-plan.ts'
import { seedsFrom } from './sim-sweep.ts'
import {
  addRunnerOptions,
  exitCodeOf,
  factsOf,
  modelHelp,
  runSweepCommand,
  type SimSweepOptions,
  sweepVisibly,
} from './sim-sweep-command.ts'
import { sweepText } from './sim-sweep-report.ts'
import { counted } from '../base/counted.ts'

const defaultFile = '.trilobite/corpus.json'

interface CorpusOptions extends SimSweepOptions {
  readonly corpus: string
}

/** Adds `sim corpus` and its subcommands. */
export function addCorpusCommand(sim: Command): void {
  const corpus = sim
    .command('corpus')
    .description('keep seeds of rare situations, which a sweep with --corpus runs first')
  withFile(corpus.command('list', { isDefault: true }))
    .description('list the seeds of the corpus, with the rare situations that they reach')
    .option('--model <file>', modelHelp)
    .option('--json', 'print one JSON object and nothing else')
    .action(list)
  const add = withFile(corpus.command('add'))
    .description('sweep some seeds, and add those that reach rare situations')
    .requiredOption('--seeds <range>', 'seeds to run, such as 1..500', seedsFrom)
  addRunnerOptions(addPlanOptions(add)).action((options: CorpusOptions) =>
    runSweepCommand(options, { runsCorpus: false }),
  )
  const prune = withFile(corpus.command('prune')).description(
    'make the runs of the corpus on this code, and drop situations that they reach no more',
  )
  addRunnerOptions(prune).action(pruneCorpus)
}

function withFile(command: Command): Command {
  return command.option('--corpus <file>', 'file of the corpus', defaultFile)
}

function list(options: CorpusOptions): void {
  const corpus = openCorpus(options.corpus, options)
  const lines = corpus.seeds.map(({ seed, steps, commit = '', marks }) => {
    const at = commit === '' ? '' : `, at ${commit.slice(0, 10)}`
    const told = marks.map((mark) => `  ${mark}: ${counted(corpus.reached(mark), 'run')}\n`)
    return `seed ${seed}, ${counted(steps, 'event')}${at}\n${told.join('')}`
  })
  const summary = `${counted(lines.length, 'seed')}, chosen of ${counted(corpus.runs, 'run')}\n`
  const fields = { runs: corpus.runs, seeds: corpus.seeds }
  print({ json: options.json === true }, fields, lines.join('') + summary)
}

async function pruneCorpus(options: CorpusOptions): Promise<void> {
  const corpus = openCorpus(options.corpus, options)
  const { report, signal } = await sweepVisibly(options, { before: corpus.tasks })
  const { dropped } = corpus.prune(report.ends)
  corpus.write()
  const { json = false } = options
  const kept = counted(corpus.seeds.length, 'seed')
  const change = `${kept} kept, ${dropped.length} dropped\n`
  const text = sweepText(report, factsOf(options, { signal })) + change
  print({ json }, { dropped, seeds: corpus.seeds }, text)
  process.exitCode = exitCodeOf(report, signal)
}

/**
 * `trilobite sim run`: the main job. Exits 0 only when everything converged, 1 when it did not,
 * 2 on an error, with nothing written.
 * @module
 */

import { type Command, Option } from 'commander'
import {
  drawPlan,
  loadModel,
  simulate,
  type SimulateOptions,
  type SimulationModel,
  type SimReport,
} from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { addCanaryCommand } from './sim-canary.ts'
import { addCorpusCommand } from './sim-corpus.ts'
import { addCoverageCommand } from './sim-coverage.ts'
import { addDiffCommand } from './sim-diff.ts'
import { addExplainCommand } from './sim-explain.ts'
import { checkKeepFolder, keepRepositories, readMasterImage, TraceFile } from './sim-files.ts'
import { StockMaster } from './sim-stock.ts'
import {
  addPlanCommand,
  addPlanOptions,
  planLine,
  replayCommand,
  type RunOptions,
  seedRange,
} from './sim-plan.ts'
import { addReplayCommand } from './sim-replay.ts'
import { jsonReport, textReport } from './sim-report.ts'
import { addShrinkCommand } from './sim-shrink.ts'
import { addWhyCommand } from './sim-why.ts'
import { type SeedRange, seedsFrom, sweep } from './sim-sweep.ts'
import { addSweepCommand, modelHelp } from './sim-sweep-command.ts'
import { ProgressLine } from './terminal.ts'
import { integer } from './option-values.ts'
import { print, printNotice } from './output.ts'

/** Options as the parser gives them. */
export interface SimRunOptions extends RunOptions {
  readonly seeds?: SeedRange
  readonly upstream: 'trilobite' | 'stock'
  readonly keep?: string
  readonly trace?: string
  readonly messages?: boolean
  readonly holdings?: boolean
  readonly marks?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Adds `sim` to the program. */
export function addSimCommand(program: Command): void {
  const sim = program.command('sim').description('simulate networks of repositories')
  const command = sim
    .command('run')
    .description('let repositories commit and sync through a faulty network, then check them all')
    .option(
      '--seed <n>',
      'the seed from which the whole run follows',
      integer('--seed', seedRange),
      1,
    )
    .option('--seeds <range>', 'a run for each seed of a range, such as 1..100', seedsFrom)
  addPlanOptions(command)
    .addOption(
      new Option('--upstream <kind>', 'who answers at the master: this code, or stock fossil')
        .choices(['trilobite', 'stock'])
        .default('trilobite'),
    )
    .option('--from <file>', 'fill the master from this Fossil repository')
    .option('--model <file>', modelHelp)
    .option('--keep <dir>', "leave every node's repository there as a .fossil file")
    .option('--trace <file>', 'write everything that happens there, as JSON lines')
    .option('--messages', 'write into the trace the contents of each message')
    .option(
      '--holdings',
      'write into the trace every artifact, file and row that a node gains or loses',
    )
    .option('--marks', 'tell which rare situations were reached, and which never')
    .option('--json', 'print one JSON object and nothing else')
    .option('--quiet', 'print the verdict only')
    .action((options: SimRunOptions) =>
      options.seeds === undefined ? runSimulation(options) : runSweep(options, options.seeds),
    )
  addSweepCommand(sim)
  addCorpusCommand(sim)
  addPlanCommand(sim)
  addShrinkCommand(sim)
  addReplayCommand(sim)
  addWhyCommand(sim)
  addCanaryCommand(sim)
  addCoverageCommand(sim)
  addDiffCommand(sim)
  addExplainCommand(sim)
}

async function runSimulation(options: SimRunOptions): Promise<void> {
  const image = options.from === undefined ? undefined : readMasterImage(options.from, options)
  const model = options.model === undefined ? {} : await loadModel(options.model)
  const { leaves = leavesOf(options) } = model
  const kept = options.keep === undefined ? [] : checkKeepFolder(options.keep, leaves)
  const trace = options.trace === undefined ? undefined : new TraceFile(options.trace, kept)
  using stock = options.upstream === 'stock' ? new StockMaster(options) : undefined
  const startMs = performance.now()
  const world = { image: stock === undefined ? image : undefined, stock, trace, model }
  const report = await simulateVisibly(options, world)
  const wallMs = Math.round(performance.now() - startMs)
  printReport(report, options, wallMs)
  process.exitCode = report.verdict === 'converged' ? 0 : 1
}

/** @throws {FossilError} `option.invalid` with options that are for one run */
async function runSweep(options: SimRunOptions, seeds: SeedRange): Promise<void> {
  for (const option of ['keep', 'trace'] as const) {
    if (options[option] === undefined) continue
    const reason = 'is for one run: name its seed with --seed'
    throw new FossilError('option.invalid', { option: `--${option}`, reason })
  }
  const master = options.from === undefined ? undefined : readMasterImage(options.from, options)
  const model = options.model === undefined ? {} : await loadModel(options.model)
  await sweep(seeds, options, {
    simulate: (seed) => {
      using stock = options.upstream === 'stock' ? new StockMaster(options) : undefined
      const image = stock === undefined ? master : undefined
      const world = { image, stock, trace: undefined, model }
      return simulate(simulateOptions({ ...options, seed }, world))
    },
    replay: (seed) => replayCommand({ ...options, seed }),
  })
}

function leavesOf(options: SimRunOptions): number {
  return drawPlan(options.seed, planLine(options)).leaves
}

/** The surroundings of a simulation, besides its options. */
interface SimWorld {
  readonly image: Uint8Array | undefined
  readonly stock: StockMaster | undefined
  readonly trace: TraceFile | undefined
  readonly model: SimulationModel
}

async function simulateVisibly(options: SimRunOptions, world: SimWorld): Promise<SimReport> {
  const progress = new ProgressLine({ isQuiet: options.quiet === true || options.json === true })
  try {
    return await simulate({
      ...simulateOptions(options, world),
      onProgress: ({ phase, elapsedMs, durationMs, syncs, operations }) =>
        progress.show(
          durationMs === 0 ? 1 : elapsedMs / durationMs,
          `${phase}: ${formatSeconds(elapsedMs)} simulated, ` +
            `${syncs} syncs, ${operations} operations`,
        ),
      onEnd: (simulator) => {
        if (options.keep !== undefined) keepRepositories(simulator, options.keep)
      },
    })
  } catch (error) {
    progress.end()
    // A bug that a simulation meets is met again by the same command.
    if (!FossilError.is(error)) printNotice(`replay: ${replayCommand(options)}`)
    throw error
  } finally {
    progress.end()
    world.trace?.close()
  }
}

function simulateOptions(
  options: SimRunOptions,
  { image, stock, trace, model }: SimWorld,
): SimulateOptions {
  return {
    ...model,
    seed: options.seed,
    plan: planLine(options),
    ...(stock === undefined ? {} : { masterRepo: stock.repo }),
    config: {
      ...model.config,
      ...(stock === undefined ? {} : { upstream: stock.transport, deflateOverBytes: 0 }),
      ...(image === undefined ? {} : { masterImage: image }),
      ...(trace === undefined
        ? {}
        : {
            onTraceLine: (line: string) => trace.write(line),
            onTraceStart: () => trace.startOver(),
            describesMessages: options.messages === true,
            describesHoldings: options.holdings === true,
          }),
    },
  }
}

function printReport(report: SimReport, options: SimRunOptions, wallMs: number): void {
  const { json } = options
  const replay = replayCommand(options)
  const text = textReport(report, { wallMs, replay, ...options })
  print({ json: json === true }, json === true ? jsonReport(report, replay) : {}, text)
}

function formatSeconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`
}

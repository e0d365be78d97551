/**
 * `trilobite sim run`: the main job. Exits 0 only when everything converged, 1 when it did not,
 * 2 on an error, with nothing written.
 * @module
 */

import { type Command, Option } from 'commander'
import { simulate, type SimulateOptions, type Simulator, type SimReport } from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { levelNames, type LevelName } from '../sim/index.ts'
import { checkKeepFolder, keepRepositories, readMasterImage, TraceFile } from './sim-files.ts'
import { StockMaster } from './sim-stock.ts'
import { jsonReport, textReport } from './sim-report.ts'
import { ProgressLine } from './terminal.ts'
import { duration, formatDuration, integer } from './option-values.ts'
import { print, printNotice } from './output.ts'

/** Options as the parser gives them. */
export interface SimRunOptions {
  readonly seed: number
  readonly leaves: number
  readonly level: LevelName
  readonly duration: number
  readonly upstream: 'trilobite' | 'stock'
  readonly private?: boolean
  readonly uv?: boolean
  readonly allKinds?: boolean
  readonly login?: boolean
  readonly from?: string
  readonly keep?: string
  readonly trace?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Adds `sim run` to the program. */
export function addSimCommand(program: Command): void {
  const sim = program.command('sim').description('simulate networks of repositories')
  sim
    .command('run')
    .description('let repositories commit and sync through a faulty network, then check them all')
    .option('--seed <n>', 'what the whole run follows from', integer('--seed', wholeRange), 1)
    .option('--leaves <n>', 'repositories beside the master', integer('--leaves', leafRange), 5)
    .addOption(
      new Option('--level <level>', 'how hostile the world is')
        .choices([...levelNames])
        .default('hostile'),
    )
    .addOption(
      new Option('--duration <time>', 'how long faults last, simulated')
        .argParser(duration('--duration'))
        .default(600_000, '10m'),
    )
    .addOption(
      new Option('--upstream <kind>', 'who answers at the master: this code, or stock fossil')
        .choices(['trilobite', 'stock'])
        .default('trilobite'),
    )
    .option('--private', 'make some check-ins private: they must stay where they were made')
    .option('--uv', 'write, delete and sync unversioned files, too')
    .option('--all-kinds', 'write branches, merges, tags, pages, tickets, posts and so on, too')
    .option('--login', 'let leaves log in, and nobody else do anything at the master')
    .option('--from <file>', 'fill the master from this Fossil repository')
    .option('--keep <dir>', "leave every node's repository there as a .fossil file")
    .option('--trace <file>', 'write everything that happens there, as JSON lines')
    .option('--json', 'print one JSON object and nothing else')
    .option('--quiet', 'print the verdict only')
    .action(runSimulation)
}

const wholeRange = { min: Number.MIN_SAFE_INTEGER }
const leafRange = { min: 1, max: 10_000 }

async function runSimulation(options: SimRunOptions): Promise<void> {
  const image = options.from === undefined ? undefined : readMasterImage(options.from, options)
  const kept = options.keep === undefined ? [] : checkKeepFolder(options.keep, options.leaves)
  const trace = options.trace === undefined ? undefined : new TraceFile(options.trace, kept)
  using stock = options.upstream === 'stock' ? new StockMaster(options) : undefined
  const startMs = performance.now()
  const world = { image: stock === undefined ? image : undefined, stock, trace }
  const report = await simulateVisibly(options, world)
  const wallMs = Math.round(performance.now() - startMs)
  printReport(report, options, wallMs)
  process.exitCode = report.verdict === 'converged' ? 0 : 1
}

/** The surroundings of a simulation, besides its options. */
interface SimWorld {
  readonly image: Uint8Array | undefined
  readonly stock: StockMaster | undefined
  readonly trace: TraceFile | undefined
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
      onEnd: (simulator: Simulator) => {
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
  { seed, leaves, level, duration: durationMs, ...options }: SimRunOptions,
  { image, stock, trace }: SimWorld,
): SimulateOptions {
  return {
    seed,
    leaves,
    level,
    durationMs,
    privateCheckins: options.private === true,
    uv: options.uv === true,
    allKinds: options.allKinds === true,
    login: options.login === true,
    ...(stock === undefined ? {} : { masterRepo: stock.repo }),
    config: {
      ...(stock === undefined ? {} : { upstream: stock.transport, deflateOverBytes: 0 }),
      ...(image === undefined ? {} : { masterImage: image }),
      ...(trace === undefined ? {} : { onTraceLine: (line) => trace.write(line) }),
    },
  }
}

function printReport(report: SimReport, options: SimRunOptions, wallMs: number): void {
  const { json } = options
  const text = textReport(report, { wallMs, replay: replayCommand(options), ...options })
  print({ json: json === true }, json === true ? jsonReport(report) : {}, text)
}

/** The command that does it all again. */
function replayCommand(options: SimRunOptions): string {
  const { seed, leaves, level, duration: durationMs, from, upstream } = options
  const flags = [
    options.private === true ? ' --private' : '',
    options.uv === true ? ' --uv' : '',
    options.allKinds === true ? ' --all-kinds' : '',
    options.login === true ? ' --login' : '',
    upstream === 'stock' ? ' --upstream stock' : '',
    from === undefined ? '' : ` --from ${quoted(from)}`,
  ]
  return (
    `npx trilobite sim run --seed ${seed} --leaves ${leaves} --level ${level}` +
    ` --duration ${formatDuration(durationMs)}${flags.join('')}`
  )
}

function quoted(path: string): string {
  return /^[\w./@-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

function formatSeconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`
}

/**
 * `trilobite sim coverage`: functions of the engine that a sweep of seeds never enters, by folder,
 * each with the reason where there is one. Exits 1 where one has none, where a reason is void, and
 * where a run did not converge.
 * @module
 */

import type { Command } from 'commander'
import { drawPlan } from '../dst/index.ts'
import { checkoutRoot, loadFromCheckout } from './checkout.ts'
import { integer } from './option-values.ts'
import { print, printText } from './output.ts'
import { type SeedRange, seedsFrom } from './sim-sweep.ts'
import { counted } from '../base/counted.ts'
import { ProgressLine, table } from './terminal.ts'

/** A function of the source: coverage/functions.ts has it whole. */
interface SourceFunction {
  readonly file: string
  readonly name: string
  readonly line: number
}

/** The coverage of a sweep: coverage/judge.ts. */
export interface Coverage {
  readonly folders: readonly {
    readonly folder: string
    readonly functions: number
    readonly missed: readonly (SourceFunction & { readonly reason?: string })[]
  }[]
  readonly voidReasons: readonly { readonly of: string; readonly problem: string }[]
  readonly strays: readonly { readonly seed: number; readonly verdict: string }[]
}

/** Exports of coverage/all.ts. */
interface CoverageSweep {
  readonly measureCoverage: (options: {
    readonly seeds: SeedRange
    readonly plan?: string
    readonly jobs?: number
    readonly onRun: () => void
  }) => Promise<Coverage>
}

interface CoverageOptions {
  readonly seeds: SeedRange
  readonly plan?: string
  readonly jobs?: number
  readonly json?: boolean
}

/** Adds `sim coverage`. */
export function addCoverageCommand(sim: Command): void {
  sim
    .command('coverage')
    .description('name the functions of the engine that no run of some seeds enters')
    .option('--seeds <range>', 'the seeds that are run', seedsFrom, { first: 1, last: 500 })
    .option(
      '--plan <line>',
      'fix some of the options that the seeds draw, such as hostile,leaves=3',
    )
    .option('--jobs <n>', 'the number of processes at a time', integer('--jobs', { min: 1 }))
    .option('--json', 'print one JSON object and nothing else')
    .action(measure)
}

async function measure({ seeds, plan, jobs, json = false }: CoverageOptions): Promise<void> {
  const { measureCoverage } = await loadCoverage(checkoutRoot)
  const { first, last } = seeds
  drawPlan(first, plan)
  const total = last - first + 1
  const progress = new ProgressLine({ isQuiet: json })
  let done = 0
  const coverage = await measureCoverage({
    seeds,
    ...(plan === undefined ? {} : { plan }),
    ...(jobs === undefined ? {} : { jobs }),
    onRun: () => progress.show(++done / total, `${done} of ${counted(total, 'seed')}`),
  }).finally(() => progress.end())
  const totals = totalsOf(coverage)
  if (json) print({ json }, { first, last, ...totals, ...coverage }, '')
  else printText(coverageReport(coverage, total))
  process.exitCode = isClean(coverage) ? 0 : 1
}

/** Loads what measures. @throws {FossilError} `option.invalid` where `root` is no checkout */
export async function loadCoverage(root: string): Promise<CoverageSweep> {
  const why = 'whose functions it counts'
  const loaded = await loadFromCheckout(root, { folder: 'coverage', command: 'sim coverage', why })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types above are its own
  return loaded as CoverageSweep
}

function totalsOf({ folders }: Coverage): Readonly<Record<string, number>> {
  const missed = folders.flatMap((folder) => folder.missed)
  return {
    functions: folders.reduce((sum, folder) => sum + folder.functions, 0),
    missed: missed.length,
    unexplained: missed.filter(({ reason }) => reason === undefined).length,
  }
}

function isClean(coverage: Coverage): boolean {
  const { voidReasons, strays } = coverage
  return totalsOf(coverage)['unexplained'] === 0 && voidReasons.length + strays.length === 0
}

/** Each folder with what is missed of it, then a table of all of them, and what is wrong. */
export function coverageReport(coverage: Coverage, seeds: number): string {
  const { folders, voidReasons, strays } = coverage
  const { functions = 0, missed = 0, unexplained = 0 } = totalsOf(coverage)
  const told = folders.filter((folder) => folder.missed.length > 0).map(folderText)
  const rows = folders.map((folder) => [
    folder.folder,
    counted(folder.functions, 'function'),
    `${folder.missed.length} never entered`,
    percent(folder.missed.length, folder.functions),
  ])
  const problems = [
    ...voidReasons.map(({ of, problem }) => `void reason: ${of} ${problem}\n`),
    ...strays.map(({ seed, verdict }) => `seed ${seed} ${verdict}\n`),
  ]
  const summary =
    `${counted(seeds, 'seed')} never entered ${missed} of ${counted(functions, 'function')} ` +
    `(${percent(missed, functions)}); ${unexplained} of these have no reason\n`
  return [...told, table(rows), ...problems, summary].join('')
}

function folderText({ folder, missed }: Coverage['folders'][number]): string {
  const lines = missed.map(
    ({ file, line, name, reason }) => `  ${file}:${line} ${name}: ${reason ?? 'NO REASON'}\n`,
  )
  return `${folder}\n${lines.join('')}\n`
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`
}

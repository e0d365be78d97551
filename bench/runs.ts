/**
 * Runs of the simulator as explorers use them: what one costs, and how that grows.
 *
 * The unit: 3 leaves and a master, 60 virtual seconds of a hostile world, everybody writes every
 * kind of artifact and unversioned files and logs in, some in private: 20 to 60 operations, every
 * check.
 * CPU time of the process, since its garbage collector and the machine's other work make wall time
 * mean little. Goals: a unit in 200 ms; 30 leaves at most 4 times 10, 100 at most 4 times 30; ten
 * times the time at most 12 times; kernel and runner at most 5 % of a run; the standard scenario at
 * least 10 times as fast as in the simulator of the Go library, better 25 times.
 * @module
 */

import { simulate, type SimulateOptions } from 'trilobite/dst'
import { besideGo } from './beside-go.ts'
import { cpuShare } from './cpu-share.ts'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow, median } from './report.ts'

const minuteMs = 60_000
/** Operations at each node in a minute. */
const operationsEach = 12

const unit: Omit<SimulateOptions, 'seed'> = {
  leaves: 3,
  durationMs: minuteMs,
  allKinds: true,
  uv: true,
  login: true,
  privateCheckins: true,
  upkeep: true,
  operationCount: 4 * operationsEach,
}

/** Runs units, the default run, both kinds of growth, and the standard scenario beside Go. */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const { quick } = options
  for (let seed = -5; seed < 0; seed++) await cpuMs({ ...unit, seed }) // Warms the code up.
  const rows = [
    benchRow('unit', await medianCpuMs(unit, quick ? 20 : 100), 'CPU ms'),
    benchRow('as seeds draw it', await medianCpuMs({ plan: '' }, quick ? 20 : 100), 'CPU ms'),
    benchRow('default run', await medianCpuMs({}, quick ? 1 : 5), 'CPU ms'),
  ]
  const share = await cpuShare(() => repeat(quick ? 5 : 20), /\/(?:src|dist)\/(?:sim|runner)\//)
  rows.push(benchRow('kernel and runner in a unit', 100 * share, '%'))
  rows.push(...(await growth('leaves, as much work in all', [10, 30, 100, 300], shared, options)))
  rows.push(...(await growth('leaves, each as busy', [10, 30, 100], busy, options)))
  rows.push(...(await growth('min', [1, 10, 100], long, options)))
  const standard = await besideGo(options)
  const notes = [
    'CPU time of the process; a factor is to the row before',
    'each as busy: everything goes everywhere, so deliveries grow with the square of the leaves',
    ...standard.notes,
  ]
  return { ...standard, name: 'runs', rows: [...rows, ...standard.rows], notes }
}

/**
 * Growth without upkeep: a rebuild, a purge and a ban each cost all that a repository holds, so
 * that their number must not grow with it.
 */
const growing: Omit<SimulateOptions, 'seed'> = { ...unit, upkeep: false }

/** Many leaves that share the work which 10 would have. */
const shared = (leaves: number): Omit<SimulateOptions, 'seed'> => ({
  ...growing,
  leaves,
  operationCount: 11 * operationsEach,
})

const busy = (leaves: number): Omit<SimulateOptions, 'seed'> => ({
  ...growing,
  leaves,
  operationCount: (leaves + 1) * operationsEach,
})

const long = (minutes: number): Omit<SimulateOptions, 'seed'> => ({
  ...growing,
  durationMs: minutes * minuteMs,
  operationCount: 4 * operationsEach * minutes,
})

/** Runs of growing size: a few of each, or one of each of the two smallest where it is `quick`. */
async function growth(
  name: string,
  sizes: readonly number[],
  optionsOf: (size: number) => Omit<SimulateOptions, 'seed'>,
  { quick }: BenchOptions,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  let before: number | undefined
  for (const size of quick ? sizes.slice(0, 2) : sizes) {
    const seeds = quick || size > 50 ? 1 : size === sizes[0] ? 5 : 3
    const ms = await medianCpuMs(optionsOf(size), seeds)
    rows.push(benchRow(`${size} ${name}`, ms, 'CPU ms'))
    if (before !== undefined) rows.push(benchRow(`  factor`, ms / before, 'times'))
    before = ms
  }
  return rows
}

async function repeat(runs: number): Promise<void> {
  for (let seed = 1; seed <= runs; seed++) await simulate({ ...unit, seed })
}

async function medianCpuMs(options: Omit<SimulateOptions, 'seed'>, seeds: number): Promise<number> {
  const all: number[] = []
  for (let seed = 1; seed <= seeds; seed++) all.push(await cpuMs({ ...options, seed }))
  return median(all)
}

async function cpuMs(options: SimulateOptions): Promise<number> {
  const before = process.cpuUsage()
  const { verdict } = await simulate(options)
  const { user, system } = process.cpuUsage(before)
  if (verdict !== 'converged') throw new Error(`seed ${options.seed} ended ${verdict}`)
  return (user + system) / 1_000
}

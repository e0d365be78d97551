/**
 * Rebuild and verify beside stock's `rebuild` and `test-integrity`, on copies of the same file.
 * Each job is a process of its own, stock's and ours in turns.
 * @module
 */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { corpus, type CorpusName } from '../tools/corpus.ts'
import { findFossil } from '../tools/ensure-fossil.ts'
import { type Measured, measureFossil, measureOurs } from './processes.ts'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow, median } from './report.ts'

/** The figures that our process tells of itself. */
interface Told {
  readonly timesMs: readonly number[]
  readonly peakBytes: number
}

type Task = 'rebuild' | 'verify'

const notes = [
  'lower is better; medians, in turns, on copies of one file.',
  'verify beside test-integrity: ours also compares every derived table with the artifacts.',
  'whole process: from start to exit, with the compile cache of Node filled.',
  'in-process: without the start of Node; beside it stock whole (its start: 5 ms).',
]

/** Measures both jobs on both corpora. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  const fossil = findFossil()
  if (fossil === undefined) throw new Error('there is no stock fossil to compare with')
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-bench-'))
  const names: readonly CorpusName[] = quick
    ? ['npm-history']
    : ['npm-history', 'npm-history-large']
  const rows: BenchRow[] = []
  try {
    for (const name of names) {
      const source = await corpus(name)
      for (const task of ['rebuild', 'verify'] as const) {
        rows.push(...(await measureTask({ folder, source, task, name }, quick ? 1 : 5)))
      }
    }
    return { name: 'rebuild', peer: `fossil ${fossil.version}`, rows, notes }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** One of stock and one of ours in turn, after one of each that does not count. */
async function measureTask(
  { folder, source, task, name }: { folder: string; source: string; task: Task; name: string },
  rounds: number,
): Promise<BenchRow[]> {
  const stock: Measured[] = []
  const ours: Measured[] = []
  for (let round = 0; round <= rounds; round++) {
    const ofStock = await runStock(task, copyOf(source, join(folder, 'stock.fossil')))
    const file = copyOf(source, join(folder, 'ours.fossil'))
    const cache = join(folder, 'compiled')
    const ofOurs = await measureOurs('rebuild-process.ts', [task, file], cache)
    if (round === 0) continue
    stock.push(ofStock)
    ours.push(ofOurs)
  }
  const stockMs = median(stock.map(({ wallMs }) => wallMs))
  const stockPeak = stock.flatMap(({ peakBytes }) => peakBytes ?? [])
  const what = `${task}, ${name}`
  return [
    benchRow(`${what}, whole process`, median(ours.map(({ wallMs }) => wallMs)), 'ms', stockMs),
    benchRow(`${what}, in-process`, median(ours.flatMap((o) => told(o).timesMs)), 'ms', stockMs),
    benchRow(
      `${what}, peak memory`,
      median(ours.map((o) => told(o).peakBytes)) / 1e6,
      'MB',
      stockPeak.length === 0 ? undefined : median(stockPeak) / 1e6,
    ),
  ]
}

function copyOf(source: string, file: string): string {
  copyFileSync(source, file)
  return file
}

async function runStock(task: Task, file: string): Promise<Measured> {
  const measured = await measureFossil(
    task === 'rebuild' ? ['rebuild', file] : ['test-integrity', '-R', file],
  )
  const proof = task === 'rebuild' ? /100\.\d% complete/ : /checked: {2}0 errors/
  if (!proof.test(measured.stdout)) throw new Error(`stock's ${task} did not come to its end`)
  return measured
}

function told({ stdout }: Measured): Told {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rebuild-process.ts wrote it
  return JSON.parse(stdout) as Told
}

/**
 * A verified clone from a stock server, and a sync that finds nothing to do, beside stock's own
 * client with the same server. Each client is a process of its own; stock goes first and ours
 * second, in turns, so that whatever else the machine does meets both.
 * @module
 */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { corpus, type CorpusName } from '../tools/corpus.ts'
import { findFossil, runFossil } from '../tools/ensure-fossil.ts'
import { fossilServer, type Measured, measureFossil, measureOurs } from './processes.ts'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow, median } from './report.ts'

/** The figures that our process tells of itself. */
interface Told {
  readonly timesMs: readonly number[]
  /** The part of each time that went by in exchanges with the server. */
  readonly waitsMs: readonly number[]
  readonly peakBytes: number
}

interface Place {
  readonly folder: string
  readonly corpusName: CorpusName
  readonly url: string
}

const notes = [
  'lower is better; from a fossil server on loopback, medians, in turns.',
  'ours verifies every artifact, stock none; both crosslink them.',
  'whole process: from start to exit, with the compile cache of Node filled.',
  'other times of ours are without the start of Node; beside them stock whole (its start: 5 ms).',
]

/** Measures clones of both corpora, and syncs of the larger one. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  const fossil = findFossil()
  if (fossil === undefined) throw new Error('there is no stock fossil to clone from')
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-bench-'))
  const rows: BenchRow[] = []
  const names: readonly CorpusName[] = quick
    ? ['npm-history']
    : ['npm-history', 'npm-history-large']
  try {
    for (const corpusName of names) {
      const served = join(folder, `${corpusName}.fossil`)
      copyFileSync(await corpus(corpusName), served)
      // A sync pushes, too, and nobody asks who pushes nothing.
      await runFossil(['user', 'capabilities', 'nobody', 'gijorz', '-R', served])
      await using server = await fossilServer(served)
      const place: Place = { folder, corpusName, url: server.url }
      rows.push(...(await clones(place, quick ? 1 : 3)))
      if (corpusName === names.at(-1)) rows.push(...(await idleSyncs(place, quick ? 3 : 15)))
    }
    return { name: 'clone', peer: `fossil ${fossil.version}`, rows, notes }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Clones, one of stock and one of ours in turn, after one of each that does not count. */
async function clones(place: Place, rounds: number): Promise<BenchRow[]> {
  const stock: Measured[] = []
  const ours: Measured[] = []
  for (let round = 0; round <= rounds; round++) {
    const files = filesOf(place)
    for (const file of [files.stock, files.ours]) rmSync(file, { force: true })
    const ofStock = await measureFossil(['clone', '--once', place.url, files.stock])
    const ofOurs = await runOurs(place, 'clone', files.ours)
    checkHoldsAsMuch(files.ours, files.stock)
    if (round === 0) continue
    stock.push(ofStock)
    ours.push(ofOurs)
  }
  const stockMs = median(stock.map(({ wallMs }) => wallMs))
  const wallMs = median(ours.map((measured) => measured.wallMs))
  const inProcessMs = median(ours.flatMap((measured) => told(measured).timesMs))
  const peak = median(ours.map((measured) => told(measured).peakBytes))
  const stockPeak = stock.flatMap(({ peakBytes }) => peakBytes ?? [])
  const what = `clone, ${place.corpusName}`
  return [
    benchRow(`${what}, whole process`, wallMs, 'ms', stockMs),
    benchRow(`${what}, in-process`, inProcessMs, 'ms', stockMs),
    benchRow(
      `${what}, peak memory`,
      peak / 1e6,
      'MB',
      stockPeak.length === 0 ? undefined : median(stockPeak) / 1e6,
    ),
  ]
}

/** Syncs of the clones that {@link clones} left behind. */
async function idleSyncs(place: Place, rounds: number): Promise<BenchRow[]> {
  const files = filesOf(place)
  const stock = (): Promise<Measured> =>
    measureFossil(['sync', '--once', place.url, '-R', files.stock])
  // The first syncs after a clone still exchange the clusters that it made.
  for (let i = 0; i < 3; i++) {
    await stock()
    await runOurs(place, 'settle', files.ours)
  }
  const stockTimes: number[] = []
  const wholeTimes: number[] = []
  const firstTimes: number[] = []
  for (let round = 0; round < rounds; round++) {
    const ofStock = await stock()
    const totals = roundTotals(ofStock.stdout)
    if (!/^Round-trips: 1 +Artifacts sent: 0 +received: 0$/.test(totals)) throw new Error(totals)
    stockTimes.push(ofStock.wallMs)
    const whole = await runOurs(place, 'sync', files.ours)
    wholeTimes.push(whole.wallMs)
    firstTimes.push(...told(whole).timesMs)
  }
  const many = told(await runOurs(place, 'sync', files.ours, rounds * 2))
  const warm = many.timesMs.slice(rounds)
  const own = many.timesMs.map((timeMs, i) => timeMs - (many.waitsMs[i] ?? 0)).slice(rounds)
  const stockMs = median(stockTimes)
  const what = `idle sync, ${place.corpusName}`
  return [
    benchRow(`${what}, whole process`, median(wholeTimes), 'ms', stockMs),
    benchRow(`${what}, first of a process`, median(firstTimes), 'ms', stockMs),
    benchRow(`${what}, later ones`, median(warm), 'ms', stockMs),
    benchRow(`${what}, later ones less exchanges`, median(own), 'ms'),
  ]
}

function filesOf({ folder, corpusName }: Place): { ours: string; stock: string } {
  return {
    ours: join(folder, `${corpusName}-ours.fossil`),
    stock: join(folder, `${corpusName}-stock.fossil`),
  }
}

function runOurs(
  place: Place,
  task: 'clone' | 'settle' | 'sync',
  file: string,
  times = 1,
): Promise<Measured> {
  const args = [task, place.url, file, String(times)]
  return measureOurs('clone-process.ts', args, join(place.folder, 'compiled'))
}

function told({ stdout }: Measured): Told {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- clone-process.ts wrote it
  return JSON.parse(stdout) as Told
}

/** Neither exit code proves a clone: what it holds does. */
function checkHoldsAsMuch(ours: string, stock: string): void {
  const [here, there] = [hashesIn(ours), hashesIn(stock)]
  const missing = [...there].filter((hash) => !here.has(hash))
  if (there.size === 0 || missing.length > 0) {
    throw new Error(
      `ours holds ${here.size} artifacts and lacks ${missing.length} of ${there.size}`,
    )
  }
}

function hashesIn(file: string): Set<unknown> {
  using db = new DatabaseSync(file, { readOnly: true })
  const rows = db.prepare('SELECT uuid FROM blob WHERE size >= 0').all()
  return new Set(rows.map(({ uuid }) => uuid))
}

/** Stock shows progress by overwriting one line. */
function roundTotals(stdout: string): string {
  return stdout.split(/[\r\n]+/).findLast((line) => line.startsWith('Round-trips')) ?? ''
}

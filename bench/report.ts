/**
 * Tools that every benchmark shares: the shape of a result, how time is taken, how results are
 * printed and kept. Knows nothing of what is measured.
 * @module
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'

/** The thoroughness of a benchmark. */
export interface BenchOptions {
  /** Fewer rounds over smaller inputs: to see that a benchmark runs, not how fast the code is. */
  readonly quick: boolean
}

/** One measured figure. Higher is better, unless the unit is a time. */
export interface BenchRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The same figure for the peer, in the same unit. */
  readonly peer?: number
  /** `value / peer`. */
  readonly ratio?: number
}

/** The findings of one benchmark. */
export interface BenchResult {
  readonly name: string
  /** The owner of the `peer` figures. Absent where no peer was measured. */
  readonly peer?: string
  readonly rows: readonly BenchRow[]
  /** Facts that a reader must know to compare the figures, one sentence each. */
  readonly notes: readonly string[]
}

/** The exports of a benchmark module. */
export interface BenchModule {
  readonly run: (options: BenchOptions) => Promise<BenchResult>
}

/** A row, with its ratio where there is a peer. */
export function benchRow(name: string, value: number, unit: string, peer?: number): BenchRow {
  return peer === undefined
    ? { name, value, unit }
    : { name, value, unit, peer, ratio: value / peer }
}

/** A round lasts at least this long, so that the clock's grain does not show. */
const roundMs = 20

/**
 * Times `body`: the median over rounds, each of enough repetitions to be measured well. The
 * rounds that find how many repetitions that takes also warm the code up.
 *
 * @returns milliseconds for one repetition
 */
export function medianMs(body: () => void, { quick }: BenchOptions): number {
  let repetitions = 1
  while (elapsedMs(body, repetitions) < roundMs) repetitions *= 2
  const rounds = Array.from(
    { length: quick ? 3 : 15 },
    () => elapsedMs(body, repetitions) / repetitions,
  )
  return median(rounds)
}

function elapsedMs(body: () => void, repetitions: number): number {
  const start = performance.now()
  for (let i = 0; i < repetitions; i++) body()
  return performance.now() - start
}

/** The speed at which `body` gets through `bytes`, in MB/s (10^6 bytes a second). */
export function megabytesPerSecond(bytes: number, body: () => void, options: BenchOptions): number {
  return bytes / 1000 / medianMs(body, options)
}

/**
 * Times another program's work: the median time of `work`, less that of `idle`, which does the
 * same on next to nothing. What is left is the work without the start of the process.
 *
 * @returns milliseconds
 */
export async function medianWorkMs(
  { work, idle }: { work: () => Promise<unknown>; idle: () => Promise<unknown> },
  { quick }: BenchOptions,
): Promise<number> {
  const differences: number[] = []
  for (let round = 0; round < (quick ? 3 : 9); round++) {
    differences.push((await elapsedAsyncMs(work)) - (await elapsedAsyncMs(idle)))
  }
  return median(differences)
}

async function elapsedAsyncMs(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await body()
  return performance.now() - start
}

/** The middle of `values`; NaN where there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >>> 1] ?? Number.NaN
}

/** Renders a result as a table for people. */
export function formatResult({ name, peer, rows, notes }: BenchResult): string {
  const header = [name, 'ours', ...(peer === undefined ? [] : [peer, 'ratio'])]
  const lines = rows.map((row) => [
    row.name,
    `${figure(row.value)} ${row.unit}`,
    ...(row.peer === undefined ? [] : [`${figure(row.peer)} ${row.unit}`]),
    ...(row.ratio === undefined ? [] : [ratioText(row.ratio)]),
  ])
  const table = [header, ...lines]
  const widths = header.map((_, column) =>
    Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
  )
  const aligned = table.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   '),
  )
  return [...aligned, ...notes.map((note) => `- ${note}`)].join('\n')
}

/** A ratio below a hundredth is a fraction, of which two decimal places would say nothing. */
function ratioText(ratio: number): string {
  return ratio < 0.01 ? `1/${Math.round(1 / ratio)}` : `${ratio.toFixed(2)}x`
}

/** Three significant digits; more only where the whole part has them. */
function figure(value: number): string {
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.01))))
  return value.toFixed(Math.min(places, 3))
}

/** The machine on which the figures were measured. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly platform: string
  readonly node: string
}

/** Describes this machine. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  }
}

/** Writes a result and the machine to `NAME.json` in `folder`. Returns the file's path. */
export function writeResult(folder: string, result: BenchResult): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${result.name}.json`)
  const kept = { ...result, machine: describeMachine(), measuredAt: new Date().toISOString() }
  writeFileSync(path, `${JSON.stringify(kept, undefined, 2)}\n`)
  return path
}

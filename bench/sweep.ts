/**
 * Sweeps: runs a second as seeds draw them, with one process and with two.
 *
 * By CPU time, of all processes together, their start included; and by the clock on the wall only
 * where two processors were free all the while, which two busy loops beside one tell.
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { sweepSeeds } from 'trilobite/dst'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow, median } from './report.ts'

/** Two loops at once take at most so many times as long as one, where two processors are free. */
const mostSlower = 1.15

interface Rates {
  readonly perCpuSec: number
  readonly perSec: number
}

/** Sweeps with one process and with two, in turns, between calibrations. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  const slower = [await loopsBesideOne()]
  const [one, two]: [Rates[], Rates[]] = [[], []]
  const count = quick ? 20 : 100
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    one.push(await sweepRates(1, count))
    two.push(await sweepRates(2, count))
    slower.push(await loopsBesideOne())
  }
  const areFree = Math.max(...slower) <= mostSlower
  const rows = [
    benchRow('1 worker', perCpuSec(one), 'runs/CPU s'),
    benchRow('2 workers', perCpuSec(two), 'runs/CPU s'),
    ...(areFree ? wallRows(one, two) : []),
    benchRow('two busy loops, beside one', Math.max(...slower), 'times as long'),
  ]
  const notes = [
    `${count} seeds, and one in twenty once more; CPU time of all processes, their start included`,
    areFree
      ? 'two processors were free: two busy loops took as long as one'
      : 'no figures by the wall clock: two busy loops took longer than one, so other work ran',
  ]
  return { name: 'sweep', rows, notes }
}

function wallRows(one: readonly Rates[], two: readonly Rates[]): BenchRow[] {
  const [alone, both] = [one, two].map((rates) => median(rates.map(({ perSec }) => perSec)))
  if (alone === undefined || both === undefined) return []
  return [
    benchRow('1 worker, wall', alone, 'runs/s'),
    benchRow('2 workers, wall', both, 'runs/s'),
    benchRow('  factor', both / alone, 'times'),
  ]
}

function perCpuSec(rates: readonly Rates[]): number {
  return median(rates.map((each) => each.perCpuSec))
}

async function sweepRates(jobs: number, count: number): Promise<Rates> {
  const [startMs, own] = [performance.now(), process.cpuUsage()]
  const { ends, twice, failures } = await sweepSeeds({ seeds: { first: 1, last: count }, jobs })
  const wallSec = (performance.now() - startMs) / 1000
  const { user, system } = process.cpuUsage(own)
  if (failures.length > 0) throw new Error(`seeds fail: ${failures.map(({ text }) => text).join()}`)
  const cpuMs = ends.reduce((sum, end) => sum + end.cpuMs, 0) + (user + system) / 1000
  const runs = ends.length + twice
  return { perCpuSec: (runs * 1000) / cpuMs, perSec: runs / wallSec }
}

/** The time that two processes take for a busy loop each, over that of one for one. */
async function loopsBesideOne(): Promise<number> {
  const alone = await wallMsOf(1)
  return (await wallMsOf(2)) / alone
}

async function wallMsOf(processes: number): Promise<number> {
  const loop = 'let sum = 0; for (let at = 0; at < 1e9; at++) sum = (sum + at) | 0'
  const startMs = performance.now()
  const children = Array.from({ length: processes }, () => spawn(process.execPath, ['-e', loop]))
  await Promise.all(children.map((child) => once(child, 'exit')))
  return performance.now() - startMs
}

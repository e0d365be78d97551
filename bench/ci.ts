/**
 * Small check-ins: one changed file in a project of a hundred, one after the other on one branch,
 * in memory and on file, beside `fossil commit` in a checkout of the same project.
 * @module
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  type ArtifactHash,
  checkin,
  createMemoryRepo,
  createRepo,
  openRepo,
  type Repo,
  systemEnv,
} from 'trilobite'
import { findFossil, runFossil } from '../tools/ensure-fossil.ts'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow, median } from './report.ts'

const files = 100

const notes = [
  'higher is better; a check-in changes one file of a few hundred bytes among 100.',
  'stock starts a process for each commit, and looks through its checkout.',
  'on file: each check-in is a transaction that is synced to the disk, as in stock.',
]

/** Measures check-ins a second. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  const fossil = findFossil()
  if (fossil === undefined) throw new Error('there is no stock fossil to compare with')
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-bench-'))
  try {
    const count = quick ? 100 : 2000
    inMemory(count / 10) // Warms the code up.
    const rates = Array.from({ length: quick ? 1 : 3 }, () => inMemory(count))
    const onFile = ratesOnFile(join(folder, 'ours.fossil'), count)
    const stock = await ratesOfStock(folder, quick ? 5 : 50)
    const rows: BenchRow[] = [
      benchRow('check-ins, in memory', median(rates), 'checkins/s'),
      benchRow('check-ins, on file', onFile, 'checkins/s', stock),
    ]
    return { name: 'ci', peer: `fossil ${fossil.version}`, rows, notes }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

function inMemory(count: number): number {
  using repo = createMemoryRepo(systemEnv)
  return rateOf(repo, count)
}

function ratesOnFile(path: string, count: number): number {
  createRepo(path, systemEnv).close()
  using repo = openRepo(path, systemEnv)
  return rateOf(repo, count)
}

/** Check-ins a second, the first one, which adds all files, apart. */
function rateOf(repo: Repo, count: number): number {
  let parent: ArtifactHash = checkin(repo, {
    changes: Array.from({ length: files }, (_, at) => change(at, 0)),
    comment: 'first',
    user: 'ada',
  }).hash
  const startMs = performance.now()
  for (let n = 1; n <= count; n++) {
    const options = { changes: [change(n % files, n)], comment: `change ${n}`, user: 'ada', parent }
    parent = checkin(repo, options).hash
  }
  return (count * 1000) / (performance.now() - startMs)
}

function change(at: number, version: number): { name: string; content: Uint8Array } {
  return { name: nameOf(at), content: Buffer.from(textOf(at, version)) }
}

function nameOf(at: number): string {
  return `src/part-${at % 10}/file-${at}.txt`
}

function textOf(at: number, version: number): string {
  return Array.from({ length: 12 }, (_, line) =>
    line === version % 12 ? `line ${line} of version ${version}\n` : `line ${line} of file ${at}\n`,
  ).join('')
}

/** Commits a second in a checkout. */
async function ratesOfStock(folder: string, count: number): Promise<number> {
  const checkout = join(folder, 'checkout')
  mkdirSync(checkout)
  const stock = (...args: string[]): Promise<unknown> => runFossil(args, { cwd: checkout })
  await stock('new', join(folder, 'stock.fossil'))
  await stock('open', join(folder, 'stock.fossil'))
  for (let at = 0; at < files; at++) {
    mkdirSync(join(checkout, nameOf(at), '..'), { recursive: true })
    writeFileSync(join(checkout, nameOf(at)), textOf(at, 0))
  }
  await stock('add', '.')
  await stock('commit', '-m', 'first', '--no-warnings')
  const startMs = performance.now()
  for (let n = 1; n <= count; n++) {
    writeFileSync(join(checkout, nameOf(n % files)), textOf(n % files, n))
    await stock('commit', '-m', `change ${n}`, '--no-warnings')
  }
  return (count * 1000) / (performance.now() - startMs)
}

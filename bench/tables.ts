/**
 * Synced tables: the first sync of a table, one of ten changed rows, one of nothing new; between
 * two of ours, between two of the Go library, and between one and one, in turns.
 *
 * Processor time. Goals between ours at 100,000 rows, both sides together: 20 ms where nothing is
 * new, 30 ms for ten changed rows.
 * @module
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { GoCommand } from '../tools/go-command.ts'
import { findGo, withoutGo } from './find-go.ts'
import { type Cost, GoTables } from './go-tables.ts'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow, median } from './report.ts'
import {
  type Course,
  goPair,
  measure,
  ourPair,
  type Step,
  withGoClient,
  withGoServer,
} from './table-pairs.ts'

const sizes = [1000, 10_000, 100_000]
const largestBesideGo = 1000
/** The Go library takes a minute for a turn of all of these. */
const sizesBesideGo = [200, 400, 800, largestBesideGo]
/** Sizes at which each is measured with the other. */
const sizesWithGo = [200, 800]

const notes = [
  'lower is better; processor time of both sides together, compression included',
  'a row is 100 bytes: a text key, a text, an integer and a real',
]

const names: Readonly<Record<Step, string>> = {
  written: 'written',
  first: 'first sync',
  changed: '10 changed',
  idle: 'nothing new',
}

/** Measures tables of all sizes, beside the Go library where it can be had. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  for (let round = 0; round < 3; round++) await measure(ourPair(), { size: 1000, runs: 10 })
  const folder = await mkdtemp(join(tmpdir(), 'trilobite-bench-'))
  try {
    const go = await findGo('go-tables', folder)
    if ('program' in go) return await besideGo(go, quick)
    const rows = await alone(quick ? [1000] : [200, 400, 800, ...sizes])
    return { name: 'tables', rows, notes: [...notes, ...withoutGo(go.missing)] }
  } finally {
    await rm(folder, { recursive: true, maxRetries: 10 })
  }
}

async function besideGo(go: GoCommand, quick: boolean): Promise<BenchResult> {
  const turns = quick ? 1 : 3
  const rows: BenchRow[] = []
  let theirs: Course[] = []
  for (const size of quick ? [100] : sizesBesideGo) {
    const ours: Course[] = []
    theirs = []
    for (let turn = 0; turn < turns; turn++) {
      ours.push(await measure(ourPair(), { size, runs: 9 }))
      theirs.push(await measure(goPair(await GoTables.start(go)), { size, runs: 1 }))
    }
    rows.push(...rowsOf(counted(size), medians(ours, 'oursMs'), medians(theirs, 'theirsMs')))
  }
  const larger = quick ? [] : sizes.filter((size) => !sizesBesideGo.includes(size))
  rows.push(...(await alone(larger)))
  for (const size of quick ? [100] : sizesWithGo) rows.push(...(await mixed(go, size, turns)))
  const notRun = larger.map((size) => estimate(size, medians(theirs, 'theirsMs')))
  return { name: 'tables', peer: go.name, rows, notes: [...notes, ...notesOfGo, ...notRun] }
}

const notesOfGo = [
  'the library keeps its repositories in files, in memory where the system has such a folder',
  'where the two sync with each other, over HTTP, each column is what that side takes of it',
]

/** A note on a size that the library was not run with, by its costs at its largest. */
function estimate(size: number, { first, idle }: Record<Step, number>): string {
  const minutes = (ms: number): string =>
    ((ms * (size / largestBesideGo) ** 2) / 60_000).toLocaleString('en', {
      maximumFractionDigits: 0,
    })
  return (
    `the library was not run with ${counted(size)}: it looks through its table for each row that ` +
    `a message lists. By the square of ${counted(largestBesideGo)} a first sync would take ` +
    `${minutes(first)} CPU minutes, one of nothing new ${minutes(idle)}`
  )
}

/** Ours of sizes that the Go library is not measured at. */
async function alone(of: readonly number[]): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const size of of) {
    const course = await measure(ourPair(), { size, runs: 9 })
    rows.push(...rowsOf(counted(size), medians([course], 'oursMs')))
  }
  return rows
}

/** A client of each with a server of the other. */
async function mixed(go: GoCommand, size: number, turns: number): Promise<BenchRow[]> {
  const ourClient: Course[] = []
  const theirClient: Course[] = []
  for (let turn = 0; turn < turns; turn++) {
    const course = { size, runs: 1 }
    ourClient.push(await measure(await withGoServer(await GoTables.start(go)), course))
    theirClient.push(await measure(await withGoClient(await GoTables.start(go)), course))
  }
  return [
    { name: 'our client', courses: ourClient },
    { name: 'our server', courses: theirClient },
  ].flatMap(({ name, courses }) =>
    rowsOf(`${counted(size)}, ${name}`, medians(courses, 'oursMs'), medians(courses, 'theirsMs')),
  )
}

function medians(courses: readonly Course[], part: keyof Cost): Record<Step, number> {
  const of = (step: Step): number =>
    median(courses.flatMap((course) => course[step].map((cost) => cost[part])))
  return { written: of('written'), first: of('first'), changed: of('changed'), idle: of('idle') }
}

/** Rows of all steps; those that one side alone takes are no comparison. */
function rowsOf(
  name: string,
  ours: Record<Step, number>,
  theirs?: Record<Step, number>,
): BenchRow[] {
  const steps: readonly Step[] =
    theirs === undefined ? ['written', 'first', 'changed', 'idle'] : ['first', 'changed', 'idle']
  return steps.map((step) => benchRow(`${name}: ${names[step]}`, ours[step], 'ms', theirs?.[step]))
}

function counted(size: number): string {
  return `${size.toLocaleString('en')} rows`
}

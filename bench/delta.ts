/**
 * Speed of the delta codec, in MB of target a second, beside stock Fossil's.
 *
 * There is only one version of everything here, so versions are made: real source text from
 * `node_modules`, edited line by line in places that a fixed sequence chooses.
 * @module
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { applyDelta, createDelta } from 'trilobite/delta'

import { findFossil, runFossil } from '../tools/ensure-fossil.ts'
import {
  type BenchOptions,
  type BenchResult,
  type BenchRow,
  benchRow,
  medianWorkMs,
  megabytesPerSecond,
} from './report.ts'

/** Two versions of a file and the delta that leads from one to the other. */
interface Pair {
  readonly from: Uint8Array
  readonly to: Uint8Array
  readonly delta: Uint8Array
}

const modules = join(import.meta.dirname, '..', 'node_modules')

/** Folders of source text that a development install has. */
const sources = ['@types/node', 'typescript/dist', 'fast-check/lib', 'prettier']

/** One edited line for this many bytes, as in a usual check-in of a large file. */
const bytesPerEdit = 10_000

/** Measures creating and applying deltas. */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const { quick } = options
  const texts = [...sourceTexts()]
  const files = texts.filter(({ length }) => length > 4000).slice(0, quick ? 20 : 120)
  const pairs = files.map((text, i) => pairOf(text, edited(text, i)))
  const largeText = texts.join('').slice(0, quick ? 2_000_000 : 10_000_000)
  const large = pairOf(largeText, edited(largeText, 0))
  const fossil = findFossil()
  const peer = fossil === undefined ? undefined : await stockSpeed(large, options)
  return {
    name: 'delta',
    ...(fossil === undefined ? {} : { peer: `fossil ${fossil.version}` }),
    rows: [
      ...speeds(`${pairs.length} edited files`, pairs, options),
      ...speeds(`one edited file of ${megabytes(large.to)}`, [large], options, peer),
      ...worstCases(options),
    ],
    notes: [
      'MB of target a second; every delta was applied and compared once before.',
      "ours verifies the checksum on applying, except where said; stock's never does.",
      'stock is a process that reads and writes files, its start subtracted.',
    ],
  }
}

type Speeds = { create: number; apply: number }

function speeds(
  what: string,
  pairs: readonly Pair[],
  options: BenchOptions,
  peer?: Speeds,
): BenchRow[] {
  const bytes = pairs.reduce((total, { to }) => total + to.length, 0)
  const speed = (body: (pair: Pair) => void): number =>
    megabytesPerSecond(bytes, () => pairs.forEach(body), options)
  const create = speed(({ from, to }) => createDelta(from, to))
  const apply = speed(({ from, delta }) => applyDelta(from, delta))
  const trusting = speed(({ from, delta }) => applyDelta(from, delta, { verifyChecksum: false }))
  return [
    benchRow(`create, ${what}`, create, 'MB/s', peer?.create),
    benchRow(`apply, ${what}`, apply, 'MB/s', peer?.apply),
    benchRow(`apply, ${what}, checksum ignored`, trusting, 'MB/s', peer?.apply),
  ]
}

/** Inputs that a search for matches likes least. */
function worstCases(options: BenchOptions): BenchRow[] {
  const length = options.quick ? 100_000 : 1_000_000
  const cases: [what: string, from: Uint8Array, to: Uint8Array][] = [
    ['one byte repeated', new Uint8Array(length), new Uint8Array(length - 7)],
    ['nothing in common', noise(length, 1), noise(length, 2)],
  ]
  return cases.map(([what, from, to]) => {
    const speed = megabytesPerSecond(to.length, () => createDelta(from, to), options)
    return benchRow(`create, ${what}, ${megabytes(to)}`, speed, 'MB/s')
  })
}

async function stockSpeed({ from, to, delta }: Pair, options: BenchOptions): Promise<Speeds> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-bench-'))
  const path = (name: string): string => join(folder, name)
  try {
    writeFileSync(path('from'), from)
    writeFileSync(path('to'), to)
    writeFileSync(path('delta'), delta)
    writeFileSync(path('empty'), '')
    writeFileSync(path('empty-delta'), '0\n0;')
    const stock = (command: string, ...names: string[]) =>
      (() => runFossil([command, ...names.map(path)])) satisfies () => Promise<unknown>
    const createMs = await medianWorkMs(
      {
        work: stock('test-delta-create', 'from', 'to', 'output'),
        idle: stock('test-delta-create', 'empty', 'empty', 'output'),
      },
      options,
    )
    const applyMs = await medianWorkMs(
      {
        work: stock('test-delta-apply', 'from', 'delta', 'output'),
        idle: stock('test-delta-apply', 'empty', 'empty-delta', 'output'),
      },
      options,
    )
    return { create: to.length / 1000 / createMs, apply: to.length / 1000 / applyMs }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function* sourceTexts(): Generator<string> {
  for (const folder of sources) {
    const names = readdirSync(join(modules, folder), { recursive: true, encoding: 'utf8' })
    for (const name of names.sort()) {
      if (/\.(ts|js|mjs)$/.test(name)) yield readFileSync(join(modules, folder, name), 'latin1')
    }
  }
}

/** A later version of `text`: lines changed, removed, moved and added, always the same ones. */
function edited(text: string, seed: number): string {
  const lines = text.split('\n')
  const next = sequence(seed)
  for (let edit = 0; edit < 1 + text.length / bytesPerEdit; edit++) {
    const at = next(lines.length)
    const line = lines[at] ?? ''
    const kind = next(4)
    if (kind === 0) lines[at] = line.replace(/\w+/, (word) => `${word}${edit}`)
    else if (kind === 1) lines.splice(at, 1)
    else if (kind === 2) lines.splice(at, 0, `// ${edit}: ${line.slice(0, 60)}`)
    else lines.splice(next(lines.length), 0, ...lines.splice(at, 3))
  }
  return lines.join('\n')
}

function pairOf(before: string, after: string): Pair {
  const [from, to] = [Buffer.from(before, 'latin1'), Buffer.from(after, 'latin1')]
  const delta = createDelta(from, to)
  if (!to.equals(applyDelta(from, delta))) throw new Error('a delta does not lead to its target')
  return { from, to, delta }
}

function noise(length: number, seed: number): Uint8Array {
  const next = sequence(seed)
  return Uint8Array.from({ length }, () => next(256))
}

/** A fixed sequence of integers from 0 up to a limit, from a linear congruential generator. */
function sequence(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

function megabytes({ length }: Uint8Array): string {
  return `${(length / 1e6).toFixed(1)} MB`
}

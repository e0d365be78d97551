/**
 * The standard scenario beside the simulator of the Go library: the same seeds in processes of
 * their own, ours and Go's in turns.
 * @module
 */

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { GoCommand } from '../tools/go-command.ts'
import { runOrThrow } from '../tools/run.ts'
import { findGo, withoutGo } from './find-go.ts'
import { measureOurs } from './processes.ts'
import { type BenchOptions, type BenchResult, benchRow, median } from './report.ts'

/** The report of a process on its turn. */
interface Turn {
  readonly seeds: number
  readonly cpuMs: number
  readonly syncs: number
  readonly failedSyncs: number
  readonly artifacts: number
}

/** Seeds that warm the code up; more of them gain neither side a tenth (measured). */
const warmup = 5

/** Measures both, or ours alone where Go or its library cannot be had: a note says why. */
export async function besideGo({ quick }: BenchOptions): Promise<Omit<BenchResult, 'name'>> {
  const [turns, seeds] = quick ? [2, 5] : [5, 20]
  const folder = await mkdtemp(join(tmpdir(), 'trilobite-bench-'))
  try {
    const peer = await findGo('go-peer', folder)
    const ours: Turn[] = []
    const theirs: Turn[] = []
    for (let turn = 0; turn < turns; turn++) {
      ours.push(await ourTurn(seeds, folder))
      if ('program' in peer) theirs.push(await goTurn(peer, seeds))
    }
    return 'program' in peer ? compare(peer, ours, theirs) : alone(ours, peer.missing)
  } finally {
    await rm(folder, { recursive: true, maxRetries: 10 })
  }
}

function compare(
  peer: GoCommand,
  ours: readonly Turn[],
  theirs: readonly Turn[],
): Omit<BenchResult, 'name'> {
  const [our, their] = [ours[0], theirs[0]]
  if (our === undefined || their === undefined) throw new Error('there is a turn at least')
  for (const turn of [...ours, ...theirs]) checkSameWork(turn, our)
  const notes = [
    `${scenario}: ${ours.length} turns of ${our.seeds} seeds, ${our.syncs} syncs, of which ` +
      `${our.failedSyncs} failed with us and ${their.failedSyncs} with ${peer.name}`,
    `after each turn ${our.artifacts} artifacts with both: every node holds every one`,
    'the library keeps repositories in files (in memory, where the system has such a folder), ' +
      'and passes messages as objects; ours are encoded and read again, each an event',
    'safety at the end: delta chains, phantoms and hashes of the leaves with the library; every ' +
      'invariant on every node with us, derived tables included',
  ]
  const row = benchRow(scenario, medianSpeed(ours), unit, medianSpeed(theirs))
  return { peer: peer.name, rows: [row], notes }
}

function checkSameWork(turn: Turn, { seeds, syncs, artifacts }: Turn): void {
  if (turn.seeds === seeds && turn.syncs === syncs && turn.artifacts === artifacts) return
  throw new Error(`not ${syncs} syncs and ${artifacts} artifacts: ${JSON.stringify(turn)}`)
}

function alone(ours: readonly Turn[], reason: string): Omit<BenchResult, 'name'> {
  return { rows: [benchRow(scenario, medianSpeed(ours), unit)], notes: withoutGo(reason) }
}

const scenario = 'standard scenario'
const unit = 'seeds/CPU s'

function medianSpeed(turns: readonly Turn[]): number {
  return median(turns.map(({ seeds, cpuMs }) => (seeds * 1000) / cpuMs))
}

async function ourTurn(seeds: number, folder: string): Promise<Turn> {
  const cache = join(folder, 'compiled')
  return turnIn((await measureOurs('standard-process.ts', argsFor(seeds), cache)).stdout)
}

/** In memory where there is such a folder: its disk is not the library's cost. */
async function goTurn({ program }: GoCommand, seeds: number): Promise<Turn> {
  const TMPDIR = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  return turnIn(await runOrThrow(program, argsFor(seeds), { env: { ...process.env, TMPDIR } }))
}

function argsFor(seeds: number): string[] {
  return [warmup, 1, seeds].map(String)
}

function turnIn(text: string): Turn {
  const turn: Record<string, unknown> = { ...Object(JSON.parse(text)) }
  const { seeds, cpuMs, syncs, failedSyncs, artifacts } = turn
  if (
    typeof seeds === 'number' &&
    typeof cpuMs === 'number' &&
    typeof syncs === 'number' &&
    typeof failedSyncs === 'number' &&
    typeof artifacts === 'number'
  ) {
    return { seeds, cpuMs, syncs, failedSyncs, artifacts }
  }
  throw new Error(`the process says ${text}`)
}

/**
 * Damaged files: bits of a repository with every kind of artifact are flipped, and `verify` and
 * `rebuild` must end in an operating error, or tell what differs; any other error is a bug.
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { FossilError, openRepo, rebuild, systemEnv, verify, type Env } from 'trilobite'
import { simulate } from 'trilobite/dst'
import { RandomSource } from 'trilobite/sim'

import type { Check, CheckOptions, CheckResult } from './check.ts'

const env: Env = {
  clock: { nowMs: () => 1_800_000_000_000 },
  random: { bytes: (length) => new Uint8Array(length).fill(7) },
  buggify: systemEnv.buggify,
}

/** A repository with check-ins, branches, pages, tickets and all the rest, as a file. */
export async function everyKind(): Promise<Uint8Array> {
  const images: Uint8Array[] = []
  const { verdict } = await simulate({
    seed: 11,
    leaves: 2,
    level: 'normal',
    durationMs: 60_000,
    allKinds: true,
    uv: true,
    privateCheckins: true,
    operationCount: 200,
    onEnd: (simulator) => {
      for (const { id, image } of simulator.images()) if (id === 'master') images.push(image)
    },
  })
  const [image] = images
  if (verdict !== 'converged' || image === undefined) throw new Error(`the run ended ${verdict}`)
  return image
}

/** The outcome of one damaged file. */
export type Outcome = 'unharmed' | 'told' | 'refused'

/** A flipped bit: `bit` from 0, the lowest, to 7. */
export interface Flip {
  readonly offset: number
  readonly bit: number
}

/**
 * Flips of run `index`: one to eight, half of the runs anywhere, the others in one page, where they
 * meet the schema and the pages of small tables as often as the large ones.
 */
export function flipsOf(seed: number, index: number, image: Uint8Array): Flip[] {
  const random = new RandomSource(seed).stream(`flips-${index}`).next()
  const pageSize = new DataView(image.buffer, image.byteOffset).getUint16(16)
  const pages = Math.floor(image.length / pageSize)
  const page = random.int(0, (random.chance(0.5) ? Math.min(pages, 12) : pages) - 1) * pageSize
  const isAnywhere = random.chance(0.5)
  return Array.from({ length: random.int(1, 8) }, () => ({
    offset: isAnywhere ? random.int(0, image.length - 1) : page + random.int(0, pageSize - 1),
    bit: random.int(0, 7),
  }))
}

/**
 * Reads and rebuilds a file with these bits flipped.
 *
 * @throws whatever is no operating error: a bug
 */
export function outcomeOf(image: Uint8Array, flips: readonly Flip[], path: string): Outcome {
  const damaged = Uint8Array.from(image)
  for (const { offset, bit } of flips) damaged[offset] = (damaged[offset] ?? 0) ^ (1 << bit)
  const outcomes = [check, repair].map((action) => {
    writeFileSync(path, damaged)
    for (const end of ['-journal', '-wal', '-shm']) rmSync(path + end, { force: true })
    try {
      return action(path)
    } catch (error) {
      if (FossilError.is(error)) return 'refused'
      throw error
    }
  })
  return outcomes[0] ?? 'refused'
}

function check(path: string): Outcome {
  using repo = openRepo(path, env)
  return verify(repo).total === 0 ? 'unharmed' : 'told'
}

function repair(path: string): Outcome {
  using repo = openRepo(path, env)
  rebuild(repo)
  return verify(repo).total === 0 ? 'unharmed' : 'told'
}

async function run({ seed, count = 1000, progress }: CheckOptions): Promise<CheckResult> {
  const image = await everyKind()
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-flips-'))
  const counts: Record<Outcome, number> = { unharmed: 0, told: 0, refused: 0 }
  const failures: string[] = []
  try {
    for (let index = 0; index < count; index++) {
      const flips = flipsOf(seed, index, image)
      try {
        counts[outcomeOf(image, flips, join(folder, 'x.fossil'))]++
      } catch (error) {
        const stack = error instanceof Error ? error.stack : String(error)
        failures.push(`file ${index} of seed ${seed}: ${stack}`)
      }
      progress(`${index + 1} of ${count} files, ${failures.length} failed`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const { unharmed, told, refused } = counts
  return {
    summary: `${count} damaged files: ${told} told, ${refused} refused, ${unharmed} unharmed`,
    failures,
  }
}

export const bitFlips: Check = {
  name: 'bit-flips',
  about: 'verify and rebuild of 1,000 files with flipped bits end in words',
  run,
}

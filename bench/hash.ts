/**
 * Speed of the digests, in MB a second, beside stock Fossil's.
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sha1, sha3 } from 'trilobite/hash'

import { findFossil, runFossil } from '../tools/ensure-fossil.ts'
import {
  type BenchOptions,
  type BenchResult,
  type BenchRow,
  benchRow,
  medianWorkMs,
  megabytesPerSecond,
} from './report.ts'

const digests = new Map([
  ['sha1', sha1],
  ['sha3', sha3],
])

/** A card, a small file, a large file, a very large one: bytes. */
const sizes = new Map([
  ['200 B', 200],
  ['5 kB', 5000],
  ['100 kB', 100_000],
  ['10 MB', 10_000_000],
])

/** Measures each digest at each size. Stock is measured at the largest. */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const fossil = findFossil()
  const rows: BenchRow[] = []
  for (const [name, digest] of digests) {
    for (const [what, bytes] of sizes) {
      const content = Uint8Array.from({ length: bytes }, (_, i) => (i * 7) ^ (i >>> 8))
      const speed = megabytesPerSecond(bytes, () => digest(content), options)
      const isLargest = bytes === Math.max(...sizes.values())
      const peer =
        fossil === undefined || !isLargest
          ? undefined
          : await stockSpeed(`${name}sum`, content, options)
      rows.push(benchRow(`${name}, ${what}`, speed, 'MB/s', peer))
    }
  }
  return {
    name: 'hash',
    ...(fossil === undefined ? {} : { peer: `fossil ${fossil.version}` }),
    rows,
    notes: ['stock is a process that reads a file, its start subtracted.'],
  }
}

async function stockSpeed(
  command: string,
  content: Uint8Array,
  options: BenchOptions,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-bench-'))
  try {
    const [large, empty] = [join(folder, 'large'), join(folder, 'empty')]
    writeFileSync(large, content)
    writeFileSync(empty, '')
    const timed = {
      work: () => runFossil([command, large]),
      idle: () => runFossil([command, empty]),
    }
    return content.length / 1000 / (await medianWorkMs(timed, options))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

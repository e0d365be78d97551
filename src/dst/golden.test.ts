/**
 * Whole runs, pinned by their trace hash: whatever changes what happens in a run, or how it is
 * told, shows here. A new hash is no bug by itself, but it is never an accident: find out what
 * changed, then take the table that the failure prints.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate, type SimulateOptions } from './simulate.ts'

/** Trace hashes of hostile runs by seed. */
const golden: Readonly<Record<string, string>> = {
  1: 'c32915decbf9edbe4d465f2400e5a3da81326fdff90bc23c1fcc015f17f5d8d6',
  2: '7bb8b22386461a303b598d822b4085f8fc0c46dc54dd90db35fb33a69d2d8c89',
  3: '0bd58c9abd1a66d8589d0904d52c3d608826412cff2216a33fa060e26fdd6073',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: 'ce132cb98977c3bc13b2e89777cccb318d7ce9d95b9a3f6b845ff0a79a4901e9',
  2: '19075aa54f98171c064dca563b725905b7f189a4686db02096d6d2b9211f32f1',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: '244057edcc8c9ddc6abc34a499a76e1be25ae906f7c89bab695a1694829880d2',
  2: 'a65761dd5d0ab426d4c61cdf1867573bd927df5bace8b2d4f288e004e61e72db',
}

async function checkHashes(
  expected: Readonly<Record<string, string>>,
  options: Partial<SimulateOptions>,
): Promise<void> {
  const actual: Record<string, string> = {}
  for (const seed of Object.keys(expected)) {
    const { verdict, traceHash } = await simulate({
      privateCheckins: true,
      seed: Number(seed),
      leaves: 3,
      durationMs: 60_000,
      checkinMeanMs: 5_000,
      ...options,
    })
    assert.equal(verdict, 'converged')
    actual[seed] = traceHash
  }
  const table = Object.entries(actual).map(([seed, hash]) => `  ${seed}: '${hash}',\n`)
  assert.deepEqual(actual, expected, `runs changed; on purpose?\n${table.join('')}`)
}

test('seeds give the runs that they gave before', () => checkHashes(golden, {}))

test('seeds give the runs with unversioned files and logins that they gave before', () =>
  checkHashes(goldenUv, { uv: true, uvMeanMs: 5_000, login: true }))

test('seeds give the runs with every kind of artifact that they gave before', () =>
  checkHashes(goldenKinds, { allKinds: true, kindsMeanMs: 2_000 }))

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
  1: 'f4dd940434fbf21a8c919e5c1ee7631b3c359a1fa4e1bd38d56d4610baf50254',
  2: '3bc240185ea9e07c1bb7f9284e620a2739f834b32a9335dd52891f204003a67a',
  3: '5b60d4c6e402043e5943079b13751321d00b4708bc1ca1381039ca15b77fe8bd',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: '96d0e863f50204fe9a425bd1bf68c9d4baa7d13c4d8bcb56f28e0ee40c21a5ae',
  2: '4fd628a02d12f37f8006a2230f5425e6dc30cea9dca14b90828a5c0d00ca20cb',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: 'b79b530f831583d2c1c5eb35b14c802816d0b3fc0a1e6a90cab3d81cafa917ed',
  2: 'dcf5e0dcc3b2a8caf86fb3f04d2c14bb15f0179f7109c58488ae3e3676163b45',
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

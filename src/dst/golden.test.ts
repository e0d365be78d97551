/**
 * Whole runs, pinned by their trace hash: whatever changes what happens in a run, or how it is
 * told, shows here. A new hash is no bug by itself, but it is never an accident: find out what
 * changed, then take the table that the failure prints.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulate.ts'
import type { SimulateOptions } from './simulate-options.ts'

/** Trace hashes of hostile runs by seed. */
const golden: Readonly<Record<string, string>> = {
  1: '96c3562e9178602c256714b75137e7df47934ca0af3a2e04b1d0aeec2cca425f',
  2: '729170f72baddda143789e7a00cf0bb9f92f6d2fff2351d723c40f2f12a07976',
  3: 'ae56176a9b80f729c4b1edb1cd0301cfc6358eea912418292ef157f49758df44',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: '8644dec09d77d8d44e0bfada16969dbd4b8b1ee9ad0d4e674f723a57a602239e',
  2: '7fa9e2dc72cca4d44421d5702dddf21a39222d668498af1fa19e602760e08e43',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: 'c66da69dfbd5e4a057dcf33798bc59c3ad39b3f66fe3280bd1b353cb326828ed',
  2: 'e2cc9e40fb67b5774ab051458d1cab485fbc4ac521189da347172ed5c45a0a2a',
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
      operationCount: 48,
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
  checkHashes(goldenUv, { uv: true, operationCount: 96, login: true }))

test('seeds give the runs with every kind of operation that they gave before', () =>
  checkHashes(goldenKinds, { allKinds: true, upkeep: true, operationCount: 160 }))

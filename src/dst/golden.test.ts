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
  1: '9f766335bcc6b2f5ec0e23e5a304847e28fc39b20f5f6e4cf3b02617f6d837c9',
  2: '7f8f9baa5a0f4e1990dfb06b9809e79552072241f4e66ff939ce3c500abf5ae2',
  3: '5bcd64b30f25a24ac053e21319bd28d45672f43d8ccb409c062fdfaf8a144365',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: '646b3ad2dea371aa13684ab6a46309efa62d1f3f4a0183efdc25680b6de10727',
  2: 'e9c888d0a90e9170444372f51743b5172f3f127fca5bc0f07ae6840309c258b3',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: 'd825257106f92310440e3755c3b0fbcccefb3a9aa3d1330e614561c965962396',
  2: '5edb64999c2d20ff49e090291180afd9d066c7e002f3d3e3c1489eb2da16ab92',
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

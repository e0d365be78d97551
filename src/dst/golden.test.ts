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
  1: '98cbb860a69a3203e899b1bd6e87f85e04febed3080a3d332f0127c4a471d3f3',
  2: '7f8f9baa5a0f4e1990dfb06b9809e79552072241f4e66ff939ce3c500abf5ae2',
  3: '452907d506d0acee17a8ea471f94854a28088b4699beef297d361c14e8721b99',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: '70ce9fb8783f5632516ebfdcb2fbec2c22b1fd9e9a17527496084486ae5c1c9e',
  2: 'e9c888d0a90e9170444372f51743b5172f3f127fca5bc0f07ae6840309c258b3',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: 'f4ded46e006cc091409b614fb55cb9887aef8f828e0f69ca38655093c56cf88a',
  2: '7349b8b5a770981b35cbd71a9d8a04cb85f5fe77fdfd5b5eb52eb1638bb1a1a5',
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

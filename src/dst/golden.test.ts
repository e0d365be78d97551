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
  1: '302f23a1c0d6de6b9f5bae75e4442f17aa29db4a001973bdaaf28666c104a19f',
  2: '7bb8b22386461a303b598d822b4085f8fc0c46dc54dd90db35fb33a69d2d8c89',
  3: '2e947d43fff04a78fa43702c6f80df644facc9112c9fe2ffec889746d8b96319',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: 'a60db4120d3859198f8259dac50ba1b012fcfaea1a10c43cba88cfa64d0e1604',
  2: '19075aa54f98171c064dca563b725905b7f189a4686db02096d6d2b9211f32f1',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: '661cb45d9ada7dab89c7d6492f687c4dfe126b835b86770ecfe9effbd0fbbf26',
  2: '31070296e1307b1a0de59f7ba12e6360b33d0f7b61a7a8b01605b4a36e22cdfa',
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

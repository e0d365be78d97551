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
  1: '1a0fe55d1c35846ef4b602242b62bb6953309ee96a9403f5f918eedfb8cd2858',
  2: '7f8f9baa5a0f4e1990dfb06b9809e79552072241f4e66ff939ce3c500abf5ae2',
  3: '577fd111141945a24c036f572273eb447d3e0a565cb3ed4b493ff85c5af13eba',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: '43e331291697c910a4f0078ae7410c544ff1ac5d2c133b6768201cd3c7642945',
  2: 'e9c888d0a90e9170444372f51743b5172f3f127fca5bc0f07ae6840309c258b3',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: '129931f7271b729b2825a3880474f4374b69eea522fc1ff857acbe1f89f6e2ce',
  2: 'ee79bd79ef7bb5c6a8681742789b219787a985b57ef7075c9fc8d6726c5ebfdc',
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

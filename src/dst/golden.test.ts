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
  1: '9f8624052f012731f949777acc7f80310ab662ba26a756540715f81058587939',
  2: '09ada9aab7972f437207200c22bf7a569948e02e8d07795c8e1cd3768ae66186',
  3: '95bd04f625abda8513e091e51ea52401d28d560b7d256c421c4d86bb9fa6f3f5',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: 'c1d0e8750b4cabfb843859db777fb51e51bf568ef7bc86f4d40bf31bdd057a71',
  2: '194c3314107b98d13234621b84e6c2b33ea643f28743a41e466e105cf5f9dddb',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: '4d231619c0b659b52016f0fda695b5a48f26ae4b04284703524a045d29dd9793',
  2: '7cf754a36b23491824f87b5d3fe699a1e05ac67089300261b7a5efb7e3935181',
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

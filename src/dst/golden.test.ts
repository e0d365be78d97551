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
  1: 'f3d63e37642bbb946f33e20f062cc9ab5195d49412257b7c1e3c66256cc749c9',
  2: '9c76806b9c9242bda67f1e841a11774858ccb0c52ede2f80e9f3514c9071fea1',
  3: '90f0b296419232e1ee67be802ef71862a50a1dda5341538dd1eb1641358b6b1f',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: '96d4e4766a6a3657eab85fbb20b22ea4bc6f3093080fe8c8cee97566435cd3da',
  2: 'c623d24de51be9021e2df797530c4dc9b259273b7c944021e007b41e4c12fb95',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: '3bd8793a1d5acda9e472b3885af4db64db1668407dc43e6b150f7e73b5ed83e7',
  2: 'e4a17246bc318cd0b31eaa07d36ae9bdac4ea4756bf9ac408ba9bd673303dcf4',
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

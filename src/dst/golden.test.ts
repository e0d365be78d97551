/**
 * Whole runs, pinned by their trace hash: whatever changes what happens in a run, or how it is
 * told, shows here. A new hash is no bug by itself, but it is never an accident: find out what
 * changed, then take the table that the failure prints.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulate.ts'

/** Trace hashes of hostile runs by seed. */
const golden: Readonly<Record<string, string>> = {
  1: 'a08d1d90118576f0a1efcb74c218b0961593a51447ff3389409f680a4e11a386',
  2: 'c81b63bbd75c02b01bf2e300618a5b1e0cd18fbbf0c1c8b78cf8b829974b2397',
  3: 'f77222afb53131797ea4e80b49fe380e6bdd69fac9a5ea62e1352b7674a92ad7',
}

test('seeds give the runs that they gave before', async () => {
  const actual: Record<string, string> = {}
  for (const seed of Object.keys(golden)) {
    const { verdict, traceHash } = await simulate({
      seed: Number(seed),
      leaves: 3,
      durationMs: 60_000,
      checkinMeanMs: 5_000,
    })
    assert.equal(verdict, 'converged')
    actual[seed] = traceHash
  }
  const table = Object.entries(actual).map(([seed, hash]) => `  ${seed}: '${hash}',\n`)
  assert.deepEqual(actual, golden, `runs changed; on purpose?\n${table.join('')}`)
})

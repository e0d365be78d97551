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
  1: '91b9f2ced510dfc2ec765b6cbc6d28fbf3f28ca271dc7dcd6a474eeee46d2ca0',
  2: '74a0162eb53c989d7640ffeb7a1793e1e613bcb75314334b987e3105ca34ba98',
  3: 'f9c068444982d551127eecb87a0cf9ed5c0a04946d540e0fafb65cffb7b66043',
}

test('seeds give the runs that they gave before', async () => {
  const actual: Record<string, string> = {}
  for (const seed of Object.keys(golden)) {
    const { verdict, traceHash } = await simulate({
      privateCheckins: true,
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

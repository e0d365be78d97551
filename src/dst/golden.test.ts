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
  1: '5d292e0e25b55280cdce194dbe51026d0c2369b4fc42251a9a5cad59f6e3df6d',
  2: '1de6ec60e5f5b69af5b6542de5c1a329836df00727c33b22599b661a079e19b9',
  3: 'b9449fb3b6b859016a9d65c4aed6be661d580ba47ad9dbb1da899bd2e2672ac7',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: '6b300831e24b07c6dc8191ff61e13d2b8617acbf8e3254260c7d6050610a9cc5',
  2: '8c0c2c319f2a148366455c3751fdfe7d54675fb6874e76ff97d437ffc754e7fd',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: 'b20d67492750b3810bd2cd4c5206107b43e72d5acaf568dddc294dd237bae433',
  2: '63edd093848ca3a7958f7448b696e15e8727daf16e7ae957822da368098e4e3f',
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

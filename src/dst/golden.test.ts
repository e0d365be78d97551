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
  1: 'c9cf870f8585a8d88ca9f72c2731ad0775e343d10a2e12c1e5f174a324622746',
  2: '09ada9aab7972f437207200c22bf7a569948e02e8d07795c8e1cd3768ae66186',
  3: 'a77ef4ddc223cc27737ac6f78630f1f007008b4283062cbada0f0481509f03c1',
}

/** The same of runs with unversioned files and logins, too. */
const goldenUv: Readonly<Record<string, string>> = {
  1: '056c9c40c7c5b0c82984e6c9e7c76a41de897bf34040e528b890b022fc931064',
  2: 'e010665a54ef1d376a63a1bbbd69bc63078a2b8215009d7a9d00fe33f7ce8893',
}

/** The same of runs with every kind of artifact. */
const goldenKinds: Readonly<Record<string, string>> = {
  1: 'f460e3a8a65011da9fff021f3dbcce086159efc3896c75e4a3ba6ada90ceb457',
  2: '489073d9d071698e3777090d50c65c06e1b494445c10e4a4c940a487fa1f2be4',
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

/**
 * Each check of synced tables catches a bug that nothing else sees: it is found, and lives where
 * that check is switched off. `sim canary --alone` tells the same of every invariant.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { runCanary } from './sweep.ts'
import { tableMutations } from './tables.ts'

const seeds = { first: 1, last: 5 }

suite('a bug that one check of tables sees', { concurrency: true }, () => {
  for (const invariant of [
    'table-integrity',
    'table-never-lost',
    'table-convergence',
    'tombstone-convergence',
    'table-last-writer-wins',
  ]) {
    const mutation = tableMutations.findLast(({ onlyBy }) => onlyBy === invariant)
    test(`is caught by ${invariant}, and lives without it`, async () => {
      assert.ok(mutation)
      const { status, finding, second } = await runCanary(mutation, { seeds, goesOn: true })
      assert.deepEqual([status, finding?.invariant], ['caught', invariant])
      const left = seeds.last - (finding?.seed ?? 0) + 1
      assert.deepEqual(second, { runs: left })
    })
  }
})

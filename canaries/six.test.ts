/**
 * Six of the canaries, each found by the one invariant that sees it, at the first seeds: a sync
 * that miscounts, rows of tables, an agent that waits, tickets, upkeep, a login that counts twice.
 * `npm run nightly -- canaries` runs all of them, and shows that nothing else sees these.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { mutations } from './all.ts'
import { runCanary } from './sweep.ts'

const seeds = { first: 1, last: 3 }

suite('a planted bug', { concurrency: true }, () => {
  for (const name of [
    'received-uncounted',
    'range-digest-half-kept',
    'change-left-to-poll',
    'ticket-created-anew',
    'publication-not-sent',
    'proof-taken-twice',
  ]) {
    const mutation = mutations.find((each) => each.name === name)
    test(`${name} is found by ${mutation?.onlyBy}`, async () => {
      assert.ok(mutation?.onlyBy)
      const { status, finding } = await runCanary(mutation, { seeds })
      assert.deepEqual([status, finding?.invariant], ['caught', mutation.onlyBy])
    })
  }
})

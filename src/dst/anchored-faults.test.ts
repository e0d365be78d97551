/**
 * Faults are named by the poll that began their sync and by its round. `npm run nightly` cancels
 * every fault of more runs.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cancelFaults } from '../../tools/nightly/cancelled-faults.ts'

for (const seed of [2, 3]) {
  test(`a fault that is cancelled moves no fault of another sync, in run ${seed}`, async () => {
    const { cancelled, kept, moved } = await cancelFaults(seed, 4)
    assert.deepEqual(moved, [])
    assert.equal(cancelled, 4)
    assert.ok(kept >= 12, `${kept} faults kept their place`)
  })
}

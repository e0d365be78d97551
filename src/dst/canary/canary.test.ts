/**
 * Every invariant notices the bug planted for it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { invariants } from '../invariants/all.ts'
import type { SimReport } from '../sim-report.ts'
import { simulate } from '../simulate.ts'
import { canaries } from './canary.ts'
import { type Canary, soundNode } from './plant.ts'

/** The world without the bug converges, so what the checks notice is the bug. */
function run(canary?: Canary): Promise<SimReport> {
  return simulate({
    seed: 7,
    leaves: 3,
    level: 'adversarial',
    durationMs: 90_000,
    operationCount: 160,
    privateCheckins: true,
    ...canary?.options,
    config: {
      safetyCheckInterval: 50,
      uv: true,
      login: { capabilities: (id) => (id === 'leaf-2' ? 'o' : 'iy') },
      makeNode: (parts) => (canary !== undefined ? canary.plant(parts) : soundNode(parts)),
      ...canary?.config?.(),
    },
  })
}

test('every invariant has a planted bug', () => {
  const covered = new Set(canaries.map(({ invariant }) => invariant))
  assert.deepEqual(
    invariants.map(({ name }) => name).filter((name) => !covered.has(name)),
    [],
  )
})

test('the world of the canaries converges without them', async () => {
  const { verdict, checkins, uv } = await run()
  assert.equal(verdict, 'converged')
  assert.ok(checkins > 10 && uv !== undefined && uv.received > 10)
})

for (const canary of canaries) {
  test(`${canary.invariant} notices a node that ${canary.bug}`, async () => {
    const { verdict, violation } = await run(canary)
    assert.equal(verdict, 'violated')
    assert.equal(violation?.invariant, canary.invariant)
  })
}

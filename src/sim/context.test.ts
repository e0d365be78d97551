/**
 * Without `src/sim/world.ts` nothing is routed, and nobody is inside.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presentNode, runInside, runOutside } from './context.ts'
import { Surroundings } from './surroundings.suite.ts'

test('nothing is routed unless the world is loaded', () => {
  const real = globalThis.setTimeout
  const seen = runInside(new Surroundings(), () => presentNode() ?? runOutside(() => 'nowhere'))
  assert.equal(seen, 'nowhere')
  assert.equal(globalThis.setTimeout, real)
})

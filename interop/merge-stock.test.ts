/**
 * Merges leave the files that stock's leave, and find its conflicts; `npm run nightly -- merges`
 * does the same with 500 forks. Where the two differ on purpose (docs/divergences.md), each does
 * what the page says.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import { compareForks } from '../tools/nightly/merges.ts'

test('generated forks merge as in stock', async (t) => {
  const fossil = requireFossilOrSkip(t)
  if (fossil === undefined) return
  if (fossil.version !== '2.21') return t.skip('later versions write other marks than stock 2.21')
  const { conflicts, points, failures } = await compareForks({ seed: 1, count: 14 })
  assert.deepEqual(failures, [])
  assert.ok(conflicts > 2, `${conflicts} conflicts`)
  assert.ok(points.size > 2, [...points.keys()].join(', '))
})

/**
 * Delta debugging on failures whose cause is known.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FossilError } from '../base/error.ts'
import { shrink } from './shrink.ts'

const thousand = Array.from({ length: 1000 }, (_, n) => n)

test('what is left is the cause, in its order', async () => {
  const cause = [3, 400, 401, 999]
  const left = await shrink(thousand, (subset) => cause.every((item) => subset.includes(item)))
  assert.deepEqual(left, cause)
})

test('a single cause among a thousand items takes few experiments', async () => {
  let experiments = 0
  const left = await shrink(thousand, async (subset) => {
    experiments += 1
    return subset.includes(617)
  })
  assert.deepEqual(left, [617])
  assert.ok(experiments <= 2 + 2 * Math.ceil(Math.log2(1000)), `${experiments} experiments`)
})

test('innocent items are dropped by one experiment', async () => {
  const asked: number[] = []
  const left = await shrink(thousand, (subset) => asked.push(subset.length) > 0)
  assert.deepEqual(left, [])
  assert.deepEqual(asked, [1000, 0])
})

test('items that do not fail are refused', async () => {
  await assert.rejects(
    () => shrink([1, 2], () => false),
    (error) => FossilError.is(error, 'option.invalid'),
  )
})

test('no single item that is left can be dropped', async () => {
  // Fails when it holds all of one of several causes, or simply enough items: not monotone.
  const items = fc.uniqueArray(fc.nat(40), { maxLength: 24 })
  const causes = fc.array(fc.uniqueArray(fc.nat(40), { maxLength: 5 }), { maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(items, causes, fc.nat(24), async (all, alternatives, enough) => {
      const fails = (subset: readonly number[]): boolean =>
        (subset.length > enough && subset.length % 3 !== 1) ||
        alternatives.some((cause) => cause.every((item) => subset.includes(item)))
      fc.pre(fails(all))
      const left = await shrink(all, fails)
      assert.ok(fails(left))
      assert.deepEqual(
        left,
        all.filter((item) => left.includes(item)),
      )
      for (const item of left) assert.ok(!fails(left.filter((other) => other !== item)))
      assert.deepEqual(await shrink(all, fails), left)
    }),
    { seed: 1, numRuns: 300 },
  )
})

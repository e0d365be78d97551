/**
 * Random check-ins of one moment, in random orders of arrival, under the invariant `moments`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { checkin } from '../../crosslink/checkins.suite.ts'
import { dumpDerived } from '../../crosslink/derived-dump.ts'
import { memoryRepo } from '../../crosslink/fixture.suite.ts'
import { type Artifact, minute, store } from '../../crosslink/order.suite.ts'
import { checkMoments } from './moments.ts'

test('random histories of one moment are in order, whatever the order of arrival', () => {
  const drawn = fc.array(
    fc.record({
      parents: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 2 }),
      ms: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -1500, max: 2500 })),
    }),
    { minLength: 2, maxLength: 40 },
  )
  const orders = fc.array(fc.nat(), { minLength: 40, maxLength: 40 })
  fc.assert(
    fc.property(drawn, orders, fc.integer({ min: 1, max: 9 }), (history, keys, atOnce) => {
      const made: Artifact[] = []
      for (const [index, { parents, ms }] of history.entries()) {
        const named = [...new Set(parents.map((back) => made[made.length - 1 - back]))]
        made.push(
          checkin(0, {
            dateMs: minute(0) + ms,
            comment: `${index}`,
            parents: named.filter((each) => each !== undefined),
          }),
        )
      }
      using expected = memoryRepo()
      expected.transaction(() => store(expected, made))
      checkMoments('here', expected)
      const order = made.map((each, at) => [keys[at] ?? 0, each] as const)
      const arriving = order.sort((a, b) => a[0] - b[0]).map(([, each]) => each)
      using repo = memoryRepo()
      for (let at = 0; at < arriving.length; at += atOnce) {
        repo.transaction(() => store(repo, arriving.slice(at, at + atOnce)))
      }
      assert.deepEqual(dumpDerived(repo), dumpDerived(expected))
    }),
    { seed: 11, numRuns: 60 },
  )
})

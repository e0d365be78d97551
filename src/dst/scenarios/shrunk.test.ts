/**
 * Runs that failed once: shrunk to what they need, or whole. The name says what was wrong.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import type { Intention } from '../../runner/operations.ts'
import { expectConverges } from '../expect.ts'
import { simulate } from '../simulate.ts'

suite('a run that was shrunk', () => {
  test('counts no round of a clone of nothing as one of its sync (seed 471)', () =>
    expectConverges({
      seeds: { first: 471, last: 471 },
      plan: 'calm,leaves=3,durationMs=1000,node=agent,late=1,mix=none,login=yes',
      intentions: [{ atMs: 0, node: 'leaf-2', id: 'leaf-2#1', op: 'join', args: {} }],
      config: { unlisted: 'benign' },
    }))

  test('publishes at a leaf that has no right to private content, too (seed 7815)', () =>
    expectConverges({
      seeds: { first: 7815, last: 7815 },
      plan: [
        'calm,topology=ring,leaves=2,durationMs=41000,late=1,mix=drafts,privateSync=some,',
        'faults=broken',
      ].join(''),
      intentions: [
        {
          atMs: 0,
          node: 'master',
          id: 'master#13',
          op: 'draft',
          args: { user: 'master', comment: 'a&b', isPrivate: true },
        },
        {
          atMs: 40_000,
          node: 'leaf-1',
          id: 'leaf-1#13',
          op: 'release',
          args: { checkin: 'master#13' },
        },
      ],
      config: {
        unlisted: 'benign',
        overrides: [{ site: 'core/master', use: 'end', outcome: 'cut' }],
      },
    }))
})

/** A run that failed: its plan, and what people did, as it was drawn in those days. */
interface FailedRun {
  readonly what: string
  readonly seed: number
  readonly plan: string
  readonly intentions: readonly Intention[]
}

const failedRuns = readFileSync(join(import.meta.dirname, 'failed-runs.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): FailedRun => JSON.parse(line))

suite('a run that failed', () => {
  for (const { what, seed, plan, intentions } of failedRuns) {
    test(`survives ${what} (seed ${seed})`, async () => {
      const { verdict, violation } = await simulate({ seed, plan, intentions })
      assert.equal(verdict, 'converged', violation?.detail ?? '')
    })
  }
})

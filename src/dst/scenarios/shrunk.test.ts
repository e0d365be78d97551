/**
 * Runs that failed once, each shrunk to what it needs. The name says what was wrong.
 * @module
 */

import { suite, test } from 'node:test'

import { expectConverges } from '../expect.ts'

suite('a run that was shrunk', () => {
  test('counts no round of a clone of nothing as one of its sync (seed 471)', () =>
    expectConverges({
      seeds: { first: 471, last: 471 },
      plan: 'calm,leaves=3,durationMs=1000,node=agent,late=1,mix=none,login=yes',
      intentions: [{ atMs: 0, node: 'leaf-2', id: 'leaf-2#1', op: 'join', args: {} }],
      config: { unlisted: 'benign' },
    }))
})

/**
 * The long checks in short, and the command that runs them.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'

import { bitFlips } from './nightly/bit-flips.ts'
import { killedSweep } from './nightly/killed-sweep.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')

function nightly(...args: string[]): ReturnType<typeof run> {
  const command = ['--conditions=@trilobite/source', join(root, 'tools', 'nightly.ts'), ...args]
  return run(process.execPath, command, { cwd: root, env: process.env })
}

test('a repository with flipped bits is verified and rebuilt, or refused in words', async () => {
  const { summary, failures } = await bitFlips.run({ seed: 1, count: 30, progress: () => {} })
  assert.deepEqual(failures, [])
  assert.match(summary, /^30 damaged files: [1-9]\d* told, [1-9]\d* refused, \d+ unharmed$/)
})

test('a sweep that is killed twice and resumed runs each seed once', async () => {
  const { summary, failures } = await killedSweep.run({ seed: 0, count: 40, progress: () => {} })
  assert.deepEqual(failures, [])
  assert.match(summary, /^40 seeds recorded once each, \d runs lost by 2 kills$/)
})

test('nightly runs the checks that are named, and says what came of them', async () => {
  const { code, stdout } = await nightly('bit-flips', '--seed', '5', '--count', '2')
  assert.match(
    stdout,
    /^bit-flips: ok, [\d.]+ s, seed 5: 2 damaged files: .*\n1 checks, 0 failed\n$/,
  )
  assert.equal(code, 0)
})

test('nightly refuses a check or a number that it does not know', async () => {
  for (const [args, message] of [
    [['nosuch'], /no check nosuch: .*bit-flips, annotations/],
    [['--count', 'many'], /--count takes a whole number, not "many"/],
  ] as const) {
    const { code, stderr } = await nightly(...args)
    assert.equal(code, 2)
    assert.match(stderr, message)
  }
})

/**
 * Sweeps from a test runner: the error tells all that the command would.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { canaries } from './canary/canary.ts'
import type { LeafParts } from './config.ts'
import { expectConverges } from './expect.ts'
import type { Node } from './node.ts'
import { replayCall } from './replay.ts'

const plan = 'hostile,leaves=2,late=0,durationMs=30000,operations=20'

test('seeds that converge say nothing', async () => {
  await expectConverges({ seeds: { first: 1, last: 3 }, plan })
})

async function errorOf(makeNode: (parts: LeafParts) => Node, shrinkBudgetMs = 0): Promise<Error> {
  const seeds = { first: 1, last: 20 }
  const sweep = expectConverges({ seeds, plan, shrinkBudgetMs, config: { makeNode } })
  const error: unknown = await sweep.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof Error)
  return error
}

suite('the error of a seed that does not', () => {
  test('names seed, plan, invariant, node, event, and how to make it again', async () => {
    const canary = canaries.find(({ bug }) => bug.startsWith('acknowledges a check-in'))
    const { message } = await errorOf((canary ?? assert.fail()).plant, 500)
    for (const line of [
      /^seed \d+ violated\n/,
      /\n {2}plan {13}topology=star,leaves=2,durationMs=30000,/,
      /\n {2}invariant +nothing-lost\n {2}node +leaf-\d\n {2}detail +[0-9a-f]{40,} was ack/,
      /\n {2}first bad event +\d+, at \d+\.\d{3} s simulated\n/,
      /\n {2}calm network +(?:fails there, too|converges there|ends otherwise)/,
      /\n {2}what led to it, the latest last:\n {4}#\d+ \d+\.\d{3} s /,
      /\n {2}replay +simulate\(\{ seed: \d+, plan: 'hostile,.*', config: … \}\)\n/,
      /\n {2}shrunk to +\S+\n(?: {4}.+\n)+$/,
    ]) {
      assert.match(message, line)
    }
  })

  test("tells of the agent's own exception, with the place in its code", async () => {
    const bug = new RangeError('a bug of the agent')
    const error = await errorOf(({ repo }) => ({
      repo,
      tick: () => {
        throw bug
      },
    }))
    assert.match(error.message, /\n {2}error +RangeError: a bug of the agent\n {2}node +leaf-\d\n/)
    assert.match(error.message, /\n {2}at +.*expect\.test\.ts:\d+:\d+\)?\n {2}event +\d+, at /)
    assert.equal(error.cause, bug)
  })
})

test('a range that is none is a typed error', async () => {
  for (const seeds of [
    { first: 2, last: 1 },
    { first: 0.5, last: 3 },
  ]) {
    await assert.rejects(expectConverges({ seeds }), { code: 'option.invalid' })
  }
})

test('a replay call says what is data, and names what is code', () => {
  const call = replayCall({
    seed: 3,
    plan: "it's",
    weights: { wiki: 0 },
    onProgress: () => {},
    workloads: () => [],
  })
  assert.equal(
    call,
    String.raw`simulate({ seed: 3, plan: 'it\'s', weights: {"wiki":0}, workloads: … })`,
  )
})

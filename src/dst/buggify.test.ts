/**
 * Fault sites from a seed, for code under test outside a simulator.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { noBuggify, systemEnv } from '../base/env.ts'
import { openDatabase } from '../db/node.ts'
import { createRepo } from '../crosslink/open.ts'
import { SeededBuggify, withoutBuggify } from './buggify.ts'

/** The answers of the first sites of a seed, over and over. */
function answers(seed: number, options?: { activeProbability?: number }): boolean[] {
  const buggify = new SeededBuggify(seed, options)
  return Array.from({ length: 2_000 }, (_, ask) => buggify.check(`site ${ask % 20}`, 0.5))
}

suite('seeded fault sites', () => {
  test('answer alike for one seed, otherwise for another', () => {
    assert.deepEqual(answers(3), answers(3))
    assert.notDeepEqual(answers(3), answers(4))
  })

  test('answer for themselves: asking one site does not shift another', () => {
    const [alone, together] = [new SeededBuggify(3), new SeededBuggify(3)]
    for (let ask = 0; ask < 500; ask++) {
      together.check('another', 0.5)
      for (const site of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
        assert.equal(alone.check(site, 0.3), together.check(site, 0.3))
      }
    }
  })

  test('are active in some runs only, for the whole run', () => {
    const active = Array.from({ length: 400 }, (_, seed) => {
      const buggify = new SeededBuggify(seed)
      return Array.from({ length: 20 }, () => buggify.check('site', 1))
    })
    for (const run of active) assert.equal(new Set(run).size, 1)
    const share = active.filter(([first]) => first).length / active.length
    assert.ok(share > 0.18 && share < 0.32, String(share))
  })

  test('can all be active, or none', () => {
    assert.ok(answers(3, { activeProbability: 1 }).filter(Boolean).length > 900)
    assert.ok(!answers(3, { activeProbability: 0 }).some(Boolean))
  })

  test('never fire at probability 0 and, where active, always at 1', () => {
    const buggify = new SeededBuggify(3, { activeProbability: 1 })
    for (let ask = 0; ask < 50; ask++) {
      assert.deepEqual([buggify.check('never', 0), buggify.check('always', 1)], [false, true])
    }
  })

  test('want a safe integer as their seed, and a probability', () => {
    assert.throws(() => new SeededBuggify(0.5), { code: 'option.invalid' })
    const tooMuch = { activeProbability: 2 }
    assert.throws(() => new SeededBuggify(1, tooMuch), { code: 'option.invalid' })
  })
})

test('without fault sites an action runs as in production, and afterwards they are back', () => {
  const buggify = new SeededBuggify(3, { activeProbability: 1 })
  using repo = createRepo(openDatabase(), { ...systemEnv, buggify: noBuggify })
  repo.env = { ...repo.env, buggify }
  assert.equal(
    withoutBuggify(repo, () => repo.env.buggify),
    noBuggify,
  )
  assert.equal(repo.env.buggify, buggify)
  const bug = new Error('from within')
  assert.throws(
    () =>
      withoutBuggify(repo, () => {
        throw bug
      }),
    bug,
  )
  assert.equal(repo.env.buggify, buggify)
})

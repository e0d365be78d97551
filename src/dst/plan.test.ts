/**
 * Plans of simulations: a seed draws a run, a line fixes any of it, presets are partial plans.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { faultLevels, levelNames } from '../sim/levels.ts'
import { drawPlan, fossilPlans, optionsOfPlan } from './plan.ts'
import { simulate } from './simulate.ts'

test('a seed makes the run that its plan makes, when pasted', async () => {
  const drawn = await simulate({ seed: 5, plan: '' })
  assert.equal(drawn.verdict, 'converged')
  const pasted = await simulate({ seed: 5, plan: drawn.plan ?? assert.fail() })
  assert.deepEqual([pasted.traceHash, pasted.plan], [drawn.traceHash, drawn.plan])
})

test('a plan is shown as it runs: one leaf is there from the start', async () => {
  const { line } = drawPlan(1, 'leaves=2,late=5,operations=0,durationMs=1000')
  assert.match(line, /,late=1,/)
  assert.equal((await simulate({ seed: 1, plan: line })).plan, line)
})

test('seeds draw every option in many ways', () => {
  const drawn = Array.from({ length: 60 }, (_, seed) => fossilPlans.draw(seed))
  const waysOf = (name: string): number =>
    new Set(drawn.map((plan) => JSON.stringify(Object.entries(plan).find(([key]) => key === name))))
      .size
  for (const { name } of drawPlan(1, 'golden').values) {
    assert.ok(name === 'topology' || waysOf(name) > 1, name)
  }
  assert.ok(waysOf('mix') > 30 && waysOf('faults') > 30)
  assert.ok(drawn.every(({ leaves, operations }) => leaves <= 3 && operations >= 20))
})

test('options beside a plan fix it, and are in its line', async () => {
  const { plan, nodes } = await simulate({
    seed: 5,
    plan: 'operations=20',
    leaves: 2,
    level: 'normal',
    durationMs: 10_000,
    privateCheckins: true,
  })
  assert.equal(nodes.length, 3)
  assert.match(plan ?? '', /leaves=2,durationMs=10000,.*operations=20,.*private=yes,.*faults=none$/)
})

suite('a preset', () => {
  for (const level of levelNames) {
    test(`${level} is the network of that level, and leaves the rest to the seed`, () => {
      const { config } = optionsOfPlan(1, fossilPlans.draw(1, fossilPlans.read(level)))
      const { link, partition } = config?.network ?? assert.fail()
      assert.deepEqual(link.rates, faultLevels[level].link.rates)
      assert.equal(link.latency.meanMs, faultLevels[level].link.latency.meanMs)
      assert.equal(partition === undefined, faultLevels[level].partition === undefined)
      assert.equal(config?.buggify, level !== 'normal')
      assert.notDeepEqual(drawPlan(1, level).line, drawPlan(2, level).line)
    })
  }

  test('golden leaves nothing to the seed', () => {
    assert.equal(drawPlan(1, 'golden').line, drawPlan(2, 'golden').line)
  })
})

test('rates of faults that do not strike are not told', () => {
  const { line, values } = drawPlan(1, 'faults=replyLost,replyLost=0.2,requestLost=0.2')
  assert.match(line, /,faults=replyLost,replyLost=0\.2$/)
  assert.ok(!values.some(({ name }) => name === 'requestLost'))
})

test('a line that makes no sense is a typed error', async () => {
  await assert.rejects(simulate({ seed: 1, plan: 'leaves=many' }), { code: 'option.invalid' })
})

/**
 * Fault sites that a run activates, and its report of their coverage.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FossilError } from '../base/error.ts'
import { SiteActivation } from './activation.ts'
import { FaultLog, type FaultLogOptions } from './fault.ts'
import { RandomSource } from './random.ts'

type World = { faults: FaultLog; sites: SiteActivation }

function world(options: FaultLogOptions & { seed?: number; activeProbability?: number }): World {
  const { seed = 5, activeProbability = 0.25 } = options
  const source = new RandomSource(seed)
  const faults = new FaultLog(source, options)
  return { faults, sites: new SiteActivation(source, faults, { activeProbability }) }
}

test('a quarter of the sites is active, a different quarter in each run', () => {
  const names = Array.from({ length: 1000 }, (_, n) => `handler.site-${n}`)
  const active = [1, 2].map((seed) => {
    const { sites } = world({ seed })
    const buggify = sites.buggify('leaf-1')
    return new Set(names.filter((name) => buggify.check(name, 1)))
  })
  const [first, second] = active
  assert.ok(first && second)
  for (const { size } of active) assert.ok(size > 200 && size < 300, `${size} of 1000 are active`)
  assert.ok([...first].filter((name) => second.has(name)).length < 120)
})

test('a site is active for all nodes or for none, whoever asks first', () => {
  for (let seed = 0; seed < 20; seed++) {
    const [a, b] = [world({ seed }).sites, world({ seed }).sites]
    const fromLeft = [a.buggify('leaf-1').check('x', 1), a.buggify('leaf-2').check('x', 1)]
    const fromRight = [b.buggify('leaf-2').check('x', 1), b.buggify('leaf-1').check('x', 1)]
    assert.deepEqual(fromLeft, fromRight)
    assert.equal(fromLeft[0], fromLeft[1])
  }
})

test('nodes draw apart from each other', () => {
  const [alone, crowd] = [1, 2].map(() => world({ activeProbability: 1 }).sites)
  assert.ok(alone && crowd)
  for (let use = 0; use < 50; use++) {
    for (const other of ['leaf-2', 'hub']) crowd.buggify(other).check('x', 0.5)
    const fires = alone.buggify('leaf-1').check('x', 0.5)
    assert.equal(crowd.buggify('leaf-1').check('x', 0.5), fires)
  }
})

test('coverage adds up over nodes', () => {
  const always = world({ activeProbability: 1 }).sites
  const never = world({ activeProbability: 0 }).sites
  for (const sites of [always, never]) {
    for (const node of ['leaf-1', 'leaf-2']) {
      sites.buggify(node).check('b', 1)
      sites.buggify(node).check('a', 0)
    }
  }
  assert.deepEqual(always.coverage(), [
    { site: 'a', active: true, uses: 2, fired: 0 },
    { site: 'b', active: true, uses: 2, fired: 2 },
  ])
  assert.deepEqual(never.coverage(), [
    { site: 'a', active: false, uses: 2, fired: 0 },
    { site: 'b', active: false, uses: 2, fired: 0 },
  ])
})

test('a fault is logged under its node, and an override fires an inactive site', () => {
  const decision = { site: 'buggify/leaf-1/x', use: 1, outcome: true }
  const { faults, sites } = world({ activeProbability: 0, overrides: [decision] })
  const buggify = sites.buggify('leaf-1')
  assert.deepEqual([buggify.check('x', 0.5), buggify.check('x', 0.5)], [false, true])
  assert.deepEqual(faults.decisions, [decision])
  assert.deepEqual(sites.coverage(), [{ site: 'x', active: false, uses: 2, fired: 1 }])
})

test('a probability outside 0 to 1 is refused', () => {
  for (const activeProbability of [-0.1, 1.1, Number.NaN]) {
    assert.throws(
      () => world({ activeProbability }),
      (error) => FossilError.is(error, 'option.invalid'),
    )
  }
})

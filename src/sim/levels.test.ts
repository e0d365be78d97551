/**
 * The fault levels, measured on the network that they describe.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FossilError } from '../base/error.ts'
import { SimClock } from './clock.ts'
import { FaultLog } from './fault.ts'
import { faultLevel, faultLevels, type LevelName, levelNames } from './levels.ts'
import { checkInteger, checkLink, rateKinds } from './link.ts'
import { Network } from './network.ts'
import { RandomSource } from './random.ts'

/** Runs exchanges at a level; counts those that were dropped whole, and every fault. */
function measure(level: LevelName, exchanges: number): { dropped: number; faults: number } {
  const source = new RandomSource(4)
  const [clock, faults] = [new SimClock(), new FaultLog(source)]
  const network = new Network({ clock, source, faults, link: faultLevels[level].link })
  for (let n = 0; n < exchanges; n++) {
    const plan = network.planExchange({ from: 'leaf', to: 'hub' })
    if (plan.arrivals[0]?.isAwaited === true) network.planReply(plan)
  }
  const { refused, requestLost, replyLost } = network.counts()
  return { dropped: refused + requestLost + replyLost, faults: faults.decisions.length }
}

test('nothing goes wrong in a normal world', () => {
  assert.deepEqual(measure('normal', 1_000), { dropped: 0, faults: 0 })
  assert.equal(faultLevels.normal.partition, undefined)
})

test('one exchange in ten is dropped in an adversarial world, and that is all', () => {
  const { dropped, faults } = measure('adversarial', 10_000)
  assert.ok(dropped > 900 && dropped < 1_100, `${dropped} of 10000 are dropped`)
  assert.equal(faults, dropped)
})

test('one exchange in five is dropped in a hostile world, where every fault occurs', () => {
  const { dropped, faults } = measure('hostile', 10_000)
  assert.ok(dropped > 1_800 && dropped < 2_100, `${dropped} of 10000 are dropped`)
  assert.ok(faults > dropped + 500)
  assert.ok(rateKinds.every((kind) => faultLevels.hostile.link.rates[kind] > 0))
  assert.ok(faultLevels.hostile.partition)
})

test('every level makes sense and has a name', () => {
  for (const name of levelNames) {
    const level = faultLevel(name)
    assert.equal(level, faultLevels[name])
    checkLink(level.link)
    for (const value of Object.values(level.partition ?? {})) {
      checkInteger('partition', value, 1, 1_000_000)
    }
  }
  for (const name of ['', 'Hostile', 'toString', '__proto__']) {
    assert.throws(
      () => faultLevel(name),
      (error) => FossilError.is(error, 'option.invalid'),
    )
  }
})

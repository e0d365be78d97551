/**
 * Plans of datagrams and of streams: how often each fault strikes, what each does to a plan, and
 * what plans do not depend on.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { concat } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { SimClock } from './clock.ts'
import { DatagramPlans } from './datagram-plans.ts'
import type { Outcome, Override } from './decision.ts'
import { FaultLog } from './fault.ts'
import { faultLevels } from './levels.ts'
import {
  calmLink,
  checkLink,
  datagramRateKinds,
  type LinkConfig,
  noDatagramFaults,
  noStreamFaults,
  streamRateKinds,
  stretchOf,
} from './link.ts'
import { type Direction, Network } from './network.ts'
import { RandomSource } from './random.ts'
import { StreamPlans } from './stream-plans.ts'

const there = { from: 'leaf', to: 'hub' }
const back = { from: 'hub', to: 'leaf' }

interface World {
  readonly clock: SimClock
  readonly faults: FaultLog
  readonly network: Network
  readonly datagrams: DatagramPlans
  readonly streams: StreamPlans
}

function world(options: { link?: LinkConfig; overrides?: readonly Override[] } = {}): World {
  const { link = calmLink, overrides = [] } = options
  const clock = new SimClock({ startMs: 0 })
  const source = new RandomSource(8)
  const faults = new FaultLog(source, { overrides })
  const network = new Network({ clock, source, faults, link })
  const parts = { clock, source, faults, network }
  const [datagrams, streams] = [new DatagramPlans(parts), new StreamPlans(parts)]
  return { clock, faults, network, datagrams, streams }
}

/** The n-th datagram, connect and send of a direction, planned at one moment. */
function plansOf({ datagrams, streams }: World, direction: Direction, n: number): unknown[] {
  const stream = `leaf/poll#${n}.stream#1`
  return [
    datagrams.plan(direction, `poll#${n}.datagram#1`),
    streams.planConnect(direction, stream),
    streams.planSend(direction, `${stream}.send#1`),
    streams.travelMs(direction, `${stream}.end`),
  ]
}

const { link: hostile } = faultLevels.hostile

suite('plans of datagrams and streams', () => {
  test('are calm where a link has no rates for them', () => {
    const calm = world({
      link: { ...hostile, datagrams: noDatagramFaults, streams: noStreamFaults },
    })
    for (let n = 0; n < 200; n++) plansOf(calm, there, n)
    assert.deepEqual(calm.faults.decisions, [])
    const plan = calm.streams.planSend(there, 'leaf/poll#1.stream#1.send#1')
    assert.deepEqual([plan.faults, plan.brokenAtPpm], [[], undefined])
  })

  test('suffer every kind of fault at its rate', () => {
    for (const kind of datagramRateKinds) {
      const datagrams = { ...noDatagramFaults, [kind]: 200_000 }
      const { datagrams: plans } = world({ link: { ...calmLink, datagrams } })
      for (let n = 0; n < 2_000; n++) plans.plan(there, `call#${n}`)
      const { [kind]: count, ...others } = plans.counts()
      assert.ok(Math.abs(count - 400) < 80, `${kind}: ${count} of 2000`)
      assert.ok(Object.values(others).every((other) => other === 0))
    }
    for (const kind of streamRateKinds) {
      const streams = { ...noStreamFaults, [kind]: 200_000 }
      const { streams: plans } = world({ link: { ...calmLink, streams } })
      for (let n = 0; n < 2_000; n++) {
        plans.planConnect(there, `call#${n}`)
        plans.planSend(there, `call#${n}.send#1`)
      }
      const { [kind]: count, ...others } = plans.counts()
      assert.ok(Math.abs(count - 400) < 80, `${kind}: ${count} of 2000`)
      assert.ok(Object.values(others).every((other) => other === 0))
    }
  })

  test('do not depend on other links, nor on the names before', () => {
    const [alone, crowded] = [world({ link: hostile }), world({ link: hostile })]
    for (let n = 0; n < 300; n++) {
      plansOf(crowded, back, n)
      plansOf(crowded, there, 10_000 + n)
      assert.deepEqual(plansOf(crowded, there, n), plansOf(alone, there, n))
    }
  })

  test('change one by one where a decision is cancelled', () => {
    const original = world({ link: hostile })
    const plans = Array.from({ length: 200 }, (_, n) => plansOf(original, there, n))
    const struck = original.faults.decisions
    assert.ok(struck.length > 60)
    for (const decision of struck.slice(0, 60)) {
      const replay = world({ link: hostile, overrides: [{ ...decision, outcome: null }] })
      const changed = plans.flatMap((plan, n) => {
        const again = plansOf(replay, there, n)
        return plan.filter((part, index) => JSON.stringify(part) !== JSON.stringify(again[index]))
      })
      assert.equal(changed.length, 1, JSON.stringify(decision))
    }
  })

  test('are replayed by their decisions on links without rates', () => {
    const original = world({ link: hostile })
    const plans = Array.from({ length: 300 }, (_, n) => plansOf(original, there, n))
    const link = { ...hostile, datagrams: noDatagramFaults, streams: noStreamFaults }
    const replay = world({ link, overrides: original.faults.decisions })
    assert.deepEqual(
      plans.map((_, n) => plansOf(replay, there, n)),
      plans,
    )
  })

  test('do not move the plans of exchanges', () => {
    const [alone, beside] = [world({ link: hostile }), world({ link: hostile })]
    for (let n = 0; n < 100; n++) {
      plansOf(beside, there, n)
      assert.deepEqual(beside.network.planExchange(there), alone.network.planExchange(there))
    }
    assert.deepEqual(beside.network.counts(), alone.network.counts())
  })
})

test('the chunks of a send are all of it, in order, up to the break', () => {
  const { streams } = world()
  const counts = new Set<number>()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(), (bytes, n) => {
      const { chunks } = streams.planSend(there, `call#${n}`)
      counts.add(chunks.length)
      assert.deepEqual(concat(chunks.map((chunk) => stretchOf(bytes, chunk))), bytes)
    }),
    { seed: 1 },
  )
  assert.deepEqual(counts, new Set([1, 2, 3]))
  const site = 'net/leaf→hub/stream/broken'
  for (const outcome of [0, 1, 400_000, 999_999, 1_000_000]) {
    for (let n = 0; n < 20; n++) {
      const overrides = [{ site, use: `call#${n}`, outcome }]
      const plan = world({ overrides }).streams.planSend(there, `call#${n}`)
      const ends = [0, ...plan.chunks.map(({ toPpm }) => toPpm)]
      assert.deepEqual(
        plan.chunks.map(({ fromPpm }) => fromPpm),
        ends.slice(0, -1),
      )
      assert.deepEqual([ends.at(-1), plan.brokenAtPpm], [outcome, outcome])
      assert.ok(plan.chunks.every(({ fromPpm, toPpm }) => fromPpm < toPpm))
    }
  }
})

test('a refusal does not come through a partition', () => {
  const overrides = [{ site: 'net/leaf→hub/stream/refused', use: 'call#1', outcome: true }]
  const { network, streams } = world({ overrides })
  network.partition('hub')
  assert.equal(streams.planConnect(there, 'call#1').isRefused, false)
})

test('a datagram that the link is too small for is refused', () => {
  const { datagrams } = world()
  datagrams.checkSize(there, new Uint8Array(65_507))
  const attempt = (): void => datagrams.checkSize(there, new Uint8Array(65_508))
  assert.throws(attempt, (error) => FossilError.is(error, 'option.invalid'))
})

test('an override that its site cannot follow is refused', () => {
  const impossible: [string, Outcome][] = [
    ['dgram/lost', 1],
    ['dgram/delayed', -1],
    ['dgram/corrupted', '5^0'],
    ['stream/refused', 'no'],
    ['stream/slowStart', -5],
    ['stream/broken', -2],
    ['stream/broken', 1_000_001],
    ['stream/broken', true],
  ]
  for (const [name, outcome] of impossible) {
    const overrides = [{ site: `net/leaf→hub/${name}`, use: 0, outcome }]
    assert.throws(
      () => plansOf(world({ overrides }), there, 0),
      (error) => FossilError.is(error, 'option.invalid') && error.detail.option.endsWith(name),
      `${name} ${outcome}`,
    )
  }
})

test('rates and sizes that make no sense are refused', () => {
  const nonsense = [
    { ...calmLink, datagrams: { ...noDatagramFaults, lost: -1 } },
    { ...calmLink, datagrams: { ...noDatagramFaults, corrupted: 1_000_001 } },
    { ...calmLink, streams: { ...noStreamFaults, broken: 0.5 } },
    { ...calmLink, maxDatagramBytes: 0 },
    { ...calmLink, lies: { requests: -1, replies: 0 } },
    { ...calmLink, lies: { requests: 0, replies: 1_000_001 } },
  ]
  for (const link of nonsense) {
    assert.throws(
      () => checkLink(link),
      (error) => FossilError.is(error, 'option.invalid'),
    )
  }
  checkLink({ ...hostile, maxDatagramBytes: 1 })
})

/**
 * Bandwidth of links: what is sent takes time by its length, and waits for what was sent before.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { FossilError } from '../base/error.ts'
import { SimClock } from './clock.ts'
import { DatagramPlans } from './datagram-plans.ts'
import type { Override } from './decision.ts'
import { FaultLog } from './fault.ts'
import { calmLink, checkLink, type LinkConfig } from './link.ts'
import { Network } from './network.ts'
import { RandomSource } from './random.ts'
import { StreamPlans } from './stream-plans.ts'

const there = { from: 'leaf', to: 'hub' }
const back = { from: 'hub', to: 'leaf' }

/** A byte a millisecond, ten more to arrive, a second until a sender gives up. */
const slow: LinkConfig = {
  ...calmLink,
  latency: { minMs: 10, meanMs: 10, maxMs: 10 },
  timeoutMs: 1_000,
  bytesPerSecond: 1_000,
}

function world(link: LinkConfig, overrides: readonly Override[] = []) {
  const clock = new SimClock({ startMs: 0 })
  const source = new RandomSource(3)
  const faults = new FaultLog(source, { overrides })
  const network = new Network({ clock, source, faults, link })
  const parts = { clock, source, faults, network }
  const [datagrams, streams] = [new DatagramPlans(parts), new StreamPlans(parts)]
  return { clock, network, datagrams, streams }
}

suite('a link with a bandwidth', () => {
  test('carries a request in the time of its length, and its sender waits so much longer', () => {
    const { network } = world(slow)
    const plan = network.planExchange(there, undefined, () => 400)
    assert.equal(plan.arrivals[0]?.atMs, 410)
    assert.equal(plan.failure.atMs, 1_400)
  })

  test('carries a reply in the time of its length, and tells how long that is', () => {
    const { clock, network } = world(slow)
    const plan = network.planExchange(there, undefined, () => 100)
    clock.advance(110)
    const { arrival, sendingMs } = network.planReply(plan, () => 5_000)
    assert.deepEqual([arrival?.atMs, sendingMs], [110 + 5_000 + 10, 5_000])
  })

  test('carries one thing after another in a direction, whatever they are', () => {
    const { clock, network, datagrams, streams } = world(slow)
    network.planExchange(there, undefined, () => 100)
    assert.equal(datagrams.plan(there, 'poll#1.datagram#1', () => 50).arrivals[0]?.atMs, 160)
    const { chunks } = streams.planSend(there, 'leaf/poll#1.stream#1.send#1', () => 50)
    assert.equal(chunks.at(-1)?.travelMs, 210)
    clock.advance(1_000)
    assert.equal(network.planExchange(there, undefined, () => 1).arrivals[0]?.atMs, 1_011)
  })

  test('carries both directions side by side, and other links, too', () => {
    const { network } = world(slow)
    network.planExchange(there, undefined, () => 900)
    for (const direction of [back, { from: 'other', to: 'hub' }]) {
      assert.equal(network.planExchange(direction, undefined, () => 1).arrivals[0]?.atMs, 11)
    }
  })

  test('is not kept busy by what never leaves', () => {
    const { network } = world(slow, [{ site: 'net/leaf→hub/refused', use: 0, outcome: true }])
    network.planExchange(there, undefined, () => 900)
    network.cut([there])
    network.planExchange(there, undefined, () => 900)
    network.healAll()
    assert.equal(network.planExchange(there, undefined, () => 1).arrivals[0]?.atMs, 11)
  })

  test('delivers what a direction carries in the order in which it was sent', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { minLength: 2 }), (sizes) => {
        const { network } = world(slow)
        const times = sizes.map(
          (size) => network.planExchange(there, undefined, () => size).arrivals[0]?.atMs ?? 0,
        )
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        )
        assert.equal(
          times.at(-1),
          sizes.reduce((sum, size) => sum + size, 10),
        )
      }),
      { seed: 1 },
    )
  })

  test('has one that makes sense', () => {
    for (const bytesPerSecond of [0, -1, 0.5]) {
      assert.throws(
        () => checkLink({ ...slow, bytesPerSecond }),
        (error) => FossilError.is(error, 'option.invalid'),
      )
    }
  })
})

const unasked = (): number => assert.fail('nobody needs to know')

test('a link without a bandwidth asks nobody how long a message is', () => {
  const { bytesPerSecond: _bandwidth, ...free } = slow
  const { network } = world(free)
  assert.equal(network.planExchange(there, undefined, unasked).arrivals[0]?.atMs, 10)
})

/**
 * The network: what each fault does to an exchange, partitions at each of its four moments, and
 * what plans do not depend on.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { SimClock } from './clock.ts'
import type { Outcome, Override } from './decision.ts'
import { FaultLog } from './fault.ts'
import { faultLevels } from './levels.ts'
import { calmLink, faultKinds, type LinkConfig, noFaults, rateKinds } from './link.ts'
import { type ExchangePlan, Network } from './network.ts'
import { RandomSource } from './random.ts'

/** Each message takes 10 ms; the sender waits a second. */
const steady: LinkConfig = {
  rates: noFaults,
  latency: { minMs: 10, meanMs: 10, maxMs: 10 },
  spike: { minMs: 500, meanMs: 900, maxMs: 5_000 },
  timeoutMs: 1_000,
}

const there = { from: 'leaf', to: 'hub' }
const back = { from: 'hub', to: 'leaf' }

type World = { clock: SimClock; faults: FaultLog; network: Network }

function world(options: { link?: LinkConfig; overrides?: readonly Override[] } = {}): World {
  const { link = steady, overrides = [] } = options
  const clock = new SimClock({ startMs: 0 })
  const source = new RandomSource(8)
  const faults = new FaultLog(source, { overrides })
  return { clock, faults, network: new Network({ clock, source, faults, link }) }
}

/** A world in which one fault strikes the first exchange from the leaf to the hub. */
function struck(name: string, outcome: Outcome): World {
  return world({ overrides: [{ site: `net/leaf→hub/${name}`, use: 0, outcome }] })
}

/** The number of times that each kind struck, of those that struck at all. */
function struckKinds(network: Network): Record<string, number> {
  return Object.fromEntries(Object.entries(network.counts()).filter(([, count]) => count > 0))
}

test('a calm exchange arrives whole, both ways', () => {
  const { clock, network } = world()
  const plan = network.planExchange(there)
  const whole = { cutAtPpm: 1_000_000, corruption: undefined }
  assert.deepEqual(plan, {
    ...there,
    number: 0,
    at: undefined,
    arrivals: [{ ...there, atMs: 10, isAwaited: true, ...whole }],
    failure: { atMs: 1_000, reason: 'timeout' },
    faults: [],
  })
  clock.advance(10)
  const request = utf8('pull')
  assert.equal(network.receive(present(plan.arrivals[0]), request), request)
  clock.advance(5)
  const reply = network.planReply(plan)
  assert.deepEqual(reply, {
    arrival: { ...back, atMs: 25, isAwaited: false, ...whole },
    sendingMs: 0,
    faults: [],
  })
  assert.equal(network.planExchange(there).number, 1)
  assert.equal(network.planExchange(back).number, 0)
  assert.deepEqual(struckKinds(network), {})
})

test('a refused request fails at once and never arrives', () => {
  const { network } = struck('refused', true)
  const { arrivals, failure, faults } = network.planExchange(there)
  assert.deepEqual(arrivals, [])
  assert.deepEqual(failure, { atMs: 10, reason: 'refused' })
  assert.deepEqual(faults, ['refused'])
  assert.deepEqual(network.planExchange(there).faults, [])
  assert.deepEqual(struckKinds(network), { refused: 1 })
})

test('a sender is told of any failure by its timeout', () => {
  const link = { ...steady, latency: { minMs: 5_000, meanMs: 5_000, maxMs: 5_000 } }
  for (const [kind, outcome] of [
    ['refused', true],
    ['requestCut', 0],
    ['requestLost', true],
  ] as const) {
    const overrides = [{ site: `net/leaf→hub/${kind}`, use: 0, outcome }]
    const plan = world({ link, overrides }).network.planExchange(there)
    assert.deepEqual(plan.faults, [kind])
    assert.equal(plan.failure.atMs, 1_000)
  }
})

test('a lost request leaves its sender to the timeout', () => {
  const { network } = struck('requestLost', true)
  const { arrivals, failure, faults } = network.planExchange(there)
  assert.deepEqual(arrivals, [])
  assert.deepEqual(failure, { atMs: 1_000, reason: 'timeout' })
  assert.deepEqual(faults, ['requestLost'])
})

test('a lost reply was answered to a request that arrived', () => {
  const { network } = struck('replyLost', true)
  const plan = network.planExchange(there)
  assert.equal(plan.arrivals.length, 1)
  assert.deepEqual(plan.faults, [])
  assert.deepEqual(network.planReply(plan), {
    arrival: undefined,
    sendingMs: 0,
    faults: ['replyLost'],
  })
  assert.deepEqual(plan.failure, { atMs: 1_000, reason: 'timeout' })
})

test('a cut request arrives in part, resets its sender and gets no reply', () => {
  const { clock, network } = struck('requestCut', 500_000)
  const plan = network.planExchange(there)
  const arrival = present(plan.arrivals[0])
  assert.equal(arrival.isAwaited, false)
  assert.deepEqual(plan.failure, { atMs: 10, reason: 'reset' })
  assert.deepEqual(plan.faults, ['requestCut'])
  clock.advance(10)
  assert.deepEqual(network.receive(arrival, utf8('01234567')), utf8('0123'))
  assert.throws(() => network.planReply(plan), { name: 'AssertionError' })
})

test('a cut or corrupted reply arrives damaged', () => {
  const damages = [
    { kind: 'replyCut', outcome: 250_000, seen: '01' },
    { kind: 'replyCorrupted', outcome: '999999^1', seen: '01234566' },
  ]
  for (const { kind, outcome, seen } of damages) {
    const { network } = struck(kind, outcome)
    const { arrival, faults } = network.planReply(network.planExchange(there))
    assert.deepEqual(faults, [kind])
    assert.deepEqual(network.receive(present(arrival), utf8('01234567')), utf8(seen))
  }
})

test('a corrupted request is answered all the same', () => {
  const { network } = struck('requestCorrupted', '0^128')
  const plan = network.planExchange(there)
  const arrival = present(plan.arrivals[0])
  assert.deepEqual(network.receive(arrival, utf8('abc')), Uint8Array.of(0x61 ^ 128, 0x62, 0x63))
  assert.equal(network.planReply(plan).arrival?.atMs, 10)
})

test('a delayed request may arrive after its sender has given up', () => {
  const { network } = struck('delayed', 4_000)
  const plan = network.planExchange(there)
  assert.equal(plan.arrivals[0]?.atMs, 4_010)
  assert.deepEqual(plan.failure, { atMs: 1_000, reason: 'timeout' })
  assert.deepEqual(plan.faults, ['delayed'])
})

test('a delayed reply is decided apart from the request', () => {
  const { network } = struck('replyDelayed', 4_000)
  const plan = network.planExchange(there)
  assert.equal(plan.arrivals[0]?.atMs, 10)
  const { arrival, faults } = network.planReply(plan)
  assert.equal(arrival?.atMs, 4_010)
  assert.deepEqual(faults, ['delayed'])
})

test('a duplicated request arrives again, whole, and nobody awaits the second reply', () => {
  const { network } = struck('duplicated', 700)
  const { arrivals, faults } = network.planExchange(there)
  assert.deepEqual(
    arrivals.map(({ atMs, isAwaited }) => ({ atMs, isAwaited })),
    [
      { atMs: 10, isAwaited: true },
      { atMs: 710, isAwaited: false },
    ],
  )
  assert.deepEqual(faults, ['duplicated'])
})

test('a stale request arrives again minutes later, whole, and nobody awaits its reply', () => {
  const { network } = struck('stale', 300_000)
  const { arrivals, faults } = network.planExchange(there)
  assert.deepEqual(
    arrivals.map(({ atMs, isAwaited, again }) => ({ atMs, isAwaited, again })),
    [
      { atMs: 10, isAwaited: true, again: undefined },
      { atMs: 300_010, isAwaited: false, again: 'stale' },
    ],
  )
  assert.deepEqual(faults, ['stale'])
})

test('a cut lasts until it is mended as often, and no healing of a node ends it', () => {
  const { network } = world()
  network.cut([there, back])
  network.cut([there])
  network.heal('leaf')
  assert.ok(network.isBlocked(there) && network.isBlocked(back))
  network.mend([there, back])
  assert.ok(network.isBlocked(there) && !network.isBlocked(back))
  network.mend([there, there])
  assert.ok(!network.isBlocked(there))
  network.cut([there])
  network.healAll()
  assert.ok(!network.isBlocked(there))
})

test('an isolated node reaches nobody and is reached by nobody', () => {
  const { network } = world()
  network.partition('hub')
  assert.ok(network.isBlocked(there) && network.isBlocked(back))
  assert.ok(!network.isBlocked({ from: 'leaf', to: 'other' }))
  const { arrivals, failure, faults } = network.planExchange(there)
  assert.deepEqual([arrivals, failure.reason, faults], [[], 'timeout', ['partitioned']])
  network.heal('hub')
  assert.ok(!network.isBlocked(there) && !network.isBlocked(back))
})

test('a one-way partition leaves the other way open', () => {
  const { network } = world()
  network.partitionOneWay(back)
  assert.ok(network.isBlocked(back) && !network.isBlocked(there))
  const plan = network.planExchange(there)
  assert.ok(network.receive(present(plan.arrivals[0]), utf8('push')))
  assert.deepEqual(network.planReply(plan), {
    arrival: undefined,
    sendingMs: 0,
    faults: ['partitioned'],
  })
  network.heal('leaf')
  assert.ok(!network.isBlocked(back))
})

test('a partition that begins on the way swallows what is under way', () => {
  const { network } = world()
  const first = network.planExchange(there)
  network.partition('leaf')
  assert.equal(network.receive(present(first.arrivals[0]), utf8('push')), undefined)
  network.healAll()

  const second = network.planExchange(there)
  assert.ok(network.receive(present(second.arrivals[0]), utf8('push')))
  const { arrival } = network.planReply(second)
  network.partitionOneWay(back)
  assert.equal(network.receive(present(arrival), utf8('done')), undefined)
  network.healAll()
  assert.ok(network.receive(present(arrival), utf8('done')))
  assert.deepEqual(struckKinds(network), { partitioned: 2 })
})

test('healing a node leaves the others as they are', () => {
  const { network } = world()
  network.partition('leaf')
  network.partition('hub')
  network.partitionOneWay({ from: 'x', to: 'y' })
  network.heal('leaf')
  assert.ok(network.isBlocked({ from: 'hub', to: 'z' }))
  assert.ok(network.isBlocked({ from: 'x', to: 'y' }))
  assert.ok(!network.isBlocked({ from: 'leaf', to: 'z' }))
  network.healAll()
  assert.ok(!network.isBlocked(there) && !network.isBlocked({ from: 'x', to: 'y' }))
})

test('every kind strikes at its rate', () => {
  for (const kind of rateKinds) {
    const { network } = world({ link: { ...steady, rates: { ...noFaults, [kind]: 200_000 } } })
    for (let n = 0; n < 2_000; n++) exchange(network, there)
    const { [kind]: count = 0, ...others } = struckKinds(network)
    const legs = kind === 'delayed' ? 4_000 : 2_000
    assert.ok(Math.abs(count / legs - 0.2) < 0.04, `${kind}: ${count} of ${legs}`)
    assert.deepEqual(others, {})
  }
})

test('links do not influence each other', () => {
  const [alone, crowded] = [1, 2].map(() => world({ link: faultLevels.hostile.link }).network)
  assert.ok(alone && crowded)
  for (let n = 0; n < 500; n++) {
    exchange(crowded, { from: 'leaf', to: 'other' })
    exchange(crowded, back)
    assert.deepEqual(exchange(crowded, there), exchange(alone, there))
  }
})

test('exchanges do not influence each other', () => {
  const link = faultLevels.hostile.link
  const original = world({ link })
  const plans = Array.from({ length: 300 }, () => exchange(original.network, there))
  for (const decision of original.faults.decisions.slice(0, 60)) {
    const replay = world({ link, overrides: [{ ...decision, outcome: null }] }).network
    const changed = plans.flatMap((plan, number) =>
      JSON.stringify(plan) === JSON.stringify(exchange(replay, there)) ? [] : [number],
    )
    assert.deepEqual(changed, [decision.use])
  }
})

test('a recorded log replays every plan on a network without rates', () => {
  const { link } = faultLevels.hostile
  const original = world({ link })
  const plans = Array.from({ length: 500 }, () => exchange(original.network, there))
  const quiet = { ...link, rates: noFaults }
  const replay = world({ link: quiet, overrides: original.faults.decisions })
  assert.deepEqual(
    plans.map(() => exchange(replay.network, there)),
    plans,
  )
  assert.deepEqual(replay.network.counts(), original.network.counts())
  assert.ok(faultKinds.every((kind) => kind === 'partitioned' || replay.network.counts()[kind] > 0))
})

test('rates are set for all links, a link for itself', () => {
  const { network } = world()
  network.planExchange(there)
  network.setLink(back, { ...steady, timeoutMs: 77 })
  network.setRates({ ...noFaults, refused: 1_000_000 })
  assert.deepEqual(network.rates, { ...noFaults, refused: 1_000_000 })
  for (const direction of [there, back, { from: 'a', to: 'b' }]) {
    assert.deepEqual(network.planExchange(direction).faults, ['refused'])
  }
  network.setRates(noFaults)
  assert.equal(network.planExchange(back).failure.atMs, 77)
  assert.equal(network.planExchange(there).failure.atMs, 1_000)
})

test('an override that its site cannot follow is refused', () => {
  const impossible: [string, Outcome][] = [
    ['refused', 1],
    ['delayed', -1],
    ['delayed', 10 ** 13],
    ['requestCut', 1_000_001],
    ['requestCut', -1],
    ['requestCorrupted', '5'],
    ['requestCorrupted', '5^0'],
    ['requestCorrupted', '5^256'],
    ['requestCorrupted', '1000000^1'],
    ['requestCorrupted', true],
  ]
  for (const [name, outcome] of impossible) {
    assert.throws(
      () => struck(name, outcome).network.planExchange(there),
      (error) => FossilError.is(error, 'option.invalid') && error.detail.option.endsWith(name),
      `${name} ${outcome}`,
    )
  }
})

test('settings and names that make no sense are refused', () => {
  const { network } = world()
  const attempts = [
    () => world({ link: { ...steady, timeoutMs: 0 } }),
    () => network.setLink(there, { ...calmLink, timeoutMs: -1 }),
    () => network.setRates({ ...noFaults, refused: 0.5 }),
    () => network.planExchange({ from: 'a/b', to: 'c' }),
    () => network.planExchange({ from: 'a', to: 'b→c' }),
    () => network.planExchange({ from: '', to: 'c' }),
  ]
  for (const attempt of attempts) {
    assert.throws(attempt, (error) => FossilError.is(error, 'option.invalid'))
  }
  assert.throws(() => network.planExchange({ from: 'a', to: 'a' }), { name: 'AssertionError' })
})

/** One exchange, planned in both directions at one moment. */
function exchange(network: Network, direction: { from: string; to: string }): unknown {
  const request: ExchangePlan = network.planExchange(direction)
  const reply = request.arrivals.some(({ isAwaited }) => isAwaited) && network.planReply(request)
  return { request, reply }
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined)
  return value
}

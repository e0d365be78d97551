/**
 * One run of a model that is not Fossil, step by step: its trace, its network, its rest, its end.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { faultLevels } from '../sim/levels.ts'
import { million, noFaults } from '../sim/link.ts'
import type { TraceEvent } from '../sim/trace.ts'
import { InvariantError } from './invariants.ts'
import type { Model } from './model.ts'
import { schedulePartitions } from './partitions.ts'
import type { Simulation } from './simulation.ts'
import {
  counters,
  type CounterWorld,
  messageOf,
  prepareToy,
  startToy,
  toyDurationMs,
} from './toy.suite.ts'

const noChecks = { every: 0, from: 0, thoroughEvery: 0 }

/** The toy at work, and the events of its trace so far. */
function traced(
  model: Model<CounterWorld> = counters(),
  options: Parameters<typeof prepareToy>[1] = {},
): { simulation: Simulation<CounterWorld>; events: (...types: string[]) => TraceEvent[] } {
  const lines: string[] = []
  const onTraceLine = (line: string): void => void lines.push(line)
  const { simulation, operations } = prepareToy(model, { ...options, onTraceLine })
  operations.start()
  const events = (...types: string[]): TraceEvent[] =>
    lines.map((line): TraceEvent => JSON.parse(line)).filter(({ type }) => types.includes(type))
  return { simulation, events }
}

async function runFor(simulation: Simulation<CounterWorld>, ms: number): Promise<void> {
  await simulation.runUntil(simulation.clock().nowMs() + ms)
}

suite('the trace', () => {
  test('begins with the format, the model, the seed and the nodes', () => {
    const { simulation, events } = traced(counters(), { seed: -5 })
    assert.equal(simulation.steps, 0)
    assert.deepEqual(events('run'), [
      {
        event: 0,
        cause: 0,
        lamport: 0,
        atMs: 0,
        type: 'run',
        format: 1,
        model: 'counters',
        seed: -5,
        nodes: ['left', 'right'],
      },
    ])
  })

  test('refuses a fact that would hide a field of every line', () => {
    const { simulation } = traced()
    for (const name of ['event', 'cause', 'lamport', 'atMs', 'type']) {
      const note = (): void => simulation.note('mine', { [name]: 1 })
      assert.throws(note, (error) => FossilError.is(error, 'option.invalid'))
    }
  })

  test('describes messages on request, in lines that the hash leaves out', async () => {
    const model: Model<CounterWorld> = {
      ...counters(),
      message: { describe: (bytes) => bytes.length },
    }
    const plain = traced(model)
    const described = traced(model, { describesMessages: true })
    const mute = traced(counters(), { describesMessages: true })
    const runs = [plain, described, mute]
    for (const { simulation } of runs) await runFor(simulation, toyDurationMs)
    assert.deepEqual(
      runs.map(({ simulation }) => simulation.traceHash()),
      Array<string>(3).fill(plain.simulation.traceHash()),
    )
    assert.deepEqual([plain.events('message'), mute.events('message')], [[], []])
    const shown = described.events('message').map(({ message, content }) => [message, content])
    const sent = described.events('request', 'reply', 'reply.unheard')
    assert.ok(sent.length > 20)
    assert.deepEqual(
      shown,
      sent.map(({ type, bytes }) => [type, bytes]),
    )
  })

  test('has no other lines of that type', () => {
    const { simulation } = traced()
    const note = (): void => simulation.note('message', {})
    assert.throws(note, (error) => FossilError.is(error, 'option.invalid'))
  })

  test('follows a message from the node that sends it to the one that it reaches', async () => {
    const links = [{ from: 'left', to: 'right' }]
    const { simulation, events } = traced(counters({ links }), { level: 'normal' })
    await runFor(simulation, 3_000)
    const { exchange, ...sent } = events('request')[0] ?? assert.fail()
    assert.deepEqual([sent['node'], sent['peer'], exchange], ['left', 'right', 'poll#1.round#1'])
    const stops = [...events('arrival'), ...events('reply')]
      .filter((event) => event['exchange'] === exchange)
      .map(({ type, node, peer, message, damage }) => [type, node, peer, message, damage])
    assert.deepEqual(stops, [
      ['arrival', 'right', 'left', 'request', undefined],
      ['arrival', 'left', 'right', 'reply', undefined],
      ['reply', 'right', 'left', undefined, undefined],
    ])
  })

  test('tells damage, duplicates and what a partition swallows on its way', async () => {
    const { simulation, events } = traced(counters(), { seed: 3 })
    for (let times = 0; times < 60; times++) {
      await runFor(simulation, toyDurationMs / 2)
      simulation.network.partition('left')
      await runFor(simulation, 5_000)
      simulation.network.heal('left')
    }
    const arrivals = events('arrival').map((event) =>
      JSON.stringify([event['message'], event['damage']]),
    )
    const messages = ['request', 'request.copy', 'request.stale', 'reply']
    for (const message of messages) assert.ok(arrivals.includes(JSON.stringify([message, null])))
    for (const message of ['request', 'reply']) {
      assert.ok(arrivals.includes(JSON.stringify([message, ['cut']])))
      assert.ok(arrivals.includes(JSON.stringify([message, ['corrupted']])))
    }
    const lost = events('lost').map(({ message }) => message)
    assert.deepEqual(new Set(lost), new Set(messages))
  })

  test('digests messages as the model reads them', async () => {
    const model = { ...counters(), message: { canonical: () => utf8('all the same') } }
    const { simulation, events } = traced(model)
    await runFor(simulation, toyDurationMs)
    assert.equal(new Set(events('reply').map(({ sha1 }) => sha1)).size, 1)
    assert.deepEqual(new Set(events('reply').map(({ bytes }) => bytes)), new Set([12]))
  })

  test('is the same however often safety is checked', async () => {
    const often = traced(counters(), { checks: { every: 1, from: 0, thoroughEvery: 1 } })
    const never = traced(counters(), { checks: noChecks })
    for (const { simulation } of [often, never]) {
      await runFor(simulation, 10 * toyDurationMs)
      assert.ok(await simulation.settle(600_000))
    }
    assert.ok(often.events('state').length > 2)
    assert.deepEqual(often.events('state'), never.events('state'))
    assert.equal(often.simulation.traceHash(), never.simulation.traceHash())
  })

  test('tells the state now and then, and when the nodes have come to rest', async () => {
    const { simulation, events } = traced(counters(), { checks: noChecks })
    await runFor(simulation, 20 * toyDurationMs)
    assert.deepEqual(
      events('state').map(({ event }) => event),
      [250, 500, 750, 1000, 1250],
    )
    assert.ok(await simulation.settle(600_000))
    const [left = 0, right = 0] = ['left', 'right'].map((id) => simulation.world.truth.get(id))
    assert.ok(left > 5 && right > 5)
    const { nodes, event } = events('state').at(-1) ?? assert.fail()
    assert.equal(event, simulation.steps)
    assert.match(JSON.stringify(nodes), new RegExp(`"left","left=${left} `))
  })
})

suite('checks', () => {
  test('are made after every so many steps, from a step that can be chosen', async () => {
    const checks = { every: 10, from: 25, thoroughEvery: 2 }
    const { simulation } = traced(counters(), { checks })
    await simulation.run(60)
    assert.deepEqual({ ...simulation.checks }, { ...simulation.checks, lastSafeStep: 60 })
    assert.equal(simulation.checks.lastThoroughStep, 60)
    assert.equal(simulation.checks.made, 4 * 2)
  })

  test('leave costly invariants out unless they are thorough', () => {
    const model = counters()
    const costly = model.invariants.map((invariant) => ({ ...invariant, isCostly: true }))
    const { simulation } = traced({ ...model, invariants: costly }, { checks: noChecks })
    simulation.world.truth.set('left', 1)
    simulation.checkSafety({ isThorough: false })
    assert.equal(simulation.checks.made, 0)
    assert.throws(() => simulation.checkSafety(), InvariantError)
  })

  test('pass over a node that has not changed since it was last found good', () => {
    const model = counters()
    const looked: string[] = []
    const checkNode = ({ id }: { id: string }): void => void looked.push(id)
    const ofOne = { name: 'one', holds: 'always', check: () => {}, checkNode } as const
    const versions = new Map([
      ['left', 1],
      ['right', 1],
    ])
    const version = ({ id }: { id: string }): string => `${versions.get(id)}`
    const { simulation } = traced(
      { ...model, version, invariants: [ofOne, { ...ofOne, name: 'costly', isCostly: true }] },
      { checks: noChecks },
    )
    simulation.checkSafety({ isThorough: false })
    assert.deepEqual(looked.splice(0), ['left', 'right'])
    simulation.checkSafety()
    assert.deepEqual(looked.splice(0), ['left', 'right'], 'the costly one has not been made')
    versions.set('right', 2)
    simulation.checkSafety()
    assert.deepEqual(looked, ['right', 'right'])
    assert.equal(simulation.checks.made, 6)
  })

  test('look at the watched one after every step, and at no other', async () => {
    const model = counters()
    const seen: string[] = []
    const noting = (name: string, isCostly: boolean): (typeof model.invariants)[number] => ({
      name,
      holds: 'always',
      isCostly,
      check: () => void seen.push(name),
    })
    const invariants = [noting('other', false), noting('dear', true)]
    const checks = { ...noChecks, watched: 'dear' }
    const { simulation } = traced({ ...model, invariants }, { checks })
    await simulation.run(5)
    assert.deepEqual(seen, Array(5).fill('dear'))
  })

  test('have nothing to watch in an invariant that is unknown, or holds at rest alone', () => {
    const model = counters()
    const invariants = model.invariants.map((each) => ({ ...each, holds: 'settled' as const }))
    const [{ name } = { name: '' }] = invariants
    for (const watched of ['', name]) {
      assert.throws(
        () => traced({ ...model, invariants }, { checks: { ...noChecks, watched } }),
        (error) =>
          FossilError.is(error, 'option.invalid') && /watchedInvariant/.test(error.message),
      )
    }
  })

  test('leave out an invariant that says nothing about the run', () => {
    const model = counters()
    const idle = model.invariants.map((invariant) => ({ ...invariant, appliesTo: () => false }))
    const { simulation } = traced({ ...model, invariants: idle }, { checks: noChecks })
    simulation.world.truth.set('left', 1)
    simulation.checkSafety()
    simulation.checkSettled()
    assert.equal(simulation.checks.made, 0)
  })
})

suite('rest', () => {
  test('comes when everybody has looked since anything last moved', async () => {
    const { simulation } = traced(counters(), { checks: noChecks })
    await runFor(simulation, toyDurationMs)
    simulation.endFaults()
    assert.ok(await simulation.settle(600_000))
    simulation.checkSettled()
  })

  test('does not come while a node is cut off', async () => {
    const { simulation } = traced(counters(), { checks: noChecks, level: 'normal' })
    simulation.network.partition('left')
    assert.equal(await simulation.settle(600_000), false)
  })

  test('waits for what arrives late, unheard: everybody looks again', async () => {
    const links = ['a', 'b'].map((from) => ({ from, to: 'hub' }))
    const latency = { minMs: 1000, meanMs: 1500, maxMs: 2000 }
    const link = { ...faultLevels.normal.link, latency }
    const model = counters({ ids: ['hub', 'a', 'b', 'mute'], links })
    for (let seed = 1; seed <= 50; seed++) {
      const simulation = startToy(model, { seed, checks: noChecks, link })
      await sendUnheard(simulation)
      assert.ok(await simulation.settle(600_000))
      const heard = ['hub', 'a', 'b'].map((id) => countsOf(simulation, id).has('late'))
      assert.equal(new Set(heard).size, 1, `seed ${seed}: ${String(heard)}`)
    }
  })
})

function countsOf({ world }: Simulation<CounterWorld>, id: string): ReadonlyMap<string, number> {
  return world.nodes.find((counter) => counter.id === id)?.counts ?? assert.fail(id)
}

/** Sends a count on a way that takes long, from a node that then gives the exchange up. */
async function sendUnheard(simulation: Simulation<CounterWorld>): Promise<void> {
  const { network } = simulation
  const giveUp = new AbortController()
  const request = messageOf({ counts: new Map([['late', 1]]) })
  network.setRates({ ...noFaults, delayed: million })
  const sent = simulation.exchange({ from: 'mute', to: 'hub' }, request, giveUp.signal)
  network.setRates(noFaults)
  giveUp.abort()
  await assert.rejects(sent, { code: 'transport.aborted' })
}

suite('nodes', () => {
  test('that fail to start take the others with them', () => {
    const stopped: number[] = []
    const model: Model<CounterWorld> = {
      ...counters(),
      start: (id, world, host) => {
        if (id === 'right') throw new RangeError('no room for it')
        return counters().start(id, world, host)
      },
      stop: ({ nodes }) => void stopped.push(nodes.length),
    }
    assert.throws(() => prepareToy(model), RangeError)
    assert.deepEqual(stopped, [1])
  })

  test('that refuse a request leave its sender waiting', async () => {
    const refuse = new FossilError('transport.failed', { reason: 'not today' })
    const model: Model<CounterWorld> = {
      ...counters(),
      start: (id, world, host) => {
        const node = counters().start(id, world, host)
        return id === 'left' ? node : { ...node, answer: () => Promise.reject(refuse) }
      },
    }
    const { simulation, events } = traced(model, { level: 'normal' })
    await runFor(simulation, 2 * toyDurationMs)
    const ofLeft = events('failure').filter(({ node }) => node === 'left')
    assert.ok(ofLeft.length > 0 && ofLeft.every(({ reason }) => reason === 'timeout'))
  })
})

suite('partitions', () => {
  const plan = { calmMeanMs: 20_000, lengthMeanMs: 10_000, oneWayPpm: 500_000 }
  const leaves = ['a', 'b', 'c']
  const links = leaves.map((from) => ({ from, to: 'hub' }))
  const lengthMs = 600_000

  async function partitionsOf(seed: number): Promise<TraceEvent[]> {
    const model = counters({ ids: ['hub', ...leaves], links })
    const { simulation, events } = traced(model, { seed, checks: noChecks })
    const untilMs = simulation.clock().startMs + lengthMs
    schedulePartitions(simulation, links, { plan, untilMs })
    await runFor(simulation, 2 * lengthMs)
    return [...events('partition'), ...events('heal')].sort((x, y) => x.atMs - y.atMs)
  }

  test('are each healed before the next begins, and the last in time', async () => {
    const events = await partitionsOf(4)
    assert.ok(events.length > 10)
    for (const [index, { type, atMs }] of events.entries()) {
      assert.equal(type, index % 2 === 0 ? 'partition' : 'heal')
      assert.ok(atMs <= lengthMs)
    }
    assert.equal(events.length % 2, 0)
  })

  test('give every link its turn, cut off both ways or one way, either way', async () => {
    const begun = (await partitionsOf(4)).filter(({ type }) => type === 'partition')
    assert.equal(new Set(begun.flatMap(({ node }) => node ?? [])).size, 3)
    assert.ok(begun.some(({ from }) => from === 'hub'))
    assert.ok(begun.some(({ to }) => to === 'hub'))
  })

  test('follow from the seed', async () => {
    assert.deepEqual(await partitionsOf(4), await partitionsOf(4))
    assert.notDeepEqual(await partitionsOf(5), await partitionsOf(4))
  })
})

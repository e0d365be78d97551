/**
 * Outages: a node stops dead between two events, ends as it should, or sleeps; and comes back.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { outageKinds, scheduleOutages } from './outages.ts'
import type { Model } from './model.ts'
import type { Simulation } from './simulation.ts'
import { counters, counting, type CounterWorld, startToy, toyDurationMs } from './toy.suite.ts'

/** Lets events happen until a node waits for a reply. */
async function untilWaiting(simulation: Simulation<CounterWorld>, id: string): Promise<void> {
  const isAsking = (): boolean =>
    simulation.recentLines().at(-1)?.includes(`"type":"request","node":"${id}"`) ?? false
  while (!isAsking()) await simulation.step()
}

function linesOf(simulation: Simulation<CounterWorld>, type: string): string[] {
  return simulation.recentLines().filter((line) => line.includes(`"type":"${type}"`))
}

function toldOf(told: readonly string[], what: string): number {
  return told.filter((each) => each === what).length
}

function repliesAt(simulation: Simulation<CounterWorld>, id: string): string[] {
  return linesOf(simulation, 'arrival').filter(
    (line) => line.includes(`"node":"${id}"`) && line.includes('"message":"reply"'),
  )
}

suite('a node that crashes', () => {
  test('hears of nothing any more: no reply, no failure, no finally', async () => {
    const told: string[] = []
    const toy = counters()
    const watched: Model<CounterWorld> = {
      ...toy,
      start: (id, world, host) => {
        const node = toy.start(id, world, host)
        if (id !== 'left') return node
        return {
          ...node,
          tick: async () => {
            try {
              await host.exchange('right', new Uint8Array())
              told.push('reply')
            } catch {
              told.push('error')
            } finally {
              told.push('finally')
            }
            return 'moved'
          },
        }
      },
    }
    using simulation = startToy(watched, { level: 'normal' })
    await untilWaiting(simulation, 'left')
    simulation.crash('left')
    assert.ok(!simulation.isUp('left'))
    await simulation.runUntil(simulation.clock().nowMs() + 10 * toyDurationMs)
    assert.deepEqual(told, [])
    simulation.restart('left')
    await simulation.runUntil(simulation.clock().nowMs() + toyDurationMs)
    assert.ok(toldOf(told, 'finally') > 0, 'the next life hears again')
  })

  test('refuses requests while it is down, and its askers are told', async () => {
    using simulation = startToy(counters(), { level: 'normal' })
    simulation.crash('right')
    await simulation.runUntil(simulation.clock().startMs + 20_000)
    const failures = linesOf(simulation, 'failure')
    assert.ok(failures.length > 2)
    assert.ok(failures.every((line) => line.includes('"node":"left"') && line.includes('refused')))
    assert.deepEqual(
      linesOf(simulation, 'tick').filter((line) => line.includes('"right"')),
      [],
    )
  })

  test('has sent what it has sent: the request arrives, and the reply is nobody’s', async () => {
    using simulation = startToy(counters(), { level: 'normal' })
    await untilWaiting(simulation, 'left')
    simulation.crash('left')
    await simulation.runUntil(simulation.clock().nowMs() + 2_000)
    const arrived = linesOf(simulation, 'arrival').filter((line) => line.includes('"node":"right"'))
    assert.ok(arrived.length > 0)
    assert.deepEqual(repliesAt(simulation, 'left'), [])
  })

  test('goes on counting its polls in its next life, so that faults keep their names', async () => {
    using simulation = startToy(counters(), { level: 'normal' })
    await simulation.runUntil(simulation.clock().startMs + 20_000)
    simulation.crash('left')
    simulation.restart('left')
    await simulation.runUntil(simulation.clock().nowMs() + 20_000)
    const names = linesOf(simulation, 'request')
      .filter((line) => line.includes('"node":"left"'))
      .map((line) => /"exchange":"([^"]*)"/.exec(line)?.[1])
    assert.equal(new Set(names).size, names.length)
  })

  test('crashes once, and starts once', () => {
    using simulation = startToy(counters())
    simulation.crash('left')
    simulation.crash('left')
    simulation.restart('left')
    simulation.restart('left')
    assert.deepEqual(
      [linesOf(simulation, 'crash').length, linesOf(simulation, 'restart').length],
      [1, 1],
    )
  })
})

test('counters that crash now and then come to agree', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    using simulation = startToy(counters({ ids: ['a', 'b', 'c'] }), { seed })
    counting(simulation).start()
    const untilMs = simulation.clock().startMs + toyDurationMs
    const plan = { calmMeanMs: 8_000, downMeanMs: 4_000 }
    scheduleOutages(simulation, ['a', 'b', 'c'], { kind: 'crashes', plan, untilMs })
    await simulation.runUntil(untilMs)
    assert.ok(linesOf(simulation, 'crash').length > 0)
    assert.ok(['a', 'b', 'c'].every((id) => simulation.isUp(id)))
    simulation.endFaults()
    assert.ok(await simulation.settle(3_600_000))
    simulation.checkSafety()
    simulation.checkSettled()
  }
})

/** The toy, whose node `left` takes a second to end. */
function slowToEnd(ended: string[]): Model<CounterWorld> {
  const toy = counters()
  return {
    ...toy,
    start: (id, world, host) => {
      const node = toy.start(id, world, host)
      if (id !== 'left') return node
      const stop = async (): Promise<void> => {
        await host.sleep(1_000)
        ended.push('ended')
      }
      return { ...node, stop }
    },
  }
}

function unableToEnd(): Model<CounterWorld> {
  const toy = counters()
  return {
    ...toy,
    start: (id, world, host) => ({
      ...toy.start(id, world, host),
      stop: () => Promise.reject(new Error('it cannot end')),
    }),
  }
}

suite('a node that stops', () => {
  test('is down once it has ended, and starts again', async () => {
    const ended: string[] = []
    using simulation = startToy(slowToEnd(ended), { level: 'normal' })
    await simulation.runUntil(simulation.clock().startMs + 10_000)
    const atMs = simulation.clock().nowMs()
    simulation.scheduleAction(atMs, () => simulation.stop('left'), { node: 'left' })
    await simulation.runUntil(atMs + 900)
    assert.deepEqual([simulation.isUp('left'), ended], [true, []])
    await simulation.runUntil(atMs + 1_100)
    assert.deepEqual([simulation.isUp('left'), ended], [false, ['ended']])
    simulation.restart('left')
    assert.ok(await simulation.settle(600_000))
    assert.deepEqual([simulation.crashes, linesOf(simulation, 'stop').length], [0, 1])
  })

  test('is down at once where it has nothing to end', () => {
    using simulation = startToy(counters())
    simulation.stop('left')
    simulation.stop('left')
    assert.ok(!simulation.isUp('left'))
    assert.equal(linesOf(simulation, 'stop').length, 1)
  })

  test('ends once, however often it is told to', async () => {
    const ended: string[] = []
    using simulation = startToy(slowToEnd(ended), { level: 'normal' })
    const atMs = simulation.clock().nowMs()
    const stop = (): void => simulation.stop('left')
    for (const delayMs of [0, 500]) simulation.scheduleAction(atMs + delayMs, stop)
    await simulation.runUntil(atMs + 2_000)
    assert.deepEqual([simulation.isUp('left'), ended], [false, ['ended']])
    assert.equal(linesOf(simulation, 'stop').length, 1)
  })

  test('fails the run where it cannot end, unless it has crashed meanwhile', async () => {
    for (const crashes of [false, true]) {
      using simulation = startToy(unableToEnd(), { level: 'normal' })
      const atMs = simulation.clock().nowMs()
      simulation.scheduleAction(atMs, () => {
        simulation.stop('left')
        if (crashes) simulation.crash('left')
      })
      const running = simulation.runUntil(atMs + 2_000)
      if (crashes) await running
      else await assert.rejects(running, /it cannot end/)
    }
  })
})

suite('a node that is paused', () => {
  test('does nothing, and then what has come meanwhile', async () => {
    using simulation = startToy(counters(), { level: 'normal' })
    await simulation.runUntil(simulation.clock().startMs + 10_000)
    simulation.pause('left')
    const before = linesOf(simulation, 'arrival').length
    await simulation.runUntil(simulation.clock().nowMs() + 20_000)
    const meanwhile = linesOf(simulation, 'arrival').slice(before)
    assert.ok(meanwhile.every((line) => line.includes('"node":"right"')))
    simulation.resume('left')
    await simulation.step()
    const last = simulation.recentLines().at(-1) ?? ''
    assert.ok(last.includes('"node":"left"'), last)
    assert.ok(await simulation.settle(600_000))
  })

  test('has its time counted, over all pauses and until its end', async () => {
    using simulation = startToy(counters(), { level: 'normal' })
    const { events } = simulation
    const pass = (ms: number): Promise<void> => simulation.runUntil(simulation.clock().nowMs() + ms)
    simulation.pause('left')
    await pass(2_000)
    simulation.pause('left')
    await pass(1_000)
    assert.deepEqual([events.pausedMs('left'), events.pausedMs('right')], [3_000, 0])
    simulation.resume('left')
    await pass(5_000)
    simulation.pause('left')
    await pass(100)
    simulation.crash('left')
    await pass(5_000)
    assert.equal(events.pausedMs('left'), 3_100)
  })

  test('crashes all the same, and its askers are refused', async () => {
    using simulation = startToy(counters(), { level: 'normal' })
    simulation.pause('left')
    const atMs = simulation.clock().nowMs() + 20_000
    const options = { node: 'left', isImposed: true }
    simulation.scheduleAction(atMs, () => simulation.crash('left'), options)
    await simulation.runUntil(atMs)
    assert.ok(!simulation.isUp('left'))
    await simulation.runUntil(atMs + 10_000)
    assert.ok(linesOf(simulation, 'failure').some((line) => line.includes('refused')))
  })

  test('goes on when faults end', async () => {
    using simulation = startToy(counters(), { level: 'normal' })
    simulation.pause('left')
    assert.equal(await simulation.settle(60_000), false)
    simulation.endFaults()
    assert.ok(await simulation.settle(600_000))
  })
})

test('a node that joins late is down until then, and agrees in the end', async () => {
  using simulation = startToy(counters({ ids: ['a', 'b', 'c'] }), { late: ['c'] })
  counting(simulation).start()
  await simulation.runUntil(simulation.clock().startMs + toyDurationMs / 2)
  assert.ok(!simulation.isUp('c'))
  simulation.restart('c')
  assert.deepEqual(
    [linesOf(simulation, 'join').length, linesOf(simulation, 'restart').length],
    [1, 0],
  )
  await simulation.runUntil(simulation.clock().startMs + toyDurationMs)
  simulation.endFaults()
  assert.ok(await simulation.settle(3_600_000))
  simulation.checkSettled()
})

test('counters that stop and sleep now and then come to agree', async () => {
  const ids = ['a', 'b', 'c']
  const types = ['crash', 'stop', 'restart', 'pause', 'resume']
  const seen = new Set<string>()
  for (let seed = 1; seed <= 10; seed++) {
    using simulation = startToy(counters({ ids }), { seed })
    counting(simulation).start()
    const untilMs = simulation.clock().startMs + toyDurationMs
    const plan = { calmMeanMs: 8_000, downMeanMs: 4_000 }
    for (const kind of outageKinds) scheduleOutages(simulation, ids, { kind, plan, untilMs })
    await simulation.runUntil(untilMs)
    for (const type of types) if (linesOf(simulation, type).length > 0) seen.add(type)
    assert.ok(ids.every((id) => simulation.isUp(id)))
    simulation.endFaults()
    assert.ok(await simulation.settle(3_600_000))
    simulation.checkSafety()
    simulation.checkSettled()
  }
  assert.equal(seen.size, types.length)
})

test('a node that is to start again while it still stops does so once it has', async () => {
  const ended: string[] = []
  using simulation = startToy(slowToEnd(ended), { level: 'normal' })
  await simulation.runUntil(simulation.clock().startMs + 10_000)
  const atMs = simulation.clock().nowMs()
  const options = { node: 'left' }
  simulation.scheduleAction(atMs, () => simulation.stop('left'), options)
  simulation.scheduleAction(atMs + 100, () => simulation.restart('left'), options)
  await simulation.runUntil(atMs + 2_000)
  assert.deepEqual([ended, simulation.isUp('left')], [['ended'], true])
  assert.equal(linesOf(simulation, 'restart').length, 1)
})

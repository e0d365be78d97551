/**
 * Code of nodes that uses the global forms, as a run drives it: when it goes on, when it may not,
 * and how it ends.
 * @module
 */

import '../sim/world.ts'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FossilError } from '../base/error.ts'
import { runOutside } from '../sim/context.ts'
import type { Model, NodeHandle } from './model.ts'
import type { Simulation } from './simulation.ts'
import { counters, type CounterWorld, startToy } from './toy.suite.ts'

/** Differences from the toy. */
interface Differences extends Pick<Partial<Model<CounterWorld>>, 'wallClock'> {
  /** The answers of `right`. */
  readonly answer?: NodeHandle['answer']
  readonly onTraceLine?: (line: string) => void
}

/** The toy, whose node `left` does something in each of its lives, and is not polled. */
function withLeft(
  begin: () => void,
  { answer, onTraceLine, ...differences }: Differences = {},
): Simulation<CounterWorld> {
  const toy = counters()
  const model: Model<CounterWorld> = {
    ...toy,
    ...differences,
    start: (id, world, host): NodeHandle => {
      const sound = toy.start(id, world, host)
      if (id === 'right') return answer === undefined ? sound : { answer }
      begin()
      return { answer: (request) => Promise.resolve(request) }
    },
  }
  return startToy(model, { level: 'normal', ...(onTraceLine && { onTraceLine }) })
}

const sleep = (): Promise<void> => new Promise((done) => setTimeout(done, 1))

async function runFor(simulation: Simulation<CounterWorld>, ms: number): Promise<void> {
  await simulation.runUntil(simulation.clock().nowMs() + ms)
}

test('code that a start leaves behind goes on at the time of the start', async () => {
  const seen: number[] = []
  const goOn = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    seen.push(performance.now())
    setTimeout(() => seen.push(performance.now()), 0)
  }
  using simulation = withLeft(() => void goOn())
  await runFor(simulation, 10_000)
  simulation.crash('left')
  simulation.scheduleAction(simulation.clock().nowMs() + 10, () => simulation.restart('left'))
  await runFor(simulation, 10_000)
  assert.deepEqual(seen, [0, 1, 0, 1])
})

test('a crash silences timers and requests, and the next life draws on', async () => {
  const seen: string[] = []
  let lives = 0
  using simulation = withLeft(() => {
    const life = ++lives
    seen.push(`${life} drew ${Math.random()}`)
    setInterval(() => seen.push(`${life} ticked`), 1_000)
    if (life > 1) return
    const silent = fetch('http://right/', { signal: AbortSignal.timeout(700) })
    void silent.then(
      () => seen.push('reply'),
      () => seen.push('failure'),
    )
  })
  simulation.network.partition('right')
  await runFor(simulation, 600)
  simulation.crash('left')
  await runFor(simulation, 5_000)
  assert.equal(seen.length, 1)
  simulation.restart('left')
  await runFor(simulation, 2_500)
  assert.deepEqual(seen.slice(2), ['2 ticked', '2 ticked'])
  assert.notEqual(seen[0]?.slice(2), seen[1]?.slice(2))
})

test('what cannot be simulated ends the run, also where the code catches it', async () => {
  using simulation = withLeft(() => {
    setTimeout(() => {
      try {
        readFileSync(import.meta.filename)
      } catch {
        // It goes on without.
      }
    }, 5)
  })
  await assert.rejects(
    runFor(simulation, 1_000),
    (error) =>
      FossilError.is(error, 'sim.unsimulated') &&
      error.detail.node === 'left' &&
      error.detail.api === 'fs.readFileSync' &&
      /globals\.test\.ts:\d+$/.test(error.detail.at ?? ''),
  )
  assert.equal(simulation.failedNode, 'left')
})

test('code that something foreign wakes while events happen is found out', async () => {
  const woken = Promise.withResolvers<void>()
  // An answer that takes real time, as that of a real server does.
  const answer = (request: Uint8Array): Promise<Uint8Array> =>
    runOutside(async () => {
      await sleep()
      woken.resolve()
      await sleep()
      return request
    })
  using simulation = withLeft(
    () => {
      void fetch('http://right/').catch(() => {})
      void woken.promise.then(() => setTimeout(() => {}, 10)).catch(() => {})
    },
    { answer },
  )
  await assert.rejects(
    runFor(simulation, 60_000),
    (error) => FossilError.is(error, 'sim.foreignWait') && error.detail.node === 'left',
  )
})

test('code that whoever drives the run wakes between events goes on', async () => {
  const queue = Promise.withResolvers<void>()
  const seen: number[] = []
  using simulation = withLeft(() => {
    void queue.promise.then(() => setTimeout(() => seen.push(performance.now()), 10))
  })
  await runFor(simulation, 1_000)
  queue.resolve()
  await runFor(simulation, 1_000)
  assert.deepEqual(seen, [1_010])
})

test('an action at a node is code of it, until it crashes', async () => {
  const seen: number[] = []
  using simulation = withLeft(() => {})
  const { startMs } = simulation.clock()
  const look = (): void => void seen.push(Date.now() - startMs)
  simulation.scheduleAction(startMs + 700, look, { node: 'left' })
  await runFor(simulation, 1_000)
  simulation.crash('left')
  simulation.scheduleAction(startMs + 2_000, look, { node: 'left' })
  await runFor(simulation, 2_000)
  assert.equal(seen[0], 700)
  assert.ok((seen[1] ?? 0) > 1_000_000)
})

test('Date is the clock of the node that the model gives it', async () => {
  const seen: number[] = []
  const begin = (): void => void seen.push(Date.now(), performance.now())
  using simulation = withLeft(begin, { wallClock: () => ({ nowMs: () => 12_345 }) })
  await runFor(simulation, 1)
  assert.deepEqual(seen, [12_345, 0])
})

test('an observer of the trace is no part of the node', async () => {
  let read = 0
  const onTraceLine = (): void => {
    read += readFileSync(import.meta.filename).length
  }
  using simulation = withLeft(() => void fetch('http://right/').catch(() => {}), { onTraceLine })
  await runFor(simulation, 1_000)
  assert.ok(read > 0)
})

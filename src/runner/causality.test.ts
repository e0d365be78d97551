/**
 * Cause and effect: every event names the one that scheduled it, and logical clocks order what one
 * node can have learnt from another.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { LevelName } from '../sim/levels.ts'
import type { TraceEvent } from '../sim/trace.ts'
import { Causality } from './causality.ts'
import type { RunReport } from './report.ts'
import { type PreparedRun, run } from './run.ts'
import { counters, type CounterWorld, prepareToy, toyDurationMs } from './toy.suite.ts'

test('an event is later than the one that scheduled it and than all at its node', () => {
  const causality = new Causality()
  const outside = causality.present
  causality.begin('a', outside)
  const first = causality.present
  assert.deepEqual(first, { event: 1, cause: 0, lamport: 1 })
  causality.begin('a', outside)
  const second = causality.present
  assert.deepEqual(second, { event: 2, cause: 0, lamport: 2 })
  causality.begin('b', outside)
  assert.deepEqual(causality.present, { event: 3, cause: 0, lamport: 1 })
  causality.begin('b', second)
  assert.deepEqual(causality.present, { event: 4, cause: 2, lamport: 3 })
  causality.begin(undefined, first)
  assert.deepEqual(causality.present, { event: 5, cause: 1, lamport: 2 })
  causality.begin(undefined, outside)
  assert.deepEqual(causality.present, { event: 6, cause: 0, lamport: 3 })
})

test('between events there is none, and the last one is still known', () => {
  const causality = new Causality()
  causality.begin('a', causality.present)
  causality.end()
  assert.deepEqual(causality.present, { event: 0, cause: 0, lamport: 0 })
  assert.deepEqual(causality.last, { event: 1, cause: 0, lamport: 1 })
})

/** The events of the trace of a toy run. */
async function recorded(level: LevelName): Promise<TraceEvent[]> {
  const events: TraceEvent[] = []
  const onTraceLine = (line: string): void => void events.push(JSON.parse(line))
  const { verdict } = await run<CounterWorld, PreparedRun<CounterWorld>, RunReport>({
    prepare: () => prepareToy(counters({ ids: ['a', 'b', 'c'] }), { level, onTraceLine }),
    durationMs: toyDurationMs,
    isRepeatable: false,
    describe: (report) => report(),
  })
  assert.equal(verdict, 'converged')
  return events
}

suite('in a run', () => {
  test('the lines of one event stand together and agree on it', async () => {
    let last: TraceEvent | undefined
    for (const event of await recorded('adversarial')) {
      if (event.event === 0) {
        assert.deepEqual([event.cause, event.lamport], [0, 0])
        continue
      }
      assert.ok(event.cause < event.event)
      if (event.event === last?.event) {
        const { cause, lamport, atMs } = last
        assert.deepEqual([event.cause, event.lamport, event.atMs], [cause, lamport, atMs])
      } else assert.ok(event.event > (last?.event ?? 0))
      last = event
    }
  })

  test('the logical clock of a node goes up, and is above that of a cause elsewhere', async () => {
    const clocks = new Map<unknown, { event: number; lamport: number }>()
    const lamports = new Map<number, number>()
    for (const { event, cause, lamport, node, type } of await recorded('adversarial')) {
      lamports.set(event, lamport)
      assert.ok(event === 0 || (lamports.get(cause) ?? 0) < lamport)
      if (event === 0 || type === 'state') continue
      const before = clocks.get(node)
      assert.ok(before === undefined || before.event === event || before.lamport < lamport)
      clocks.set(node, { event, lamport })
    }
    assert.deepEqual(clocks.size, 3 + 1, 'the nodes, and the faults, which name a site')
  })

  test('an arrival is caused by the event in which the message was sent', async () => {
    const sent = new Map<string, number>()
    let arrivals = 0
    for (const { event, cause, type, node, peer, exchange, message } of await recorded('hostile')) {
      if (type === 'request' || type === 'reply') {
        sent.set(JSON.stringify([peer, node, exchange, type]), event)
      }
      if (type !== 'arrival' || message === 'request.copy') continue
      assert.equal(cause, sent.get(JSON.stringify([node, peer, exchange, message])))
      arrivals++
    }
    assert.ok(arrivals > 50)
  })
})

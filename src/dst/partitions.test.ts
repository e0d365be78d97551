/**
 * Partitions that come and go by themselves.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schedulePartitions } from './partitions.ts'
import { Simulator } from './simulator.ts'
import { TraceLines, type TracedEvent } from './trace-lines.suite.ts'

const plan = { calmMeanMs: 20_000, lengthMeanMs: 10_000, oneWayPpm: 500_000 }
const untilMs = 600_000

async function partitionsOf(seed: number): Promise<TracedEvent[]> {
  const trace = new TraceLines()
  const { onTraceLine } = trace
  using simulator = Simulator.create({ seed, numLeaves: 3, pollIntervalMs: 60_000, onTraceLine })
  schedulePartitions(simulator, plan, simulator.clock().startMs + untilMs)
  await simulator.runUntil(simulator.clock().startMs + 2 * untilMs)
  return trace.events('partition', 'heal')
}

test('each is healed before the next begins, and the last in time', async () => {
  const events = await partitionsOf(4)
  assert.ok(events.length > 10)
  for (const [index, { type, atMs }] of events.entries()) {
    assert.equal(type, index % 2 === 0 ? 'partition' : 'heal')
    assert.ok(atMs <= untilMs)
  }
  assert.equal(events.length % 2, 0)
})

test('every leaf gets its turn, cut off both ways or one way, either way', async () => {
  const events = await partitionsOf(4)
  const begun = events.filter(({ type }) => type === 'partition')
  assert.equal(new Set(begun.flatMap(({ node }) => node ?? [])).size, 3)
  assert.ok(begun.some(({ from }) => from === 'master'))
  assert.ok(begun.some(({ to }) => to === 'master'))
})

test('they follow from the seed', async () => {
  assert.deepEqual(await partitionsOf(4), await partitionsOf(4))
  assert.notDeepEqual(await partitionsOf(5), await partitionsOf(4))
})

/**
 * The workload of unversioned files: everybody changes the same few names, by colliding times.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SimConfig } from './config.ts'
import { Simulator } from './simulator.ts'
import { TraceLines, type TracedEvent } from './trace-lines.suite.ts'
import { UvWorkload } from './uv-workload.ts'

const untilMs = 300_000

/** Lets people work for five minutes and returns what they did. */
async function work(config: Partial<SimConfig> = {}): Promise<TracedEvent[]> {
  const trace = new TraceLines()
  using simulator = Simulator.create({ seed: 6, ...config, onTraceLine: trace.onTraceLine })
  const { startMs } = simulator.clock()
  new UvWorkload(simulator, { meanIntervalMs: 3_000, untilMs: startMs + untilMs }).start()
  await simulator.runUntil(startMs + 2 * untilMs)
  const { writes, deletes } = simulator.uvOperationCounts()
  const operations = trace.events('uvWrite', 'uvDelete')
  assert.equal(operations.filter(({ wasKnown = true }) => wasKnown).length, writes + deletes)
  return operations
}

function distinct(events: readonly TracedEvent[], key: string): Set<unknown> {
  return new Set(events.map((event) => event[key]))
}

/** What leaf-0 did, and when. */
function ofLeaf(operations: readonly TracedEvent[]): unknown[] {
  return operations
    .filter(({ node }) => node === 'leaf-0')
    .map(({ atMs, type, name, mtimeSec, hash }) => [atMs, type, name, mtimeSec, hash])
}

test('every node writes and deletes, until the time is up', async () => {
  const operations = await work({ numLeaves: 3 })
  for (const node of ['master', 'leaf-0', 'leaf-1', 'leaf-2']) {
    const own = operations.filter((operation) => operation['node'] === node)
    assert.deepEqual(distinct(own, 'type'), new Set(['uvWrite', 'uvDelete']))
  }
  assert.ok(operations.length > 200)
  assert.ok(operations.every(({ atMs }) => atMs < untilMs))
})

test('names, contents and times collide, and times run backwards', async () => {
  const operations = await work({ numLeaves: 3, maxSkewMs: 60_000 })
  assert.ok(distinct(operations, 'name').size <= 5)
  const byTime = new Map<string, Set<unknown>>()
  for (const { name, mtimeSec, node } of operations) {
    const key = JSON.stringify([name, mtimeSec])
    byTime.set(key, (byTime.get(key) ?? new Set()).add(node))
  }
  assert.ok([...byTime.values()].some((nodes) => nodes.size > 1))
  const hashes = operations.filter(({ type }) => type === 'uvWrite').map(({ hash }) => hash)
  assert.ok(new Set(hashes).size < hashes.length / 1.2)
  const own = operations
    .filter(({ node }) => node === 'leaf-0')
    .map(({ mtimeSec }) => Number(mtimeSec))
  assert.ok(own.some((mtimeSec, index) => mtimeSec < (own[index - 1] ?? 0)))
})

test('what a node does depends on nobody else', async () => {
  const [few, many] = [await work({ numLeaves: 1 }), await work({ numLeaves: 4 })]
  assert.ok(ofLeaf(few).length > 50)
  assert.deepEqual(ofLeaf(few), ofLeaf(many))
})

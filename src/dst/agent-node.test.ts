/**
 * Agents in simulations: they keep their own time, sync with several nodes side by side, crash with
 * their nodes, and tell the truth of deliveries.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { storeLocal } from '../repo/store.ts'
import { firstDivergence } from '../sim/trace.ts'
import type { SimConfig } from './config.ts'
import { simulate } from './simulate.ts'
import { Simulator } from './simulator.ts'
import { TraceLines } from './trace-lines.suite.ts'

interface Network {
  readonly simulator: Simulator
  readonly trace: TraceLines
}

function agents(config: Partial<SimConfig> = {}): Network {
  const trace = new TraceLines()
  const { onTraceLine } = trace
  return { trace, simulator: Simulator.create({ seed: 1, node: 'agent', onTraceLine, ...config }) }
}

/** Writes something at a node, as its owner would. */
function write(simulator: Simulator, nodeId: string, text: string): void {
  const { hash } = storeLocal(simulator.repo(nodeId), utf8(text))
  simulator.acknowledge({ hash, nodeId, isPrivate: false })
}

async function runFor(simulator: Simulator, ms: number): Promise<void> {
  await simulator.runUntil(simulator.clock().nowMs() + ms)
}

test('an agent syncs at once, then at its interval, and soon after a change', async () => {
  const { simulator, trace } = agents({ numLeaves: 1, pollIntervalMs: 60_000 })
  using _closed = simulator
  await runFor(simulator, 30_000)
  assert.equal(trace.events('sync').length, 1)
  write(simulator, 'leaf-0', 'news')
  await runFor(simulator, 5_000)
  assert.equal(trace.events('sync').length, 2)
  await runFor(simulator, 70_000)
  assert.equal(trace.events('sync').length, 3)
})

test('an agent backs off while its server does not answer', async () => {
  const { simulator, trace } = agents({ numLeaves: 1, pollIntervalMs: 1_000 })
  using _closed = simulator
  simulator.crash('master')
  await runFor(simulator, 600_000)
  const times = trace.events('tick').map(({ atMs }) => atMs)
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0))
  assert.ok(times.length < 30, `${times.length} attempts`)
  assert.ok(Math.max(...gaps) > 40_000 && Math.max(...gaps) <= 61_000, String(gaps))
})

test('an agent with two masters has an exchange with each at a time', async () => {
  const { simulator, trace } = agents({ numLeaves: 2, topology: 'twoMasters' })
  using _closed = simulator
  await runFor(simulator, 60_000)
  const open = new Set<unknown>()
  let mostAtOnce = 0
  for (const { type, node, peer, message } of trace.events('request', 'arrival', 'failure')) {
    if (node !== 'leaf-1') continue
    if (type === 'request') open.add(peer)
    if (type === 'failure' || (type === 'arrival' && message === 'reply')) open.delete(peer)
    mostAtOnce = Math.max(mostAtOnce, open.size)
  }
  assert.equal(mostAtOnce, 2)
})

test('somebody who wants a sync now gets one', async () => {
  const { simulator, trace } = agents({ numLeaves: 1, pollIntervalMs: 600_000 })
  using _closed = simulator
  await runFor(simulator, 30_000)
  simulator.scheduleSyncNow('leaf-0')
  await runFor(simulator, 1_000)
  assert.equal(trace.events('sync').length, 2)
})

suite('who waits for a delivery', () => {
  test('is told by an agent that crashed meanwhile, in its next life', async () => {
    const { simulator, trace } = agents({ numLeaves: 1 })
    using _closed = simulator
    await runFor(simulator, 30_000)
    simulator.crash('master')
    for (let n = 0; n < 8; n++) write(simulator, 'leaf-0', `news ${n}`)
    await runFor(simulator, 30_000)
    simulator.crash('leaf-0')
    simulator.restart('master')
    await runFor(simulator, 30_000)
    assert.equal(trace.events('pushed').length, 0)
    simulator.restart('leaf-0')
    assert.ok(await simulator.settle(600_000))
    simulator.checkSafety()
    simulator.checkSettled()
    const told = trace.events('pushed')
    assert.ok(told.length > 1 && told.length < 8, `${told.length} of 8, drawn one by one`)
    assert.ok(told.every(({ node, peer }) => node === 'leaf-0' && peer === 'master'))
  })

  test('is told that it is refused where the node may not push', async () => {
    const login = { capabilities: () => 'o' }
    const { simulator, trace } = agents({ numLeaves: 1, login })
    using _closed = simulator
    for (let n = 0; n < 8; n++) write(simulator, 'leaf-0', `news ${n}`)
    await runFor(simulator, 60_000)
    const fates = new Set(trace.events('pushed').map(({ fate }) => fate))
    assert.deepEqual([...fates], ['refused'])
    simulator.checkSafety()
  })
})

async function linesOf(plan: string): Promise<string[]> {
  const { lines, onTraceLine } = new TraceLines()
  const { verdict } = await simulate({ seed: 5, plan, config: { onTraceLine } })
  assert.equal(verdict, 'converged')
  return lines
}

test('networks of agents converge, the same seed twice by the same lines', async () => {
  const plan = 'hostile,node=agent,topology=hubs,mix=checkin+kinds+uv+upkeep'
  const first = await linesOf(plan)
  assert.ok(first.some((line) => line.includes('"type":"pushed"')))
  assert.equal(firstDivergence(first, await linesOf(plan)), undefined)
})

test('nodes of a caller send each other notices, and connect', async () => {
  const heard: string[] = []
  using simulator = Simulator.create({
    seed: 1,
    numLeaves: 2,
    topology: 'ring',
    makeNode: ({ id, repo, host }) => {
      if (id === 'leaf-0') {
        host.after(10, () => {
          host.notify('leaf-1', utf8('news'))
          void host.connect('leaf-1')
        })
      }
      return {
        repo,
        tick: () => ({ type: 'none' }),
        onDatagram: ({ kind, from }) => void heard.push(`${id}: ${kind} of ${from}`),
        onStream: ({ peer }) => void heard.push(`${id}: stream of ${peer}`),
      }
    },
  })
  await runFor(simulator, 1_000)
  assert.deepEqual(heard.sort(), ['leaf-1: notice of leaf-0', 'leaf-1: stream of leaf-0'])
})

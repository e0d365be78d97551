/**
 * A run is a function of its seed: the same lines twice in one process, other lines for other
 * seeds; and the syncs of different leaves interleave between rounds.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { storeLocal } from '../repo/store.ts'
import { levelNames } from '../sim/levels.ts'
import { firstDivergence } from '../sim/trace.ts'
import type { SimConfig } from './config.ts'
import { simulate } from './simulate.ts'
import type { SimulateOptions } from './simulate-options.ts'
import { Simulator } from './simulator.ts'
import { TraceLines, type TracedEvent } from './trace-lines.suite.ts'

async function recorded(
  seed: number,
  config: Partial<SimConfig>,
  options: Partial<SimulateOptions> = {},
): Promise<string[]> {
  const { lines, onTraceLine } = new TraceLines()
  await simulate({
    seed,
    leaves: 3,
    durationMs: 40_000,
    operationCount: 40,
    ...options,
    config: { ...config, onTraceLine },
  })
  return lines
}

const worlds: Record<string, Partial<SimConfig>> = {
  ...Object.fromEntries(levelNames.map((level) => [`a world that is ${level}`, { level }])),
  'a calm network and buggy code': { level: 'normal', buggify: true },
  'a hostile network and sound code': { level: 'hostile', buggify: false },
  'SHA3-256 names': { level: 'hostile', hashPolicy: 'sha3' },
  'clocks an hour apart': { level: 'adversarial', maxSkewMs: 3_600_000 },
  'private artifacts that travel': { level: 'hostile', private: true },
  'unversioned files': { level: 'hostile', uv: true },
  'unversioned files, and clocks an hour apart': {
    level: 'hostile',
    uv: true,
    maxSkewMs: 3_600_000,
  },
  logins: { level: 'hostile', uv: true, login: {} },
  'deflated messages': { level: 'hostile', deflateOverBytes: 0 },
}

suite('the same seed gives the same trace, line by line, with', () => {
  for (const [name, config] of Object.entries(worlds)) {
    test(name, async () => {
      const first = await recorded(11, config)
      assert.ok(first.length > 100)
      assert.equal(firstDivergence(first, await recorded(11, config)), undefined)
    })
  }
})

suite('the same seed gives the same trace with every kind of artifact', () => {
  const busy = {
    allKinds: true,
    operationCount: 160,
    privateCheckins: true,
    uv: true,
    login: true,
    upkeep: true,
  }
  for (const level of levelNames) {
    test(`in a world that is ${level}`, async () => {
      const first = await recorded(11, { level }, busy)
      assert.ok(first.filter((line) => line.includes('"type":"operation"')).length > 50)
      assert.equal(firstDivergence(first, await recorded(11, { level }, busy)), undefined)
    })
  }
})

suite('the trace differs where', () => {
  const base: Partial<SimConfig> = { level: 'hostile' }
  const others: Record<string, [seed: number, config: Partial<SimConfig>]> = {
    'the seed is the next one': [12, base],
    'the seed is negative': [-11, base],
    'the level differs': [11, { level: 'adversarial' }],
    'the names are longer': [11, { ...base, hashPolicy: 'sha3' }],
    'the clocks are right': [11, { ...base, maxSkewMs: 0 }],
  }
  for (const [name, [seed, config]] of Object.entries(others)) {
    test(name, async () => {
      const parted = firstDivergence(await recorded(11, base), await recorded(seed, config))
      assert.notEqual(parted, undefined)
    })
  }
})

test('checking thoroughly or never changes nothing', async () => {
  const busy = { allKinds: true, operationCount: 160 }
  const checks = { level: 'hostile', safetyCheckInterval: 20 } as const
  const often = await recorded(11, { ...checks, thoroughCheckEvery: 1 }, busy)
  const never = await recorded(11, { ...checks, thoroughCheckEvery: 0 }, busy)
  assert.equal(firstDivergence(often, never), undefined)
})

test('how messages are compressed changes nothing but the bytes', async () => {
  const stored = await recorded(11, { level: 'adversarial', deflateOverBytes: 1_000_000 })
  const deflated = await recorded(11, { level: 'adversarial', deflateOverBytes: 0 })
  assert.equal(firstDivergence(stored, deflated), undefined)
})

test('checking more often changes nothing', async () => {
  const often = await recorded(11, { level: 'hostile', safetyCheckInterval: 3 })
  const seldom = await recorded(11, { level: 'hostile', safetyCheckInterval: 0 })
  assert.equal(firstDivergence(often, seldom), undefined)
})

async function agentsChecked(safetyCheckInterval: number): Promise<string> {
  const options = { seed: 3, plan: 'node=agent', durationMs: 30_000, operationCount: 20 }
  const { traceHash } = await simulate({ ...options, config: { safetyCheckInterval } })
  return traceHash
}

test('checking more often changes nothing where agents watch for what others write', async () => {
  assert.equal(await agentsChecked(1), await agentsChecked(50))
})

/** Indices of the requests of each sync, by leaf: `rounds[0]` is where its first round began. */
function syncsOf(events: readonly TracedEvent[]): { node: unknown; rounds: number[] }[] {
  const syncs: { node: unknown; rounds: number[] }[] = []
  for (const [index, { type, node }] of events.entries()) {
    if (type === 'tick') syncs.push({ node, rounds: [] })
    if (type === 'request') syncs.findLast((sync) => sync.node === node)?.rounds.push(index)
  }
  return syncs
}

test('the rounds of one leaf happen between the rounds of another', async () => {
  const trace = new TraceLines()
  using simulator = Simulator.create({ seed: 3, numLeaves: 3, onTraceLine: trace.onTraceLine })
  for (const { id, repo } of simulator.nodes()) {
    for (let index = 0; index < 20; index++) storeLocal(repo, utf8(`${id} ${index}`))
  }
  await simulator.settle(60_000)
  const syncs = syncsOf(trace.events())
  const interleaved = syncs.some(({ node, rounds: [first = 0, second = 0] }) =>
    syncs.some(({ node: other, rounds: [begun = 0] }) => {
      return other !== node && first < begun && begun < second
    }),
  )
  assert.ok(interleaved)
})

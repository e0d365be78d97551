/**
 * Checks of the names of the simulator and its configuration.
 * @module
 */

import assert from 'node:assert/strict'
import { utf8 } from '../base/bytes.ts'
import { dbOf } from '../repo/repo.ts'
import { findUnversioned, writeUnversioned } from '../repo/unversioned.ts'
import { defineTable, deleteRow, putRow } from '../tables/tables.ts'
import {
  notes,
  type ApiChecks,
  emptyRepo,
  masterOf,
  onDemand,
  passMs,
  store,
  syncNow,
  violation,
} from './api-fixtures.suite.ts'
import { hasBlob, InvariantError, MockFossil, type SimConfig, Simulator } from './index.ts'
import { TraceLines } from './trace-lines.suite.ts'

const orphan = 'INSERT INTO phantom VALUES(4000)'

/** The events of 50 steps of a hostile world, in short. */
async function hashOf(config: SimConfig): Promise<string> {
  using simulator = Simulator.create({ level: 'hostile', ...config })
  await simulator.run(50)
  return simulator.traceHash()
}

/** The times from one tick of a leaf to the next, in 20 s. */
async function pausesMs(config: Partial<SimConfig>): Promise<Set<number>> {
  const trace = new TraceLines()
  const { onTraceLine } = trace
  using simulator = Simulator.create({ seed: 1, numLeaves: 1, onTraceLine, ...config })
  await passMs(simulator, 20_000)
  const times = trace.events('tick').map(({ atMs }) => atMs)
  return new Set(times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0)))
}

/** Tells whether fault sites inside production code decide anything. */
async function asksSites(buggify: boolean): Promise<boolean> {
  using simulator = Simulator.create({ seed: 1, buggify })
  await passMs(simulator, 60_000)
  return simulator.coverage().some(({ active }) => active)
}

/** Tells whether a private artifact, and an unversioned file, come from a leaf to the master. */
async function travels(config: Partial<SimConfig>): Promise<{ secret: boolean; file: boolean }> {
  using simulator = onDemand(config)
  const repo = simulator.repo('leaf-0')
  const secret = store(repo, 'a secret', { isPrivate: true })
  writeUnversioned(repo, { name: 'file', content: utf8('text'), mtimeSec: 1 })
  await syncNow(simulator, 'leaf-0')
  const master = masterOf(simulator)
  return {
    secret: hasBlob(master, secret),
    file: findUnversioned(master, 'file') !== undefined,
  }
}

const config: ApiChecks = {
  SimConfig: async () => {
    assert.equal(await hashOf({ seed: 1 }), await hashOf({ seed: 1 }))
    assert.notEqual(await hashOf({ seed: 1 }), await hashOf({ seed: 1, numLeaves: 3 }))
  },

  'SimConfig.Seed': async () => {
    assert.notEqual(await hashOf({ seed: 1 }), await hashOf({ seed: 2 }))
  },

  'SimConfig.NumLeaves': () => {
    using simulator = onDemand({ numLeaves: 5 })
    assert.equal(simulator.leafIds().length, 5)
    assert.equal(simulator.nodes().length, 6)
  },

  'SimConfig.PollInterval': async () => {
    assert.deepEqual(await pausesMs({ pollIntervalMs: 3_000 }), new Set([3_000]))
  },

  'SimConfig.Upstream': async () => {
    using repo = emptyRepo()
    const hash = store(repo, 'upstream')
    using simulator = onDemand({ upstream: new MockFossil(repo) })
    await syncNow(simulator, 'leaf-1')
    assert.ok(hasBlob(simulator.repo('leaf-1'), hash))
  },

  'SimConfig.Buggify': async () => {
    assert.deepEqual([await asksSites(true), await asksSites(false)], [true, false])
  },

  'SimConfig.UV': async () => {
    assert.deepEqual(await travels({ uv: true }), { secret: false, file: true })
  },

  'SimConfig.Private': async () => {
    assert.deepEqual(await travels({ private: true }), { secret: true, file: false })
  },

  'SimConfig.SafetyCheckInterval': async () => {
    using checked = Simulator.create({ seed: 1, safetyCheckInterval: 10 })
    using unchecked = Simulator.create({ seed: 1, safetyCheckInterval: 0 })
    for (const simulator of [checked, unchecked]) dbOf(masterOf(simulator)).exec(orphan)
    await assert.rejects(checked.run(25), InvariantError)
    assert.equal(checked.steps, 10)
    await unchecked.run(25)
    assert.equal(unchecked.steps, 25)
  },
}

/** A simulation whose leaf-0 holds an unversioned file that has come to the others. */
async function withFile(): Promise<Simulator> {
  const simulator = onDemand({ uv: true })
  const { startMs } = simulator.clock()
  simulator.scheduleUvWrite('leaf-0', startMs, { name: 'file', data: utf8('text') })
  await syncNow(simulator)
  await syncNow(simulator, 'leaf-0')
  await syncNow(simulator, 'leaf-1')
  return simulator
}

/** A row that everybody has. */
async function withRow(): Promise<Simulator> {
  const simulator = onDemand({ tables: true })
  defineTable(simulator.repo('leaf-0'), notes)
  putRow(simulator.repo('leaf-0'), 'notes', { id: '1' })
  await syncNow(simulator, 'leaf-0')
  await syncNow(simulator, 'leaf-1')
  return simulator
}

const counters: ApiChecks = {
  'Simulator.Seed': () => {
    using simulator = onDemand({ seed: 7 })
    assert.equal(simulator.seed, 7)
  },

  'Simulator.Steps': async () => {
    using simulator = Simulator.create({ seed: 1 })
    await simulator.run(4)
    await simulator.step()
    assert.equal(simulator.steps, 5)
  },

  'Simulator.TotalSyncs': async () => {
    using simulator = onDemand()
    await syncNow(simulator, 'leaf-0', 'leaf-1')
    await syncNow(simulator, 'leaf-0')
    assert.equal(simulator.totalSyncs, 3)
  },

  'Simulator.TotalErrors': async () => {
    using simulator = onDemand()
    simulator.network().partition('leaf-1')
    await syncNow(simulator, 'leaf-0', 'leaf-1')
    assert.equal(simulator.totalErrors, 1)
  },

  'Simulator.TotalUVSent': async () => {
    using simulator = await withFile()
    assert.equal(simulator.totalUvSent, 1)
  },

  'Simulator.TotalUVRecvd': async () => {
    using simulator = await withFile()
    assert.equal(simulator.totalUvReceived, 1)
  },

  'Simulator.TotalUVGimmes': async () => {
    using simulator = await withFile()
    assert.equal(simulator.totalUvGimmes, 1)
  },
}

const checking: ApiChecks = {
  'Simulator.CheckAllConverged': async () => {
    using simulator = onDemand()
    const master = masterOf(simulator)
    store(master, 'a')
    await syncNow(simulator, 'leaf-0')
    violation(() => simulator.checkAllConverged(master), 'convergence', 'leaf-1')
    await syncNow(simulator, 'leaf-1')
    simulator.checkAllConverged(master)
  },

  'Simulator.CheckAllUVConverged': async () => {
    using simulator = await withFile()
    const master = masterOf(simulator)
    simulator.checkAllUvConverged(master)
    writeUnversioned(master, { name: 'other', content: utf8('text'), mtimeSec: 1 })
    violation(() => simulator.checkAllUvConverged(master), 'uv-convergence', 'leaf-0')
  },

  'Simulator.CheckAllTableSyncConverged': async () => {
    using simulator = await withRow()
    simulator.checkAllTableSyncConverged()
    putRow(masterOf(simulator), 'notes', { id: 'other' })
    violation(() => simulator.checkAllTableSyncConverged(), 'table-convergence', 'leaf-0')
  },

  'Simulator.CheckTombstoneConvergence': async () => {
    using simulator = await withRow()
    putRow(masterOf(simulator), 'notes', { id: 'other' })
    simulator.checkTombstoneConvergence()
    deleteRow(masterOf(simulator), 'notes', { id: 'other' })
    violation(() => simulator.checkTombstoneConvergence(), 'tombstone-convergence', 'leaf-0')
  },

  'Simulator.CheckSafety': () => {
    using simulator = onDemand()
    simulator.checkSafety()
    dbOf(simulator.repo('leaf-1')).exec(orphan)
    violation(() => simulator.checkSafety(), 'phantoms', 'leaf-1')
  },
}

const parts: ApiChecks = {
  Simulator: async () => {
    using simulator = Simulator.create({ seed: 1, numLeaves: 3 })
    const hash = store(simulator.repo('leaf-2'), 'a')
    await passMs(simulator, 60_000)
    for (const { id, repo } of simulator.nodes()) assert.ok(hasBlob(repo, hash), id)
  },

  New: () => {
    using simulator = Simulator.create({ seed: 1 })
    assert.deepEqual([simulator.steps, simulator.clock().elapsedMs], [0, 0])
    assert.throws(() => Simulator.create({ seed: 1, numLeaves: 0 }), { code: 'option.invalid' })
  },

  'Simulator.Clock': async () => {
    using simulator = onDemand()
    const clock = simulator.clock()
    await passMs(simulator, 1_234)
    assert.equal(clock.nowMs() - clock.startMs, 1_234)
  },

  'Simulator.Close': () => {
    const simulator = onDemand()
    const repos = simulator.nodes().map(({ repo }) => repo)
    simulator.close()
    assert.deepEqual(
      repos.map((repo) => dbOf(repo).isOpen),
      [false, false, false],
    )
  },

  'Simulator.Leaf': () => {
    using simulator = onDemand()
    const hash = store(simulator.leaf('leaf-1').repo, 'a')
    const holders = simulator.nodes().filter(({ repo }) => hasBlob(repo, hash))
    assert.deepEqual(
      holders.map(({ id }) => id),
      ['leaf-1'],
    )
    assert.throws(() => simulator.leaf('leaf-2'), { code: 'option.invalid' })
  },

  'Simulator.LeafIDs': () => {
    using simulator = onDemand({ numLeaves: 3 })
    assert.deepEqual(simulator.leafIds(), ['leaf-0', 'leaf-1', 'leaf-2'])
  },

  'Simulator.Network': async () => {
    using simulator = onDemand()
    simulator.network().setDropRate(1)
    await syncNow(simulator, 'leaf-0')
    assert.equal(simulator.totalErrors, 1)
  },

  'Simulator.SetMasterRepo': () => {
    using repo = emptyRepo()
    const server = new MockFossil(repo)
    const upstream = { exchange: (request: Uint8Array) => server.exchange(request) }
    using simulator = onDemand({ upstream })
    dbOf(repo).exec(orphan)
    assert.equal(simulator.masterRepo(), undefined)
    simulator.checkSafety()
    simulator.setMasterRepo(repo)
    assert.equal(simulator.masterRepo(), repo)
    violation(() => simulator.checkSafety(), 'phantoms', 'master')
  },
}

const running: ApiChecks = {
  'Simulator.Run': async () => {
    using simulator = Simulator.create({ seed: 1 })
    await simulator.run(25)
    assert.equal(simulator.steps, 25)
  },

  'Simulator.RunUntil': async () => {
    using simulator = onDemand()
    const { startMs } = simulator.clock()
    const happened: number[] = []
    for (const ms of [5_000, 5_001]) {
      simulator.scheduleAction(startMs + ms, () => void happened.push(ms))
    }
    await simulator.runUntil(startMs + 5_000)
    assert.deepEqual([happened, simulator.clock().elapsedMs], [[5_000], 5_000])
  },

  'Simulator.ScheduleSyncNow': async () => {
    using simulator = onDemand()
    await passMs(simulator, 1_000)
    assert.equal(simulator.totalSyncs, 0)
    simulator.scheduleSyncNow('leaf-1')
    await passMs(simulator, 1_000)
    assert.deepEqual(simulator.leafStats('leaf-1'), { syncs: 1, errors: 0 })
  },

  'Simulator.ScheduleUVWrite': async () => {
    using simulator = onDemand()
    const { startMs } = simulator.clock()
    const file = { name: 'file', data: utf8('text'), mtimeSec: 7 }
    simulator.scheduleUvWrite('leaf-1', startMs + 50, file)
    await simulator.runUntil(startMs + 49)
    assert.equal(findUnversioned(simulator.repo('leaf-1'), 'file'), undefined)
    await simulator.runUntil(startMs + 50)
    assert.equal(findUnversioned(simulator.repo('leaf-1'), 'file')?.mtimeSec, 7)
  },

  'Simulator.ScheduleUVDelete': async () => {
    using simulator = await withFile()
    const nowMs = simulator.clock().nowMs()
    const mtimeSec = Math.ceil(nowMs / 1_000)
    simulator.scheduleUvDelete('leaf-1', nowMs + 50, { name: 'file', mtimeSec })
    const isThere = (): boolean =>
      findUnversioned(simulator.repo('leaf-1'), 'file')?.hash !== undefined
    await simulator.runUntil(nowMs + 49)
    assert.ok(isThere())
    await simulator.runUntil(nowMs + 50)
    assert.ok(!isThere())
  },

  'Simulator.Step': async () => {
    using simulator = Simulator.create({ seed: 1 })
    assert.equal(await simulator.step(), true)
    assert.equal(simulator.steps, 1)
  },
}

export const simulatorChecks: ApiChecks = {
  ...config,
  ...counters,
  ...checking,
  ...parts,
  ...running,
}
